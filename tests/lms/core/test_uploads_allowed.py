import pytest
from django.test import Client

from lms.accounts.models import User

pytestmark = pytest.mark.django_db


def test_nginx_hears_who_may_send_files(client: Client) -> None:
    client.force_login(User.objects.create_user("editor", is_superuser=True))
    assert client.get("/uploads/allowed").status_code == 204


def test_nobody_else_may(client: Client) -> None:
    assert client.get("/uploads/allowed").status_code == 403
    client.force_login(User.objects.create_user("learner"))
    assert client.get("/uploads/allowed").status_code == 403
