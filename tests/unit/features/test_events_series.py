"""Series of events: their dates are published ahead, changed alone or together, left out and ended."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from coffee_node.base.database import db, write
from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.features.events import drafts, series, series_changes, service
from coffee_node.features.events.models import Event
from coffee_node.features.events.recurrence import Rhythm
from coffee_node.features.events.series_models import EventOccurrence, EventSeries
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Activity, Actor
from coffee_node.testing import Fediverse, TestNode

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = datetime(2026, 12, 1, 9, tzinfo=PARIS)
WEEKLY = Rhythm("weekly", count=6)


@pytest.fixture
def lille(fediverse: Fediverse) -> Any:
    node = fediverse.node("lille")
    with node.context():
        yield node


def space() -> Actor:
    found = find_local_actor("lille")
    assert found is not None
    return found


def said(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Breakfast",
        "start_time": TUESDAY,
        "end_time": TUESDAY + timedelta(hours=2),
        "timezone": "Europe/Paris",
        "join_until": TUESDAY - timedelta(hours=10),
        **changes,
    }


def begin(rhythm: Rhythm = WEEKLY, left_out: tuple[date, ...] = (), **changes: Any) -> Event:
    return series.begin_series(space(), said(**changes), rhythm, left_out=left_out)


def events(*, cancelled: bool = False) -> list[Event]:
    query = select(Event).where(Event.deleted_at.is_(None)).order_by(Event.start_time)
    return [row for row in db.session.scalars(query) if row.is_cancelled == cancelled]


def starts(*, cancelled: bool = False) -> list[str]:
    return [f"{row.starts:%m-%d %H:%M}" for row in events(cancelled=cancelled)]


def test_each_date_is_an_event_of_its_own_at_the_same_time_of_day(lille: TestNode) -> None:
    begin(Rhythm("weekly", until=date(2027, 4, 6)))
    rows = events()
    assert len(rows) == 19
    assert {f"{row.starts:%H:%M}" for row in rows} == {"09:00"}
    assert {row.ends.hour for row in rows if row.ends} == {11}
    assert {row.start_time.hour for row in rows} == {7, 8}
    assert len({row.uri for row in rows}) == 19
    assert {f"{row.join_until.astimezone(PARIS):%H}" for row in rows if row.join_until} == {"23"}
    assert len(db.session.scalars(select(Activity).where(Activity.type == "Create")).all()) == 19


def test_dates_are_published_a_year_ahead_and_at_most_sixty(lille: TestNode) -> None:
    begin(Rhythm("daily"))
    assert len(events()) == 60
    begin(Rhythm("monthly-date"), name="Monthly")
    monthly = [row for row in events() if row.name == "Monthly"]
    assert len(monthly) == 12
    assert f"{monthly[-1].starts:%Y-%m-%d}" == "2027-11-01"


def test_the_daily_task_publishes_what_came_within_reach_and_nothing_twice(
    fediverse: Fediverse, lille: TestNode
) -> None:
    begin(Rhythm("daily"))
    assert series.publish_all_next().startswith("0 ")
    fediverse.clock.advance(days=10)
    assert series.publish_all_next().startswith("4 ")
    assert series.publish_all_next().startswith("0 ")
    assert starts()[-1] == "02-02 09:00"


def test_days_that_are_left_out_have_no_event_now_or_later(lille: TestNode) -> None:
    begin(left_out=(date(2026, 12, 15), date(2026, 12, 16)))
    assert starts() == ["12-01 09:00", "12-08 09:00", "12-22 09:00", "12-29 09:00", "01-05 09:00"]
    assert series.publish_all_next().startswith("0 ")


def test_a_deleted_date_does_not_come_back(lille: TestNode) -> None:
    begin()
    service.withdraw_event(events()[2])
    assert series.publish_all_next().startswith("0 ")
    assert len(events()) == 5


def test_a_series_that_is_over_before_it_begins_is_refused(lille: TestNode) -> None:
    with pytest.raises(Unprocessable):
        begin(Rhythm("daily", count=2), start_time=datetime(2026, 11, 1, 9, tzinfo=PARIS))
    assert db.session.scalars(select(EventSeries)).all() == []


def test_a_change_of_one_date_leaves_the_others_and_is_kept_when_all_change(lille: TestNode) -> None:
    begin()
    third = events()[2]
    series_changes.change_one(third, {"name": "With a guest"}, None)
    assert [row.name for row in events()].count("With a guest") == 1
    series_changes.change_dates(events()[0], "all", said(name="Brunch"), WEEKLY)
    assert [row.name for row in events()] == [
        "Brunch",
        "Brunch",
        "With a guest",
        "Brunch",
        "Brunch",
        "Brunch",
    ]


def test_this_and_the_following_move_with_their_participants_and_the_earlier_stay(lille: TestNode) -> None:
    begin()
    before = [row.uri for row in events()]
    fourth = events()[3]
    later = fourth.starts.replace(hour=10) + timedelta(days=1)
    values = said(start_time=later, end_time=later + timedelta(hours=1))
    rhythm = series_changes.rhythm_from(occurrence(fourth))
    assert (rhythm.count, rhythm.weekdays) == (3, (1,))
    series_changes.change_dates(fourth, "following", values, rhythm)
    assert starts() == [
        "12-01 09:00", "12-08 09:00", "12-15 09:00", "12-23 10:00", "12-30 10:00", "01-06 10:00",
    ]  # fmt: skip
    assert [row.uri for row in events()] == before
    assert [row.event_status for row in events()][3:] == ["EventRescheduled"] * 3
    assert series.publish_all_next().startswith("0 ")


def test_a_rarer_rhythm_cancels_the_dates_between_and_a_denser_one_adds_some(lille: TestNode) -> None:
    begin()
    series_changes.change_dates(events()[0], "all", said(), Rhythm("weekly", 2, count=3))
    assert starts() == ["12-01 09:00", "12-15 09:00", "12-29 09:00"]
    assert starts(cancelled=True) == ["12-08 09:00", "12-22 09:00", "01-05 09:00"]
    series_changes.change_dates(events()[0], "all", said(), Rhythm("weekly", 1, (1, 3), count=4))
    assert starts() == ["12-01 09:00", "12-03 09:00", "12-08 09:00", "12-10 09:00"]


def test_all_dates_to_come_leave_those_that_are_over(fediverse: Fediverse, lille: TestNode) -> None:
    begin()
    fediverse.clock.advance(days=20)
    third = events()[2]
    later = third.starts.replace(hour=18)
    rhythm = series_changes.rhythm_from(occurrence(third))
    series_changes.change_dates(third, "all", said(start_time=later, end_time=None), rhythm)
    assert starts()[:3] == ["12-01 09:00", "12-08 09:00", "12-15 18:00"]
    assert starts()[-1] == "01-05 18:00"
    assert events()[-1].end_time is None


def test_a_date_that_is_over_does_not_change_those_that_follow(fediverse: Fediverse, lille: TestNode) -> None:
    begin()
    fediverse.clock.advance(days=10)
    with pytest.raises(Unprocessable):
        series_changes.change_dates(events()[0], "following", said(name="Late"), WEEKLY)
    assert {row.name for row in events()} == {"Breakfast"}


def test_a_lone_event_has_no_dates_to_change(lille: TestNode) -> None:
    row = service.announce_event(space(), said())
    with pytest.raises(NotFound):
        series_changes.change_dates(row, "all", said(), WEEKLY)
    with pytest.raises(NotFound):
        series_changes.end_series(row, cancels_rest=True)


@pytest.mark.parametrize(("cancels", "left"), [(False, 60), (True, 0)])
def test_an_ended_series_publishes_no_more(
    fediverse: Fediverse, lille: TestNode, cancels: bool, left: int
) -> None:
    first = begin(Rhythm("daily"))
    series_changes.end_series(first, cancels_rest=cancels)
    fediverse.clock.advance(days=30)
    series.publish_all_next()
    assert len(events()) == left


def test_the_series_of_somebody_who_is_gone_leave_nothing(lille: TestNode) -> None:
    begin()
    series.forget_person(space().uri)
    drafts.forget_person(space().uri)
    assert db.session.scalars(select(EventSeries)).all() == []
    assert db.session.scalars(select(EventOccurrence)).all() == []


def test_a_series_of_an_actor_that_is_gone_publishes_nothing(fediverse: Fediverse, lille: TestNode) -> None:
    begin(Rhythm("daily"))
    with write():
        space().gone_at = datetime(2026, 11, 24, tzinfo=UTC)
    fediverse.clock.advance(days=10)
    assert series.publish_all_next().startswith("0 ")


def occurrence(event: Event) -> EventOccurrence:
    found = series.occurrence_of(event)
    assert found is not None
    return found
