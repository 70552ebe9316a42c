"""Row 40, agreements: strangers who answer an Offer of ours, and Accepts of something else than was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hostile.agreements import accepted, agreement, day_offer
from tests.hostile.remote import Sender
from tests.hostile.target import Target


@pytest.fixture(scope="module")
def theirs(target: Target) -> str:
    """An offer of the followed actor, known here; its id."""
    evil = target.space
    made = day_offer(id=evil.new_id(), attributedTo=evil.uri, to=evil.known["to"])
    target.send(evil, evil.activity("Create", made)).stored()
    return str(made["id"])


def asked_for(target: Target, theirs: str) -> str:
    """The id of a new Offer of ours for what the followed actor offers."""
    answer = target.node.post({"type": "Offer", "object": agreement(theirs)})
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def elsewhere(document: dict[str, Any], *path: str) -> dict[str, Any]:
    """The same with an id on another host, at the top or in a part of it."""
    if path:
        return document | {path[0]: elsewhere(document[path[0]], *path[1:])}
    return document | {"id": "http://127.9.9.9:9/agreements/1"}


OTHERWISE: dict[str, Callable[[Sender, str], Any]] = {
    "amount": lambda evil, uri: accepted(evil, uri, amount="3"),
    "price": lambda evil, uri: accepted(evil, uri, price="45"),
    "both": lambda evil, uri: accepted(evil, uri, amount="3", price="45"),
    "unit": lambda evil, uri: accepted(evil, uri, unit="month"),
    "other-offer": lambda evil, uri: accepted(evil, evil.new_id()),
    "one-side": lambda evil, uri: accepted(evil, uri) | {"stipulatesReciprocal": None},
    "id-elsewhere": lambda evil, uri: elsewhere(accepted(evil, uri)),
    "commitment-elsewhere": lambda evil, uri: elsewhere(accepted(evil, uri), "stipulates"),
    "price-elsewhere": lambda evil, uri: elsewhere(accepted(evil, uri), "stipulatesReciprocal"),
    "no-ids": lambda evil, uri: agreement(uri),
    "absent": lambda evil, uri: None,
    "id-alone": lambda evil, uri: evil.new_id("agreements"),
    "no-agreement": lambda evil, uri: evil.note(),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_h40f_an_accept_of_something_else_than_was_asked(
    target: Target, evil: Sender, theirs: str, name: str
) -> None:
    """No agreement comes of it, and who asked is shown why; a good Accept does not mend it afterwards."""
    asked = asked_for(target, theirs)
    result = OTHERWISE[name](evil, theirs)
    outcome = target.send(evil, evil.activity("Accept", asked, to=[target.actor], result=result))
    outcome.stored(fetches=0)
    shown = "SELECT state, reason, agreement_uri, document FROM agreement WHERE offer_uri = ?"
    kept = ("error", "The other side accepted something else than was asked.", "", "{}")
    assert target.rows(shown, asked) == [kept]
    outcome.works()
    good = accepted(evil, theirs)
    target.send(evil, evil.activity("Accept", asked, to=[target.actor], result=good))
    assert target.rows(shown, asked) == [kept]


def test_h40f_an_accept_of_what_was_asked(target: Target, evil: Sender, theirs: str) -> None:
    """The rows above can fail."""
    asked, good = asked_for(target, theirs), accepted(evil, theirs)
    target.send(evil, evil.activity("Accept", asked, to=[target.actor], result=good)).stored(fetches=0)
    query = "SELECT state, agreement_uri FROM agreement WHERE offer_uri = ?"
    assert target.rows(query, asked) == [("accepted", good["id"])]


@pytest.mark.parametrize("type_", ["Accept", "Reject"])
@pytest.mark.parametrize("is_same_host", [True, False], ids=["same-host", "other-host"])
def test_h40e_a_stranger_answers_an_offer_of_ours(
    target: Target, evil: Sender, theirs: str, type_: str, is_same_host: bool
) -> None:
    asked = asked_for(target, theirs)
    mallory = Sender(target.network, target.keys[2], evil.host if is_same_host else "", "mallory")
    target.send(mallory, mallory.activity())
    good = accepted(evil, theirs)
    whole = {"id": asked, "type": "Offer", "actor": target.actor, "object": agreement(theirs)}
    for object_ in (asked, whole):
        activity = mallory.activity(type_, object_, to=[target.actor], result=good)
        target.send(mallory, activity).dropped("answers nothing", fetches=0)
    assert target.rows("SELECT state FROM agreement WHERE offer_uri = ?", asked) == [("asked",)]
