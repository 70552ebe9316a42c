"""Objects on the wire: what peers write is read into columns, and what we write is exact."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.activitypub.schemas import DocumentSchema
from coffee_node.base.errors import CoffeeError, InvalidDocument
from tests.unit.activitypub.schema_samples import ACTOR, ID, EventLikeSchema, NoteSchema, parse, parse_event


def test_every_column_has_a_value_even_when_the_document_says_nothing() -> None:
    assert parse() == {
        "uri": ID,
        "type": "Note",
        "actor_uri": ACTOR,
        "name": "",
        "name_map": {},
        "summary": "",
        "summary_map": {},
        "content": "",
        "content_map": {},
        "language": "",
        "tags": [],
        "attachments": [],
        "url": "",
        "published": None,
        "updated": None,
    }


def test_null_is_the_same_as_absent() -> None:
    assert parse(summary=None, tag=None, published=None, contentMap=None) == parse()


def test_unknown_properties_are_left_out() -> None:
    assert parse(**{"@reverse": {}, "bto": [ID], "evil": 1, "uri": "x", "tags": [{}]}) == parse()


def test_what_is_written_is_read_back() -> None:
    moment = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    row = SimpleNamespace(
        uri=ID,
        type="x",
        actor_uri=ACTOR,
        name="Apéro",
        name_map={"fr": "Apéro", "en": "Drinks"},
        summary="",
        summary_map={},
        content="<p>Bonjour</p>",
        content_map={"fr": "<p>Bonjour</p>"},
        language="fr",
        tags=[{"type": "Hashtag", "name": "#python", "href": "https://tournai.example/tags/python"}],
        attachments=[],
        url=ID,
        published=moment,
        updated=None,
    )
    document = NoteSchema().render(row)
    assert document == {
        "id": ID,
        "type": "Note",
        "attributedTo": ACTOR,
        "name": "Apéro",
        "nameMap": {"fr": "Apéro", "en": "Drinks"},
        "content": "<p>Bonjour</p>",
        "contentMap": {"fr": "<p>Bonjour</p>"},
        "inLanguage": "fr",
        "tag": [{"type": "Hashtag", "name": "#python", "href": "https://tournai.example/tags/python"}],
        "url": ID,
        "published": "2026-11-23T09:00:00Z",
    }
    assert NoteSchema().parse(document) == vars(row) | {"type": "Note"}


@pytest.mark.parametrize("declared", ["Proposal", ["Proposal", "Thing"], "as:Proposal"])
def test_the_type_is_read_in_any_spelling_and_written_as_one_name(declared: Any) -> None:
    assert parse(type=declared)["type"] == "Proposal"
    assert NoteSchema().render(SimpleNamespace(type="Proposal"))["type"] == "Note"


@pytest.mark.parametrize(
    "author",
    [
        pytest.param([ACTOR, "https://victim.example/a"], id="h13c list of two"),
        pytest.param(5, id="h13d number"),
        pytest.param("1", id="h13e local id"),
        pytest.param({"type": "Person"}, id="object without an id"),
        pytest.param("javascript:alert(1)", id="no web address"),
        pytest.param([], id="empty list"),
    ],
)
def test_h13_an_author_that_is_not_one_address_is_refused(author: Any) -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse(attributedTo=author)
    assert list(caught.value.fields) == ["attributedTo"]


@pytest.mark.parametrize("author", [ACTOR, [ACTOR], {"id": ACTOR, "type": "Person"}, [{"id": ACTOR}]])
def test_an_author_may_be_written_in_several_ways(author: Any) -> None:
    assert parse(attributedTo=author)["actor_uri"] == ACTOR


@pytest.mark.parametrize("document", [None, [], "x", 5])
def test_what_is_no_object_is_refused(document: Any) -> None:
    with pytest.raises(InvalidDocument):
        NoteSchema().parse(document)


def test_errors_name_the_properties_of_the_wire() -> None:
    with pytest.raises(InvalidDocument) as caught:
        EventLikeSchema().parse({"name": 5, "published": "yesterday"})
    assert set(caught.value.fields) == {"name", "published", "startTime"}
    assert "startTime" in str(caught.value)


@pytest.mark.parametrize(
    ("texts", "language", "content"),
    [
        ({"fr": "<p>a</p>", "nl": "<p>b</p>"}, "nl", "<p>b</p>"),
        ({"fr": "<p>a</p>", "nl": "<p>b</p>"}, None, "<p>a</p>"),
        ({"nl": "<p>b</p>"}, None, "<p>b</p>"),
        ("no map", None, ""),
        ({"not a language": "x", "5": "y", "fr": 5}, None, ""),
    ],
)
def test_a_text_is_found_in_its_translations(texts: Any, language: str | None, content: str) -> None:
    assert parse(contentMap=texts, inLanguage=language)["content"] == content


def test_the_only_translation_tells_the_language() -> None:
    assert parse(contentMap={"nl": "<p>b</p>"})["language"] == "nl"
    assert parse(contentMap={"nl": "<p>b</p>", "fr": "a"})["language"] == ""


@pytest.mark.parametrize(
    ("value", "language"),
    [
        ("fr", "fr"),
        ("nl-BE", "nl-BE"),
        (["de", "fr"], "de"),
        ({"identifier": "en"}, "en"),
        ("<b>", ""),
        (5, ""),
    ],
)
def test_a_language_is_a_tag_or_nothing(value: Any, language: str) -> None:
    assert parse(inLanguage=value)["language"] == language


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T09:00:00Z", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23t09:00:00z", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23 10:00:00+01:00", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23T09:00Z", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23T09:00:00.123456789Z", datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-23T09:00:00.5Z", datetime(2026, 11, 23, 9, 0, 0, 500000, tzinfo=UTC)),
    ],
)
def test_a_moment_is_kept_in_utc(text: str, moment: datetime) -> None:
    assert parse(published=text)["published"] == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T09:00:00",
        "2026-11-23",
        "23/11/2026",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-02-30T09:00:00Z",
        "2026-11-23T25:00:00Z",
        "2026-11-23T09:00:00+99:00",
        "\u0662026-11-23T09:00:00Z",
        "",
        5,
        [],
    ],
)
def test_what_is_no_moment_is_refused(text: Any) -> None:
    with pytest.raises(InvalidDocument):
        parse(published=text)


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Europe/Paris", "2026-12-12T18:00:00+01:00"),
        ("America/New_York", "2026-12-12T12:00:00-05:00"),
        ("", "2026-12-12T17:00:00Z"),
        (None, "2026-12-12T17:00:00Z"),
        ("Europe/Nowhere", "2026-12-12T17:00:00Z"),
        ("../../etc/passwd", "2026-12-12T17:00:00Z"),
    ],
)
def test_a_time_is_written_in_the_zone_of_its_row(zone: str | None, written: str) -> None:
    row = SimpleNamespace(start_time=datetime(2026, 12, 12, 17, tzinfo=UTC), timezone=zone)
    assert EventLikeSchema().render(row)["startTime"] == written


def test_references_that_are_none_are_left_out_of_a_list() -> None:
    assert parse_event(organizers=[ACTOR, "x", {"id": ACTOR}, None, 5])["organizers"] == [ACTOR, ACTOR]
    assert parse_event(organizers=ACTOR)["organizers"] == [ACTOR]
    assert parse_event(organizers=None)["organizers"] == []


@pytest.mark.parametrize(
    ("value", "count"),
    [(40, 40), (0, 0), (40.0, 40), (-1, None), ("5", None), (1e300, None), (True, None), (2**40, None)],
)
def test_a_count_is_a_sensible_number_or_nothing(value: Any, count: int | None) -> None:
    assert parse_event(maximumAttendeeCapacity=value)["capacity"] == count


PROPERTIES = st.sampled_from(
    [
        "id",
        "type",
        "name",
        "url",
        "href",
        "latitude",
        "longitude",
        "address",
        "addressCountry",
        "@value",
        "fr",
        "value",
    ]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(ACTOR) | st.just("fr"),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5) | PROPERTIES, inner, max_size=4)
    ),
    max_leaves=12,
)


def wire_names(schema: DocumentSchema) -> list[str]:
    return [field.data_key or name for name, field in schema.load_fields.items()]


@given(
    st.dictionaries(
        st.sampled_from(wire_names(EventLikeSchema())) | st.text(max_size=5), json_values, max_size=10
    )
)
def test_nothing_but_our_errors_comes_out_of_a_document(document: dict[str, Any]) -> None:
    for candidate in (document, {**document, "startTime": "2026-12-12T18:00:00+01:00"}):
        try:
            values = EventLikeSchema().parse(candidate)
        except CoffeeError:
            continue
        again = EventLikeSchema().render(values)
        assert EventLikeSchema().render(EventLikeSchema().parse(again)) == again
