"""Row 40, agreements: Offers that fit no offer of ours, and twenty that want the last of one at once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.hostile.agreements import agreement, day_offer, quantity
from tests.hostile.remote import Sender
from tests.hostile.target import Target
from tests.hostile.wire import all_at_once
from tests.house.real_nodes import wait_for

CROWD, LEFT = 20, 5


def states(target: Target, uri: str) -> Counter[str]:
    """How many answers to an offer are in which state."""
    query = "SELECT state, count(*) FROM agreement WHERE proposal_uri = ? GROUP BY state"
    return Counter(dict(target.rows(query, uri)))


def left(target: Target, uri: str) -> str:
    """How much of an offer is left."""
    return str(target.rows("SELECT available_quantity FROM proposal WHERE uri = ?", uri)[0][0])


@pytest.fixture(scope="module")
def ours(target: Target) -> str:
    """An offer of the node's space; its id."""
    return target.node.publish(day_offer())


@pytest.fixture(scope="module")
def theirs(target: Target) -> str:
    """An offer of the followed actor, known here; its id."""
    evil = target.space
    made = day_offer(id=evil.new_id(), attributedTo=evil.uri, to=evil.known["to"])
    target.send(evil, evil.activity("Create", made)).stored()
    assert left(target, made["id"]) == "20"
    return str(made["id"])


@pytest.fixture
def guest(target: Target) -> Sender:
    """Somebody nobody here has met."""
    return Sender(target.network, target.keys[1])


def rejected(target: Target, guest: Sender, proposed: Any, why: str, to: str = "") -> None:
    """An Offer is answered by one Reject that says why, and has no other effect."""
    to = to or target.actor
    asked = guest.activity("Offer", proposed, to=[to])
    before = target.rows("SELECT count(*) FROM agreement")
    outcome = target.send(guest, asked)
    outcome.stored()
    inbox = f"{guest.uri}/inbox"
    wait_for(lambda: target.network.posted(inbox), 10)
    target.quiet()
    (answer,) = [one.document for one in target.network.posted(inbox)]
    assert (answer["type"], answer["actor"], answer["object"]) == ("Reject", to, asked["id"])
    assert why in answer["content"]
    assert target.rows("SELECT count(*) FROM agreement") == before
    outcome.works()


def test_h40a_an_offer_about_what_somebody_else_offers(target: Target, guest: Sender, theirs: str) -> None:
    rejected(target, guest, agreement(theirs), "no such offer")
    assert left(target, theirs) == "20"


def test_h40a_an_offer_to_another_actor_of_ours(target: Target, guest: Sender, ours: str) -> None:
    rejected(target, guest, agreement(ours), "no such offer", f"{target.node.url}/actor")
    assert left(target, ours) == "20"


def test_h40a_an_offer_about_what_never_was(target: Target, guest: Sender, ours: str) -> None:
    rejected(target, guest, agreement(f"{ours}0"), "no such offer")


def test_h40a_an_offer_about_what_was_withdrawn(target: Target, guest: Sender) -> None:
    uri = target.node.publish(day_offer())
    assert target.node.post({"type": "Delete", "object": uri}).status_code == 201
    rejected(target, guest, agreement(uri), "no such offer")


def test_h40a_an_offer_about_what_is_kept_from_strangers(target: Target, guest: Sender) -> None:
    """The answer is that of an offer that never was."""
    to = [f"{target.node.url}/actor/followers"]
    answer = target.node.post({"type": "Create", "to": to, "object": day_offer(to=to)})
    assert answer.status_code == 201, answer.text
    query = "SELECT object_uri FROM activity WHERE uri = ? AND visibility = 'network'"
    ((uri,),) = target.rows(query, answer.headers["Location"])
    rejected(target, guest, agreement(uri), "no such offer")
    assert left(target, uri) == "20"


def test_h40a_an_offer_about_what_has_ended(target: Target, guest: Sender) -> None:
    uri = target.node.publish(day_offer())
    target.change("UPDATE proposal SET end_time = datetime('now', '-1 hour') WHERE uri = ?", uri)
    rejected(target, guest, agreement(uri), "ended")
    assert left(target, uri) == "20"


@pytest.mark.parametrize("object_", ["Agreement", {"type": "Agreement"}, {"type": "Note"}, 7, [], None])
def test_h40a_an_offer_of_no_agreement(target: Target, guest: Sender, object_: Any) -> None:
    target.send(guest, guest.activity())
    activity = guest.activity("Offer", "", to=[target.actor]) | {"object": object_}
    target.send(guest, activity).dropped(fetches=0)


def test_h40a_an_offer_to_nobody_here(target: Target, guest: Sender, ours: str) -> None:
    target.send(guest, guest.activity())
    activity = guest.activity("Offer", agreement(ours), to=[guest.uri])
    target.send(guest, activity).dropped("no agreement to an actor of ours", fetches=0)


MISFITS: dict[str, tuple[Any, Any, str, str]] = {
    "other-unit": ("2", "30", "hour", "units"),
    "part-of-a-unit": ("1.5", "22.5", "day", "amounts"),
    "too-cheap": ("2", "15", "day", "amounts"),
    "for-nothing": ("2", "0", "day", "amounts"),
    "none": ("0", "0", "day", "amounts"),
    "negative": ("-2", "-30", "day", "amounts"),
    "no-number": ("NaN", "NaN", "day", "amounts"),
    "endless": ("Infinity", "Infinity", "day", "amounts"),
    "text": ("two", "thirty", "day", "amounts"),
    "list": (["2"], ["30"], "day", "amounts"),
    "absent": (None, None, "day", "amounts"),
    "huge": ("1e99", "15e99", "day", "amounts"),
    "more-than-is-left": ("21", "315", "day", "left"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_h40b_quantities_that_do_not_fit(target: Target, guest: Sender, ours: str, name: str) -> None:
    amount, price, unit, why = MISFITS[name]
    rejected(target, guest, agreement(ours, amount, price, unit), why)
    assert left(target, ours) == "20"


def test_h40b_other_parts_of_the_day_offer(target: Target, ours: str) -> None:
    good = agreement(ours)
    swapped = {"stipulates": good["stipulatesReciprocal"], "stipulatesReciprocal": good["stipulates"]}
    free = {name: value for name, value in good.items() if name != "stipulatesReciprocal"}
    for proposed, why in ((good | swapped, "another part"), (free, "something in return")):
        rejected(target, Sender(target.network, target.keys[1]), proposed, why)


def test_h40b_an_offer_that_fits_is_kept_and_waits(target: Target, guest: Sender) -> None:
    """The rows above can fail."""
    uri = target.node.publish(day_offer())
    target.send(guest, guest.activity("Offer", agreement(uri), to=[target.actor])).stored()
    assert states(target, uri) == {"asked": 1}
    assert target.network.posted(f"{guest.uri}/inbox") == []


def test_h40c_twenty_take_the_last_five_at_once(target: Target) -> None:
    """Where a rule of the owner accepts by itself, what is left is given away once."""
    some = day_offer()["publishes"] | {"availableQuantity": quantity(str(LEFT), "day")}
    uri = target.node.publish(day_offer(publishes=some))
    target.change("UPDATE proposal SET accepts_itself = 1 WHERE uri = ?", uri)
    crowd = [Sender(target.network, target.keys[1]) for _ in range(CROWD)]
    sent = [one.activity("Offer", agreement(uri, "1", "15"), to=[target.actor]) for one in crowd]
    posts = [target.post(guest, one).cavage().raw() for guest, one in zip(crowd, sent, strict=True)]
    assert [answer.status for answer in all_at_once(target.address, posts)] == [202] * CROWD
    inboxes = [f"{guest.uri}/inbox" for guest in crowd]
    wait_for(lambda: all(target.network.posted(inbox) for inbox in inboxes), 15)
    heard = Counter(one.document["type"] for inbox in inboxes for one in target.network.posted(inbox))
    assert heard == {"Accept": LEFT, "Reject": CROWD - LEFT}
    assert (states(target, uri), left(target, uri)) == ({"accepted": LEFT}, "0")


def test_h40g_an_offer_for_another(target: Target, evil: Sender, guest: Sender, ours: str) -> None:
    target.send(guest, guest.activity())
    mallory = Sender(target.network, target.keys[2], guest.host, "mallory")
    for actor in (guest.uri, target.actor):
        outcome = target.send(mallory, mallory.activity("Offer", agreement(ours), actor=actor))
        outcome.sender = evil
        outcome.refused(401, "owner", fetches=1)
    assert (states(target, ours), left(target, ours)) == ({}, "20")
