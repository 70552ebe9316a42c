"""Spaces from the command line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask

from coffee_node.federation.actors import actor_document, find_local_actor
from tests.unit.cli.conftest import CommandLine

OpenNode = Callable[[], AbstractContextManager[Flask]]


def document(node: OpenNode, slug: str) -> dict[str, Any]:
    with node():
        actor = find_local_actor(slug)
        assert actor is not None
        return actor_document(actor)


def test_a_second_space_is_an_actor_of_its_own(cli: CommandLine, node: OpenNode) -> None:
    cli("space", "add", "Coworking Mons", "--locality", "Mons", "--country", "BE", "--desks", "24")
    assert [row["handle"] for row in cli.listing("space", "list")] == ["mutualab", "coworking-mons"]
    found = document(node, "coworking-mons")
    assert found["kind"] == "space"
    assert found["location"]["address"]["addressLocality"] == "Mons"


def test_an_edit_keeps_what_is_not_given(cli: CommandLine, node: OpenNode) -> None:
    cli("space", "edit", "mutualab", "--locality", "Lille", "--country", "FR")
    cli(
        "space",
        "edit",
        "mutualab",
        "--latitude",
        "50.63",
        "--longitude",
        "3.06",
        "--hours",
        "Mo-Fr 09:00-19:00",
    )
    cli("space", "edit", "mutualab", "--name", "Mutualab Lille")
    (row,) = cli.listing("space", "list")
    assert (row["name"], row["locality"], row["country"]) == ("Mutualab Lille", "Lille", "FR")
    found = document(node, "mutualab")
    assert found["location"]["latitude"] == 50.63
    assert found["openingHours"] == "Mo-Fr 09:00-19:00"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["edit", "esco", "--name", "x"], "There is no space esco"),
        (["edit", "mutualab", "--country", "Wonderland"], "country"),
        (["edit", "mutualab", "--timezone", "Mars/Olympus"], "timezone"),
        (["add", "Other", "--handle", "mutualab"], "The handle mutualab is taken"),
        (["add", "Other", "--handle", "Not A Handle"], "cannot be a handle"),
        (["add", "Other", "--website", "nowhere"], "website"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(cli: CommandLine, words: list[str], told: str) -> None:
    before = cli.listing("space", "list")
    assert told in cli.refusal("space", *words)
    assert cli.listing("space", "list") == before


@pytest.mark.parametrize(
    "words", [["mutualab"], ["mutualab", "--latitude", "91"], ["mutualab", "--desks", "-1"]]
)
def test_wrong_usage_is_said(cli: CommandLine, words: list[str]) -> None:
    cli("space", "edit", *words, exit_code=2)


def test_a_space_names_its_other_addresses_and_forgets_them(cli: CommandLine, node: OpenNode) -> None:
    former = "https://old.example/actors/mutualab"
    cli("space", "edit", "mutualab", "--also-known-as", former)
    assert document(node, "mutualab")["alsoKnownAs"] == [former]
    cli("space", "edit", "mutualab", "--also-known-as", "-")
    assert "alsoKnownAs" not in document(node, "mutualab")


def test_a_space_does_not_move_to_what_is_no_address(cli: CommandLine) -> None:
    assert "is not an address" in cli.refusal("space", "move", "mutualab", "newplace")
