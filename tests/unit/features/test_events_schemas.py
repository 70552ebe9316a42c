"""Events on the wire: the documents of FEP-8a8e out, everything peers send in."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from coffee_node.activitypub.vocabulary import EVENT_CONTEXT
from coffee_node.base import i18n
from coffee_node.base.errors import InvalidDocument
from coffee_node.features.events.models import Event
from coffee_node.features.events.schemas import EventSchema
from coffee_node.federation.models import Actor

URI = "https://lille.example/objects/0192f40f"
ACTOR = "https://lille.example/actors/mutualab"
BANNER = {"type": "Document", "mediaType": "image/jpeg", "url": "https://media.lille.example/m/aa10.jpg",
          "name": "Banner", "width": 1200, "height": 600, "focalPoint": [0.0, 0.0]}  # fmt: skip
WEBSITE = {
    "type": "Link",
    "mediaType": "text/html",
    "href": "https://mutualab.example/apero",
    "name": "Website",
}
PYTHON = {"type": "Hashtag", "name": "#python", "href": "https://lille.example/tags/python"}
PLACE = {
    "type": "Place",
    "id": f"{ACTOR}#place",
    "name": "Mutualab",
    "latitude": 50.63297,
    "longitude": 3.05858,
    "address": {
        "type": "PostalAddress",
        "streetAddress": "19 rue Nicolas Leblanc",
        "postalCode": "59000",
        "addressLocality": "Lille",
        "addressRegion": "Hauts-de-France",
        "addressCountry": "FR",
    },
}
DOCUMENT: dict[str, Any] = {
    "id": URI,
    "type": "Event",
    "attributedTo": ACTOR,
    "name": "Apéro Python transfrontalier",
    "nameMap": {"fr": "Apéro Python transfrontalier", "en": "Cross-border Python drinks"},
    "summary": "<p>samedi 12 décembre 2026, 18:00–20:00 (Europe/Paris) · "
    "Mutualab, 19 rue Nicolas Leblanc, Lille</p>",
    "content": "<p>Trois présentations courtes, puis un verre.</p>",
    "mediaType": "text/html",
    "inLanguage": "fr",
    "startTime": "2026-12-12T18:00:00+01:00",
    "endTime": "2026-12-12T20:00:00+01:00",
    "displayEndTime": True,
    "timezone": "Europe/Paris",
    "eventStatus": "EventScheduled",
    "status": "CONFIRMED",
    "category": "NETWORKING",
    "isOnline": False,
    "joinMode": "free",
    "anonymousParticipationEnabled": False,
    "repliesModerationOption": "closed",
    "commentsEnabled": False,
    "maximumAttendeeCapacity": 40,
    "remainingAttendeeCapacity": 37,
    "participantCount": 3,
    "attendees": f"{URI}/attendees",
    "organizers": {"type": "Collection", "id": f"{URI}/organizers", "totalItems": 1, "items": [ACTOR]},
    "location": PLACE,
    "attachment": [BANNER, WEBSITE],
    "tag": [PYTHON],
    "url": URI,
    "published": "2026-11-23T09:10:00Z",
    "updated": "2026-11-23T09:10:00Z",
}
schema = EventSchema()


@pytest.fixture(autouse=True)
def in_french() -> Any:
    token = i18n.current_language.set("fr")
    yield
    i18n.current_language.reset(token)


def read(**changes: Any) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT) | changes
    return schema.parse({name: value for name, value in document.items() if value is not ...})


def row_of(**changes: Any) -> Event:
    """The event of the document as a row that was never stored."""
    columns = {column.key for column in Event.__table__.columns}
    values = {name: value for name, value in (read() | changes).items() if name in columns}
    return Event(**values, actor=Actor(uri=ACTOR))


def write(**changes: Any) -> dict[str, Any]:
    return schema.render(row_of(**changes))


def test_an_event_read_and_written_again_is_the_same_document() -> None:
    assert write() == DOCUMENT


def test_the_moved_event_of_the_specification_is_written_as_there() -> None:
    document = write(
        start_time=datetime(2026, 12, 19, 17, tzinfo=UTC),
        end_time=datetime(2026, 12, 19, 19, tzinfo=UTC),
        previous_start_time=datetime(2026, 12, 12, 17, tzinfo=UTC),
        event_status="EventRescheduled",
    )
    assert document["startTime"] == "2026-12-19T18:00:00+01:00"
    assert document["endTime"] == "2026-12-19T20:00:00+01:00"
    assert document["previousStartTime"] == "2026-12-12T18:00:00+01:00"
    assert (document["eventStatus"], document["status"]) == ("EventRescheduled", "CONFIRMED")
    assert "samedi 19 décembre 2026, 18:00–20:00 (Europe/Paris)" in document["summary"]
    assert document["summary"].startswith("<p>MOVED to ")


def test_only_declared_terms_go_out() -> None:
    declared = EVENT_CONTEXT[-1]
    assert isinstance(declared, dict)
    plain = {"id", "type", "attributedTo", "name", "nameMap", "summary", "content", "contentMap", "mediaType"}
    plain |= {"startTime", "endTime", "location", "attachment", "tag", "url", "published", "updated"}
    written = set(write(external_url="https://a.example/", previous_start_time=row_of().start_time))
    assert {"externalParticipationUrl", "previousStartTime"} < written
    assert written - plain <= set(declared)


@pytest.mark.parametrize(
    ("zone", "start", "written"),
    [
        ("Europe/Paris", datetime(2026, 7, 1, 16, tzinfo=UTC), "2026-07-01T18:00:00+02:00"),
        ("Europe/Paris", datetime(2026, 12, 1, 17, tzinfo=UTC), "2026-12-01T18:00:00+01:00"),
        ("Europe/London", datetime(2026, 12, 1, 17, tzinfo=UTC), "2026-12-01T17:00:00+00:00"),
        ("", datetime(2026, 12, 1, 17, tzinfo=UTC), "2026-12-01T18:00:00+01:00"),
    ],
)
def test_times_go_out_with_the_offset_of_the_events_zone(zone: str, start: datetime, written: str) -> None:
    assert write(timezone=zone, start_time=start, end_time=None)["startTime"] == written


def test_an_event_without_zone_and_country_goes_out_in_utc() -> None:
    document = write(timezone="", country="", place=None)
    assert document["startTime"] == "2026-12-12T17:00:00+00:00"
    assert document["timezone"] == "UTC"


def test_an_open_end_goes_out_as_an_estimate_that_is_not_shown() -> None:
    document = write(end_time=None)
    assert document["endTime"] == "2026-12-12T20:00:00+01:00"
    assert document["displayEndTime"] is False
    assert "18:00 (Europe/Paris)" in document["summary"]


def test_an_event_over_several_days_names_both_in_its_line() -> None:
    line = write(end_time=datetime(2026, 12, 13, 9, tzinfo=UTC))["summary"]
    assert "samedi 12 décembre 2026, 18:00 – dimanche 13 décembre 2026, 10:00 (Europe/Paris)" in line


@pytest.mark.parametrize(
    ("status", "word", "line"),
    [
        ("EventScheduled", "CONFIRMED", "<p>samedi"),
        ("EventTentative", "TENTATIVE", "<p>TO BE CONFIRMED: samedi"),
        ("EventPostponed", "TENTATIVE", "<p>TO BE CONFIRMED: samedi"),
        ("EventCancelled", "CANCELLED", "<p>CANCELLED: samedi"),
        ("EventMovedOnline", "CONFIRMED", "<p>samedi"),
    ],
)
def test_the_state_stands_in_two_vocabularies_and_in_the_line(status: str, word: str, line: str) -> None:
    document = write(event_status=status)
    assert (document["eventStatus"], document["status"]) == (status, word)
    assert document["summary"].startswith(line)


def test_the_line_is_written_in_the_language_that_is_spoken() -> None:
    i18n.current_language.set("nl")
    assert "zaterdag 12 december 2026, 18:00–20:00 (Europe/Paris)" in write()["summary"]


def test_markup_in_a_place_is_escaped_in_the_line() -> None:
    assert "&lt;b&gt;" in write(place={"type": "Place", "name": "<b>"})["summary"]


def test_an_event_without_picture_gets_the_banner_of_its_node_first() -> None:
    attachments = write(attachments=[WEBSITE])["attachment"]
    assert attachments[0] == {
        "type": "Document",
        "mediaType": "image/png",
        "url": "https://lille.example/events/static/banner.png",
        "name": "Banner",
    }
    assert attachments[1] == WEBSITE


def test_pictures_come_first_and_every_attachment_has_a_media_type() -> None:
    link = {"type": "Link", "href": "https://a.example/"}
    picture = {"type": "Document", "url": "https://a.example/x.webp", "name": "x"}
    written = write(attachments=[link, picture])["attachment"]
    assert [entry["mediaType"] for entry in written] == ["image/webp", "text/html"]


def test_an_online_event_has_one_virtual_location() -> None:
    document = write(
        place=None, latitude=None, longitude=None, is_online=True, online_url="https://meet.example/a"
    )
    assert document["location"] == {"type": "VirtualLocation", "url": "https://meet.example/a"}
    assert document["isOnline"] is True
    assert "Mutualab" not in document["summary"]


def test_a_hybrid_event_keeps_its_place_and_carries_the_address_as_a_link() -> None:
    document = write(online_url="https://meet.example/a")
    assert document["location"]["type"] == "Place"
    assert document["attachment"][-1] == {
        "type": "Link",
        "href": "https://meet.example/a",
        "name": "Online",
        "mediaType": "text/html",
    }
    again = schema.parse(document)
    assert again["online_url"] == "https://meet.example/a"
    assert again["place"]["name"] == "Mutualab"


def test_only_hashtags_with_their_sign_go_out() -> None:
    skill = {"type": "Link", "rel": "skill", "href": "http://data.europa.eu/esco/skill/1", "name": "Python"}
    assert write(tags=[skill, {"type": "Hashtag", "name": "python"}])["tag"] == [
        {"type": "Hashtag", "name": "#python"}
    ]
    assert "tag" not in write(tags=[skill])


def test_whole_degrees_go_out_as_floats() -> None:
    location = write(place={"type": "Place", "name": "x", "latitude": 50, "longitude": 3})["location"]
    assert (repr(location["latitude"]), repr(location["longitude"])) == ("50.0", "3.0")


def test_an_event_without_limit_says_nothing_of_seats_left() -> None:
    document = write(capacity=None, remaining_capacity=None)
    assert "maximumAttendeeCapacity" not in document
    assert "remainingAttendeeCapacity" not in document


def test_nothing_empty_goes_out() -> None:
    document = write(content="", name_map={}, category="", tags=[], language="", external_url="")
    assert not [name for name, value in document.items() if value in (None, "", [], {})]


@pytest.mark.parametrize("missing", ["name", "startTime"])
@pytest.mark.parametrize("value", [None, "", "   "])
def test_an_event_without_title_or_start_is_refused_by_name(missing: str, value: str | None) -> None:
    with pytest.raises(InvalidDocument) as refused:
        read(**{missing: value, "nameMap": ...})
    assert missing in refused.value.fields


def test_a_title_given_only_by_language_is_a_title() -> None:
    assert read(name=..., nameMap={"nl": "Borrel", "fr": "Apéro"})["name"] == "Apéro"
    assert read(name=..., nameMap={"nl": "Borrel"}, inLanguage=...)["name"] == "Borrel"


@pytest.mark.parametrize(
    ("end", "kept"),
    [
        ("2026-12-12T20:00:00+01:00", datetime(2026, 12, 12, 19, tzinfo=UTC)),
        (None, None),
        ("soon", None),
        (5, None),
        ("2026-12-12T17:59:00+01:00", None),
        ("2026-12-12T19:30:00", datetime(2026, 12, 12, 18, 30, tzinfo=UTC)),
    ],
)
def test_an_end_counts_only_when_it_can_be_read_and_is_not_before_the_start(end: Any, kept: Any) -> None:
    assert read(endTime=end)["end_time"] == kept


@pytest.mark.parametrize("start", ["soon", 5, ["2026"], "2026-13-12T18:00:00Z"])
def test_a_start_that_is_no_moment_is_refused(start: Any) -> None:
    with pytest.raises(InvalidDocument):
        read(startTime=start)


def test_a_time_without_offset_is_read_on_the_clocks_of_its_zone_and_refused_without_one() -> None:
    assert read(startTime="2026-12-12T18:00:00")["start_time"] == datetime(2026, 12, 12, 17, tzinfo=UTC)
    with pytest.raises(InvalidDocument):
        read(startTime="2026-12-12T18:00:00", timezone=...)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", 5, ["Europe/Paris"], "/etc"])
def test_a_zone_nobody_knows_is_dropped_and_the_offset_counts(zone: Any) -> None:
    values = read(timezone=zone)
    assert values["timezone"] == ""
    assert values["start_time"] == datetime(2026, 12, 12, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("location", "name", "country"),
    [
        ("La Cantine, Lille", "La Cantine, Lille", ""),
        (PLACE, "Mutualab", "FR"),
        ([PLACE], "Mutualab", "FR"),
        ([{"type": "VirtualLocation", "url": "https://meet.example/a"}, PLACE], "Mutualab", "FR"),
        ({"type": "Place", "name": "X", "address": "19 rue Y"}, "X", ""),
        ({"type": "Place", "name": "X", "address": {"addressCountry": "Belgique"}}, "X", "BE"),
    ],
)
def test_a_location_may_be_text_object_or_list(location: Any, name: str, country: str) -> None:
    values = read(location=location)
    assert values["place"]["name"] == name
    assert values["country"] == country


@pytest.mark.parametrize("location", [None, [], 5, {}, {"type": "Place"}])
def test_an_event_without_a_place_is_still_an_event(location: Any) -> None:
    values = read(location=location)
    assert values["place"] is None
    assert values["latitude"] is None


def test_a_virtual_location_makes_an_online_event() -> None:
    values = read(location={"type": "VirtualLocation", "url": "https://meet.example/a"})
    assert (values["place"], values["is_online"]) == (None, True)
    assert values["online_url"] == "https://meet.example/a"


def test_an_online_event_without_virtual_location_takes_its_first_link() -> None:
    values = read(isOnline=True, location=...)
    assert values["online_url"] == WEBSITE["href"]
    assert read(location=...)["online_url"] == ""


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"eventStatus": "ev:EventCancelled"}, "EventCancelled"),
        ({"eventStatus": "https://schema.org/EventPostponed"}, "EventPostponed"),
        ({"eventStatus": ["https://w3id.org/fep/8a8e/EventTentative"]}, "EventTentative"),
        ({"eventStatus": ..., "status": "CANCELLED"}, "EventCancelled"),
        ({"eventStatus": ..., "status": "TENTATIVE"}, "EventTentative"),
        ({"eventStatus": ..., "status": "CONFIRMED"}, "EventScheduled"),
        ({"eventStatus": ..., "status": ...}, "EventScheduled"),
        ({"eventStatus": "Party"}, "EventScheduled"),
    ],
)
def test_a_state_is_read_in_any_spelling(given: dict[str, Any], status: str) -> None:
    assert read(**given)["event_status"] == status


@pytest.mark.parametrize(
    ("organizers", "kept"),
    [
        (DOCUMENT["organizers"], [ACTOR]),
        ({"orderedItems": [{"id": ACTOR}]}, [ACTOR]),
        ([ACTOR, "javascript:alert(1)"], [ACTOR]),
        (f"{URI}/organizers", []),
        (None, []),
    ],
)
def test_organizers_are_read_from_a_collection_or_a_list(organizers: Any, kept: list[str]) -> None:
    assert read(organizers=organizers)["organizers"] == kept


@pytest.mark.parametrize(
    ("wire", "value", "column", "kept"),
    [
        ("category", ["LEARNING", "ARTS"], "category", "LEARNING"),
        ("category", {"x": 1}, "category", ""),
        ("joinMode", "sometimes", "join_mode", ""),
        ("joinMode", ..., "join_mode", ""),
        ("joinMode", "external", "join_mode", "external"),
        ("externalParticipationUrl", "javascript:alert(1)", "external_url", ""),
        ("maximumAttendeeCapacity", "many", "capacity", None),
        ("maximumAttendeeCapacity", -1, "capacity", None),
        ("participantCount", 3.0, "participant_count", 3),
        ("isOnline", "yes", "is_online", False),
        ("displayEndTime", None, "display_end_time", True),
        ("displayEndTime", False, "display_end_time", False),
        ("content", "<p>a<script>x</script></p>", "content", "<p>a</p>"),
        ("attachment", None, "attachments", []),
    ],
)
def test_odd_properties_are_read_or_dropped_and_never_refuse_the_event(
    wire: str, value: Any, column: str, kept: Any
) -> None:
    assert read(**{wire: value})[column] == kept


def test_a_peer_cannot_set_the_online_address_by_our_inner_name() -> None:
    assert read(onlineUrl="https://evil.example/")["online_url"] == ""
