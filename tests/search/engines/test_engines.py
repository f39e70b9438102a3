"""What every engine does. Each engine of conftest.py must pass all of it."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from search.documents import Document
from search.engines import Engine, Found
from search.queries import parse
from tests.factories.search import key, make_cues, make_document


class Library:
    """The truth that an engine is told."""

    def __init__(self, *documents: Document) -> None:
        self.documents = list(documents)
        self.events = 0

    def keys(self) -> list[UUID]:
        return list(dict.fromkeys(document.key for document in self.documents))

    def read(self, wanted: UUID) -> Sequence[Document]:
        return [document for document in self.documents if document.key == wanted]

    def tell(self, engine: Engine, name: str) -> None:
        """What the outbox does after a change."""
        self.events += 1
        engine.update({key(name): self.events}, self.read)


def build(engine: Engine, *documents: Document) -> Library:
    library = Library(*documents)
    engine.rebuild(library.keys(), library.read)
    return library


def titles(found: Found) -> list[str]:
    return [hit.document.title for hit in found.hits]


def look(engine: Engine, query: str, **values: object) -> Found:
    return engine.search(parse(query), **{"language": "zh-hans", **values})  # type: ignore[arg-type]


def test_without_an_index_nothing_is_found_and_nothing_fails(engine: Engine) -> None:
    assert not engine.ready()
    assert look(engine, "电商") == Found()


def test_a_rebuild_makes_it_ready(engine: Engine) -> None:
    build(engine)
    assert engine.ready()
    assert look(engine, "电商").total == 0


@pytest.mark.parametrize("query", ["电商", "電商", "网店", "開網店", "Online SHOP", "shops", "电商 网店"])
def test_words_are_found_in_every_script_and_form(engine: Engine, query: str) -> None:
    build(engine, make_document("a", title="开网店：电商入门 (online shop)"), make_document("b", title="土豆的种植"))
    assert titles(look(engine, query)) == ["开网店：电商入门 (online shop)"]


def test_a_document_comes_back_as_it_was_given(engine: Engine) -> None:
    given = make_document(
        "a",
        title="選種 \U0001f954",
        summary="一\n二",
        topics=("种植",),
        topic_slugs=("zhongzhi",),
        audiences=("种植户",),
        transcript=make_cues("先选种", "再催芽"),
    )
    build(engine, given)
    assert look(engine, "选种").hits[0].document == given


def test_the_place_of_a_word_counts(engine: Engine) -> None:
    build(
        engine,
        make_document("t", title="标题之外", transcript=make_cues("说到土豆")),
        make_document("b", title="标题之外", body="写到土豆"),
        make_document("s", title="标题之外", summary="写到土豆"),
        make_document("o", title="标题之外", topics=("说到土豆",), topic_slugs=("tudou",)),
        make_document("h", title="说到土豆"),
        make_document("z", title="别的事情"),
    )
    order = [hit.document.key for hit in look(engine, "土豆").hits]
    assert order == [key("h"), key("o"), key("s"), key("b"), key("t")]


def test_a_word_that_all_documents_have_still_orders_them(engine: Engine) -> None:
    build(
        engine,
        make_document("a", title="直播的准备", body="开店"),
        make_document("b", title="开店第一步", body="准备"),
        make_document("c", title="包装", body="开店之后"),
    )
    assert titles(look(engine, "开店"))[0] == "开店第一步"
    assert look(engine, "开店").total == 3


def test_a_term_that_is_asked_for_twice_counts_twice(engine: Engine) -> None:
    build(engine, make_document("a", title="apple"), make_document("b", title="banana"))
    once, twice = look(engine, "apple banana"), look(engine, "apple banana apple")
    assert {hit.score for hit in once.hits} == {once.hits[0].score}
    assert titles(twice) == ["apple", "banana"]
    assert twice.hits[0].score == pytest.approx(2 * once.hits[0].score, rel=0.05)


def test_one_result_a_key_in_the_language_of_the_reader(engine: Engine) -> None:
    build(
        engine,
        make_document("a", title="Potato 土豆", language="en"),
        make_document("a", title="土豆 potato", language="zh-hans"),
        make_document("b", title="Potato fries 薯条", language="en"),
    )
    assert sorted(titles(look(engine, "potato"))) == ["Potato fries 薯条", "土豆 potato"]
    assert sorted(titles(look(engine, "potato", language="en"))) == ["Potato fries 薯条", "Potato 土豆"]
    assert look(engine, "potato").total == 2


def test_topics_are_counted_and_narrow_the_results(engine: Engine) -> None:
    build(
        engine,
        make_document("a", title="土豆种植", topics=("种植", "农业"), topic_slugs=("zhongzhi", "nongye")),
        make_document("b", title="土豆上网卖", topics=("电商",), topic_slugs=("dianshang",)),
        make_document("c", title="土豆病害", topics=("植保", "农业"), topic_slugs=("zhibao", "nongye")),
        make_document("d", title="养鸡", topics=("畜牧", "农业"), topic_slugs=("xumu", "nongye")),
    )
    found = look(engine, "土豆", topic="nongye")
    assert sorted(titles(found)) == ["土豆病害", "土豆种植"]
    assert found.total == 2
    assert found.topics == {"nongye": 2, "dianshang": 1, "zhibao": 1, "zhongzhi": 1}
    assert found.topic_titles["nongye"] == "农业"
    assert look(engine, "土豆", topic="nothing").total == 0


def test_pages_follow_each_other_without_repeats(engine: Engine) -> None:
    build(engine, *(make_document(str(number), title="土豆") for number in range(25)))
    pages = [look(engine, "土豆", offset=offset, limit=10) for offset in (0, 10, 20, 30)]
    assert [len(page.hits) for page in pages] == [10, 10, 5, 0]
    assert all(page.total == 25 for page in pages)
    assert len({hit.document.key for page in pages for hit in page.hits}) == 25


def test_what_hardly_matches_is_only_found_loosely(engine: Engine) -> None:
    build(engine, make_document("a", title="网店客服学习"), make_document("b", title="劳力与机械"))
    assert look(engine, "量子力学").total == 0
    assert look(engine, "量子力学", loose=True).total == 2


def test_an_update_adds_changes_and_removes(engine: Engine) -> None:
    library = build(engine, make_document("b", title="土豆"))
    library.documents.append(make_document("a", title="电商"))
    library.tell(engine, "a")
    assert titles(look(engine, "电商")) == ["电商"]
    library.documents[-1] = make_document("a", title="直播")
    library.tell(engine, "a")
    assert look(engine, "电商").total == 0
    assert titles(look(engine, "直播")) == ["直播"]
    library.documents.pop()
    library.tell(engine, "a")
    assert look(engine, "直播").total == 0
    assert titles(look(engine, "土豆")) == ["土豆"]


def test_an_update_can_be_repeated(engine: Engine) -> None:
    library = build(engine, make_document("a", title="土豆"))
    for _ in range(3):
        library.tell(engine, "a")
    assert look(engine, "土豆").total == 1


def test_an_update_before_the_first_build_is_found_but_the_index_is_not_whole(engine: Engine) -> None:
    library = Library(make_document("a", title="土豆"), make_document("b", title="电商"))
    library.tell(engine, "a")
    assert titles(look(engine, "土豆")) == ["土豆"]
    assert not engine.ready()
    rebuilt = engine.rebuild(library.keys(), library.read)
    assert (rebuilt.keys, rebuilt.documents, rebuilt.replayed) == (2, 2, 0)
    assert engine.ready()
    assert titles(look(engine, "电商")) == ["电商"]


def test_a_rebuild_forgets_what_is_gone(engine: Engine) -> None:
    build(engine, make_document("a", title="土豆"))
    build(engine, make_document("b", title="电商"))
    assert look(engine, "土豆").total == 0
    assert look(engine, "电商").total == 1


def test_what_changes_during_a_rebuild_is_replayed(engine: Engine) -> None:
    library = Library(*(make_document(name, title=f"土豆 {name}") for name in "abc"))

    def keys():  # type: ignore[no-untyped-def]
        yield key("a")
        yield key("b")
        yield key("c")
        # All three were read: now one changes, one goes, one comes.
        library.documents[0] = make_document("a", title="电商")
        del library.documents[1]
        library.documents.append(make_document("d", title="电商直播"))
        for name in "abd":
            library.tell(engine, name)
            assert look(engine, "土豆 电商").total > 0

    rebuilt = engine.rebuild(keys(), library.read)
    assert rebuilt.replayed == 3
    assert sorted(titles(look(engine, "电商"))) == ["电商", "电商直播"]
    assert titles(look(engine, "土豆")) == ["土豆 c"]


def test_a_rebuild_that_fails_leaves_the_index_as_it_was(engine: Engine) -> None:
    library = build(engine, make_document("a", title="土豆"))

    def broken(wanted: UUID) -> Sequence[Document]:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        engine.rebuild(library.keys(), broken)
    assert engine.ready()
    assert titles(look(engine, "土豆")) == ["土豆"]
    engine.rebuild(library.keys(), library.read)
    assert titles(look(engine, "土豆")) == ["土豆"]


@pytest.mark.parametrize(
    "query", ["", " ", "。", '"', "'; DROP TABLE documents; --", "土" * 5000, "NEAR(a b)", "*", "a*", "\0"]
)
def test_any_query_is_answered(engine: Engine, query: str) -> None:
    build(engine, make_document("a", title="土豆"))
    look(engine, query)
    assert titles(look(engine, "土豆")) == ["土豆"]
