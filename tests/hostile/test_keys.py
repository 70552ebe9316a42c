"""Rows 8 to 11, 14 and 38: whose key it is, whom it may speak for, and keys that change or do not come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.hostile.remote import Reply, Sender
from tests.hostile.target import Target
from tests.hostile.wire import USUAL, Key

WEAK = Key(1024)
ED25519 = Key(is_ed25519=True)


def stranger(target: Target, **changes: Any) -> Sender:
    """An actor on a host nobody has met; `changes` are properties of its document."""
    made = Sender(target.network, target.keys[1])
    made.serve(**changes)
    return made


def key_of(sender: Sender, **changes: Any) -> dict[str, Any]:
    return {"id": sender.key_id, "owner": sender.uri, "publicKeyPem": sender.key.pem} | changes


def test_h08_another_actor_of_the_same_host(target: Target, evil: Sender) -> None:
    mallory = Sender(target.network, target.keys[1], evil.host, "mallory")
    activity = mallory.activity("Create", evil.note(), actor=evil.uri)
    outcome = target.send(mallory, activity)
    outcome.sender = evil
    outcome.refused(401, "owner", fetches=1)


@pytest.mark.parametrize("type_", ["Undo", "Delete", "Update", "Follow", "Accept"])
def test_h09_an_activity_of_another_host(target: Target, evil: Sender, type_: str) -> None:
    victim = target.followed() if type_ == "Delete" else target.space
    note = victim.note()
    target.send(victim, victim.activity("Create", note)).stored()
    mallory = stranger(target)
    object_ = victim.uri if type_ == "Delete" else note | {"content": "<p>Taken over.</p>"}
    activity = mallory.activity(type_, object_, actor=victim.uri)
    outcome = target.send(mallory, activity)
    outcome.sender = victim
    outcome.refused(401, "owner", fetches=1)


def eleven(sender: Sender) -> Any:
    return [key_of(sender, id=f"{sender.uri}#key-{number}") for number in range(10)] + [key_of(sender)]


KEYS: dict[str, Callable[[Sender], Any]] = {
    "a-other-id": lambda sender: key_of(sender, id=f"{sender.uri}#other-key"),
    "a-named-only": lambda sender: sender.key_id,
    "b-not-listed": lambda sender: ...,
    "c-other-owner": lambda sender: key_of(sender, owner=f"{sender.url}/actors/other"),
    "c-owner-elsewhere": lambda sender: key_of(sender, owner="http://127.1.2.3:9/actors/other"),
    "d-eleven-keys": eleven,
    "e-rsa-1024": lambda sender: key_of(sender, publicKeyPem=WEAK.pem),
    "f-ed25519": lambda sender: key_of(sender, publicKeyPem=ED25519.pem),
    "no-pem": lambda sender: key_of(
        sender, publicKeyPem="-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"
    ),
}


@pytest.mark.parametrize("name", KEYS)
def test_h10_key_documents_that_do_not_fit(target: Target, evil: Sender, name: str) -> None:
    sender = Sender(target.network, {"e": WEAK, "f": ED25519}.get(name[0], target.keys[1]))
    document = sender.document(publicKey=KEYS[name](sender))
    target.network.put(sender.uri, {key: value for key, value in document.items() if value is not ...})
    activity = sender.activity()
    answer = target.send(sender, activity).answer
    assert answer.status == 401 and answer.seconds < 2, answer
    assert target.rows("SELECT 1 FROM inbox_item WHERE activity_uri = ?", activity["id"]) == []
    # Nothing of it counts as valid afterwards either.
    outcome = target.send(sender, activity)
    outcome.sender = evil
    outcome.refused(401, "")


def test_h11_key_of_one_host_for_an_actor_of_another(target: Target, evil: Sender) -> None:
    """CVE-2024-23832: a key document here that claims an owner there."""
    victim = stranger(target)
    thief = Sender(target.network, target.keys[2])
    thief.key_id = f"{thief.url}/keys/1"
    document = {"id": thief.key_id, "owner": victim.uri, "publicKeyPem": thief.key.pem}
    target.network.put(thief.key_id, document)
    activity = victim.activity("Create", victim.note())
    outcome = target.send(thief, activity)
    outcome.sender = evil
    outcome.refused(401, "key", fetches=1)
    assert target.network.asked(victim.host) == []


def test_h14_an_actor_elsewhere_with_a_valid_key_of_ours(target: Target, evil: Sender) -> None:
    victim = stranger(target)
    activity = evil.activity("Create", victim.note(), actor=victim.uri, id=victim.new_id())
    target.send(evil, activity).refused(401, "owner", fetches=0)


def rotated(target: Target) -> tuple[Sender, Key]:
    """A followed sender, and the key it will have next."""
    return target.followed(), Key()


def test_h38_the_old_key_after_a_rotation_by_update(target: Target, evil: Sender) -> None:
    sender, new = rotated(target)
    old, sender.key = sender.key, new
    update = sender.activity("Update", sender.document(updated="2026-11-24T08:00:00Z"))
    sender.serve()
    sender.key = old
    target.send(sender, update).stored()
    outcome = target.send(sender, sender.activity())
    sender.key = new
    outcome.refused(401, "signature", fetches=1)


def _age_key(target: Target, sender: Sender) -> None:
    query = "UPDATE actor_key SET fetched_at = datetime('now', '-10 minutes') WHERE uri = ?"
    target.change(query, sender.key_id)


def test_h38_a_key_that_is_gone(target: Target, evil: Sender) -> None:
    sender = Sender(target.network, target.keys[1])
    target.network.put(sender.uri, Reply(b"", 410))
    outcome = target.send(sender, sender.activity())
    outcome.sender = evil
    outcome.refused(401, "key", fetches=1)


def test_h38_a_known_actor_that_deletes_itself_with_its_key_gone(target: Target, evil: Sender) -> None:
    sender = target.followed()
    sender.key = target.keys[2]
    target.network.put(sender.uri, Reply(b"", 410))
    _age_key(target, sender)
    outcome = target.send(sender, sender.activity("Delete", sender.uri))
    assert outcome.answer.status == 202, outcome.answer
    assert target.rows("SELECT gone_at IS NOT NULL FROM actor WHERE uri = ?", sender.uri) == [(1,)]


@pytest.mark.parametrize("kind", ["500", "timeout", "no-route"])
def test_h38_a_key_that_does_not_come_just_now(target: Target, evil: Sender, kind: str) -> None:
    sender = Sender(target.network, target.keys[1])
    replies = {
        "500": Reply(b"", 500),
        "timeout": Reply(act=lambda connection: time.sleep(8)),
        "no-route": None,
    }
    target.network.put(sender.uri, replies[kind] or Reply(act=lambda connection: connection.close()))
    outcome = target.send(sender, sender.activity())
    outcome.sender, outcome.seconds = evil, 6.0
    outcome.refused(503, "", fetches=2)
    assert int(outcome.answer.headers["retry-after"]) > 0


def test_h38_twenty_bad_signatures_cause_one_refetch(target: Target) -> None:
    sender, wrong = rotated(target)
    _age_key(target, sender)
    good, sender.key = sender.key, wrong
    asked = len(target.network.asked(sender.host))
    for _ in range(20):
        assert target.send(sender, sender.activity()).answer.status == 401
    assert len(target.network.asked(sender.host)) - asked <= 1
    sender.key = good
    target.send(sender, sender.activity()).stored()


def test_h38_covers_hs2019_and_no_algorithm(target: Target, evil: Sender) -> None:
    """Both mean the kind of the key; anything else is refused."""
    for algorithm in ("hs2019", None):
        activity = evil.activity()
        target.send_raw(
            target.post(evil, activity).cavage(USUAL, algorithm=algorithm).raw(), evil, activity
        ).stored()
    activity = evil.activity()
    post = target.post(evil, activity).cavage(USUAL, algorithm="hmac-sha256")
    target.send_raw(post.raw(), evil, activity).refused(401, "algorithm")
