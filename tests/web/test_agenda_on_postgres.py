"""The agenda and series on PostgreSQL: the same pages, counts and dates."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from coffee_node.testing import Fediverse
from tests.house.postgres import temporary_database
from tests.web.event_pages import FORM, get, send
from tests.web.test_agenda_views import LILLE, ONLINE, TOURNAI, announce, facet

pytestmark = pytest.mark.postgres


@pytest.fixture
def node_database_url() -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]))


def test_views_facets_and_series_on_postgres(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    announce(lille, "Aaa", location=LILLE, category="LEARNING", inLanguage="fr")
    announce(lille, "Bbb", location=TOURNAI, inLanguage="nl")
    announce(lille, "Hhh", location=[LILLE, ONLINE], inLanguage="fr")
    page = lille.page("/events")
    assert facet(page, "Way to take part") == {"on site": 2, "online": 1, "on site and online": 1}
    assert facet(page, "Announced by") == {"Lille": 3}
    assert lille.page("/events?view=map").count('class="dot-map-dot') == 2
    assert "Bbb" in lille.page("/events?view=month&month=2026-12&lang=nl")
    browser = lille.signed_in()
    series = {**FORM, "repeat": "weekly", "repeat_count": "3"}
    assert send(lille, browser, "/events/new", **series).status_code == 303
    assert lille.get_json("/events.json?q=breakfast")["total"] == 3
    assert get(lille, browser, "/me/calendars").status_code == 200
