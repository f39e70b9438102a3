"""The moments that win people: the walks that the guide's pictures are of."""

import pytest
from playwright.sync_api import Browser

from benchmarks.site import Site
from scripts.moments import MOMENTS

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def lesson(site: Site) -> str:
    """A lesson's address on a site where the demonstration's people can sign in."""
    site.run("manage.py", "shell", "-v0", "-c", "from demo import accounts; accounts.ensure()")
    return site.address + site.lesson("voices")


@pytest.mark.parametrize("name", MOMENTS)
def test_a_moment_is_as_the_guide_shows_it(browser: Browser, lesson: str, name: str) -> None:
    assert MOMENTS[name](browser, lesson).startswith(b"\x89PNG")
