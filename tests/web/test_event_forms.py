"""Writing events in the browser: series, copies, drafts, trainings, pictures, and asking another space."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.features.events.models import Event
from coffee_node.features.events.series_models import CoOrganiser, EventDraft, EventSeries
from coffee_node.federation.media_models import Media
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.web.event_pages import FORM, get, send, value_of


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


@pytest.fixture
def browser(lille: TestNode) -> FlaskClient:
    return lille.signed_in()


def events(node: TestNode) -> list[Event]:
    with node.context():
        query = select(Event).where(Event.deleted_at.is_(None)).order_by(Event.start_time)
        return list(db.session.scalars(query))


def path_of(event: Event) -> str:
    return "/events/" + event.uri.rsplit("/", 1)[-1]


def publish(node: TestNode, browser: FlaskClient, **fields: Any) -> Any:
    answer = send(node, browser, "/events/new", **{**FORM, **fields})
    assert answer.status_code == 303, answer.text
    return answer


def test_a_series_is_written_once_and_has_a_page_for_each_date(lille: TestNode, browser: FlaskClient) -> None:
    answer = publish(
        lille, browser, repeat="weekly", weekdays=["TU", "TH"], repeat_count="6", left_out="2026-12-08"
    )
    rows = events(lille)
    assert [f"{row.starts:%a %d %H:%M}" for row in rows] == [
        "Tue 01 09:00", "Thu 03 09:00", "Thu 10 09:00", "Tue 15 09:00", "Thu 17 09:00",
    ]  # fmt: skip
    page = get(lille, browser, answer.headers["Location"]).text
    assert "every week: Tuesday, Thursday, 6 times" in page
    dates = get(lille, browser, f"{path_of(rows[0])}/series").text
    assert "left out" in dates and "Thursday" in dates


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"repeat": "weekly", "interval": "0"}, "Write a number from 1 to 99."),
        (
            {"repeat": "weekly", "repeat_until": "2026-11-30"},
            "The last day must not be before the first one.",
        ),
        ({"repeat": "daily", "repeat_until": "soon"}, "Write a day like 2026-12-24."),
        ({"repeat": "daily", "repeat_until": "2027-01-01", "repeat_count": "3"}, "not both"),
        ({"repeat": "daily", "left_out": "Christmas"}, "Write a day like 2026-12-24."),
        ({"repeat": "monthly-last"}, "Choose the last one of its weekday in the month."),
        ({"repeat": "daily", "repeat_count": "2", "start_day": "2026-11-01"}, "a first day that is to come"),
        ({"hours": "long"}, "Write a number of hours"),
    ],
)
def test_a_rhythm_that_makes_no_sense_is_told_at_its_field(
    lille: TestNode, browser: FlaskClient, fields: dict[str, str], message: str
) -> None:
    answer = send(lille, browser, "/events/new", **{**FORM, **fields})
    assert answer.status_code == 422
    assert message in answer.text
    assert value_of(answer.text, "name") == "Breakfast"
    assert events(lille) == []


def test_one_date_or_all_that_follow_are_changed(lille: TestNode, browser: FlaskClient) -> None:
    publish(lille, browser, repeat="weekly", repeat_count="4")
    second = events(lille)[1]
    edit = f"{path_of(second)}/edit"
    page = get(lille, browser, edit).text
    assert value_of(page, "repeat_count") == "3"
    fields = {**FORM, "start_day": "2026-12-08", "repeat": "weekly", "repeat_count": "3", "weekdays": "TU"}
    send(lille, browser, edit, **{**fields, "name": "With a guest", "reach": "this"})
    assert [row.name for row in events(lille)] == ["Breakfast", "With a guest", "Breakfast", "Breakfast"]
    third = events(lille)[2]
    fields |= {"start_day": "2026-12-15", "start_clock": "18:00", "end_clock": "20:00", "repeat_count": "2"}
    answer = send(lille, browser, f"{path_of(third)}/edit", **{**fields, "reach": "following"})
    assert answer.status_code == 303, answer.text
    assert [f"{row.starts:%d %H}" for row in events(lille)] == ["01 09", "08 09", "15 18", "22 18"]


def test_a_series_is_ended_on_its_page(lille: TestNode, browser: FlaskClient) -> None:
    publish(lille, browser, repeat="weekly", repeat_count="3")
    page = f"{path_of(events(lille)[0])}/series"
    answer = send(lille, browser, page, f"{page}/end", rest="cancel")
    assert answer.status_code == 303
    assert all(row.is_cancelled for row in events(lille))
    assert "This series has ended" in get(lille, browser, page).text
    assert lille.rows(EventSeries)[0].ended_at is not None


def test_a_lone_event_and_a_stranger_have_no_page_of_dates(lille: TestNode, browser: FlaskClient) -> None:
    publish(lille, browser)
    page = f"{path_of(events(lille)[0])}/series"
    assert get(lille, browser, page).status_code == 404
    lille.add_person("claire")
    assert get(lille, lille.signed_in("claire"), page).status_code == 403


def test_a_copy_is_filled_in_a_week_later(lille: TestNode, browser: FlaskClient) -> None:
    publish(lille, browser, capacity="12", content="Bring *bread*.", tags="bread")
    page = get(lille, browser, f"/events/new?copy={path_of(events(lille)[0]).rsplit('/', 1)[-1]}").text
    assert value_of(page, "start_day") == "2026-12-08"
    assert [value_of(page, name) for name in ("name", "capacity", "tags")] == ["Breakfast", "12", "bread"]
    assert "Bring *bread*." in page
    lille.add_person("claire")
    other = get(
        lille, lille.signed_in("claire"), f"/events/new?copy={events(lille)[0].uri.rsplit('/', 1)[-1]}"
    )
    assert other.status_code == 403


def test_a_draft_keeps_what_was_typed_and_goes_when_it_is_published(
    lille: TestNode, browser: FlaskClient
) -> None:
    answer = send(
        lille,
        browser,
        "/events/new",
        name="Half an idea",
        start_clock="later",
        weekdays=["MO", "FR"],
        draft="1",
    )
    assert answer.status_code == 303
    assert events(lille) == []
    page = get(lille, browser, answer.headers["Location"]).text
    assert value_of(page, "name") == "Half an idea"
    assert value_of(page, "start_clock") == "later"
    assert page.count(" checked") >= 2
    assert "1 draft put aside" in get(lille, browser, "/events/new").text
    lille.add_person("claire")
    assert get(lille, lille.signed_in("claire"), answer.headers["Location"]).status_code == 404
    assert send(lille, browser, answer.headers["Location"], **FORM).status_code == 303
    assert lille.rows(EventDraft) == []
    assert get(lille, browser, answer.headers["Location"]).status_code == 404


def test_a_training_says_what_it_teaches_and_is_found_by_it(
    fediverse: Fediverse, lille: TestNode, browser: FlaskClient
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    training = {
        "category": "LEARNING",
        "skills": "Web accessibility, Python",
        "level": "beginner",
        "hours": "3h30",
        "price": "120 €",
        "certificate": "Attestation",
        "tags": "web",
    }
    publish(lille, browser, **training)
    fediverse.settle()
    (row,) = events(lille)
    document = lille.get_json(row.uri.removeprefix(lille.url), "application/activity+json")
    assert document["sdo:teaches"][0]["name"] == "Web accessibility"
    assert document["sdo:timeRequired"] == "PT3H30M"
    assert [tag["name"] for tag in document["tag"]] == ["#web", "#webaccessibility", "#python"]
    for node in (lille, tournai):
        page = node.page("/events?skill=Web accessibility")
        assert "Breakfast" in page
        assert "Web accessibility" in node.page("/events")
        detail = node.page(re.findall(r'href="((?:/objects/|/at/)[^"]+)"', page)[0])
        for words in ("Web accessibility", "For beginners", "3.5 hours", "120 €", "Attestation"):
            assert words in detail, words
        assert "#webaccessibility" not in detail
    edit = get(lille, browser, f"{path_of(row)}/edit").text
    assert value_of(edit, "skills") == "Web accessibility, Python"
    assert value_of(edit, "hours") == "3.5"
    assert value_of(edit, "tags") == "web"


def picture() -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", (60, 40), "brown").save(data, "PNG")
    data.seek(0)
    return data, "table.png"


def test_a_picture_needs_its_words_stands_first_on_the_wire_and_goes_with_the_event(
    lille: TestNode, browser: FlaskClient
) -> None:
    assert send(lille, browser, "/events/new", **FORM, picture=picture()).status_code == 422
    publish(lille, browser, picture=picture(), **{"picture-alt": "A long table"})
    (row,) = events(lille)
    document = lille.get_json(row.uri.removeprefix(lille.url), "application/activity+json")
    first = document["attachment"][0]
    assert (first["mediaType"], first["name"]) == ("image/webp", "A long table")
    page = lille.page(row.uri.removeprefix(lille.url))
    assert 'alt="A long table"' in page
    edit = f"{path_of(row)}/edit"
    send(lille, browser, edit, **FORM, **{"picture-alt": "A table and bread"})
    assert [media.alt for media in lille.rows(Media)] == ["A table and bread"]
    send(lille, browser, edit, **FORM, picture=picture(), **{"picture-alt": "Another"})
    assert [media.alt for media in lille.rows(Media)] == ["Another"]
    send(lille, browser, f"{path_of(row)}/delete")
    assert lille.rows(Media) == []


def test_a_space_is_asked_on_a_page_and_answers_on_another(fediverse: Fediverse, lille: TestNode) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    tournai.post(event_document(name="Open day"))
    lille.post(event_document(name="Fair"))
    fediverse.settle()
    (row,) = [event for event in events(lille) if event.name == "Fair"]
    page = f"{path_of(row)}/partners"
    ours, theirs = lille.signed_in(), tournai.signed_in()
    assert send(lille, ours, page, space="https://tournai.example/actors/tournai").status_code == 303
    assert "Asked; no answer yet." in get(lille, ours, page).text
    fediverse.settle()
    (asked,) = tournai.rows(CoOrganiser)
    assert "Fair" in get(tournai, theirs, "/me/partners").text
    send(tournai, theirs, "/me/partners", f"/me/partners/{asked.id}", answer="accept")
    fediverse.settle()
    assert "Organises the event with you." in get(lille, ours, page).text
    assert "You organise it too." in get(tournai, theirs, "/me/partners").text
    detail = lille.page(row.uri.removeprefix(lille.url))
    assert "/@tournai@tournai.example" in detail
    (kept,) = lille.rows(CoOrganiser)
    send(lille, ours, page, f"{page}/{kept.id}/withdraw")
    fediverse.settle()
    assert "Withdrawn by the organiser." in get(tournai, theirs, "/me/partners").text
    tournai.add_person("jan")
    jan = tournai.signed_in("jan")
    assert "Fair" not in get(tournai, jan, "/me/partners").text
    answer = send(tournai, jan, "/events/new", f"/me/partners/{asked.id}", answer="accept")
    assert answer.status_code == 404
