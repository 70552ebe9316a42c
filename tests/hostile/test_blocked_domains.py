"""Row 36: a suspended server and the ways around: whatever good servers bring of it is dropped unasked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hostile.proven import Author
from tests.hostile.remote import AS2, Reply, Sender
from tests.hostile.target import Target, note_rows
from tests.house.real_nodes import wait_for

SUSPENDED = "suspended"
Way = Callable[[Sender, Author, dict[str, Any]], Any]


@pytest.fixture(scope="module")
def bad(target: Target) -> Author:
    """An actor of a server that is suspended here; what it serves could be read."""
    made = Author(target.network, target.keys[1])
    target.block(made.host.partition(":")[0])
    return made


@pytest.fixture(scope="module")
def other(target: Target) -> Author:
    """The like of it, on a server nobody has decided about."""
    return Author(target.network, target.keys[1])


@pytest.fixture(autouse=True)
def unasked(target: Target, bad: Author) -> Any:
    """Whatever a row does, no connection is made to the suspended server."""
    yield
    target.quiet()
    assert target.network.connections[bad.host] == 0
    assert target.rows("SELECT uri FROM actor WHERE host = ? AND inbox != ''", bad.host) == []
    assert target.rows("SELECT uri FROM note WHERE origin = ?", bad.host) == []


def within(author: Author, note: dict[str, Any], type_: str) -> dict[str, Any]:
    """An activity of the author itself about its Note."""
    return {"id": author.new_id("activities"), "type": type_, "actor": author.uri, "object": note}


def without_proof(note: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in note.items() if name != "proof"}


FORMS: dict[str, Way] = {
    "id": lambda evil, author, note: note["id"],
    "proven": lambda evil, author, note: note,
    "unproven": lambda evil, author, note: without_proof(note),
    "created": lambda evil, author, note: within(author, note, "Create"),
    "updated": lambda evil, author, note: within(author, note, "Update"),
    "created-by-the-good-one": lambda evil, author, note: evil.activity("Create", note),
    "object-of-an-id": lambda evil, author, note: {"id": note["id"], "type": "Note"},
}


@pytest.mark.parametrize("form", FORMS)
def test_h36a_an_announce_by_a_good_actor(target: Target, evil: Sender, bad: Author, form: str) -> None:
    shared = FORMS[form](evil, bad, bad.served())
    target.send(evil, evil.activity("Announce", shared)).dropped(SUSPENDED, fetches=0)


@pytest.mark.parametrize("form", FORMS)
def test_h36a_the_same_announce_of_what_is_not_suspended(
    target: Target, evil: Sender, other: Author, form: str
) -> None:
    """The row above can fail: of another server the same Announce is read."""
    note = other.served()
    target.send(evil, evil.activity("Announce", FORMS[form](evil, other, note))).stored()
    assert len(note_rows(target, note["id"])) == 1


DETOURS: dict[str, Way] = {
    "created": lambda evil, bad, note: {"type": "Create", "actor": evil.uri, "object": note["id"]},
    "proven-inside": lambda evil, bad, note: {"type": "Create", "actor": bad.uri, "object": note},
    "author": lambda evil, bad, note: {"type": "Note", "attributedTo": bad.uri, "content": "<p>x</p>"},
    "redirect": lambda evil, bad, note: Reply(b"", 302, {"location": note["id"]}),
}


@pytest.mark.parametrize("type_", ["Announce", "Create", "Update"])
@pytest.mark.parametrize("name", DETOURS)
def test_h36a_by_way_of_an_address_on_the_good_host(
    target: Target, evil: Sender, bad: Author, name: str, type_: str
) -> None:
    uri, reply = evil.new_id("detours"), DETOURS[name](evil, bad, bad.served())
    target.network.put(uri, reply if isinstance(reply, Reply) else {"@context": AS2, "id": uri} | reply)
    target.send(evil, evil.activity(type_, uri)).dropped(fetches=1)


@pytest.fixture(scope="module")
def relay(target: Target) -> Sender:
    """A relay that is followed from here."""
    made = Sender(target.network, target.keys[2], name="relay")
    made.serve(type="Application")
    return target.followed(made)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("type_", ["Announce", "Create", "Update"])
def test_h36b_through_a_relay(target: Target, relay: Sender, bad: Author, form: str, type_: str) -> None:
    passed_on = FORMS[form](relay, bad, bad.served())
    is_opened = type_ == "Announce" or form != "created-by-the-good-one"
    outcome = target.send(relay, relay.activity(type_, passed_on))
    outcome.dropped(SUSPENDED if is_opened else "no feature", fetches=0)


def test_h36c_embedded_in_the_collection_of_a_good_actor(target: Target, bad: Author) -> None:
    """The outbox of somebody we begin to follow is read: what is its own is kept, the rest is not."""
    good = Sender(target.network, target.keys[1])
    own, theirs = good.note(), [bad.served() for _ in range(4)]
    items = [
        good.activity("Announce", theirs[0]["id"]),
        good.activity("Announce", theirs[1]),
        good.activity("Create", theirs[2]),
        good.activity("Create", theirs[3]["id"]),
        within(bad, bad.served(), "Create"),
        bad.served(),
        bad.served()["id"],
        good.activity("Create", own),
    ]
    uri, following = f"{good.uri}/outbox", f"{bad.uri}/outbox?page=2"
    page = {"@context": AS2, "id": uri, "type": "OrderedCollection", "orderedItems": items}
    target.network.put(uri, page | {"next": following})
    target.followed(good)
    target.quiet()
    read = "SELECT count(*) FROM inbox_item WHERE source = 'outbox' AND host = ? AND state != 'received'"
    assert target.rows(read, good.host) == [(5,)]
    assert len(note_rows(target, own["id"])) == 1
    reasons = "SELECT last_error FROM inbox_item WHERE host = ? AND state = 'ignored'"
    assert [SUSPENDED in why for (why,) in target.rows(reasons, good.host)] == [True] * 4


def test_h36c_a_first_page_on_the_suspended_host(target: Target, bad: Author) -> None:
    good = Sender(target.network, target.keys[1])
    first = f"{bad.uri}/outbox?page=1"
    outbox = {"@context": AS2, "id": f"{good.uri}/outbox", "type": "OrderedCollection", "first": first}
    target.network.put(outbox["id"], outbox)
    target.followed(good)
    target.quiet()
    assert f"GET {outbox['id'].removeprefix(good.url)}" in target.network.asked(good.host)


@pytest.mark.parametrize("name", ["inReplyTo", "context", "conversation", "replies", "quoteUrl"])
def test_h36d_a_reply_to_something_suspended(target: Target, evil: Sender, bad: Author, name: str) -> None:
    """What the good actor says is kept; the thread it belongs to is not asked for."""
    note = evil.note(**{name: bad.served()["id"]})
    target.send(evil, evil.activity("Create", note)).stored(fetches=0)
    assert len(note_rows(target, note["id"])) == 1


def test_h36e_a_move_to_a_suspended_host(target: Target, bad: Author) -> None:
    mover = target.followed()
    bad.serve(alsoKnownAs=[mover.uri])
    move = mover.activity("Move", mover.uri, target=bad.uri)
    target.send(mover, move).dropped(SUSPENDED, fetches=1)
    query = "SELECT f.state FROM follow f JOIN actor a ON a.id = f.target_id WHERE a.uri = ?"
    assert target.rows(query, mover.uri) == [("accepted",)]


def test_h36e_a_move_by_way_of_an_address_on_the_good_host(target: Target, bad: Author) -> None:
    mover = target.followed()
    bad.serve(alsoKnownAs=[mover.uri])
    alias = f"{mover.url}/actors/moved"
    target.network.put(alias, Reply(b"", 302, {"location": bad.uri}))
    move = mover.activity("Move", mover.uri, target=alias)
    target.send(mover, move).dropped("another host", fetches=2)


def test_h36e_a_move_to_a_host_that_is_not_suspended(target: Target, other: Author) -> None:
    """The two rows above can fail."""
    mover = target.followed()
    other.serve(alsoKnownAs=[mover.uri])
    target.send(mover, mover.activity("Move", mover.uri, target=other.uri)).stored()
    query = "SELECT f.state FROM follow f JOIN actor a ON a.id = f.target_id WHERE a.uri = ?"
    assert target.rows(query, other.uri) == [("requested",)]


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
@pytest.mark.parametrize("type_", ["Create", "Follow", "Delete", "Flag"])
def test_h36_what_the_suspended_host_sends_itself(
    target: Target, evil: Sender, bad: Author, type_: str, scheme: str
) -> None:
    """Refused before its key is asked for."""
    objects = {"Follow": target.actor, "Flag": target.actor, "Delete": bad.uri}
    outcome = target.send(bad, bad.activity(type_, objects.get(type_)), scheme)
    outcome.sender = evil
    outcome.refused(403, SUSPENDED, fetches=0)


@pytest.mark.parametrize("name", ["inbox", "endpoints"])
def test_h36_an_inbox_of_a_good_actor_on_the_suspended_host(
    target: Target, evil: Sender, bad: Author, name: str
) -> None:
    """A follower there would have everything delivered to the suspended host."""
    good = Sender(target.network, target.keys[1])
    elsewhere = {"inbox": f"{bad.uri}/inbox", "endpoints": {"sharedInbox": f"{bad.url}/inbox"}}
    good.serve(**{name: elsewhere[name]})
    outcome = target.send(good, good.activity("Follow", target.actor))
    if name == "inbox":
        outcome.sender = evil
        outcome.refused(401, "inbox is on the actor's host", fetches=1)
        return
    target.node.publish({"type": "Note", "content": "<p>For all who follow.</p>"})
    wait_for(lambda: len(target.network.posted(f"{good.uri}/inbox")) == 2, 10)
    assert target.rows("SELECT 1 FROM delivery WHERE host = ?", bad.host) == []
