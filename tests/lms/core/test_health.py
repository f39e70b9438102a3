from django.test import Client


def test_the_process_is_live_whatever_the_database_does(client: Client) -> None:
    # Without the database's fixture any use of it fails.
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})
