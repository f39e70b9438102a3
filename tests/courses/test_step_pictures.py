"""Pictures of a lesson's steps, to who hears the page."""

import pytest

from courses.pictures import Picture
from courses.templatetags import pictures


@pytest.mark.parametrize(("alt", "heard"), [("对准窗边。", ""), ("窗边的手机", "窗边的手机"), ("", "")])
def test_a_description_that_repeats_its_step_is_not_read_twice(
    monkeypatch: pytest.MonkeyPatch, alt: str, heard: str
) -> None:
    monkeypatch.setattr(pictures, "picture", lambda *_: Picture("/a.webp", 480, 270, alt))
    shown = pictures.step_picture(object(), "手机对准窗边，一次只拍一样")
    assert shown
    assert shown.alt == heard
