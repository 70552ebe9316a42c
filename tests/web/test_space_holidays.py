"""Holidays of a space: written as rows of a form, shown on its page, counted in "open now"."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.features.spaces.models import Space
from coffee_node.testing import Fediverse, TestNode
from tests.web.people_visits import read, send

WEEK = {f"hours_{day}": "9-18" for day in ("Mo", "Tu", "We", "Th", "Fr")}
ABOUT = {"name": "Lille", "country": "FR", **WEEK}


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def save(node: TestNode, status: Any = 303, **rows: Any) -> str:
    named = {f"special_hours-{name.replace('_', '-')}": text for name, text in rows.items()}
    return send(node.signed_in("admin"), node, "/spaces/lille/edit", status, **{**ABOUT, **named})


def test_a_holiday_closes_the_door_and_is_announced(fediverse: Fediverse, lille: TestNode) -> None:
    save(lille)
    assert "open now" in lille.page("/@lille")
    save(lille, **{"0_from": "2026-11-24", "0_through": "2026-11-25", "0_note": "Autumn break"})
    page = lille.page("/@lille")
    assert "closed now" in page and "Autumn break" in page
    assert "closed now" in lille.page("/spaces")
    fediverse.clock.advance(days=2)
    page = lille.page("/@lille")
    assert "open now" in page and "Autumn break" not in page


def test_special_hours_are_kept_as_they_are_meant(lille: TestNode) -> None:
    save(lille, **{"3_from": "2026-12-11", "3_hours": "10h-12h 14h-16h"})
    [row] = lille.rows(Space)
    assert row.special_hours == [{"from": "2026-12-11", "hours": "10:00-12:00, 14:00-16:00"}]
    form = read(lille.signed_in("admin"), lille, "/spaces/lille/edit")
    assert 'value="2026-12-11"' in form and 'value="10:00-12:00, 14:00-16:00"' in form
    save(lille, **{"0_from": ""})
    assert lille.rows(Space)[0].special_hours == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"0_hours": "9-12"}, "Every line needs a day"),
        ({"0_from": "24 December"}, "Every line needs a day"),
        ({"0_from": "2026-12-24", "0_through": "2026-12-20"}, "comes before the first one"),
        ({"0_from": "2026-12-24", "0_hours": "soon"}, "Write hours like 9:00-18:00."),
    ],
)
def test_a_line_that_cannot_be_so_comes_back_filled_in(
    lille: TestNode, row: dict[str, str], words: str
) -> None:
    page = save(lille, 422, **row, **{"1_note": "kept"})
    assert words in page
    for text in row.values():
        assert f'value="{text}"' in page
