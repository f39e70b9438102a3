"""What the learner's templates are given: built values in Chinese and English, no database."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid5

from courses.types import CourseCard, Cue, LessonCard, LessonState, ModuleView, Quality
from media_pipeline.types import FragmentIndex, Media, Rendition, Share, Sound
from search.types import CueHit, Result, SearchResults, TopicCount

SPACE = UUID("018f0000-0000-7000-8000-000000000000")
ZH_LESSONS = [
    ("选一个能发货的平台", "先看运费和规则，再看人气。"),
    ("店名和头像怎么取", "好记、好打字、看得出卖什么。"),
    ("手机拍好一张主图", "窗边拍，不开闪光灯。"),
    ("写标题：买家会打哪些字", "产地、品种、规格，一样不少。"),
    ("算清楚一单赚多少", "运费、包材、平台扣点都要算进去。"),
    ("第一次直播前的准备", "试网、试光、试声音。"),
]
EN_LESSONS = [
    ("Choose a platform that ships from here", "Postage and rules first, crowds later."),
    ("A shop name people can type", "Short, and it says what is sold."),
    ("One good main picture with a phone", "By the window, no flash."),
    ("Titles: the words buyers type", "Place, variety, size."),
    ("What one order really earns", "Postage, packing and fees all count."),
    ("Before the first live sale", "Try the link, the light and the sound."),
]
STATES: list[LessonState] = ["ready", "ready", "playable", "encoding", "failed", "text"]


def key(name: str) -> UUID:
    """A UUID that is the same in every run."""
    return uuid5(SPACE, name)


def lesson(number: int = 1, *, language: str = "zh", state: LessonState = "ready", **changes: Any) -> LessonCard:
    """A lesson in a list."""
    title, summary = (EN_LESSONS if language == "en" else ZH_LESSONS)[(number - 1) % 6]
    video = state in {"ready", "playable"}
    made = LessonCard(
        key=key(f"lesson {number}"),
        title=title,
        summary=summary,
        url=f"{'/en' if language == 'en' else ''}/courses/kai-wang-dian/lesson-{number}/",
        short_code=f"3170{number}4",
        number=number,
        state=state,
        duration_s=None if state == "text" else 300.0 + 60 * number,
        size_bytes=2_400_000 + 310_000 * number if video else None,
        qualities=tuple(
            Quality(name, size * (10 + number) // 10, bps)
            for name, size, bps in [
                ("voice", 780_000, 16_400),
                ("slides", 1_240_000, 26_000),
                ("v48", 2_250_000, 47_800),
                ("v100", 4_600_000, 98_000),
                ("v250", 11_400_000, 246_000),
            ]
        )[: 5 if state == "ready" else 1 if state == "playable" else 0],
        poster_url=None,
        fraction={"playable": 0.62, "encoding": 0.08}.get(state, 1.0),
    )
    return replace(made, **changes)


def lessons(language: str = "zh", *, mixed: bool = False) -> list[LessonCard]:
    """Six lessons, one in each state when `mixed`."""
    return [lesson(n, language=language, state=STATES[n - 1] if mixed else "ready") for n in range(1, 7)]


def modules(language: str = "zh", *, mixed: bool = False) -> tuple[ModuleView, ...]:
    """Two modules of three lessons."""
    made = lessons(language, mixed=mixed)
    titles = ("Open the shop", "Sell the first box") if language == "en" else ("把店开起来", "卖出第一箱")
    return (ModuleView(titles[0], tuple(made[:3])), ModuleView(titles[1], tuple(made[3:])))


def page(language: str = "zh", **changes: Any) -> Any:
    """What templates read of a page of the tree."""
    about = {"title": "Fieldschool" if language == "en" else "田间学堂", "seo_title": "", "search_description": ""}
    return SimpleNamespace(**about, url="/courses/", alias_of=None, introduction="", body=(), **changes)


def course(language: str = "zh", number: int = 1, **changes: Any) -> CourseCard:
    """A course in a list."""
    zh = [
        (
            "开网店：从第一张图到第一单",
            "用一部手机把店开起来，把家里的东西卖出去。不收加盟费，不买课。",
            ("电商", "开店"),
        ),
        (
            "马铃薯：选种、起垄、防晚疫病",
            "一亩地怎么种、怎么管，按季节一课一课来。",
            ("农业技术", "种植"),
        ),
        ("认得清骗局", "刷单、贷款、冒充客服：十种常见骗法，一看就懂。", ("账号安全与防骗",)),
    ]
    en = [
        (
            "Open an online shop, from first picture to first order",
            "With one phone, sell what grows at home.",
            ("E-commerce",),
        ),
        (
            "Potatoes: seed, ridges and blight",
            "How to plant and look after one field, season by season.",
            ("Farming", "Crops"),
        ),
        ("Know a scam", "Ten common tricks, understood at a glance.", ("Account safety",)),
    ]
    title, summary, topics = (en if language == "en" else zh)[(number - 1) % 3]
    made = CourseCard(
        key=key(f"course {number}"),
        title=title,
        summary=summary,
        url=f"{'/en' if language == 'en' else ''}/courses/kai-wang-dian/",
        short_code="271828",
        topics=topics,
        lesson_count=6,
        duration_s=2_880.0,
        size_bytes=17_600_000,
    )
    return replace(made, **changes)


def topics(language: str = "zh") -> tuple[Any, ...]:
    """Topics with their pictures and counts."""
    rows = [
        ("e-commerce", "电商", "E-commerce", "shop"),
        ("live-selling", "直播带货", "Live selling", "megaphone"),
        ("crops", "种植", "Crops", "sprout"),
        ("livestock", "养殖", "Livestock", "cow"),
        ("plant-protection", "植保", "Plant protection", "bug"),
        ("village-health", "村医培训", "Village health", "heart"),
        ("rural-tourism", "乡村旅游与文化", "Rural tourism and culture", "mountain"),
        ("account-safety", "账号安全与防骗", "Account safety and fraud", "shield"),
    ]
    return tuple(
        SimpleNamespace(slug=slug, title=en if language == "en" else zh, icon=icon, count=place % 4 + 1)
        for place, (slug, zh, en, icon) in enumerate(rows)
    )


def media() -> Media:
    """A lesson's media with one sound and one picture."""
    index = FragmentIndex(starts_s=(0.0, 2.0), offsets=(800, 6_000, 12_000))
    sound = Sound(
        "voice", "zh", "/media/r/aa/voice.mp4", 'audio/mp4; codecs="opus"', 780_000, 360.0, 16_400, True, index
    )
    picture = Rendition(
        "v48",
        "video",
        "/media/r/bb/v48.mp4",
        'video/mp4; codecs="av01.0.00M.08"',
        1_470_000,
        2_250_000,
        360.0,
        47_800,
        426,
        240,
        12.0,
        index,
    )
    return Media(
        asset_id=key("asset"),
        state="ready",
        name="v.mp4",
        content="camera",
        duration_s=360.0,
        width=426,
        height=240,
        sounds=(sound,),
        renditions=(picture,),
        share=Share("/media/r/cc/share.mp4", "video/mp4", 5_300_000),
        poster_url="/media/r/dd/poster.jpg",
        poster_width=426,
        poster_height=240,
    )


def cues(language: str = "zh", count: int = 24) -> tuple[Cue, ...]:
    """Captions, one every five seconds."""
    zh = [
        "大家好，今天讲怎么选平台。",
        "先看运费，再看规则。",
        "一箱五公斤的苹果，运费最好不超过八块。",
        "写下来，算一算，别着急开店。",
    ]
    en = [
        "Hello. Today: choosing a platform.",
        "Postage first, then the rules.",
        "Five kilos of apples should post for eight.",
        "Write it down before opening a shop.",
    ]
    return tuple(Cue(5.0 * n, 5.0 * n + 4.6, (en if language == "en" else zh)[n % 4]) for n in range(count))


def results(language: str = "zh") -> SearchResults:
    """Found words in two courses."""
    text = "Postage for apples: count it first." if language == "en" else "一箱苹果的运费要先算清楚，再定价。"
    found = [text.index("apples"), text.index("apples") + 6] if language == "en" else [2, 4]
    rows = []
    for n in range(1, 5):
        at = lesson(n, language=language)
        of = course(language, 1 + n // 3)
        rows.append(
            Result(
                kind="course" if n == 3 else "lesson",
                key=at.key,
                language="en" if language == "en" else "zh-hans",
                title=of.title if n == 3 else at.title,
                title_marks=((0, 2),),
                url=at.url,
                score=9.0 - n,
                highlight=text,
                marks=((found[0], found[1]),),
                course_key=of.key,
                course_title=of.title,
                course_url=of.url,
                topics=("crops",),
                cue=CueHit(192.4, text) if n % 2 else None,
            )
        )
    return SearchResults(
        query="苹果",
        total=23,
        took_ms=4.0,
        results=tuple(rows),
        topics=(TopicCount("crops", "种植", 14), TopicCount("e-commerce", "电商", 9)),
    )
