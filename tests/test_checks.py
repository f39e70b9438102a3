"""The project's own checks: message catalogues and system programs."""

from pathlib import Path

import pytest

from scripts import catalogues as follow
from tests import catalogues, system


def test_messages_are_found_in_python_and_templates(tmp_path: Path) -> None:
    code = tmp_path / "a.py"
    code.write_text(
        '_("One")\nngettext("%(n)s second", "%(n)s seconds", n)\npgettext("verb", "Play")\n_(name["key"])\n'
    )
    assert [message for _, message in catalogues.messages(code)] == [
        (None, "One"),
        (None, "%(n)s second"),
        ("verb", "Play"),
    ]
    page = tmp_path / "a.html"
    page.write_text(
        '{% load i18n %}\n<p title="{% translate "Listen" %}">{% blocktranslate trimmed %}\n It\'s\n  here\n'
        '{% endblocktranslate %}</p>\n{{ _("Kept") }}'
    )
    assert {message for _, message in catalogues.messages(page)} == {
        (None, "Listen"),
        (None, "It's here"),
        (None, "Kept"),
    }


def test_what_is_wrong_with_a_catalogue_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    room = tmp_path / "room"
    po = room / "locale/zh_Hans/LC_MESSAGES/django.po"
    po.parent.mkdir(parents=True)
    po.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Good"\nmsgstr "好"\n\nmsgid "Empty"\nmsgstr ""\n\nmsgid "Old"\nmsgstr "旧"\n\n'
        '#, fuzzy\nmsgid "Guess"\nmsgstr "猜"\n\nmsgid "%(n)s left"\nmsgstr "%(m)s 剩"\n'
    )
    (room / "a.py").write_text('_("Good"); _("Empty"); _("Guess"); _("%(n)s left"); _("New")')
    found = list(catalogues.complaints("room"))
    assert len(found) == 5
    for words in ("not translated: 'Empty'", "nothing uses 'Old'", "still fuzzy: 'Guess'", "%(m)s", "'New'"):
        assert any(words in one for one in found), words


def test_a_message_is_said_alike_everywhere_or_has_a_context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    for room, again, pages in (("one", "再试", "页面"), ("two", "重试", "翻页")):
        po = tmp_path / room / "locale/zh_Hans/LC_MESSAGES/django.po"
        po.parent.mkdir(parents=True)
        po.write_text(
            f'{CATALOGUE}\nmsgid "Again"\nmsgstr "{again}"\n\nmsgctxt "{room}"\nmsgid "Own"\nmsgstr "{again}"\n'
            f'\nmsgid "Pages"\nmsgstr "{pages}"\n'
        )
    below = catalogues.said_below()
    assert "页面" in below["Pages"]
    found = list(catalogues.disagreements(["one", "two"], below))
    assert [one.split(": agree")[0] for one in found[:1]] == ["two: 'Again' is '重试', in one '再试'"]
    assert len(found) == 3
    assert "to Django or Wagtail '页面'" in found[2]


CATALOGUE = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'


def _room(base: Path, *messages: tuple[str, str]) -> Path:
    source = base / "room/locale/zh_Hans/LC_MESSAGES/django.po"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(CATALOGUE + "".join(f'\nmsgid "{one}"\nmsgstr "{other}"\n' for one, other in messages))
    return source


def _follow(source: Path) -> None:
    for locale in ("zh_Hant", "bo", "ug"):
        follow.write(source, locale)


def test_traditional_chinese_is_made_of_simplified_and_never_falls_behind(tmp_path: Path) -> None:
    source = _room(tmp_path, ("Keep", "存储"), ("Cards", "发卡的人"))
    assert len(list(catalogues.complaints_of_others(tmp_path))) == 3
    _follow(source)
    assert list(catalogues.complaints_of_others(tmp_path)) == []
    made = follow.read(follow.beside(source, "zh_Hant"))
    assert [message.string for message in made if message.id] == ["存儲", "發卡的人"]
    _room(tmp_path, ("Keep", "保存"), ("Cards", "发卡的人"))
    assert [one.partition(":")[0] for one in catalogues.complaints_of_others(tmp_path)] == [
        "room/locale/zh_Hant/LC_MESSAGES/django.po"
    ]


def test_what_translators_wrote_and_who_signed_stays_when_messages_change(tmp_path: Path) -> None:
    source = _room(tmp_path, ("Keep", "存"), ("%(n)s left", "剩 %(n)s"))
    _follow(source)
    path = follow.beside(source, "ug")
    head, mark, body = path.read_text().partition('"Content-Transfer-Encoding: 8bit\\n"\n')
    body = body.replace('msgid "Keep"\nmsgstr ""', 'msgid "Keep"\nmsgstr "ساقلاش"')
    path.write_text(f'{head}{mark}"X-Reviewed-By: Aygul Example\\n"\n{body}')
    _room(tmp_path, ("New", "新"), ("Keep", "存"))
    _follow(source)
    assert "X-Reviewed-By: Aygul Example\\n" in path.read_text()
    assert {message.id: message.string for message in follow.read(path) if message.id} == {"New": "", "Keep": "ساقلاش"}
    assert list(catalogues.complaints_of_others(tmp_path)) == []
    path.write_text(path.read_text().replace('msgid "New"\nmsgstr ""', '#, fuzzy\nmsgid "New"\nmsgstr "%(m)s"'))
    found = list(catalogues.complaints_of_others(tmp_path))
    assert len(found) == 2
    assert "signed, but a guess: 'New'" in found[0]
    assert "%(m)s" in found[1]


def test_what_is_missing_and_cannot_be_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system, "NEEDS", (system.Need("chromium", lambda: False, "journeys in a real browser"),))
    monkeypatch.setattr(system, "missing", lambda: list(system.NEEDS))
    monkeypatch.setattr(system, "install", lambda needs: "only root may install packages")
    assert system.main() == 1
    said = capsys.readouterr().err
    assert "chromium" in said
    assert "only root may install packages" in said
    assert "sudo apt-get install chromium" in said


def test_nothing_is_said_when_all_is_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(system, "missing", list)
    assert system.main() == 0
    assert capsys.readouterr() == ("", "")
