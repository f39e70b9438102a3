"""Ledger and figures on a page and as files: who sees whose, and what stands in them."""

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client

from lms.accounts.models import User
from lms.schools.figures import drawing, figures, selectors, views
from lms.schools.models import Member, School, Term
from tests.lms.schools.figures.conftest import AFTER
from tests.lms.schools.test_pages import signed_in


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "now", lambda: AFTER)
    monkeypatch.setattr("lms.schools.management.commands.ledger.now", lambda: AFTER)


def member(term: Term, role: str, key: str = "") -> Client:
    user = User.objects.create_user(f"a {role}")
    Member.objects.create(term=term, user=user, role=role, key=key)
    if role == "scheduler":
        user.user_permissions.add(Permission.objects.get(codename="schedule_county"))
    return signed_in(user)


PAGES = ["ledger/", "ledger.csv", "figures/", "figures.xlsx"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("role", "key", "status"),
    [("scheduler", "", 200), ("head", "B", 200), ("helper", "B", 403), ("teacher", "T1", 403)],
)
def test_who_accounts_for_what(term: Term, role: str, key: str, status: int, path: str) -> None:
    answer = member(term, role, key).get(f"/schools/{term.pk}/{path}")
    assert answer.status_code == status
    if status == 200:
        assert "no-store" in answer["Cache-Control"]


def test_a_head_sees_the_own_school_alone(term: Term) -> None:
    head = member(term, "head", "B")
    page = head.get(f"/schools/{term.pk}/ledger/").content.decode()
    assert "B1" in page
    assert "A1" not in page
    assert head.get(f"/schools/{term.pk}/ledger/", {"of": "A"}).status_code == 404
    assert head.get(f"/schools/{term.pk}/ledger.csv", {"of": "A"}).status_code == 404
    rows = list(csv.reader(io.StringIO(head.get(f"/schools/{term.pk}/ledger.csv").content.decode("utf-8-sig"))))
    assert {row[0] for row in rows[1:]} == {"B"}
    told = head.get(f"/schools/{term.pk}/figures/").content.decode()
    assert "A1" not in told
    assert "主讲教师课时" not in told  # a lead teacher's load is the county's


def test_the_page_says_what_is_owed(term: Term) -> None:
    page = member(term, "scheduler").get(f"/schools/{term.pk}/ledger/", {"of": "A"}).content.decode()
    assert "欠 2 节" in page
    assert page.count("<tr>") == 1 + 6 + 1


def test_the_csv_has_the_ledger_and_no_formulas(term: Term) -> None:
    School.objects.filter(key="C").update(key="=C")
    text = member(term, "scheduler").get(f"/schools/{term.pk}/ledger.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["学校", "班级", "学科", "周次", "应开", "已排", "同步上", "录播上", "补上", "欠课"]
    assert ["A", "A1", "音乐", "2026-09-14", "2", "2", "1", "0", "1", "0"] in rows
    assert "'=C" in {row[0] for row in rows}
    assert len(rows) == 1 + 4 * 6


def test_the_workbook_is_the_countys(term: Term) -> None:
    School.objects.filter(key="C").update(key="=C")
    data = member(term, "scheduler").get(f"/schools/{term.pk}/figures.xlsx").content
    book: Any = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["课时", "没上成的课", "主讲教师", "课时台账"]
    hours = [[cell.value for cell in row] for row in book["课时"].iter_rows(min_row=2)]
    assert hours[0][:6] == ["序号", "县", "学校", "班级", "学科", "应开"]
    assert [2, "C", "A", "A1", "音乐", 10, 11, 6, 1, 1, 2, 80] in hours
    assert hours[-1][0] == "合计"
    assert "=C" in [row[2] for row in hours]
    assert "f" not in {cell.data_type for row in book["课时"].iter_rows() for cell in row}  # a formula


def test_the_command_writes_the_same(term: Term, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("ledger", term.name, "--output", str(tmp_path / "ledger.csv"))
    whole = (tmp_path / "ledger.csv").read_text(encoding="utf-8-sig")
    call_command("ledger", str(term.pk), "--school", "B")
    part = capsys.readouterr().out
    assert set(part.splitlines()) < set(whole.splitlines())
    assert len(part.splitlines()) == 1 + 2 * 6


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nowhere"], "no_term"),
        (["small", "--school", "Z"], "no_school"),
        (["small", "--output", "/"], "output_unusable"),
    ],
)
def test_what_the_command_cannot_do_is_told(term: Term, arguments: list[str], code: str) -> None:
    with pytest.raises(CommandError, match=code):
        call_command("ledger", *arguments)


def test_the_picture_shows_who_is_short_of_most_first(term: Term) -> None:
    picture = drawing.by_school(figures.shares(selectors.lines(term, AFTER), by_class=False))
    assert [(one.label, one.percent, one.owed) for one in picture.bars] == [("C", 0, 5), ("A", 80, 2), ("B", 90, 1)]
    assert [one.length for one in picture.bars] == [0, 256, 288]
    assert picture.left_out == 0


def test_a_term_without_lessons_has_an_empty_ledger_and_full_figures(term: Term) -> None:
    Term.objects.filter(pk=term.pk).update(starts_on="2036-09-01", ends_on="2036-09-02")
    scheduler = member(term, "scheduler")
    School.objects.all().delete()
    for path in PAGES:
        assert scheduler.get(f"/schools/{term.pk}/{path}").status_code == 200
