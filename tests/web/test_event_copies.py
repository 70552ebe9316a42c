"""Copies of events and the dates of series keep what was decided, not only what the form says."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from coffee_node.base.database import db, write
from coffee_node.features.events import series, service
from coffee_node.features.events.models import Event
from coffee_node.features.events.series_models import CoOrganiser, EventDraft
from coffee_node.features.profiles import terms
from coffee_node.features.profiles.models import Profile
from coffee_node.features.profiles.service import profile_of, publish_profile
from coffee_node.testing import Fediverse, TestNode
from coffee_node.web import operation_views
from tests.web.event_pages import FORM, send

QUESTION = {"text": "Do you eat meat?", "choices": ["yes", "no"], "is_required": True}
DECIDED = {"takes_visitors": False, "offer_hours": 6, "has_waiting_list": True, "questions": [QUESTION]}
SKILL = {"skills": "Letterpress printing", "level": "beginner", "category": "LEARNING"}


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


@pytest.fixture
def browser(lille: TestNode) -> FlaskClient:
    return lille.signed_in()


def rows(node: TestNode) -> list[Event]:
    with node.context():
        query = select(Event).where(Event.deleted_at.is_(None), Event.origin == "").order_by(Event.start_time)
        return list(db.session.scalars(query))


def publish(node: TestNode, browser: FlaskClient, path: str = "/events/new", **fields: Any) -> None:
    answer = send(node, browser, path, **{**FORM, **SKILL, **fields})
    assert answer.status_code == 303, answer.text


def decide(node: TestNode, number: int = 0, **values: Any) -> str:
    """Decide about the registrations of an event; the address of the form that copies it."""
    uri = rows(node)[number].uri
    with node.context():
        row = db.session.scalars(select(Event).where(Event.uri == uri)).one()
        service.change_event(row, {**DECIDED, **values})
    return f"/events/new?copy={uri.rsplit('/', 1)[-1]}"


def decided(row: Event) -> tuple[bool, int | None, list[str]]:
    return row.takes_visitors, row.offer_hours, [one["text"] for one in row.questions]


EXPECTED = (False, 6, ["Do you eat meat?"])


def test_a_copy_keeps_questions_the_hours_of_an_offer_and_who_may_come(
    lille: TestNode, browser: FlaskClient
) -> None:
    publish(lille, browser)
    form = decide(lille)
    publish(lille, browser, form, start_day="2026-12-08", has_waiting_list="y")
    first, copy = rows(lille)
    assert decided(first) == decided(copy) == EXPECTED
    assert copy.has_waiting_list and copy.category == "LEARNING"
    assert [one["name"] for one in copy.skills] == ["Letterpress printing"]
    assert copy.training == first.training and copy.training["level"] == "beginner"


def test_a_copy_that_is_put_aside_first_keeps_it_too(lille: TestNode, browser: FlaskClient) -> None:
    publish(lille, browser)
    form = decide(lille)
    aside = send(lille, browser, form, **{**FORM, "start_day": "2026-12-08", "draft": "1"})
    assert aside.status_code == 303
    publish(lille, browser, aside.headers["Location"], start_day="2026-12-08")
    assert decided(rows(lille)[1]) == EXPECTED
    assert lille.rows(EventDraft) == []


def test_every_date_of_a_copied_series_keeps_it(lille: TestNode, browser: FlaskClient) -> None:
    publish(lille, browser)
    form = decide(lille)
    publish(lille, browser, form, start_day="2026-12-08", repeat="weekly", weekdays="TU", repeat_count="3")
    assert [decided(row) for row in rows(lille)] == [EXPECTED] * 4


def test_dates_that_come_later_are_like_the_last_one(
    fediverse: Fediverse, lille: TestNode, browser: FlaskClient
) -> None:
    publish(lille, browser, repeat="weekly", weekdays="TU")
    number = len(rows(lille))
    decide(lille, number=-1)
    fediverse.clock.advance(days=21)
    with lille.context():
        series.publish_all_next()
    later = rows(lille)[number:]
    assert len(later) == 3 and [decided(row) for row in later] == [EXPECTED] * 3


def test_a_copy_asks_the_second_space_again(
    fediverse: Fediverse, lille: TestNode, browser: FlaskClient
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    tournai.post({"type": "Note", "content": "<p>Here we are</p>"})
    fediverse.settle()
    publish(lille, browser)
    space = f"{tournai.url}/actors/tournai"
    invite = lille.post({"type": "Invite", "object": space, "target": rows(lille)[0].uri})
    fediverse.settle()
    tournai.post({"type": "Accept", "object": invite})
    fediverse.settle()
    publish(lille, browser, decide(lille), start_day="2026-12-08")
    fediverse.settle()
    assert [row.state for row in lille.rows(CoOrganiser)] == ["accepted", "asked"]
    assert [row.state for row in tournai.rows(CoOrganiser)] == ["accepted", "asked"]


def test_a_draft_shows_how_it_will_read(lille: TestNode, browser: FlaskClient) -> None:
    typed = {**FORM, "name": "Night walk", "content": "With **lamps** <script>alert(1)</script>"}
    answer = send(lille, browser, "/events/new", **{**typed, "start_day": "soon", "preview": "1"})
    assert answer.status_code == 200
    assert "<strong>lamps</strong>" in answer.text and "As it will read; nothing is published" in answer.text
    assert "<script>alert" not in answer.text and 'value="Night walk"' in answer.text
    assert rows(lille) == [] and lille.rows(EventDraft) == []


def test_the_agenda_of_a_third_node_names_both_organisers(
    fediverse: Fediverse, lille: TestNode, browser: FlaskClient
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    gent = fediverse.node("gent", partners=[lille, tournai])
    tournai.post({"type": "Note", "content": "<p>Here we are</p>"})
    fediverse.settle()
    publish(lille, browser)
    fediverse.settle()
    assert "with Tournai" not in gent.page("/events")
    space = f"{tournai.url}/actors/tournai"
    invite = lille.post({"type": "Invite", "object": space, "target": rows(lille)[0].uri})
    fediverse.settle()
    tournai.post({"type": "Accept", "object": invite})
    fediverse.settle()
    for node in (lille, tournai, gent):
        assert "with Tournai" in node.page("/events"), node.name


def test_a_site_that_was_upgraded_says_what_is_not_there_yet(
    lille: TestNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The tables of tests are made without migrations.
    monkeypatch.setattr(operation_views, "behind", lambda connection, newest: [])
    person = lille.add_person("claire", "Claire")
    with lille.context():
        publish_profile(profile_of(person), is_listed=True)
        with write():
            db.session.query(Profile).update({"sort_name": "", "list_reach": 0})
    assert lille.get_json("/readyz") == {"status": "ok", "working_on": ["directory"]}
    assert "upgraded just now" in lille.page("/people")
    with lille.context():
        terms.fill_in()
    lille.app.extensions[operation_views.READINESS].looked_at = 0
    assert lille.get_json("/readyz") == {"status": "ok"}
    page = lille.page("/people")
    assert "upgraded just now" not in page and "Claire" in page
