import pytest
from django.test import override_settings
from wagtail.models import Site

from courses import sites

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("public_url", "hostname", "port"),
    [("https://school.test", "school.test", 443), ("http://10.0.0.2:8123", "10.0.0.2", 8123)],
)
def test_wagtails_site_follows_the_public_address(public_url: str, hostname: str, port: int) -> None:
    with override_settings(PUBLIC_URL=public_url):
        sites.follow_public_url()
    site = Site.objects.get(is_default_site=True)
    assert (site.hostname, site.port) == (hostname, port)
    assert site.root_url == public_url
