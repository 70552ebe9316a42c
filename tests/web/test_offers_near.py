"""What somebody who looks for work sees: jobs near a town, the employer by name, a needed address."""

from __future__ import annotations

import json
import re

import pytest

from coffee_node.testing import Fediverse, TestNode
from coffee_node.testing_factories import need_document

MONS = {
    "type": "Place",
    "name": "Mons",
    "latitude": 50.4625,
    "longitude": 3.927,
    "address": {"type": "PostalAddress", "addressLocality": "Mons", "addressCountry": "BE"},
}


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    node.object_of(node.post(need_document(name="A job in Mons", purpose="offer", kind="job", location=MONS)))
    return node


def names(node: TestNode, address: str) -> list[str]:
    return [item["name"] for item in node.get_json(address)["items"]]


def test_a_town_nobody_knows_is_told_and_offers_are_narrowed_to_one_that_is_known(lille: TestNode) -> None:
    assert "Atlantis" in lille.page("/offers?place=Atlantis")
    assert names(lille, "/offers.json?place=Tournai&radius=10") == []
    assert names(lille, "/jobs.json?place=Mons&radius=10") == ["A job in Mons"]


def test_a_saved_search_near_a_town_says_so(lille: TestNode) -> None:
    page = lille.page("/alerts/new?list=/jobs%3Fplace%3DMons%26radius%3D10")
    assert "near Mons" in page
    assert "optional" not in page


def test_search_engines_read_the_name_of_the_employer(lille: TestNode) -> None:
    uri = lille.get_json("/jobs.json")["items"][0]["id"]
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', lille.page(uri), re.DOTALL)
    assert found is not None
    posting = json.loads(found[1])
    assert posting["@type"] == "JobPosting"
    assert posting["hiringOrganization"]["name"]
