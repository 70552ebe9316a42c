"""Whose key signed: looking it up, believing it, and asking its server no more than needed (section 11)."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from coffee_node.activitypub import keys
from coffee_node.activitypub.signed_request import Signer
from coffee_node.features.articles.models import Note
from coffee_node.federation.models import Actor, InboxItem
from coffee_node.testing import Fediverse, TestNode
from tests.house.foreign_host import ForeignHost


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


@pytest.fixture
def evil(fediverse: Fediverse) -> ForeignHost:
    return ForeignHost(fediverse)


def new_key(key_id: str) -> tuple[Signer, str]:
    private, public = keys.generate_rsa()
    return Signer(key_id, keys.load_private(private)), public


def send_note(node: TestNode, host: ForeignHost, actor: str, signer: Any = "") -> Any:
    return host.send(node, host.activity("Create", actor, host.note(actor)), signer)


def nothing_kept(node: TestNode, host: ForeignHost) -> bool:
    ledger = [row for row in node.rows(InboxItem) if row.actor_uri.startswith(host.url)]
    return not ledger and not [row for row in node.rows(Actor) if row.uri.startswith(host.url)]


def test_a_wrong_signature_of_a_stranger_leaves_nothing_and_the_next_right_one_is_taken(
    lille: TestNode, evil: ForeignHost
) -> None:
    space = evil.actor()
    wrong, _ = new_key(f"{space}#main-key")
    assert send_note(lille, evil, space, wrong).status_code == 401
    assert nothing_kept(lille, evil)
    assert send_note(lille, evil, space).status_code == 202
    assert evil.asked == [space]


@pytest.mark.parametrize("what", ["other owner", "not listed", "eleven", "short", "other host"])
def test_a_key_that_does_not_hold_is_401_and_nothing_of_it_is_kept(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost, what: str
) -> None:
    space = evil.actor()
    document: Any = evil.documents[space]
    key = document["publicKey"]
    if what == "other owner":
        document["publicKey"] = key | {"owner": evil.actor("mallory")}
    elif what == "not listed":
        document["publicKey"] = key | {"id": f"{space}#other"}
    elif what == "eleven":
        document["publicKey"] = [key, *(key | {"id": f"{space}#{number}"} for number in range(10))]
    elif what == "short":
        weak = generate_private_key(65537, 1024)  # noqa: S505
        pem = weak.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        document["publicKey"] = key | {"publicKeyPem": pem}
        evil.signers[space] = Signer(f"{space}#main-key", weak)
    else:
        victim = ForeignHost(fediverse, "victim.example").actor()
        signer = evil.signers[space] = Signer(f"{evil.url}/keys/1", evil.signers[space].private_key)
        pem = key["publicKeyPem"]
        evil.documents[signer.key_id] = {"id": signer.key_id, "owner": victim, "publicKeyPem": pem}
    assert send_note(lille, evil, space).status_code == 401
    assert nothing_kept(lille, evil)


@pytest.mark.parametrize("listed", ["bare id", "same content", "in full"])
def test_a_key_document_of_its_own_is_followed_to_the_owner_that_lists_it(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost, listed: str
) -> None:
    space = evil.actor()
    document: Any = evil.documents[space]
    key_id, pem = f"{space}/main-key", document["publicKey"]["publicKeyPem"]
    evil.documents[key_id] = {"id": key_id, "owner": space, "publicKeyPem": pem}
    if listed == "bare id":
        document["publicKey"] = key_id
    elif listed == "in full":
        document["publicKey"] |= {"id": key_id}
    signer = Signer(key_id, evil.signers[space].private_key)
    for _ in range(3):
        assert send_note(lille, evil, space, signer).status_code == 202
    assert evil.asked == [key_id, space]


def test_a_stub_actor_as_key_document_is_followed_to_the_actor(lille: TestNode, evil: ForeignHost) -> None:
    space = evil.actor()
    document: Any = evil.documents[space]
    key_id = f"{space}/main-key"
    document["publicKey"] |= {"id": key_id}
    evil.documents[key_id] = {
        "id": space, "type": "Person", "preferredUsername": "space", "publicKey": document["publicKey"],
    }  # fmt: skip
    signer = Signer(key_id, evil.signers[space].private_key)
    assert send_note(lille, evil, space, signer).status_code == 202


def test_a_rotated_key_is_read_again_once_and_the_old_one_is_refused(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    space = evil.actor()
    old = evil.signers[space]
    assert send_note(lille, evil, space).status_code == 202
    new, public = new_key(old.key_id)
    document: Any = evil.documents[space]
    document["publicKey"] |= {"publicKeyPem": public}
    fediverse.clock.advance(minutes=6)
    evil.asked.clear()
    assert send_note(lille, evil, space, new).status_code == 202
    assert evil.asked == [space]
    for _ in range(20):
        assert send_note(lille, evil, space, old).status_code == 401
    assert evil.asked == [space]


def test_an_update_signed_with_the_old_key_changes_the_key(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    space = evil.actor()
    old = evil.signers[space]
    assert send_note(lille, evil, space).status_code == 202
    new, public = new_key(old.key_id)
    document: Any = evil.documents[space]
    document["publicKey"] |= {"publicKeyPem": public}
    assert evil.send(lille, evil.activity("Update", space, document), old).status_code == 202
    fediverse.settle()
    evil.asked.clear()
    assert send_note(lille, evil, space, new).status_code == 202
    assert send_note(lille, evil, space, old).status_code == 401
    assert evil.asked == []


def test_a_key_read_a_day_ago_is_read_again_unless_its_server_is_silent(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    space = evil.actor()
    assert send_note(lille, evil, space).status_code == 202
    fediverse.clock.advance(hours=25)
    evil.documents[space] = 500
    evil.asked.clear()
    for _ in range(3):
        assert send_note(lille, evil, space).status_code == 202
    assert evil.asked == [space]
    fediverse.clock.advance(minutes=6)
    evil.documents[space] = 410
    assert send_note(lille, evil, space).status_code == 401


def test_a_key_that_is_gone_is_401_and_one_that_cannot_be_had_just_now_503(
    lille: TestNode, evil: ForeignHost
) -> None:
    gone, silent = evil.actor("gone"), evil.actor("silent")
    evil.documents[gone], evil.documents[silent] = 410, 500
    for _ in range(2):
        assert send_note(lille, evil, gone).status_code == 401
    answer = send_note(lille, evil, silent)
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert evil.asked == [gone, silent]
    assert nothing_kept(lille, evil)


@pytest.mark.parametrize("says", ["410", "Tombstone", "alive"])
def test_a_departure_that_its_key_does_not_prove_is_believed_when_its_server_says_so(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost, says: str
) -> None:
    space = evil.actor()
    lille.follow_actor(space)
    fediverse.settle()
    assert send_note(lille, evil, space).status_code == 202
    fediverse.settle()
    other, _ = new_key(f"{space}#other")
    if says != "alive":
        evil.documents[space] = 410 if says == "410" else {"id": space, "type": "Tombstone"}
    answer = evil.send(lille, evil.activity("Delete", space, space), other)
    fediverse.settle()
    assert answer.status_code == (401 if says == "alive" else 202)
    assert len(lille.rows(Note)) == (1 if says == "alive" else 0)


def test_a_storm_of_departures_asks_nobody_and_keeps_nothing(lille: TestNode, evil: ForeignHost) -> None:
    stranger = evil.actor()
    for number in range(50):
        actor = f"{evil.url}/actors/{number}"
        assert evil.send(lille, evil.activity("Delete", actor, actor), stranger).status_code == 202
    assert evil.asked == []
    assert nothing_kept(lille, evil)


def test_one_host_is_asked_a_hundred_times_a_minute(
    fediverse: Fediverse, lille: TestNode, evil: ForeignHost
) -> None:
    signer, _ = new_key("")
    statuses = []
    for number in range(102):
        actor = f"{evil.url}/actors/{number}"
        statuses.append(
            send_note(lille, evil, actor, Signer(f"{actor}#main-key", signer.private_key)).status_code
        )
    assert statuses == [401] * 100 + [503] * 2
    assert len(evil.asked) == 100
    fediverse.clock.advance(minutes=1)
    assert send_note(lille, evil, evil.actor("late")).status_code == 202
