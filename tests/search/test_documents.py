import json

from search.documents import FIELD_WEIGHTS, field_texts, from_record, to_record
from tests.factories.search import make_cues, make_document


def test_every_weighted_field_has_its_text_and_lessons_belong_to_their_course() -> None:
    lesson = make_document(
        "a",
        title="选种",
        topics=("种植",),
        audiences=("妇女",),
        course_title="种土豆",
        transcript=make_cues("一", "二"),
    )
    texts = field_texts(lesson)
    assert list(texts) == list(FIELD_WEIGHTS)
    assert texts["topics"] == "种植\n种土豆"
    assert texts["transcript"] == "一\n二"


def test_the_places_weigh_in_the_order_of_the_design() -> None:
    weights = FIELD_WEIGHTS
    assert weights["title"] > weights["topics"] == weights["audiences"] > weights["summary"] > weights["body"]
    assert weights["body"] > weights["transcript"] > 0


def test_a_document_survives_being_written_as_json() -> None:
    document = make_document("a", title="選\0\U0001f954", transcript=make_cues("说"), topics=("种植",))
    assert from_record(json.loads(json.dumps(to_record(document)))) == document
