"""Which Notes are messages to a person, and what a message of ours looks like on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.features.profiles.relay_schemas import (
    MessageSchema,
    accepts_message,
    message_document,
    with_address,
)

ANN = "https://lille.example/actors/ann"
BEN = {"uri": "https://gent.example/actors/ben", "handle": "@ben@gent.example"}
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def note(**more: Any) -> dict[str, Any]:
    made = message_document("https://lille.example/objects/1", ANN, BEN, "<p>Hi</p>", "2026-11-24T09:00:00Z")
    return {**made, **more}


@pytest.mark.parametrize(
    "more",
    [
        {"to": [PUBLIC]}, {"cc": [PUBLIC]}, {"to": []}, {"content": ""}, {"id": ""}, {"name": "A vote"},
        {"purpose": "offer"}, {"publishes": {"type": "Intent"}},
    ],
)  # fmt: skip
def test_what_is_for_everybody_or_more_than_words_is_no_message(more: dict[str, Any]) -> None:
    assert not accepts_message(note(**more))


def test_a_message_is_for_one_person_who_is_mentioned() -> None:
    made = note()
    assert accepts_message(made)
    assert made["to"] == [made["tag"][0]["href"]] == [BEN["uri"]]
    assert "cc" not in made and "inReplyTo" not in made


@pytest.mark.parametrize(("is_shared", "address"), [(True, ""), (True, "ann@lille.example"), (False, "")])
def test_an_agreement_is_read_as_it_was_written(is_shared: bool, address: str) -> None:
    made = with_address(note(), is_shared=is_shared, address=address)
    read = MessageSchema().parse(made)
    assert read["shares_address"] is is_shared
    assert (read["address"] or "") == address
    assert ("emailAddress" in made) == bool(address)


def test_without_an_agreement_nothing_is_said_about_addresses() -> None:
    assert MessageSchema().parse(note())["shares_address"] is None
