"""Row 39: proofs of authors on what they or others bring, each spoilt in one way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hostile.proven import Author
from tests.hostile.remote import Sender
from tests.hostile.target import Target, note_rows

TRUE, FORGED = "<p>As its author wrote it.</p>", "<p>Forged.</p>"
LD_SIGNATURE = {"type": "RsaSignature2017", "creator": "http://127.9.9.9:9/a", "signatureValue": "AAAA"}
Spoilt = Callable[[Author, dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def author(target: Target) -> Author:
    """An actor with a key for its statements, followed from here; one more key is for signing in only."""
    made = Author(target.network, target.keys[1])
    made.serve(authentication=[made.multikey(id=f"{made.uri}#login-key")])
    target.followed(made)
    return made


@pytest.fixture(scope="module")
def stranger(target: Target) -> Sender:
    """Somebody whose key is known here and whom nobody follows."""
    made = Sender(target.network, target.keys[2])
    assert target.send(made, made.activity()).answer.status == 202
    return made


@pytest.fixture
def carriers(author: Author, evil: Sender, stranger: Sender) -> dict[str, Sender]:
    """Who may bring a Note: its author, somebody followed here, a stranger."""
    return {"author": author, "followed": evil, "stranger": stranger}


def contents(target: Target, note: dict[str, Any]) -> list[str]:
    """What is stored of a Note."""
    return [content for _, content, _ in note_rows(target, note["id"])]


def mallory(author: Author) -> Author:
    """Another actor of the author's host."""
    return Author(author.network, author.key, author.host, "mallory")


def elsewhere(author: Author) -> Author:
    """An actor of another host."""
    return Author(author.network, author.key)


SPOILT: dict[str, Spoilt] = {
    "a-one-byte": lambda author, note: author.proven(note) | {"content": FORGED.replace("d", "D")},
    "a-one-more-property": lambda author, note: author.proven(note) | {"name": "More"},
    "b-purpose": lambda author, note: author.proven(note, proofPurpose="authentication"),
    "c-expired": lambda author, note: author.proven(note, expires="2026-11-20T10:00:01Z"),
    "c-no-date": lambda author, note: author.proven(note, expires="never"),
    "d-same-host": lambda author, note: mallory(author).proven(note),
    "d-other-host": lambda author, note: elsewhere(author).proven(note),
    "d-named-as-the-author": lambda author, note: mallory(author).proven(
        note, verificationMethod=author.method
    ),
    "e-not-listed": lambda author, note: author.proven(note, verificationMethod=f"{author.uri}#own-key"),
    "e-for-signing-in": lambda author, note: author.proven(
        note, verificationMethod=f"{author.uri}#login-key"
    ),
    "g-second-bad": lambda author, note: (
        note | {"proof": [author.proof(note), author.proof(note | {"content": TRUE})]}
    ),
    "g-first-bad": lambda author, note: note | {"proof": [mallory(author).proof(note), author.proof(note)]},
    "g-eleven": lambda author, note: note | {"proof": [author.proof(note)] * 11},
}


@pytest.mark.parametrize("carrier", ["author", "followed"])
@pytest.mark.parametrize("name", SPOILT)
def test_h39_a_spoilt_proof_has_the_object_asked_for_at_its_host(
    target: Target, author: Author, carriers: dict[str, Sender], name: str, carrier: str
) -> None:
    true, sender = author.served(content=TRUE), carriers[carrier]
    forged = SPOILT[name](author, true | {"content": FORGED})
    outcome = target.send(sender, sender.activity("Create", forged))
    outcome.stored(fetches=1)
    assert contents(target, true) == [TRUE]
    outcome.works()


@pytest.mark.parametrize("name", SPOILT)
def test_h39_a_spoilt_proof_of_a_stranger_is_dropped(
    target: Target, author: Author, stranger: Sender, name: str
) -> None:
    true = author.served(content=TRUE)
    forged = SPOILT[name](author, true | {"content": FORGED})
    outcome = target.send(stranger, stranger.activity("Create", forged))
    outcome.dropped("nobody here follows who passes it on", fetches=0)
    assert contents(target, true) == []


@pytest.mark.parametrize("name", ["a-one-byte", "d-same-host"])
def test_h39_a_spoilt_proof_of_what_its_host_does_not_have(target: Target, author: Author, name: str) -> None:
    forged = SPOILT[name](author, author.note(content=FORGED))
    target.send(author, author.activity("Create", forged)).dropped("404", fetches=1)
    assert contents(target, forged) == []


@pytest.mark.parametrize("carrier", ["author", "followed", "stranger"])
def test_h39_a_good_proof_needs_no_question_whoever_brings_it(
    target: Target, author: Author, carriers: dict[str, Sender], carrier: str
) -> None:
    """The rows above can fail: with the proof as it should be, the embedded copy is what counts."""
    note, sender = author.proven(author.note(content=TRUE)), carriers[carrier]
    target.send(sender, sender.activity("Create", note)).stored(fetches=0)
    assert contents(target, note) == [TRUE]


@pytest.mark.parametrize("carrier", ["author", "stranger"])
def test_h39f_a_linked_data_signature_beside_a_proof_is_ignored(
    target: Target, author: Author, carriers: dict[str, Sender], carrier: str
) -> None:
    note, sender = author.proven(author.note(content=TRUE)), carriers[carrier]
    signed = note | {"signature": LD_SIGNATURE}
    target.send(sender, sender.activity("Create", signed)).stored(fetches=0)
    assert contents(target, note) == [TRUE]


@pytest.mark.parametrize("carrier", ["followed", "stranger"])
def test_h39f_a_linked_data_signature_alone_proves_nothing(
    target: Target, author: Author, carriers: dict[str, Sender], carrier: str
) -> None:
    true, sender = author.served(content=TRUE), carriers[carrier]
    forged = true | {"content": FORGED, "signature": LD_SIGNATURE}
    del forged["proof"]
    outcome = target.send(sender, sender.activity("Create", forged, signature=LD_SIGNATURE))
    if carrier == "followed":
        outcome.stored(fetches=1)
    else:
        outcome.dropped("nobody here follows who passes it on", fetches=0)
    assert contents(target, true) == ([TRUE] if carrier == "followed" else [])


def test_h39h_a_proven_object_belongs_to_its_author_and_not_to_the_stranger(
    target: Target, author: Author, stranger: Sender
) -> None:
    note = author.proven(author.note(content=TRUE))
    target.send(stranger, stranger.activity("Create", note)).stored(fetches=0)
    query = "SELECT a.uri, n.origin FROM note n JOIN actor a ON a.id = n.actor_id WHERE n.uri = ?"
    assert target.rows(query, note["id"]) == [(author.uri, author.host)]


def test_h39h_a_proven_object_of_an_author_nobody_follows_is_dropped(
    target: Target, stranger: Sender
) -> None:
    unknown = Author(target.network, target.keys[1])
    note = unknown.proven(unknown.note(content=TRUE))
    outcome = target.send(stranger, stranger.activity("Create", note))
    outcome.dropped("nobody here follows its author", fetches=1)
    assert target.network.asked(unknown.host) == [f"GET {unknown.uri.removeprefix(unknown.url)}"]
    assert contents(target, note) == []


@pytest.mark.parametrize("is_ours", [False, True], ids=["for-others", "for-us"])
def test_h39i_a_proven_private_object(
    target: Target, author: Author, stranger: Sender, is_ours: bool
) -> None:
    to = [target.actor if is_ours else f"{stranger.uri}/friend"]
    note = author.proven(author.note(content=TRUE, to=to))
    outcome = target.send(stranger, stranger.activity("Create", note))
    if is_ours:
        outcome.stored(fetches=0)
        assert target.rows("SELECT visibility FROM note WHERE uri = ?", note["id"]) == [("private",)]
    else:
        outcome.dropped("private and not addressed", fetches=0)
        assert contents(target, note) == []
