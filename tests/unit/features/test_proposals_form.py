"""The form of an offer or a need: what people type about terms, dates, places and skills."""

from __future__ import annotations

import re
from typing import Any

import pytest

from coffee_node.testing import Fediverse, TestNode, need_document
from tests.unit.features.test_proposals_pages import send


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def test_what_a_person_says_of_terms_is_read_and_shown(lille: TestNode) -> None:
    more: dict[str, Any] = {
        "price": "1 200,50 EUR",
        "end_day": "31 décembre 2026",
        "job_start_day": "1/12/2026",
        "last_day": "15.12.2026",
        "locality": "Lille",
        "country": "FR",
        "radius": "25 km",
        "contact": "+33 3 20 00 00 00",
        "skills-0-name": "Welding",
        "skills-0-keep": "1",
        "skills-0-level": "3",
        "skills-0-required": "1",
    }
    address = send(lille, **more).headers["Location"]
    page = lille.page(address)
    for word in (
        "€1,200.50 per day",
        "31 December 2026",
        "1 December 2026 to 15 December 2026",
        "up to 25 km around",
        "+33 3 20 00 00 00",
        "on my own, required",
    ):
        assert word in page, word
    document = lille.get_json(address, "application/activity+json")
    [skill] = [tag for tag in document["tag"] if tag["type"] == "Link"]
    assert (skill["skillLevel"], skill["skillRequired"]) == (3, True)
    assert "contact: +33 3 20 00 00 00" in document["content"] and "contact" not in document
    edit = lille.signed_in().get(address.replace("objects", "offers") + "/edit", base_url=lille.url).text
    for value in ("1200.5", "2026-12-01", "2026-12-15", "25", "+33 3 20 00 00 00"):
        assert f'value="{value}"' in edit, value
    assert re.search(r'name="skills-0-required"[^>]* checked', edit)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"price_kind": "free", "price": "15"}, "free of charge"),
        (
            {"price_kind": "exchange", "price": "", "in_return": "an hour of Dutch"},
            "in exchange for: an hour of Dutch",
        ),
        ({"price_kind": "agreed", "price": "20"}, "€20 per day"),
    ],
)
def test_a_price_is_an_amount_nothing_or_something_in_return(
    lille: TestNode, changes: dict[str, Any], word: str
) -> None:
    address = send(lille, **changes).headers["Location"]
    assert word in lille.page(address)
    content = lille.get_json(address, "application/activity+json")["content"]
    assert content.count(word) == 1


def test_what_cannot_be_read_is_said_at_its_field_and_kept(lille: TestNode) -> None:
    wrong: dict[str, Any] = {
        "price": "some euros",
        "price_kind": "amount",
        "end_day": "the day after",
        "radius": "very far",
        "job_start_day": "2026-12-15",
        "last_day": "2026-12-01",
        "contact": "ring twice",
    }
    page = send(lille, status=422, **wrong).text
    for name in ("price", "end_day", "radius", "last_day"):
        assert f'id="{name}-error"' in page, name
    for value in ("some euros", "the day after", "very far", "ring twice", "2026-12-15"):
        assert f'value="{value}"' in page, value


def test_looking_for_the_name_of_a_skill_publishes_nothing_and_keeps_the_form(lille: TestNode) -> None:
    lille.post(
        need_document(
            tag=[{"type": "Link", "rel": "skill-sought", "href": f"{lille.url}/tags/w", "name": "Welding"}]
        )
    )
    page = send(lille, status=200, skills="weld", find="skills").text
    assert "Which of these?" in page and 'value="Welding"' in page and 'value="A desk for a day"' in page


def test_a_neighbour_reads_our_own_lines_in_the_text_and_nothing_twice(
    fediverse: Fediverse, lille: TestNode
) -> None:
    tournai = fediverse.node("tournai", partners=[lille])
    address = send(lille, contact="ring twice", skills="Python").headers["Location"]
    fediverse.settle()
    page = tournai.page(f"/at/lille.example{address}")
    assert page.count("contact: ring twice") >= 1
    body = page.split('<div class="prose">')[1].split("</div>")[0]
    assert "€15" not in body and "ring twice" in body
