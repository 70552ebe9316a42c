"""Row 29: chains that would be followed for ever, and one domain that invents actors without end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.hostile.remote import AS2, Network, Sender
from tests.hostile.target import Target, note_rows, running

DEPTH = 100
LIMIT = 3


def chain(sender: Sender, type_: str, **ending: Any) -> list[str]:
    """A hundred activities on the sender's host, each about the next; their ids."""
    ids = [sender.new_id("chain") for _ in range(DEPTH)]
    for number, id_ in enumerate(ids):
        object_ = ids[(number + 1) % DEPTH]
        activity = {"@context": AS2, "id": id_, "type": type_, "actor": sender.uri, "object": object_}
        sender.network.put(id_, activity | ending)
    return ids


def nested(sender: Sender, type_: str) -> dict[str, Any]:
    """Activities inside each other, as deep as a document may be, around a Note; each is served as well."""
    inner = sender.note()
    for _ in range(25):
        inner = {"id": sender.new_id("nested"), "type": type_, "actor": sender.uri, "object": inner}
        sender.network.put(inner["id"], {"@context": AS2} | inner)
    return inner


def test_h29a_a_thread_of_replies_without_end(target: Target, evil: Sender) -> None:
    """The first is kept; of the hundred it answers at most ten are asked for."""
    notes = [evil.note() for _ in range(DEPTH)]
    for number, note in enumerate(notes):
        note["inReplyTo"] = notes[(number + 1) % DEPTH]["id"]
        evil.network.put(note["id"], note)
    outcome = target.send(evil, evil.activity("Create", notes[0]))
    outcome.stored(fetches=10)
    assert len(note_rows(target, notes[0]["id"])) == 1
    outcome.works()


def test_h29a_a_reply_asked_for_at_its_host(target: Target, evil: Sender) -> None:
    notes = [evil.note() for _ in range(DEPTH)]
    for number, note in enumerate(notes):
        note["inReplyTo"] = notes[(number + 1) % DEPTH]
        evil.network.put(note["id"], note | {"inReplyTo": notes[(number + 1) % DEPTH]["id"]})
    outcome = target.send(evil, evil.activity("Create", notes[0]["id"]))
    outcome.stored(fetches=10)
    outcome.works()


@pytest.mark.parametrize(("type_", "asked"), [("Announce", 1), ("Create", 2), ("Update", 2)])
def test_h29b_an_announce_of_activities_about_activities(
    target: Target, evil: Sender, type_: str, asked: int
) -> None:
    """Groups share activities, so one Create is opened; whatever is inside that one is not."""
    ids = chain(evil, type_)
    target.send(evil, evil.activity("Announce", ids[0])).dropped("a shared", fetches=asked)


@pytest.mark.parametrize(("type_", "asked"), [("Announce", 0), ("Create", 2), ("Update", 2)])
def test_h29b_an_announce_that_holds_activities_about_activities(
    target: Target, evil: Sender, type_: str, asked: int
) -> None:
    target.send(evil, evil.activity("Announce", nested(evil, type_))).dropped("a shared", fetches=asked)


@pytest.mark.parametrize("type_", ["Announce", "Create", "Undo", "Accept"])
def test_h29b_a_create_of_activities_about_activities(target: Target, evil: Sender, type_: str) -> None:
    target.send(evil, evil.activity("Create", nested(evil, type_))).dropped("no feature", fetches=0)
    ids = chain(evil, type_)
    target.send(evil, evil.activity("Create", ids[0])).dropped("no feature", fetches=1)


@pytest.mark.parametrize("type_", ["Undo", "Accept", "Reject"])
def test_h29b_an_undo_or_answer_about_activities_about_activities(
    target: Target, evil: Sender, type_: str
) -> None:
    target.send(evil, evil.activity(type_, nested(evil, type_))).dropped(fetches=0)
    target.send(evil, evil.activity(type_, chain(evil, type_)[0])).dropped(fetches=0)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, network: Network) -> Iterator[Target]:
    """A node that meets three new actors of a domain in a day."""
    home = tmp_path_factory.mktemp("floods") / "mutualab"
    with running(home, network, COFFEE_FEDERATION_NEW_ACTORS_PER_DAY=str(LIMIT)) as made:
        yield made


def newcomers(strict: Target, number: int) -> list[Sender]:
    """Actors nobody has met, on two hosts of one new domain by turns."""
    host = strict.network.new_host()
    hosts = [host, f"{host.partition(':')[0]}:{strict.network.listen()}"]
    return [Sender(strict.network, strict.keys[1], hosts[one % 2], f"a{one}") for one in range(number)]


def met(strict: Target, senders: list[Sender]) -> list[str]:
    """Which of them have a row."""
    known = {uri for (uri,) in strict.rows("SELECT uri FROM actor")}
    return [sender.uri for sender in senders if sender.uri in known]


def test_h29c_more_new_actors_of_a_domain_than_a_day_has_room_for(strict: Target) -> None:
    """The ports of one address stand for the names below one domain: hosts of their own, counted together."""
    senders = newcomers(strict, LIMIT + 40)
    for sender in senders[:LIMIT]:
        outcome = strict.send(sender, sender.activity())
        outcome.sender = strict.space
        outcome.dropped("nobody here follows", fetches=1)
    heard = len(strict.network.requests)
    for sender in senders[LIMIT:]:
        outcome = strict.send(sender, sender.activity())
        outcome.sender = strict.space
        outcome.refused(429, fetches=0, is_logged=False)
        assert 0 < int(outcome.answer.headers["retry-after"]) <= 24 * 60 * 60
    assert [path for _, _, path in strict.network.requests[heard:] if "nodeinfo" not in path] == []
    assert met(strict, senders) == [sender.uri for sender in senders[:LIMIT]]


def test_h29c_who_is_known_and_who_is_elsewhere_goes_on_being_heard(strict: Target) -> None:
    senders = newcomers(strict, LIMIT + 1)
    statuses = [strict.send(sender, sender.activity()).answer.status for sender in senders]
    assert statuses == [202] * LIMIT + [429]
    again = [strict.send(sender, sender.activity()).answer.status for sender in senders]
    assert again == statuses
    other = Sender(strict.network, strict.keys[2])
    assert strict.send(other, other.activity()).answer.status == 202
    assert met(strict, [other]) == [other.uri]


def test_h29c_nobody_uses_up_the_number_of_a_domain_by_naming_it(strict: Target) -> None:
    """Only an actor whose signature holds is counted."""
    senders = newcomers(strict, 3 * LIMIT)
    for sender in senders[LIMIT:]:
        forged = strict.post(sender, sender.activity(), key=strict.keys[2]).cavage().raw()
        outcome = strict.send_raw(forged, strict.space)
        outcome.refused(401, "signature", fetches=1)
    assert [strict.send(one, one.activity()).answer.status for one in senders[:LIMIT]] == [202] * LIMIT
    assert met(strict, senders) == [sender.uri for sender in senders[:LIMIT]]
