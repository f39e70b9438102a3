"""Files into tables: what is hostile or broken is refused in words, before it costs much."""

import io
import zipfile
from typing import Any

import pytest

from lms.schools.sheets import files, template
from lms.schools.sheets.types import BadFile
from tests.lms.schools.test_sheets import empty, tables


def packed(**parts: bytes) -> bytes:
    """An xlsx file with some parts changed."""
    source = zipfile.ZipFile(io.BytesIO(template.workbook("zh")))
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, parts.get(name.rpartition("/")[2].partition(".")[0], source.read(name)))
        for name, content in parts.items():
            if name.startswith("bomb"):
                target.writestr(name, content)
    return data.getvalue()


def sheet_xml(rows: str, merged: str = "") -> bytes:
    names = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = f'<?xml version="1.0"?><worksheet xmlns="{names}"><sheetData>{rows}</sheetData>'
    return f"{text}<mergeCells>{merged}</mergeCells></worksheet>".encode()


def repacked(method: int) -> bytes:
    source = zipfile.ZipFile(io.BytesIO(template.workbook("zh")))
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return data.getvalue()


def spoiled(data: bytes) -> bytes:
    """The first part's packed bytes are others."""
    return data[:60] + bytes(byte ^ 0xFF for byte in data[60:120]) + data[120:]


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><workbook>&b;</workbook>'


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0old", "old_workbook"),
        ("a.xlsx", b"PK\x03\x04broken", "damaged"),
        ("a.xlsx", template.workbook("zh")[:2000], "damaged"),
        ("a.xlsx", spoiled(template.workbook("zh")), "damaged"),
        ("a.xlsx", repacked(zipfile.ZIP_LZMA), "damaged"),
        ("a.xlsx", packed(workbook=ENTITIES), "damaged"),
        ("a.xlsx", packed(sheet1=ENTITIES), "damaged"),
        ("a.xlsx", packed(workbook=b"<a/>"), "empty"),
        ("a.xlsx", packed(**{f"bomb{at}": bytes(9_000_000) for at in range(8)}), "too_large_unpacked"),
        ("a.xlsx", packed(sheet1=sheet_xml("<row/>" * 700_000)), "too_large_table"),
        ("a.xlsx", packed(styles=b"<styleSheet>" + b"<xf/>" * 200_000 + b"</styleSheet>"), "too_large_table"),
        ("a.xlsx", packed(sheet1=sheet_xml("", '<mergeCell ref="A1:GR20000"/>' * 3)), "too_large_sheet"),
        ("a.csv", b"\xff\x00\xfe\x01", "unknown_encoding"),
        ("a.csv", b"a\0b", "unknown_encoding"),
        ("a.csv", b"a,b\n" * 20_001, "too_large_sheet"),
        ("a.csv", b"," * 300 + b"a", "too_large_sheet"),
        ("a.csv", b"", "empty"),
        ("a.xlsx", packed(sheet1=sheet_xml('<row r="20005"><c r="A20005"><v>1</v></c></row>')), "too_large_sheet"),
        ("a.xlsx", packed(sheet1=sheet_xml('<row r="1"><c r="XFD1"><v>1</v></c></row>')), "too_large_sheet"),
    ],
)
def test_what_is_no_spreadsheet_or_too_large_is_refused(name: str, data: bytes, code: str) -> None:
    with pytest.raises(BadFile) as caught:
        tables([(name, data)])
    assert caught.value.code == code


def test_many_small_sheets_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_CELLS", 10)
    with pytest.raises(BadFile) as caught:
        tables([("a.csv", b"a,b,c\n1,2,3\n4,5,6\n7,8,9\n")])
    assert caught.value.code == "too_large_table"


def test_formulas_are_what_they_were_calculated_to_last() -> None:
    data = packed(sheet1=sheet_xml('<row r="1"><c r="A1"><f>1+2</f><v>3</v></c><c r="C1"><f>NOW()</f></c></row>'))
    assert tables([("a.xlsx", data)])[0].rows == (("3",),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_files_are_read_in_the_encodings_that_programs_save(encoding: str) -> None:
    text = '学校,班级\r\n青山小学,"三年级\n（1）班"\r\n'
    assert tables([("班级.csv", text.encode(encoding))])[0].rows[1] == ("青山小学", "三年级\n(1)班")


def test_hidden_sheets_are_left_out_and_sheets_of_one_name_kept_apart() -> None:
    def hide(book: Any) -> None:
        for sheet in book.worksheets[1:]:
            sheet.sheet_state = "hidden"

    found = tables(empty(hide) * 2)
    assert [table.name for table in found] == ["县区", "县区 (2)"]
