"""Events as they go out: the documents of FEP-8a8e with what Mobilizon, Gancio and Mastodon need."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from coffee_node.activitypub.vocabulary import EVENT_CONTEXT
from coffee_node.base import i18n
from tests.unit.features.event_samples import DOCUMENT, WEBSITE, row_of, schema, write


@pytest.fixture(autouse=True)
def in_french() -> Any:
    token = i18n.current_language.set("fr")
    yield
    i18n.current_language.reset(token)


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
