"""Agreements on the wire: the four documents of the contract, who may fetch one, and what ends by itself."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coffee_node.activitypub.contexts import OFFER_CONTEXT
from coffee_node.features.proposals import service
from coffee_node.features.proposals.agreements import Agreement
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation import handlers
from coffee_node.federation.models import Activity
from coffee_node.testing import Fediverse, TestNode

CONTRACT = Path(__file__).parents[3] / "shared" / "federation.md"
BLOCK = re.compile(r"^```json (\S+)\n(.*?)^```", re.S | re.M)
ACTIVITY = "application/activity+json"
LEFT_OUT = {"published"}
"""What the blocks of private activities leave out; we always say when."""


@pytest.fixture(scope="module")
def blocks() -> dict[str, Any]:
    if not CONTRACT.exists():
        pytest.skip("the folder shared/ with the federation contract is not beside this project")
    found = {name: json.loads(body) for name, body in BLOCK.findall(CONTRACT.read_text("utf-8"))}
    for block in found.values():
        if isinstance(block, dict) and block.get("@context") == "OFFER_CONTEXT":
            block["@context"] = OFFER_CONTEXT
    return found


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    tournai.add_person("jan-peeters")
    return lille, tournai


def desk() -> dict[str, Any]:
    """The desk of the contract: 20 days for 15 euro each."""
    return {
        "type": "Note",
        "purpose": "offer",
        "kind": "desk",
        "name": "Bureau à la journée",
        "content": "<p>Un bureau.</p>",
        "inLanguage": "fr",
        "unitBased": True,
        "endTime": "2026-12-31T23:59:59+01:00",
        "publishes": {
            "type": "Intent",
            "resourceQuantity": {"hasUnit": "day", "hasNumericalValue": "1"},
            "availableQuantity": {"hasUnit": "day", "hasNumericalValue": "20"},
        },
        "reciprocal": {
            "type": "Intent",
            "resourceConformsTo": "https://www.wikidata.org/wiki/Q4916",
            "resourceQuantity": {"hasUnit": "one", "hasNumericalValue": "15"},
        },
    }


def two_days(offer: str) -> dict[str, Any]:
    """The Offer of the contract as a client posts it."""
    return {
        "type": "Offer",
        "content": "<p>Deux jours en décembre ?</p>",
        "object": {
            "type": "Agreement",
            "stipulates": {
                "type": "Commitment",
                "satisfies": f"{offer}#primary",
                "resourceQuantity": {"hasUnit": "day", "hasNumericalValue": "2"},
            },
            "stipulatesReciprocal": {
                "type": "Commitment",
                "satisfies": f"{offer}#reciprocal",
                "resourceQuantity": {"hasUnit": "one", "hasNumericalValue": "30"},
            },
        },
    }


def asked(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> str:
    """Two days asked of a new offer; the id of the Offer."""
    lille, tournai = pair
    offer = lille.object_of(lille.post(desk()))["id"]
    fediverse.settle()
    sent = tournai.post(two_days(offer), "jan-peeters")
    fediverse.settle()
    return sent


def last(node: TestNode, type_: str) -> dict[str, Any]:
    return node.rows(Activity, type=type_)[-1].document


def in_the_words_of_the_contract(document: dict[str, Any]) -> dict[str, Any]:
    """A document of the story with the actors of the blocks, without what these leave out."""
    text = json.dumps({name: value for name, value in document.items() if name not in LEFT_OUT})
    text = text.replace("/actors/lille", "/actors/mutualab")
    return dict(json.loads(text))


def shape(value: Any, seen: dict[str, str]) -> Any:
    """The same document with every id of an object or activity replaced by its number."""
    if isinstance(value, dict):
        return {name: shape(one, seen) for name, one in sorted(value.items())}
    if isinstance(value, list):
        return [shape(one, seen) for one in value]
    if isinstance(value, str) and re.search(r"/(objects|activities)/", value):
        found = re.match(r"(.*/(?:objects|activities)/)([^#]+)(.*)", value)
        assert found is not None
        number = seen.setdefault(found[2], str(len(seen)))
        return f"{found[1]}{number}{found[3]}"
    return value


def assert_equal_to_the_block(document: dict[str, Any], block: dict[str, Any]) -> None:
    ours = in_the_words_of_the_contract(document)
    assert shape(ours, {}) == shape(block, {})


def test_offer_and_accept_are_written_as_the_contract_says(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], blocks: dict[str, Any]
) -> None:
    lille, tournai = pair
    sent = asked(fediverse, pair)
    assert_equal_to_the_block(last(tournai, "Offer"), blocks["offer-agreement"])
    lille.post({"type": "Accept", "object": sent})
    assert_equal_to_the_block(last(lille, "Accept"), blocks["accept-agreement"])


def test_reject_and_confirmation_are_written_as_the_contract_says(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], blocks: dict[str, Any]
) -> None:
    lille, _ = pair
    refused, accepted = asked(fediverse, pair), asked(fediverse, pair)
    lille.post({"type": "Reject", "object": refused, "content": "<p>Plus disponible.</p>"})
    assert_equal_to_the_block(last(lille, "Reject"), blocks["reject-agreement"])
    lille.post({"type": "Accept", "object": accepted})
    fediverse.settle()
    confirm(lille)
    document = last(lille, "Create")
    block = blocks["confirmation"]
    document["object"] |= {name: block["object"][name] for name in ("name", "published")}
    assert_equal_to_the_block(document, block)


def confirm(node: TestNode) -> None:
    agreement = next(row for row in node.rows(Agreement) if row.state == "accepted").agreement_uri
    other = {"type": "Document", "context": agreement, "to": ["https://tournai.example/actors/jan-peeters"]}
    node.post({"type": "Create", "object": other})


def test_private_documents_carry_no_proof_and_nobody_else_in_their_audience(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    lille.post({"type": "Accept", "object": asked(fediverse, pair)})
    fediverse.settle()
    confirm(lille)
    for document in (last(tournai, "Offer"), last(lille, "Accept"), last(lille, "Create")):
        assert "proof" not in json.dumps(document) and "cc" not in document
        assert len(document["to"]) == 1 and "Public" not in document["to"][0]
    for activity in (last(lille, "Accept"), last(tournai, "Offer")):
        node = lille if activity["actor"].startswith(lille.url) else tournai
        path = activity["id"].removeprefix(node.url)
        assert node.client.get(path, base_url=node.url, headers={"Accept": ACTIVITY}).status_code == 404


def test_an_agreement_is_served_to_its_two_sides_only(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    mons = fediverse.node("mons", partners=[lille])
    lille.post({"type": "Accept", "object": asked(fediverse, pair)})
    [row] = lille.rows(Agreement)
    headers = {"Accept": ACTIVITY}
    path = row.agreement_uri.removeprefix(lille.url)
    assert lille.client.get(path, base_url=lille.url, headers=headers).status_code == 404
    with tournai.context():
        served = handlers.fetch(row.agreement_uri)
    assert served == {"@context": OFFER_CONTEXT, **row.document}
    with mons.context(), pytest.raises(Exception, match="404"):
        handlers.fetch(row.agreement_uri)


def test_what_has_ended_is_told_once_and_deleted_a_season_later(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    sent = asked(fediverse, pair)
    fediverse.clock.advance(days=40)
    with lille.context():
        assert service.expire_proposals() == "1 proposals have ended, 0 were deleted."
    fediverse.settle()
    assert [row.available_quantity for row in tournai.rows(Proposal)] == ["0"]
    late = lille.client.post(
        "/actors/lille/outbox",
        json={"type": "Accept", "object": sent},
        headers={"Authorization": f"Bearer {lille.token}"},
        base_url=lille.url,
    )
    assert late.status_code == 422
    fediverse.clock.advance(seconds=service.KEPT_AFTER_END / timedelta(seconds=1))
    with lille.context():
        assert service.expire_proposals() == "0 proposals have ended, 1 were deleted."
    fediverse.settle()
    assert tournai.rows(Proposal) == []
