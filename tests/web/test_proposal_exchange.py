"""The page of an offer through its life: answered, agreed, cancelled, done, and asked whether it is valid."""

from __future__ import annotations

import re

import pytest

from coffee_node.base.database import write
from coffee_node.base.mail import Mail
from coffee_node.features.proposals import personal, validity
from coffee_node.features.proposals.agreements import Agreement
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation.account_models import Account
from coffee_node.federation.accounts import account_named
from coffee_node.federation.actors import find_local_actor, ref
from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse, TestNode
from tests.web.test_answers import Visit, decide_action

DESK = {
    "type": "Note",
    "purpose": "offer",
    "kind": "desk",
    "name": "Desk by the day",
    "content": "<p>A desk.</p>",
    "unitBased": True,
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
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    node.add_person("jan", "Jan Peeters")
    return node


@pytest.fixture
def sides(lille: TestNode) -> tuple[Visit, Visit, str]:
    """The owner and a coworker of one node at the page of a desk; the id of the desk."""
    uri: str = lille.object_of(lille.post(DESK))["id"]
    page = uri.removeprefix(lille.url)
    return Visit(lille, "admin", page), Visit(lille, "jan", page), uri


def left(node: TestNode) -> str:
    return node.rows(Proposal)[0].available_quantity


def state(node: TestNode) -> str:
    return node.rows(Agreement)[0].state


def agreed(fediverse: Fediverse, sides: tuple[Visit, Visit, str]) -> None:
    owner, jan, uri = sides
    jan.press("/offers/answer", uri=uri, amount="2", message="In December?")
    fediverse.settle()
    owner.press(decide_action(owner), what="accept", reason="Gladly. Ring twice.")
    fediverse.settle()


def test_a_stranger_reads_what_to_do(sides: tuple[Visit, Visit, str], lille: TestNode) -> None:
    page = lille.page(sides[0].page)
    assert "Sign in to answer" in page and "Answer from my own server" in page
    assert "Answers" not in page and "received by" not in page


def test_both_sides_read_what_was_agreed_and_what_comes_next(
    fediverse: Fediverse, sides: tuple[Visit, Visit, str]
) -> None:
    owner, jan, _ = sides
    agreed(fediverse, sides)
    for text in (owner.text, jan.text, Visit(jan.node, "jan", "/me/answers").text):
        for word in ("Agreed.", "Lille with Jan Peeters", "Desk by the day · 2 days · €30", "Ring twice."):
            assert word in text, word
    assert "Arrange the rest with Lille" in jan.text and "Arrange the rest with Jan Peeters" in owner.text
    assert left(jan.node) == "18"


def test_each_side_hears_of_what_the_other_did(
    fediverse: Fediverse, sides: tuple[Visit, Visit, str], lille: TestNode
) -> None:
    agreed(fediverse, sides)
    handles = {row.id: row.handle for row in lille.rows(Account)}
    [answer], [agreement] = (
        lille.rows(Notification, kind="answer"),
        lille.rows(Notification, kind="agreement"),
    )
    assert (handles[answer.account_id], answer.title) == ("admin", "Jan Peeters answers “Desk by the day”")
    assert (handles[agreement.account_id], agreement.title) == ("jan", "Lille agrees: “Desk by the day”")
    assert answer.url == f"{sides[0].page}#answers"


def test_it_is_done_once_both_have_said_so(fediverse: Fediverse, sides: tuple[Visit, Visit, str]) -> None:
    owner, jan, _ = sides
    agreed(fediverse, sides)
    jan.press(decide_action(jan), what="done")
    fediverse.settle()
    assert state(jan.node) == "accepted"
    assert "Lille still has to confirm it." in jan.text
    assert "Jan Peeters says that it is done. Please confirm it, too." in owner.text
    owner.press(decide_action(owner), what="done")
    assert state(jan.node) == "done"


@pytest.mark.parametrize("who", [0, 1])
def test_either_side_cancels_an_agreement_and_what_was_taken_is_there_again(
    fediverse: Fediverse, sides: tuple[Visit, Visit, str], who: int
) -> None:
    agreed(fediverse, sides)
    side, other = sides[who], sides[1 - who]
    assert isinstance(side, Visit) and isinstance(other, Visit)
    side.press(decide_action(side), what="cancel", reason="I am ill.")
    fediverse.settle()
    assert (state(side.node), left(side.node)) == ("cancelled", "20")
    assert "Cancelled." in other.text and "I am ill." in other.text
    assert 'name="message"' in sides[1].text


def test_an_answer_is_taken_back_before_the_owner_decides(
    fediverse: Fediverse, sides: tuple[Visit, Visit, str]
) -> None:
    owner, jan, uri = sides
    jan.press("/offers/answer", uri=uri, amount="2")
    fediverse.settle()
    action = decide_action(jan)
    jan.press(action, what="cancel")
    owner.press(action, what="accept")
    assert "This was already answered." in owner.text
    assert (state(jan.node), left(jan.node)) == ("cancelled", "20")


def test_an_amount_that_does_not_fit_is_explained(sides: tuple[Visit, Visit, str]) -> None:
    _, jan, uri = sides
    jan.press("/offers/answer", uri=uri, amount="21")
    assert "There is not so much left. Change the amount." in jan.text


def test_the_author_sees_who_received_it_and_nobody_else(fediverse: Fediverse, lille: TestNode) -> None:
    fediverse.node("tournai", partners=[lille])
    uri = lille.object_of(lille.post(DESK))["id"]
    page = uri.removeprefix(lille.url)
    assert "received by 0 of 1" in Visit(lille, "admin", page).text
    fediverse.settle()
    assert "received by 1 of 1" in Visit(lille, "admin", page).text
    assert "received by" not in Visit(lille, "jan", page).text


def test_the_author_closes_and_opens_again_with_one_click(sides: tuple[Visit, Visit, str]) -> None:
    owner, jan, _ = sides
    address = owner.page.replace("/objects/", "/offers/")
    assert owner.press(f"{address}/close") == 303
    assert "Reopen: 60 days more" in owner.text and "This has ended" in jan.text
    assert jan.press(f"{address}/renew") == 403
    assert owner.press(f"{address}/renew") == 303
    assert left(owner.node) == "20" and 'name="message"' in jan.text


def test_the_mail_asks_and_its_reader_answers_without_an_account(
    fediverse: Fediverse, sides: tuple[Visit, Visit, str]
) -> None:
    owner, _, _ = sides
    node = owner.node
    with node.context(), write():
        account_named("admin").email = "manager@mail.example"
    fediverse.clock.advance(days=47)
    with node.context():
        validity.ask_authors()
    assert "Is it still valid?" in Visit(node, "admin", owner.page).text
    found = re.search(rf"{validity.PATH}/\S+", node.rows(Mail)[0].text)
    assert found is not None
    browser = node.client
    page = browser.get(f"{found[0]}?answer=no", base_url=node.url, headers={"Accept-Language": "en"}).text
    assert "No, close it" in page and left(node) == "20"
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    sent = {"csrf_token": token[1], "answer": "no"}
    referer = {"Referer": node.url + found[0], "Accept-Language": "en"}
    assert "It is closed" in browser.post(found[0], data=sent, base_url=node.url, headers=referer).text
    assert left(node) == "0"
    assert browser.get(found[0], base_url=node.url).status_code == 404


def test_answers_are_given_out_to_their_sides_and_erased_with_them(
    fediverse: Fediverse, sides: tuple[Visit, Visit, str], lille: TestNode
) -> None:
    agreed(fediverse, sides)
    with lille.context():
        jan = find_local_actor("jan")
        assert jan is not None
        [answer] = personal.export(ref(jan))["answers"]
        assert (answer["message"], answer["state"]) == ("In December?", "accepted")
        personal.erase(ref(jan))
        assert personal.export(ref(jan)) == {}
    assert lille.rows(Agreement) == []
