"""Events as they come in: everything peers send is read, or dropped, or refused by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from coffee_node.base.errors import InvalidDocument
from tests.unit.features.event_samples import ACTOR, DOCUMENT, PLACE, URI, WEBSITE, read


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
