"""The exchange of two nodes as their pages show it: agreed with a sentence, called off by either side."""

from __future__ import annotations

import pytest

from coffee_node.features.proposals.agreements import Agreement
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation.models import Activity
from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse, TestNode
from tests.web.test_answers import Visit, decide_action
from tests.web.test_proposal_exchange import DESK

Sides = tuple[Visit, Visit, str]


@pytest.fixture
def sides(fediverse: Fediverse) -> Sides:
    """The owner at Lille and a coworker at Tournai, who has answered: two days."""
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    tournai.add_person("jan", "Jan Peeters")
    uri: str = lille.object_of(lille.post(DESK))["id"]
    fediverse.settle()
    owner = Visit(lille, "admin", uri.removeprefix(lille.url))
    jan = Visit(tournai, "jan", f"/at/{uri.removeprefix('https://')}")
    jan.press("/offers/answer", uri=uri, amount="2", message="In December?")
    fediverse.settle()
    return owner, jan, uri


def states(*nodes: TestNode) -> list[str]:
    return [row.state for node in nodes for row in node.rows(Agreement)]


def accept(fediverse: Fediverse, owner: Visit) -> None:
    owner.press(decide_action(owner), what="accept", reason="Gladly.")
    fediverse.settle()


def test_a_sentence_travels_with_the_agreement_and_both_confirm_it(
    fediverse: Fediverse, sides: Sides
) -> None:
    owner, jan, _ = sides
    accept(fediverse, owner)
    assert "Gladly." in jan.text and "Lille with Jan Peeters" in jan.text
    assert [row.kind for row in jan.node.rows(Notification)] == ["agreement"]
    assert [row.kind for row in owner.node.rows(Notification)] == ["answer"]
    jan.press(decide_action(jan), what="done")
    fediverse.settle()
    assert states(owner.node, jan.node) == ["accepted", "accepted"]
    owner.press(decide_action(owner), what="done")
    fediverse.settle()
    assert states(owner.node, jan.node) == ["done", "done"]


def test_the_coworker_calls_it_off_by_an_undo_and_the_days_are_there_again(
    fediverse: Fediverse, sides: Sides
) -> None:
    owner, jan, _ = sides
    accept(fediverse, owner)
    jan.press(decide_action(jan), what="cancel", reason="I am ill.")
    fediverse.settle()
    assert states(owner.node, jan.node) == ["cancelled", "cancelled"]
    undo = jan.node.rows(Activity, type="Undo")[-1].document
    assert undo["object"]["type"] == "Offer" and undo["to"] == [f"{owner.node.url}/actors/lille"]
    assert [row.available_quantity for node in (owner.node, jan.node) for row in node.rows(Proposal)] == [
        "20",
        "20",
    ]
    assert "Cancelled." in owner.text and "I am ill." in owner.text


def test_the_owner_calls_it_off_by_a_reject(fediverse: Fediverse, sides: Sides) -> None:
    owner, jan, _ = sides
    accept(fediverse, owner)
    owner.press(decide_action(owner), what="cancel", reason="The roof leaks.")
    fediverse.settle()
    assert states(owner.node, jan.node) == ["cancelled", "cancelled"]
    assert "The roof leaks." in jan.text and 'name="message"' in jan.text


def test_an_answer_taken_back_while_the_owner_accepts_ends_cancelled_at_both(
    fediverse: Fediverse, sides: Sides
) -> None:
    owner, jan, _ = sides
    jan.press(decide_action(jan), what="cancel")
    owner.press(decide_action(owner), what="accept")
    fediverse.settle()
    assert states(owner.node, jan.node) == ["cancelled", "cancelled"]
    assert [row.available_quantity for row in owner.node.rows(Proposal)] == ["20"]


def test_nobody_takes_back_the_answer_of_somebody_else(fediverse: Fediverse, sides: Sides) -> None:
    owner, jan, _ = sides
    tournai = jan.node
    tournai.add_person("eva")
    [row] = tournai.rows(Agreement)
    forged = {"id": row.offer_uri, "type": "Offer", "actor": f"{tournai.url}/actors/eva", "object": "x"}
    client = tournai.client.post(
        "/actors/eva/outbox",
        json={"type": "Undo", "object": forged},
        headers={"Authorization": f"Bearer {tournai.token_of('eva')}"},
        base_url=tournai.url,
    )
    assert client.status_code == 404
    fediverse.settle()
    assert states(owner.node, tournai) == ["asked", "asked"]
