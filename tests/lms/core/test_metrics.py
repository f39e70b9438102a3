from uuid import uuid4

import pytest
from django.test import Client, override_settings

from lms.core import outbox
from media_pipeline.testing import failed_asset, received_asset

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-24-characters"


@pytest.mark.parametrize(
    ("token", "given"),
    [("", ""), ("", "Bearer "), (TOKEN, ""), (TOKEN, "Bearer wrong"), (TOKEN, TOKEN), (TOKEN, "Bearer 密")],
)
def test_without_the_token_there_is_no_such_page(client: Client, token: str, given: str) -> None:
    with override_settings(METRICS_TOKEN=token):
        assert client.get("/metrics", headers={"Authorization": given.encode().decode("latin-1")}).status_code == 404


@override_settings(METRICS_TOKEN=TOKEN)
def test_it_tells_what_waits_what_failed_and_what_it_cost(client: Client) -> None:
    failed_asset()
    received_asset(name="next.mp4")
    outbox.enqueue(topic="told", subject=uuid4())
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.headers["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    assert 'fieldschool_media_steps{kind="examine",state="failed"} 1.0' in lines
    assert 'fieldschool_media_steps{kind="examine",state="waiting"} 1.0' in lines
    assert 'fieldschool_outbox_events{state="waiting",topic="told"} 1.0' in lines
    assert any(line.startswith('fieldschool_media_cpu_seconds_total{kind="voice"}') for line in lines)
    assert client.post("/metrics").status_code == 405
