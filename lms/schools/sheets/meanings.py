"""What a sheet can be, what its columns can mean, and by which names counties call them.

A meaning is `thing.field`. Names are as `cells.plain` leaves them; what a county adds in brackets is not looked at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lms.schools.sheets import cells
from lms.schools.sheets.cells import SUBJECTS
from lms.schools.sheets.types import NotUnderstood

Read = Callable[[str], Any]


@dataclass(frozen=True)
class Meaning:
    """`read` takes a cell's text and raises NotUnderstood. `telling`: cells that read so say what the column is."""

    names: tuple[str, ...]
    read: Read = str
    telling: bool = False

    def reads(self, text: str) -> bool:
        """Whether a cell holds what is meant."""
        if self.read is cells.subject:
            return cells.is_subject(text)
        try:
            self.read(text)
        except NotUnderstood:
            return False
        return True


_CODE = ("编号", "代码", "编码", "序号代码", "id", "code")
_NAME = ("名称", "name")


def _known_as(names: str, read: Read = str, *, telling: bool = False) -> Meaning:
    return Meaning(tuple(names.split()), read, telling)


def _levels(text: str) -> list[str]:
    return list(dict.fromkeys(cells.level(one) for one in cells.levels(text)))


MEANINGS: dict[str, Meaning] = {
    "county.name": _known_as("县 区县 县区 县市区 所属县 所属区县 所属县区 所在县 county district"),
    "county.cluster": _known_as("片区 集团 联盟 协作区 所属片区 所属集团 cluster alliance"),
    "county.max_concurrent": _known_as(
        "同时接收课数 同时上课数 最大并发 并发数 并发路数 链路容量 带宽可同时接收 最多同时接收 "
        "maxconcurrent lessonsatonce concurrentlessons linkcapacity",
        cells.whole,
    ),
    "school.name": _known_as(
        "学校 学校名称 校名 接收学校 接收学校名称 教学点 所在学校 school schoolname receivingschool"
    ),
    "school.code": _known_as("学校代码 学校编号 学校编码 学校标识码 学校id schoolid schoolcode"),
    "school.timezone": _known_as("时区 timezone zone"),
    "school.bells": _known_as("作息 作息表 作息时间表 作息类型 作息时间 执行作息 bells bellschedule schedule"),
    "school.rooms": _known_as(
        "远程教室数 接收教室数 同步课堂教室 同步课堂教室数 专递课堂教室数 录播教室数 接收教室 多媒体教室数 "
        "remoterooms rooms numberofrooms",
        cells.whole,
    ),
    "school.avoid": _known_as(
        "避开节次 尽量避开 尽量不排 不宜节次 尽量避开节次 不排节次 avoidperiods avoid periodstoavoid", cells.periods
    ),
    "class.name": _known_as("班级 班级名称 接收班级 班 班别 class classname receivingclass"),
    "class.code": _known_as("班级编号 班级代码 班级编码 班号 classid classcode"),
    "class.grade": _known_as("年级 所在年级 班级年级 grade grades year", cells.grades, telling=True),
    "class.open": _known_as(
        "可排节次 可上课时间 可用节次 可用时间 空闲节次 可接收时间 可接收节次 远程课可排时间 可排课时间 "
        "open openslots opentimes opentoremotelessons",
        cells.slots,
        telling=True,
    ),
    "request.code": _known_as("需求编号 申请编号 requestid requestcode"),
    "request.subject": _known_as(
        "学科 科目 课程 需求学科 申请学科 课程名称 subject course", cells.subject, telling=True
    ),
    "request.level": _known_as("学段 层次 级别 年段 level band", cells.level),
    "request.lessons": _known_as(
        "周课时 周课时数 每周课时 每周节数 周节数 课时 节数 课时/周 节/周 "
        "lessonsperweek lessons weeklylessons hours hoursperweek",
        cells.whole,
    ),
    "request.priority": _known_as("优先级 优先 权重 优先程度 priority weight", cells.number),
    "request.edition": _known_as("教材版本 教材 版本 教科书 textbook edition textbookedition"),
    "request.unit": _known_as("单元进度 教学进度 进度 当前单元 单元 unit unitprogress progress"),
    "site.name": _known_as("主讲点 主讲学校 主讲学校名称 主讲单位 中心校 主校 开课学校 leadsite leadschool site"),
    "site.code": _known_as("主讲点编号 主讲学校代码 主讲点代码 siteid leadsiteid sitecode"),
    "site.scope": _known_as("服务范围 范围 服务级别 辐射范围 scope serviceslevel", cells.scope, telling=True),
    "site.serves": _known_as("服务对象 服务县区 面向 服务区域 服务于 服务县区或片区 serves serving countyorcluster"),
    "site.timezone": _known_as("时区 timezone zone"),
    "site.bells": _known_as("作息 作息表 作息时间表 作息类型 作息时间 执行作息 bells bellschedule schedule"),
    "site.studios": _known_as(
        "主讲教室数 主讲教室 直播教室数 录播室数 演播室数 直播间数 studios numberofstudios leadclassrooms", cells.whole
    ),
    "teacher.name": _known_as("教师 主讲教师 教师姓名 姓名 任课教师 老师 teacher teachername leadteacher"),
    "teacher.code": _known_as("教师编号 教师工号 工号 教师代码 teacherid teachercode staffid"),
    "teacher.subject": _known_as("学科 任教学科 科目 课程 主讲学科 subject", cells.subject, telling=True),
    "teacher.levels": _known_as(
        "学段 任教学段 可教学段 任教年级 可教年级 年级 层次 级别 levels level grades bands", _levels
    ),
    "teacher.free": _known_as(
        "空闲时间 空闲节次 可排节次 可上课时间 可开课时间 可用时间 可排课时间 有空时间 free freeslots "
        "freetimes availability",
        cells.slots,
        telling=True,
    ),
    "teacher.most_lessons": _known_as(
        "周课时上限 每周节数上限 每周开课节数上限 每周最多 每周最多节数 最多课时 最大周课时 周最多节数 "
        "maxweeklylessons maxlessons mostlessonsaweek",
        cells.whole,
    ),
    "teacher.most_classes": _known_as(
        "最多接收班数 最多接收班级 每次最多带接收班级数 最多带接收班级数 同时接收班级上限 最多带班数 "
        "每节最多接收班 maxreceivers maxclasses classesatonce",
        cells.whole,
    ),
    "fixed.code": _known_as("固定课编号 自带课编号 streamid fixedid"),
    "fixed.level": _known_as("学段 年级 层次 级别 level grade", cells.level),
    "fixed.slots": _known_as("固定节次 上课时间 时间 节次 固定时间 slots times when", cells.slots, telling=True),
    "bell.place": _known_as(
        "作息名称 作息表 作息表名称 作息 适用学校 学校 学校/主讲点 地点 schedule schedulename place usedby"
    ),
    "bell.days": _known_as("日类型 适用日 适用日期 类型 daytype daysoftheweek"),
    "bell.period": _known_as("节次 节 第几节 课节 period periodnumber no", cells.period, telling=True),
    "bell.start": _known_as(
        "开始 开始时间 上课 上课时间 起 时间 起止时间 start starts begins from time", cells.clocks, telling=True
    ),
    "bell.end": _known_as("结束 结束时间 下课 下课时间 止 end ends until to", cells.clock, telling=True),
    "bell.minutes": _known_as("时长 分钟 分钟数 课长 minutes length duration", cells.whole),
    "room.name": _known_as("教室 教室名称 远程教室 专递教室 房间 room roomname classroom"),
    "term.starts": _known_as(
        "学期开始 开学日期 开始日期 开始 起始日期 上课起始 firstday starts start from", cells.day, telling=True
    ),
    "term.ends": _known_as(
        "学期结束 放假日期 结束日期 结束 截止日期 lastday ends end until",
        cells.day,
        telling=True,
    ),
    "day.date": _known_as("日期 时间 date dates day", cells.days, telling=True),
    "day.what": _known_as("类型 安排 性质 说明 内容 事项 what type kind"),
    "day.follows": _known_as("按 补 上课按 按周几上课 调休按 上周几的课 课表按 备注 follows lessonsof notes"),
    **{
        f"{thing}.on_{number}": Meaning(
            (f"周{day}", f"星期{day}", f"礼拜{day}", english[:3], english), cells.periods, telling=True
        )
        for thing in ("class", "teacher")
        for number, (day, english) in enumerate(
            zip("一二三四五", ("monday", "tuesday", "wednesday", "thursday", "friday"), strict=True), 1
        )
    },
    **{
        f"{thing}.period_{number}": _known_as(
            f"第{digit}节 {digit}节 第{number}节 {number}节 period{number} p{number}", cells.clocks, telling=True
        )
        for thing in ("school", "site", "bell")
        for number, digit in enumerate("一二三四五六七八九", 1)
    },
    **{
        f"hours.{code}": Meaning((code, *map(cells.plain, names)), cells.whole, telling=True)
        for code, names in SUBJECTS.items()
    },
}


@dataclass(frozen=True)
class Kind:
    """What a sheet can be. Columns that say only “name” or “number” mean those of `thing`.

    `needs` are the meanings that make it one; where one names several with spaces between, any of them will do.
    """

    names: tuple[str, ...]
    thing: str
    things: tuple[str, ...]
    needs: tuple[str, ...] = ()


def _kind(names: str, thing: str, things: str, *needs: str) -> Kind:
    return Kind(tuple(names.split(",")), thing, tuple(things.split()), needs)


KINDS: dict[str, Kind] = {
    "counties": _kind("县区,区县,县,counties,county", "county", "county", "county.name"),
    "schools": _kind("学校,接收学校,教学点,schools", "school", "school county", "school.name school.code"),
    "rooms": _kind(
        "教室,远程教室,rooms", "room", "room school.name school.code", "room.name", "school.name school.code"
    ),
    "bells": _kind("作息,作息时间,作息表,bells,bellschedules,periods", "bell", "bell", "bell.start bell.period_1"),
    "classes": _kind(
        "班级,接收班级,classes",
        "class",
        "class school county hours",
        "class.name class.code",
    ),
    "requests": _kind(
        "需求,课时,开课需求,课程需求,申请,课程计划,requests,curriculum,hours",
        "request",
        "request class school county hours",
        "request.subject hours.",
        "class.name class.code class.grade",
    ),
    "sites": _kind("主讲点,主讲学校,主讲,leadsites,sites", "site", "site", "site.name site.code"),
    "teachers": _kind(
        "主讲教师,教师,老师,teachers", "teacher", "teacher site.name site.code", "teacher.name teacher.code"
    ),
    "fixed": _kind(
        "固定课,自带班,本校固定课,fixed,fixedlessons,ownclasses",
        "fixed",
        "fixed teacher.name teacher.code",
        "teacher.name teacher.code",
        "fixed.slots",
    ),
    "term": _kind("学期,term", "term", "term", "term.starts"),
    "days": _kind("校历,假期,节假日,调休,放假调休,calendar,holidays,days", "day", "day", "day.date"),
}
GRIDS = {"class_grids": "class", "teacher_grids": "teacher"}
NOTHING = "nothing"


def meanings_of(kind: str) -> Mapping[str, Meaning]:
    """The meanings that columns of a kind of sheet can have."""
    if kind not in KINDS:
        return {}
    things = KINDS[kind].things
    return {
        name: _with_plain_names(name, meaning, KINDS[kind].thing)
        for name, meaning in MEANINGS.items()
        if name in things or name.partition(".")[0] in things
    }


def _with_plain_names(name: str, meaning: Meaning, thing: str) -> Meaning:
    own, _dot, field = name.partition(".")
    more = {"name": _NAME, "place": _NAME, "code": _CODE}.get(field, ()) if own == thing else ()
    return Meaning(meaning.names + more, meaning.read, meaning.telling)
