"""Who finds what: the search never tells what a page would not show."""

from __future__ import annotations

import re

import pytest

from coffee_node.features.profiles.service import change_profile, profile_of
from coffee_node.federation import accounts
from coffee_node.federation.actors import find_local_actor
from coffee_node.node import current_node
from coffee_node.testing import Fediverse, TestNode, event_document
from coffee_node.web.search_kinds import kind_labels

LEVELS = ("public", "network", "space", "private")


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def found(node: TestNode, question: str, handle: str = "") -> tuple[int, str]:
    """How many results a reader is told of, and the page."""
    browser = node.signed_in(handle) if handle else node.client
    page = browser.get(f"/search?q={question}", base_url=node.url, headers={"Accept-Language": "en"}).text
    number = re.search(r"(\d+) results?\b", page)
    return int(number[1]) if number else 0, page


def publish(node: TestNode, handle: str, visibility: str, name: str) -> None:
    """An event of a person at a level of visibility."""
    with node.context():
        document = {**event_document(name=name), "attributedTo": node.url}
        event_type = current_node.registry.type_for(document)
        actor = find_local_actor(handle)
        assert event_type is not None and event_type.create is not None and actor is not None
        event_type.create(actor, event_type.schema.parse(document), visibility)


def test_every_level_is_found_by_whom_it_is_for(lille: TestNode) -> None:
    lille.add_person("ana")
    lille.add_person("colleague")
    with lille.context():
        accounts.create_account("stranger", "Stranger")
    for level in LEVELS:
        publish(lille, "ana", level, f"Vannerie {level}")
    expected = {
        "": {"public"},
        "stranger": {"public", "network"},
        "colleague": {"public", "network", "space"},
        "ana": set(LEVELS),
    }
    for handle, levels in expected.items():
        number, page = found(lille, "vannerie", handle)
        shown = {level for level in LEVELS if f"<mark>Vannerie</mark> {level}" in page}
        assert (number, shown) == (len(levels), levels), handle


def test_a_misspelt_word_does_not_lead_to_what_is_hidden(lille: TestNode) -> None:
    lille.add_person("ana")
    publish(lille, "ana", "space", "Licenciement")
    for handle in ("", "ana"):
        number, page = found(lille, "licenciemetn", handle)
        assert number == 0
        assert "licenciement" not in page.lower().replace("licenciemetn", "")


def add_listed(node: TestNode, handle: str, name: str, **levels: str) -> None:
    """A listed person whose summary and headline are for the levels given."""
    node.add_person(handle, name)
    with node.context():
        actor = find_local_actor(handle)
        assert actor is not None
        row = profile_of(actor)
        values = {"summary": "<p>Spéléologie</p>", "headline": "Funambule", "is_listed": True}
        change_profile(row, values, levels, is_published=True)


def test_a_person_is_found_by_what_everybody_may_read_only(lille: TestNode) -> None:
    add_listed(lille, "ana", "Ana Exemple", summary="private", headline="public")
    add_listed(lille, "bob", "Bob Modèle", summary="public", headline="space")
    assert found(lille, "exemple")[0] == 1
    number, page = found(lille, "funambule")
    assert (number, "Ana" in page, "Bob" in page) == (1, True, False)
    number, page = found(lille, "speleologie")
    assert (number, "Ana" in page, "Bob" in page) == (1, False, True)
    assert "Spéléologie" not in found(lille, "exemple")[1]
    assert "Funambule" not in found(lille, "modele")[1]


def test_who_is_not_in_the_directory_is_not_found(lille: TestNode) -> None:
    lille.add_person("ana", "Ana Exemple")
    for handle in ("", "admin"):
        assert found(lille, "exemple", handle)[0] == 0


def test_no_two_types_share_their_name_in_addresses(lille: TestNode) -> None:
    with lille.app.test_request_context("/search"):
        names = [name for name, _label in kind_labels().values()]
    assert len(names) == len(set(names))
