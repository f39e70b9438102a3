from uuid import UUID

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from lms.accounts.models import User
from media_pipeline.models import Asset, Step
from media_pipeline.testing import failed_asset, ready_asset, received_asset, work_off

pytestmark = pytest.mark.django_db
PAGE = "/admin/queue/"


@pytest.fixture
def operator(client: Client) -> Client:
    """Someone who may use the admin and change steps, and nothing else."""
    user = User.objects.create_user(username="operator", password="pass")
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", "change_step"]))
    client.force_login(user)
    return client


@pytest.mark.parametrize("who", ["nobody", "trainer"])
@pytest.mark.parametrize("verb", ["", "retry", "cancel"])
def test_only_operators_see_and_use_the_queue(client: Client, who: str, verb: str) -> None:
    asset_id = failed_asset()
    if who == "trainer":
        user = User.objects.create_user(username="trainer", password="pass")
        user.user_permissions.set(Permission.objects.filter(codename="access_admin"))
        client.force_login(user)
    response = client.post(f"{PAGE}{asset_id}/{verb}/") if verb else client.get(PAGE)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/" if who == "trainer" else "/admin/login/")
    assert Asset.objects.get().state == "failed"


def test_it_shows_what_waits_what_failed_with_its_log_and_the_cost(operator: Client) -> None:
    ready_asset(name="done.mp4")
    failed_asset(name="broken.mp4")
    received_asset(name="next.mp4")
    page = operator.get(PAGE).content.decode()
    assert "broken.mp4" in page
    assert "next.mp4" in page
    assert "done.mp4" not in page
    assert "<details>" in page
    assert "done.mp4" in operator.get(f"{PAGE}?state=done").content.decode()
    assert operator.get(f"{PAGE}?state=done").context["rows"][0].stored_bytes > 0
    assert operator.get(PAGE).context["queue"].total_cpu_s == 3.0
    assert [row.step.state for row in operator.get(f"{PAGE}?state=failed").context["rows"]] == ["failed"]


def test_what_a_lesson_costs_its_learners_the_store_and_the_machines(operator: Client) -> None:
    asset_id = ready_asset(name="<done>.mp4", content="slides", duration_s=120)
    answer = operator.get(f"{PAGE}{asset_id}/")
    cost = answer.context["cost"]
    assert [way.name for way in cost.ways] == ["read", "voice", "slides", "h64", "share", "v100", "h200"]
    sizes = {name: size for name, _, size in cost.files}
    taken = {way.name: way.size_bytes for way in cost.ways}
    assert taken["slides"] == sizes["slides"] + sizes["voice"]
    assert taken["h64"] == sizes["h64"] + sizes["aac"]
    assert cost.stored_bytes == sum(sizes.values())
    assert (cost.total_cpu_s, answer.context["cpu_a_minute_s"]) == (3.0, 1.5)
    page = answer.content.decode()
    assert "&lt;done&gt;.mp4" in page
    assert "/media/" not in page.split("<main", 1)[-1].replace("/admin/", "")
    assert f"{PAGE}{asset_id}/" in operator.get(f"{PAGE}?state=done").content.decode()


def test_the_cost_of_what_is_not_there_and_of_what_is_not_made_yet(operator: Client) -> None:
    assert operator.get(f"{PAGE}{UUID(int=1)}/")["Location"] == PAGE
    waiting = operator.get(f"{PAGE}{received_asset()}/")
    assert (waiting.status_code, waiting.context["cost"].ways) == (200, ())


def test_only_operators_see_what_lessons_cost(client: Client) -> None:
    asset_id = received_asset()
    assert client.get(f"{PAGE}{asset_id}/")["Location"].startswith("/admin/login/")
    user = User.objects.create_user(username="trainer", password="pass")
    user.user_permissions.set(Permission.objects.filter(codename="access_admin"))
    client.force_login(user)
    assert client.get(f"{PAGE}{asset_id}/")["Location"].startswith("/admin/")


@pytest.mark.parametrize("query", ["state=nonsense", "p=x", "p=999&state=waiting", "state=%00&p=-1"])
def test_any_address_shows_a_page(operator: Client, query: str) -> None:
    assert operator.get(f"{PAGE}?{query}").status_code == 200


def test_work_is_stopped_and_goes_on_again(operator: Client) -> None:
    asset_id = received_asset()
    answer = operator.post(f"{PAGE}{asset_id}/cancel/", {"state": "waiting"})
    assert answer["Location"] == f"{PAGE}?state=waiting"
    assert set(Step.objects.values_list("state", flat=True)) == {"failed"}
    operator.post(f"{PAGE}{asset_id}/retry/")
    work_off()
    assert Asset.objects.get().state == "ready"


def test_what_is_gone_meanwhile_is_said(operator: Client) -> None:
    asset_id = received_asset()
    Asset.objects.all().delete()
    page = operator.post(f"{PAGE}{asset_id}/retry/", follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
