"""A workbook to fill in: the headings that are known best, and an example row in each sheet, in two languages."""

import io

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_GREEN = "FF14502A"
_WIDTH = 20
# Name, headings and an example of each sheet.
_CHINESE = (
    ("县区", "县区|片区|同时接收课数", "青河县|东部片区|12"),
    ("接收学校", "学校|县区|时区|作息|接收教室数|尽量避开节次", "青山小学|青河县|Asia/Shanghai|夏季作息|1|第2节"),
    ("作息", "作息名称|节次|上课时间|下课时间", "夏季作息|第1节|08:20|09:00"),
    ("作息", "", "夏季作息|第2节|09:10|09:50"),
    ("接收班级", "学校|班级|年级|可排节次", "青山小学|三、四年级复式班|三、四年级|周一第1-2节；周二、周四第2节"),
    (
        "开课需求",
        "学校|班级|学科|学段|周课时|优先级|教材版本|单元进度",
        "青山小学|三、四年级复式班|音乐|三、四年级|2|1|人教版|第二单元",
    ),
    ("主讲学校", "主讲学校|服务范围|服务对象|时区|作息|主讲教室数", "实验小学|县级|青河县|Asia/Shanghai|夏季作息|2"),
    (
        "主讲教师",
        "姓名|工号|主讲学校|学科|学段|空闲时间|周课时上限|最多接收班数",
        "王芳|T001|实验小学|音乐|一、二年级；三、四年级|周一第1节；周二至周四第2节|8|3",
    ),
    ("自带班", "姓名|工号|学段|上课时间", "王芳|T001|三、四年级|周二第1节；周五第1节"),
    ("学期", "开学日期|放假日期", "2026-09-07|2027-01-15"),
    ("校历", "日期|安排|按周几上课", "2026-10-01至2026-10-07|放假|"),
    ("校历", "", "2026-10-10|调休上课|周四"),
)
_ENGLISH = (
    ("Counties", "County|Cluster|Lessons at once", "Qinghe|East|12"),
    (
        "Schools",
        "School|County|Time zone|Bell schedule|Remote rooms|Avoid periods",
        "Qingshan Primary|Qinghe|Asia/Shanghai|Summer|1|2",
    ),
    ("Bell schedules", "Schedule name|Period|Starts|Ends", "Summer|1|08:20|09:00"),
    ("Bell schedules", "", "Summer|2|09:10|09:50"),
    ("Classes", "School|Class|Grades|Open slots", "Qingshan Primary|Grades 3 and 4|3-4|Mon P1-2; Tue P2; Thu P2"),
    (
        "Requests",
        "School|Class|Subject|Level|Lessons per week|Priority|Textbook|Unit",
        "Qingshan Primary|Grades 3 and 4|Music|Grades 3-4|2|1|PEP|Unit 2",
    ),
    (
        "Lead sites",
        "Lead site|Scope|Serves|Time zone|Bell schedule|Studios",
        "Shiyan Primary|County|Qinghe|Asia/Shanghai|Summer|2",
    ),
    (
        "Teachers",
        "Teacher|Teacher ID|Lead site|Subject|Levels|Free slots|Max lessons|Max classes",
        "Wang Fang|T001|Shiyan Primary|Music|Grades 1-2; Grades 3-4|Mon P1; Tue-Thu P2|8|3",
    ),
    ("Own classes", "Teacher|Teacher ID|Level|Times", "Wang Fang|T001|Grades 3-4|Tue P1; Fri P1"),
    ("Term", "First day|Last day", "2026-09-07|2027-01-15"),
    ("Holidays", "Date|Kind|Lessons of", "2026-10-01 to 2026-10-07|Holiday|"),
    ("Holidays", "", "2026-10-10|Swapped|Thursday"),
)
LANGUAGES = {"zh": _CHINESE, "en": _ENGLISH}


def workbook(language: str) -> bytes:
    """The file, as .xlsx. `language` is one of LANGUAGES."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, headings, example in LANGUAGES[language]:
        if headings:
            sheet = book.create_sheet(name)
            sheet.append(headings.split("|"))
            for column, cell in enumerate(sheet[1], 1):
                cell.font = Font(bold=True, color="FFFFFFFF")
                cell.fill = PatternFill("solid", fgColor=_GREEN)
                cell.alignment = Alignment(wrap_text=True, vertical="center")
                sheet.column_dimensions[get_column_letter(column)].width = _WIDTH
            sheet.freeze_panes = "A2"
        book[name].append(example.split("|"))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
