"""Invitations as meeting programs copy them, and what only looks like a link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.schools.class_time import invitations
from lms.schools.class_time.invitations import BadInvitation, Invitation
from tests.lms.schools.class_time.test_pages import TENCENT

DINGTALK = """王芳邀请你参加钉钉视频会议
入会链接：https://meeting.dingtalk.com/j/4fXy7Kq2
会议号：１２３ ４５６ ７８９０
入会密码 9Z8Y7X
"""
ENGLISH = "Join: https://meet.example.org:8443/music?pwd=1\nMeeting ID: 987 654 321 01\nPasscode: 4711"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TENCENT, Invitation("https://meeting.tencent.com/dm/Ab12Cd34Ef", "123456789", "2468")),
        (DINGTALK, Invitation("https://meeting.dingtalk.com/j/4fXy7Kq2", "1234567890", "9Z8Y7X")),
        (ENGLISH, Invitation("https://meet.example.org:8443/music?pwd=1", "98765432101", "4711")),
        ("https://meet.jit.si/FieldschoolG1", Invitation("https://meet.jit.si/FieldschoolG1", is_jitsi=True)),
        ("HTTPS://meet.example.org/a。", Invitation("https://meet.example.org/a")),
        ("wemeet://page/inmeeting https://meet.example.org/b", Invitation("https://meet.example.org/b")),
    ],
)
def test_an_invitation_is_read(text: str, found: Invitation) -> None:
    assert invitations.read(text, jitsi_hosts={"meet.jit.si"}) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("会议号：123 456 789", "no_link"),
        ("javascript:alert(1)", "no_link"),
        ("http://meet.example.org/a", "not_https"),
        ("javascript://meet.example.org/%0aalert(1)", "not_https"),
        ("https://user:secret@meet.example.org/a", "bad_link"),
        ("https://meet.example.org\\@evil.example/a", "bad_link"),
        ("https://localhost/a", "bad_link"),
        ("https://[::1]/a", "bad_link"),
        ("https://[::1/a", "bad_link"),
        ("https://meet.example.org:99999/a", "bad_link"),
        ("https://meet.example.org/" + "a" * 500, "bad_link"),
        ("https://meet.example.org/ " + "a" * 2000, "too_long"),
    ],
)
def test_what_cannot_be_joined_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadInvitation) as caught:
        invitations.read(text)
    assert caught.value.code == code


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = invitations.read(f"https://{text}")
    except BadInvitation:
        return
    assert found.address.startswith("https://")
    assert not set(found.address) & set(" \n\t\\\"'<>")


def test_a_jitsi_room_is_entered_under_a_name_that_is_only_a_name() -> None:
    address = invitations.jitsi("https://meet.jit.si/G1#config.x=1", 'S "1"&config.y=2')
    name = "%22S%20%221%22%26config.y%3D2%22"
    assert address == f"https://meet.jit.si/G1#userInfo.displayName={name}&config.prejoinConfig.enabled=false"


@pytest.mark.parametrize(
    ("number", "said"),
    [("123456789", "123 456 789"), ("1234567890", "123 456 7890"), ("12345678901", "123 456 789 01")],
)
def test_numbers_are_said_in_groups(number: str, said: str) -> None:
    assert invitations.grouped(number) == said
