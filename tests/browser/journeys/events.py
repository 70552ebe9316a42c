"""Events that people of the journeys make by the form."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from coffee_node.base import clock
from tests.browser.journeys.walk import Walk


def in_days(days: int) -> str:
    """A day so many days ahead, as a form takes it."""
    return (clock.utcnow() + timedelta(days=days)).date().isoformat()


def make_event(walk: Walk, title: str, **more: str | bool) -> str:
    """Publish an event as whoever is signed in; the path of its page."""
    walk.visit("/events/new")
    walk.fill(name=title, start_day=in_days(20), start_clock="18:30", **more)
    walk.send()
    assert walk.main.locator("h1").inner_text() == title
    return urlsplit(walk.page.url).path
