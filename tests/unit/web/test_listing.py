"""Lists keep their order across pages, read their filters kindly and ask few questions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from coffee_node.base.database import db
from coffee_node.features.events.models import Event
from coffee_node.web.list_facets import facet, facet_counts
from coffee_node.web.list_forms import cell, list_csv, list_json
from coffee_node.web.listing import ListPage, ListQuery, run_list


def ask(app: Flask, order: str = "start_time", **args: str) -> ListPage:
    """One page of events as a reader without an account gets it."""
    args = {name.rstrip("_"): value for name, value in args.items()}
    with app.test_request_context("/events", query_string=args):
        return run_list(Event, ListQuery.from_args(args), order)


def test_pages_follow_each_other_without_a_gap_or_a_double(app: Flask, events: list[str]) -> None:
    seen: list[str] = []
    page = ask(app)
    while True:
        seen += [row.name for row in page.rows]
        if not page.next_cursor:
            break
        page = ask(app, page=page.next_cursor)
    assert seen == events
    assert page.total == 45


def test_newest_come_first_where_the_order_is_by_publication(app: Flask, events: list[str]) -> None:
    first = ask(app, "published")
    second = ask(app, "published", page=first.next_cursor)
    assert [row.name for row in first.rows] == events[:20]
    assert [row.name for row in second.rows] == events[20:40]


def test_a_page_needs_two_queries_however_long_it_is(app: Flask, events: list[str]) -> None:
    statements: list[str] = []
    with app.test_request_context("/events"):
        run_list(Event, ListQuery.from_args({}), "start_time")  # what is decided about servers is remembered
        event.listen(db.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
        page = run_list(Event, ListQuery.from_args({}), "start_time")
        assert [row.actor.slug for row in page.rows] == ["mutualab"] * 20
    assert len([text for text in statements if text.startswith("SELECT")]) == 2


@pytest.mark.parametrize(
    ("args", "count"),
    [
        ({"country": "be"}, 15),
        ({"lang": "nl"}, 9),
        ({"scope": "local"}, 30),
        ({"q": "CAFE 07"}, 1),
        ({"q": "100%"}, 0),
        ({"from_": "2026-12-10", "to": "2026-12-11"}, 2),
        ({"near": "50.63,3.06", "radius": "10"}, 30),
        ({"near": "50.63,3.06", "radius": "30"}, 45),
        ({"space": "mutualab"}, 45),
        ({"space": "mutualab@esco.example"}, 0),
        ({"skill": "python"}, 0),
    ],
)
def test_filters_narrow_the_list(app: Flask, events: list[str], args: dict[str, str], count: int) -> None:
    assert ask(app, **args).total == count


@pytest.mark.parametrize(
    "args",
    [
        {"scope": "moon"},
        {"country": "Belgium"},
        {"from_": "tomorrow"},
        {"near": "north"},
        {"near": "91,0"},
        {"radius": "-5"},
        {"page": "not-a-cursor"},
    ],
)
def test_values_without_sense_are_told(app: Flask, events: list[str], args: dict[str, str]) -> None:
    page = ask(app, **args)
    assert page.total == 45
    assert len(page.notes) == 1


def test_addresses_of_a_list_keep_its_filters(app: Flask) -> None:
    with app.test_request_context("/events.json?country=be&q=tva"):
        query = ListQuery.from_args({"country": "be", "q": "tva", "page": "x", "unknown": "1"})
    assert query.href() == "/events?q=tva&country=be"
    assert query.href(".ics", country="") == "/events.ics?q=tva"


def test_a_facet_counts_without_its_own_filter(app: Flask, events: list[str]) -> None:
    with app.test_request_context("/events"):
        query = ListQuery.from_args({"country": "BE"})
        made = facet("Country", "country", facet_counts(Event, "country", query, "country"), query)
    counts = {item["label"]: (item["count"], item["is_active"]) for item in made["items"]}
    assert counts == {"FR": (30, False), "BE": (15, True)}
    assert next(item["href"] for item in made["items"] if item["is_active"]) == "/events"


def test_json_gives_documents_total_and_the_way_on(app: Flask, events: list[str]) -> None:
    with app.test_request_context("/events.json?lang=fr"):
        page = run_list(Event, ListQuery.from_args({"lang": "fr"}), "start_time")
        answer: dict[str, Any] = json.loads(list_json(page).data)
    assert answer["total"] == 36
    assert answer["items"][0]["type"] == "Event"
    assert answer["next"].startswith("http://127.0.0.1:8801/events.json?lang=fr&page=")


def test_csv_disarms_formulas_and_keeps_numbers(app: Flask, events: list[str]) -> None:
    assert cell('=HYPERLINK("x")') == '\'=HYPERLINK("x")'
    assert cell("-3.5") == "-3.5"
    with app.test_request_context("/events.csv"):
        lines = list_csv(ask_here()).get_data(as_text=True).splitlines()
    assert lines[0].startswith("\ufeffid,name,author")
    assert len(lines) == 21


def ask_here() -> ListPage:
    """A page within the request of the test."""
    return run_list(Event, ListQuery.from_args({}, path="/events"), "start_time")
