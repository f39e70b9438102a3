"""Tables as a workbook to print, hand in and calculate with: a title, headings, rows, each sheet on A4 across."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import openpyxl
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | None
_LINE = Side(style="thin", color="FF999999")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_TEXT = Alignment(vertical="center", wrap_text=True)
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_BOLD = Font(bold=True)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sheet:
    """One sheet. `widths` are of the columns, in letters. Without `ruled` it has no lines, which take time."""

    name: str
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]
    ruled: bool = True


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The file, as .xlsx. No text of it is a formula, whatever it begins with."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in sheets:
        page = book.create_sheet(sheet.name[:31])
        last = get_column_letter(len(sheet.headings))
        page.append([sheet.title])
        page.merge_cells(f"A1:{last}1")
        page["A1"].font = Font(bold=True, size=16)
        page["A1"].alignment = _MIDDLE
        page.row_dimensions[1].height = 32
        page.append(list(sheet.headings))
        for row in sheet.rows:
            page.append(list(row))
        for cells in page.iter_rows(min_row=2, max_col=len(sheet.headings)):
            for cell in cells:
                if sheet.ruled:
                    cell.border, cell.alignment = _BORDER, _TEXT
                if isinstance(cell.value, str):
                    cell.data_type = "s"
        for cell in page[2]:
            cell.font, cell.alignment = _BOLD, _MIDDLE
        for at, width in enumerate(sheet.widths, 1):
            page.column_dimensions[get_column_letter(at)].width = width
        page.freeze_panes = "A3"
        page.print_title_rows = "1:2"
        page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
        page.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def plain(text: str) -> str:
    """A text for a cell of a csv file: no program takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
