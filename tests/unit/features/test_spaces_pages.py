"""The list of spaces, the page of one and its form, as visitors and managers meet them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from coffee_node.base.database import Row, db
from coffee_node.features.spaces.models import Space
from coffee_node.features.spaces.pages import opening
from coffee_node.testing import Fediverse, TestNode

FORM = {
    "name": "Le Mutualab",
    "summary": "A **place** in the centre.",
    "summary_map-nl": "Een *plek* in het centrum.",
    "street_address": "19 rue Nicolas Leblanc",
    "postal_code": "59000",
    "locality": "Lille",
    "country": "FR",
    "latitude": "50.63297",
    "longitude": "3,05858",
    "website": "mutualab.example",
    "desks": "60",
    "hours_Mo": "9h-12h30, 14h-18h",
    "hours_Tu": "9:00-18:00",
    "services": ["wifi", "printer"],
    "more_services": "sauna",
    "currency": "EUR",
    "price_day": "15",
    "note_day": "coffee included",
    "price_meeting_room": "12,50",
}


Found = TypeVar("Found", bound=Row)


def rows(model: type[Found], **by: Any) -> Sequence[Found]:
    """What the current node holds."""
    return db.session.scalars(select(model).filter_by(**by)).all()


def only(model: type[Found], **by: Any) -> Found:
    """The one row there should be."""
    [found] = rows(model, **by)
    return found


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def save(node: TestNode, status: int = 303, **changes: Any) -> str:
    """Send the form of the space as its manager."""
    client = node.signed_in("admin")
    page = client.get("/spaces/lille/edit", base_url=node.url).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    data = {**FORM, "csrf_token": token[1], **changes}
    response = client.post("/spaces/lille/edit", data=data, base_url=node.url)
    assert response.status_code == status, response.text[:2000]
    return response.text


def test_what_a_manager_writes_is_on_the_page_of_the_space(lille: TestNode) -> None:
    save(lille)
    page = lille.page("/@lille")
    told = ("<strong>place</strong>", "19 rue Nicolas Leblanc", "59000 Lille", "€15", "€12.50 / hour", "60")
    for word in (*told, "coffee included", "Wi-Fi", "sauna", "09:00–12:30, 14:00–18:00", "mutualab.example"):
        assert word in page, word
    assert "<em>plek</em>" in lille.page("/@lille", "nl")


def test_the_form_shows_what_was_saved(lille: TestNode) -> None:
    save(lille)
    page = lille.signed_in("admin").get("/spaces/lille/edit", base_url=lille.url).text
    for value in ("09:00-12:30, 14:00-18:00", "12.50", "50.63297", "sauna", "A **place** in the centre."):
        assert value in page, value
    save(lille)
    with lille.context():
        row = only(Space)
        assert row.services == ["wifi", "printer", "sauna"]
        assert row.opening_hours == ["Mo 09:00-12:30", "Mo 14:00-18:00", "Tu 09:00-18:00"]
        assert row.prices[1] == {"plan": "meeting-room", "price": "12.50", "currency": "EUR", "unit": "hour"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("hours_We", "when I am there"),
        ("price_month", "cheap"),
        ("latitude", "north"),
        ("longitude", ""),
        ("desks", "many"),
        ("website", "https://user:secret@x.example"),
    ],
)
def test_an_error_stands_at_its_field_and_everything_is_kept(lille: TestNode, field: str, value: str) -> None:
    page = save(lille, 422, **{field: value})
    assert re.search(rf'<(input|textarea)[^>]*aria-invalid="true"[^>]*name="{field}"', page), field
    assert "coffee included" in page
    with lille.context():
        assert only(Space).desks is None


def test_a_member_cannot_change_the_space(lille: TestNode) -> None:
    lille.add_person("bruno")
    response = lille.signed_in("bruno").get("/spaces/lille/edit", base_url=lille.url)
    assert response.status_code == 403
    assert "/spaces/lille/edit" not in lille.page("/@lille")


def test_the_list_shows_both_banks_and_who_is_open(fediverse: Fediverse, lille: TestNode) -> None:
    save(lille)
    tournai = fediverse.node("tournai", partners=[lille])
    place = {"type": "Place", "latitude": 50.6, "longitude": 3.39, "address": {"addressCountry": "BE"}}
    esco = {"id": f"{tournai.url}/actors/tournai", "type": "Organization", "kind": "space", "name": "ESCO"}
    tournai.post({"type": "Update", "object": {**esco, "location": place}})
    fediverse.settle()
    page = lille.page("/spaces")
    here, across = page.split("border-line")
    assert "Le Mutualab" in here
    assert "open now" in here
    assert "until 18:00" in here
    assert "ESCO" in across
    listed = lille.get_json("/spaces.json")
    assert {item["name"] for item in listed["items"]} == {"Le Mutualab", "ESCO"}
    assert "Mo 09:00-12:30" in lille.page("/spaces.csv")


@pytest.mark.parametrize(
    ("hour", "expected"),
    [
        (5, (False, "opens at 09:00")),
        (9, (True, "until 18:00")),
        (18, (False, "opens on Tuesday at 09:00")),
    ],
)
def test_the_state_is_told_on_the_clocks_of_the_space(hour: int, expected: tuple[bool, str]) -> None:
    row = Space(opening_hours=["Mo-Tu 09:00-18:00"], timezone="Europe/Paris", country="FR")
    assert opening(row, datetime(2026, 11, 23, hour, tzinfo=UTC)) == expected


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "../../etc/passwd", "/etc/passwd", ""])
def test_a_zone_that_does_not_exist_breaks_no_page(zone: str) -> None:
    row = Space(opening_hours=["Mo-Su 00:00-24:00"], timezone=zone, country="")
    assert opening(row) == (True, "")
