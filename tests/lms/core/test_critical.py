import base64
import gzip
import hashlib
from pathlib import Path

import pytest
from django.conf import settings

from lms.core import critical
from lms.core.icons import ICONS
from lms.core.scripts import squeeze


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("a { color : red; }\n\n/* why */ b{}", "a{color :red}b{}"),
        (".a :focus , .b > i { margin: 0 auto; }", ".a :focus,.b>i{margin:0 auto}"),
        ('p::before { content: "a  ; /* b */"; }', 'p::before{content:"a  ; /* b */"}'),
        ("p { width: calc(1px + 2px); }", "p{width:calc(1px + 2px)}"),
        ("@media (min-width: 48rem) { a { b: c } }", "@media (min-width:48rem){a{b:c}}"),
    ],
)
def test_minified_css_means_the_same(written: str, sent: str) -> None:
    assert critical.minify(written) == sent


def test_the_hash_is_that_of_the_text_in_the_page(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a { color: red; }")
    bundle = critical.bundle([tmp_path / "a.css", tmp_path / "not-there.css"])
    digest = base64.b64encode(hashlib.sha256(bundle.text.encode()).digest()).decode()
    assert bundle.source == f"'sha256-{digest}'"


@pytest.mark.parametrize(("name", "most"), [("site", 2_000), ("find", 3_100), ("course", 2_700), ("lesson", 2_700)])
def test_critical_styles_stay_within_their_bytes(name: str, most: int) -> None:
    text = settings.CRITICAL_STYLES[name].text
    assert len(gzip.compress(text.encode())) <= most


def gzipped(path: str) -> int:
    """What a script takes as it is sent."""
    return len(gzip.compress(squeeze((settings.BASE_DIR / path).read_text()).encode(), 9))


def test_the_scripts_of_a_lesson_stay_within_their_bytes() -> None:
    player = gzipped("media_pipeline/static/media_pipeline/player.js")
    assert player <= 3 * 1024
    assert (
        player + gzipped("media_pipeline/static/media_pipeline/lesson.js") + gzipped("lms/core/static/site/site.js")
        <= 6 * 1024
    )


def test_the_script_of_all_pages_and_the_icons_stay_within_their_bytes() -> None:
    assert gzipped("lms/core/static/site/site.js") <= 1_100
    assert sum(map(len, ICONS.values())) <= 2_700
