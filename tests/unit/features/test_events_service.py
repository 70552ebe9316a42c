"""Announcing, moving, cancelling and withdrawing events on one node."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from coffee_node.base.database import db, write
from coffee_node.base.errors import Unprocessable
from coffee_node.features.events import service
from coffee_node.features.events.models import Event
from coffee_node.federation.actors import described_row, find_local_actor
from coffee_node.federation.models import Activity, Actor
from coffee_node.testing import Fediverse, TestNode, event_document

START = datetime(2026, 12, 12, 17, tzinfo=UTC)
PLACE = {"type": "Place", "name": "Mutualab", "address": {"locality": "Lille", "country": "FR"}}


@pytest.fixture
def lille(fediverse: Fediverse) -> Any:
    node = fediverse.node("lille")
    with node.context():
        yield node


def space() -> Actor:
    found = find_local_actor("lille")
    assert found is not None
    return found


def at_home() -> None:
    described = described_row(space())
    assert described is not None
    with write():
        row = described[1]
        row.place, row.country, row.latitude, row.longitude = PLACE, "FR", 50.63, 3.06
        row.timezone = "Europe/Paris"


def announce(**changes: Any) -> Event:
    values: dict[str, Any] = {"name": "Apéro", "start_time": START, "end_time": START + timedelta(hours=2)}
    return service.announce_event(space(), values | changes)


def last_activity() -> Activity:
    found = db.session.scalar(select(Activity).order_by(Activity.id.desc()).limit(1))
    assert found is not None
    return found


def test_an_event_is_published_with_its_object_in_one_activity(lille: TestNode) -> None:
    row = announce()
    activity = last_activity()
    assert (activity.type, activity.object_uri) == ("Create", row.uri)
    assert activity.document["object"]["startTime"] == row.document["startTime"]
    assert "actor" not in activity.document["object"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"start_time": None}, "startTime"),
        ({"join_mode": "external"}, "externalParticipationUrl"),
    ],
)
def test_an_event_that_is_not_complete_is_refused_by_property(
    lille: TestNode, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Unprocessable) as refused:
        announce(**changes)
    assert list(refused.value.fields) == [field]
    assert db.session.scalar(select(Event)) is None


def test_an_event_without_place_is_at_the_space_that_announces_it(lille: TestNode) -> None:
    at_home()
    row = announce()
    place = {**PLACE, "uri": f"{row.actor.uri}#place"}
    assert (row.place, row.country, row.timezone) == (place, "FR", "Europe/Paris")
    assert row.document["startTime"] == "2026-12-12T18:00:00+01:00"
    assert row.document["location"]["name"] == "Mutualab"


def test_only_the_place_of_the_space_itself_has_its_id(lille: TestNode) -> None:
    at_home()
    row = announce(place={**PLACE, "name": "Somewhere else"})
    assert "id" not in row.document["location"]
    service.change_event(row, {"place": dict(PLACE)})
    assert row.document["location"]["id"] == f"{row.actor.uri}#place"


def test_an_online_event_stays_without_place(lille: TestNode) -> None:
    at_home()
    row = announce(online_url="https://meet.example/a")
    assert row.place is None
    assert row.is_online is True
    assert row.document["location"] == {"type": "VirtualLocation", "url": "https://meet.example/a"}


def test_the_line_for_other_servers_is_in_the_language_of_the_event(lille: TestNode) -> None:
    row = announce(language="nl", timezone="Europe/Brussels")
    assert "zaterdag 12 december 2026" in row.document["summary"]


def test_a_moved_start_is_kept_beside_the_new_one_and_takes_the_end_along(lille: TestNode) -> None:
    row = service.change_event(announce(timezone="Europe/Paris"), {"start_time": START + timedelta(days=7)})
    assert row.previous_start_time == START
    assert row.end_time == START + timedelta(days=7, hours=2)
    assert row.event_status == "EventRescheduled"
    document = last_activity().document
    assert document["type"] == "Update"
    assert document["object"]["previousStartTime"] == "2026-12-12T18:00:00+01:00"
    assert document["object"]["eventStatus"] == "EventRescheduled"


def test_a_change_that_leaves_the_start_is_no_move(lille: TestNode) -> None:
    row = service.change_event(announce(), {"name": "Apéro !", "start_time": START})
    assert (row.event_status, row.previous_start_time) == ("EventScheduled", None)


def test_a_tentative_event_that_moves_stays_tentative(lille: TestNode) -> None:
    row = announce(event_status="EventTentative")
    service.change_event(row, {"start_time": START + timedelta(days=1)})
    assert row.event_status == "EventTentative"
    assert row.previous_start_time == START


def test_a_cancelled_event_is_told_by_an_update_and_stays(lille: TestNode) -> None:
    row = service.cancel_event(announce())
    document = last_activity().document
    assert document["type"] == "Update"
    assert (document["object"]["eventStatus"], document["object"]["status"]) == (
        "EventCancelled",
        "CANCELLED",
    )
    assert row.deleted_at is None


def test_a_withdrawn_event_leaves_a_tombstone_without_its_texts(lille: TestNode) -> None:
    row = announce(content="<p>a</p>")
    service.withdraw_event(row)
    assert last_activity().document["object"]["type"] == "Tombstone"
    assert row.deleted_at is not None
    assert (row.name, row.content) == ("", "")


def test_a_client_that_changes_one_property_leaves_the_others(lille: TestNode) -> None:
    created = lille.object_of(lille.post(event_document(maximumAttendeeCapacity=40)))
    update = {"id": created["id"], "type": "Event", "startTime": "2026-12-10T08:30:00+01:00"}
    changed = lille.object_of(lille.post({"type": "Update", "object": update}))
    assert changed["name"] == created["name"]
    assert changed["maximumAttendeeCapacity"] == 40
    assert changed["previousStartTime"] == created["startTime"]
    assert changed["endTime"] == "2026-12-10T10:00:00+01:00"
    assert changed["eventStatus"] == "EventRescheduled"
