"""Answering offers across nodes: checked before any effect, decided by the owner, known at both ends."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from coffee_node.base.database import db, write
from coffee_node.features.proposals.agreements import Agreement
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation import outbox
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Activity, InboxItem
from coffee_node.testing import Fediverse, TestNode

OFFER = {
    "type": "Note",
    "purpose": "offer",
    "kind": "desk",
    "name": "Desk by the day",
    "content": "<p>A desk.</p>",
    "unitBased": True,
    "endTime": "2027-06-30T23:59:59+02:00",
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


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    tournai.add_person("jan")
    return lille, tournai


@pytest.fixture
def offer(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> str:
    """An offer of 20 days for 15 euro each, known at both ends; its id."""
    found: str = pair[0].object_of(pair[0].post(OFFER))["id"]
    fediverse.settle()
    return found


def agreement(offer: str, amount: str = "2", price: str = "30", unit: str = "day") -> dict[str, Any]:
    """An Offer of an Agreement about that many days."""
    return {
        "type": "Offer",
        "content": "<p>Two days in December?</p>",
        "object": {
            "type": "Agreement",
            "stipulates": {
                "type": "Commitment",
                "satisfies": f"{offer}#primary",
                "resourceQuantity": {"hasUnit": unit, "hasNumericalValue": amount},
            },
            "stipulatesReciprocal": {
                "type": "Commitment",
                "satisfies": f"{offer}#reciprocal",
                "resourceQuantity": {"hasUnit": "one", "hasNumericalValue": price},
            },
        },
    }


def send_raw(node: TestNode, document: dict[str, Any], to: str) -> None:
    """Publish what our own services would refuse, as jan."""
    with node.context(), write():
        jan = find_local_actor("jan")
        assert jan is not None
        more = {name: value for name, value in document.items() if name not in ("type", "object")}
        outbox.publish(jan, document["type"], document["object"], to=[to], visibility="private", **more)


def states(node: TestNode) -> list[tuple[str, str, str]]:
    return [(row.state, row.amount, row.price) for row in node.rows(Agreement)]


def test_an_answer_is_accepted_counted_confirmed_and_known_at_both_ends(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], offer: str
) -> None:
    lille, tournai = pair
    asked = tournai.post(agreement(offer), "jan")
    fediverse.settle()
    assert states(lille) == states(tournai) == [("asked", "2", "30")]
    assert lille.rows(Agreement)[0].message == "Two days in December?"

    lille.post({"type": "Accept", "object": asked})
    fediverse.settle()
    assert states(lille) == states(tournai) == [("accepted", "2", "30")]
    [at_lille], [at_tournai] = lille.rows(Agreement), tournai.rows(Agreement)
    assert at_lille.document == at_tournai.document
    assert at_lille.agreement_uri.startswith(f"{lille.url}/objects/")
    [copy] = tournai.get_json("/offers.json")["items"]
    assert copy["publishes"]["availableQuantity"]["hasNumericalValue"] == "18"

    done = {"type": "Document", "name": "Done", "context": at_lille.agreement_uri}
    tournai.post({"type": "Create", "object": done}, "jan")
    fediverse.settle()
    assert states(lille) == states(tournai) == [("accepted", "2", "30")]
    lille.post({"type": "Create", "object": done})
    fediverse.settle()
    assert states(lille) == states(tournai) == [("done", "2", "30")]


def test_a_refusal_says_why(fediverse: Fediverse, pair: tuple[TestNode, TestNode], offer: str) -> None:
    lille, tournai = pair
    asked = tournai.post(agreement(offer), "jan")
    fediverse.settle()
    lille.post({"type": "Reject", "object": asked, "content": "<p>Not in December.</p>"})
    fediverse.settle()
    assert [row.reason for row in tournai.rows(Agreement)] == ["Not in December."]
    assert states(lille) == states(tournai) == [("refused", "2", "30")]


def test_h40a_an_answer_to_somebody_elses_offer_is_rejected(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], offer: str
) -> None:
    lille, tournai = pair
    mons = fediverse.node("mons", partners=[lille, tournai])
    send_raw(tournai, agreement(offer), f"{mons.url}/actors/mons")
    fediverse.settle()
    [reject] = [row for row in mons.rows(Activity) if row.type == "Reject"]
    assert "no such offer" in reject.document["content"]
    assert mons.rows(Agreement) == lille.rows(Agreement) == []


@pytest.mark.parametrize(
    ("amount", "price", "unit", "why"),
    [
        ("2", "30", "hour", "units"),
        ("1.5", "22.5", "day", "amounts"),
        ("2", "15", "day", "amounts"),
        ("21", "315", "day", "left"),
    ],
)
def test_h40b_quantities_that_do_not_fit_are_rejected_before_any_effect(
    fediverse: Fediverse,
    pair: tuple[TestNode, TestNode],
    offer: str,
    amount: str,
    price: str,
    unit: str,
    why: str,
) -> None:
    lille, tournai = pair
    send_raw(tournai, agreement(offer, amount, price, unit), f"{lille.url}/actors/lille")
    fediverse.settle()
    [reject] = [row for row in lille.rows(Activity) if row.type == "Reject"]
    assert why in reject.document["content"]
    assert lille.rows(Agreement) == []
    assert lille.rows(Proposal)[0].available_quantity == "20"


def test_h40f_an_accept_with_other_quantities_is_shown_as_an_error(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], offer: str
) -> None:
    lille, tournai = pair
    asked = tournai.post(agreement(offer), "jan")
    fediverse.settle()
    with lille.context(), write():
        db.session.execute(update(Agreement).values(amount="3", price="45"))
    lille.post({"type": "Accept", "object": asked})
    fediverse.settle()
    [at_tournai] = tournai.rows(Agreement)
    assert at_tournai.state == "error" and "something else" in at_tournai.reason
    assert at_tournai.document == {}


def test_an_accept_by_somebody_who_was_not_asked_changes_nothing(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], offer: str
) -> None:
    _, tournai = pair
    mons = fediverse.node("mons")
    asked = tournai.post(agreement(offer), "jan")
    fediverse.settle()
    with mons.context(), write():
        space = find_local_actor("mons")
        assert space is not None
        jan = f"{tournai.url}/actors/jan"
        outbox.publish(space, "Accept", asked, to=[jan], visibility="private", result={"type": "Agreement"})
    fediverse.settle()
    assert states(tournai) == [("asked", "2", "30")]
    assert tournai.rows(InboxItem, type="Accept")[-1].state == "ignored"


def test_an_owner_may_let_a_rule_accept_until_nothing_is_left(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode], offer: str
) -> None:
    lille, tournai = pair
    with lille.context(), write():
        db.session.execute(update(Proposal).values(accepts_itself=True))
    for amount, price in (("15", "225"), ("15", "225"), ("5", "75")):
        send_raw(tournai, agreement(offer, amount, price), f"{lille.url}/actors/lille")
        fediverse.settle()
    assert [state for state, _, _ in states(lille)] == ["accepted", "accepted"]
    assert lille.rows(Proposal)[0].available_quantity == "0"


def test_two_people_of_one_node_agree_without_the_network(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    lille.add_person("jan")
    offer = lille.object_of(lille.post(OFFER))["id"]
    fediverse.requests.clear()
    asked = lille.post(agreement(offer), "jan")
    fediverse.settle()
    lille.post({"type": "Accept", "object": asked})
    fediverse.settle()
    assert states(lille) == [("accepted", "2", "30")]
    assert fediverse.requests == []
