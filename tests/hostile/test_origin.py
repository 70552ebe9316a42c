"""Rows 12, 13, 15, 16, 17 and 20: who may say what about whom, and which document counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hostile.remote import Reply, Sender
from tests.hostile.target import Target, note_rows
from tests.hostile.wire import ACTIVITY

LD_JSON = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


def test_h12_an_embedded_object_of_another_host_is_asked_for_there(target: Target, evil: Sender) -> None:
    """The copy inside is unused: what its own host says is kept, of an author followed here."""
    other = target.followed()
    note = other.note(content="<p>As its author wrote it.</p>")
    target.network.put(note["id"], note)
    forged = note | {"content": "<p>Forged.</p>"}
    target.send(evil, evil.activity("Create", forged))
    assert [content for _, content, _ in note_rows(target, note["id"])] in (
        [],
        ["<p>As its author wrote it.</p>"],
    )


def test_h12_an_embedded_object_whose_host_does_not_know_it(target: Target, evil: Sender) -> None:
    other = Sender(target.network, target.keys[1])
    target.send(evil, evil.activity("Create", other.note())).dropped(fetches=2)


def test_h12_an_activity_id_of_another_host(target: Target, evil: Sender) -> None:
    other = Sender(target.network, target.keys[1])
    target.send(evil, evil.activity(id=other.new_id())).dropped("not on its actor's host")


@pytest.mark.parametrize("type_", ["Create", "Update", "Delete"])
def test_h12_an_object_of_ours(target: Target, evil: Sender, type_: str) -> None:
    ours = target.node.publish({"type": "Note", "content": "<p>Ours.</p>"})
    note = evil.note(id=ours)
    target.send(evil, evil.activity(type_, note)).dropped()
    assert note_rows(target, ours)[0][1] == "<p>Ours.</p>"


AUTHORS: dict[str, Callable[[Sender], Any]] = {
    "a": lambda evil: f"{evil.url}/actors/other",
    "b": lambda evil: "http://127.9.9.9:9/actors/other",
    "c": lambda evil: [evil.uri, f"{evil.url}/actors/other"],
    "d": lambda evil: 7,
    "e": lambda evil: "1",
}


@pytest.mark.parametrize("letter", AUTHORS)
def test_h13_another_author(target: Target, evil: Sender, letter: str) -> None:
    note = evil.note(attributedTo=AUTHORS[letter](evil))
    target.send(evil, evil.activity("Create", note)).dropped()
    assert note_rows(target, note["id"]) == []


def test_h13_no_author_means_the_actor_on_its_own_host(target: Target, evil: Sender) -> None:
    note = evil.note()
    del note["attributedTo"]
    target.send(evil, evil.activity("Create", note)).stored(fetches=0)
    assert note_rows(target, note["id"])


def by_reference(target: Target, evil: Sender, note: dict[str, Any]) -> Any:
    return target.send(evil, evil.activity("Create", note["id"]))


def test_h15_a_document_with_another_id_of_its_host_is_asked_for_once(target: Target, evil: Sender) -> None:
    note = evil.note()
    alias = evil.new_id("short")
    target.network.put(alias, note)
    target.network.put(note["id"], note)
    target.send(evil, evil.activity("Create", alias)).stored(fetches=2)


def test_h15_a_document_with_an_id_of_another_host(target: Target, evil: Sender) -> None:
    other = target.followed()
    alias = evil.new_id("short")
    target.network.put(alias, other.note())
    target.send(evil, evil.activity("Create", alias)).dropped("another host", fetches=1)


def test_h15_a_redirect_to_another_host(target: Target, evil: Sender) -> None:
    other = target.followed()
    note = other.note(attributedTo=other.uri)
    target.network.put(note["id"], note)
    alias = evil.new_id("short")
    target.network.put(alias, Reply(b"", 302, {"location": note["id"]}))
    target.send(evil, evil.activity("Create", alias)).dropped("redirects to another host", fetches=1)


def test_h15_two_ids_that_chase_each_other(target: Target, evil: Sender) -> None:
    one, two = evil.note(), evil.note()
    target.network.put(one["id"], two)
    target.network.put(two["id"], one)
    target.send(evil, evil.activity("Create", one["id"])).dropped("own id", fetches=2)


TYPES = {
    "a": "text/plain",
    "b": "application/json",
    "c": "image/png",
    "d": "application/ld+json",
    "e": "text/html",
}


@pytest.mark.parametrize("letter", TYPES)
def test_h16_an_object_of_another_media_type(target: Target, evil: Sender, letter: str) -> None:
    note = evil.note()
    target.network.put(note["id"], note, headers={"content-type": TYPES[letter]})
    by_reference(target, evil, note).dropped(fetches=1)


@pytest.mark.parametrize("letter", TYPES)
def test_h16_an_actor_of_another_media_type(target: Target, evil: Sender, letter: str) -> None:
    sender = Sender(target.network, target.keys[1])
    target.network.put(sender.uri, sender.document(), headers={"content-type": TYPES[letter]})
    outcome = target.send(sender, sender.activity())
    outcome.sender = evil
    outcome.refused(401, "key", fetches=1)


@pytest.mark.parametrize("media_type", [ACTIVITY, LD_JSON, f"{ACTIVITY}; charset=utf-8"])
def test_h16_the_right_media_types_are_read(target: Target, evil: Sender, media_type: str) -> None:
    note = evil.note()
    target.network.put(note["id"], note, headers={"content-type": media_type})
    by_reference(target, evil, note).stored(fetches=1)


def stored_note(target: Target, sender: Sender, **changes: Any) -> dict[str, Any]:
    note = sender.note(**changes)
    target.send(sender, sender.activity("Create", note)).stored()
    return note


@pytest.mark.parametrize("type_", ["Update", "Delete"])
@pytest.mark.parametrize("is_same_host", [True, False], ids=["a", "b"])
def test_h17_change_by_somebody_else(target: Target, evil: Sender, type_: str, is_same_host: bool) -> None:
    note = stored_note(target, evil)
    host = evil.host if is_same_host else ""
    mallory = Sender(target.network, target.keys[1], host, "mallory2")
    target.send(mallory, mallory.activity("Create"))
    target.network.put(note["id"], note)
    changed = note | {"content": "<p>Changed.</p>", "updated": "2026-11-23T10:00:00Z"}
    outcome = target.send(mallory, mallory.activity(type_, changed if type_ == "Update" else note["id"]))
    outcome.sender = evil
    outcome.dropped(fetches=1)


def test_h17_an_older_update(target: Target, evil: Sender) -> None:
    note = stored_note(target, evil, updated="2026-11-23T10:00:00Z")
    older = note | {"content": "<p>Older.</p>", "updated": "2026-11-22T10:00:00Z"}
    target.send(evil, evil.activity("Update", older)).dropped("not older")


def followed_by(target: Target, sender: Sender) -> tuple[str, str]:
    """A Follow of ours that waits for its answer: its id, and the follower."""
    answer = target.node.post({"type": "Follow", "object": sender.uri})
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"], target.actor


def test_h20_accept_of_a_follow_never_sent(target: Target, evil: Sender) -> None:
    mallory = Sender(target.network, target.keys[1])
    follow = {
        "id": f"{target.node.url}/activities/1",
        "type": "Follow",
        "actor": target.actor,
        "object": mallory.uri,
    }
    target.send(mallory, mallory.activity("Create"))
    outcome = target.send(mallory, mallory.activity("Accept", follow))
    outcome.sender = evil
    outcome.dropped("answers nothing")


@pytest.mark.parametrize(("type_", "letter"), [("Accept", "b"), ("Reject", "d")])
def test_h20_answer_by_an_actor_who_was_not_asked(
    target: Target, evil: Sender, type_: str, letter: str
) -> None:
    asked = Sender(target.network, target.keys[1])
    follow, follower = followed_by(target, asked)
    for object_ in (follow, {"id": follow, "type": "Follow", "actor": follower, "object": evil.uri}):
        target.send(evil, evil.activity(type_, object_)).dropped("answers nothing")


def test_h20_undo_of_somebody_elses_follow(target: Target, evil: Sender) -> None:
    follower = target.followed()
    follow = follower.activity("Follow", target.actor)
    target.send(follower, follow).stored()
    for object_ in (follow["id"], follow, {name: follow[name] for name in ("type", "actor", "object")}):
        target.send(evil, evil.activity("Undo", object_)).dropped()


def test_h20_the_same_accept_twice(target: Target) -> None:
    asked = Sender(target.network, target.keys[1])
    follow, _ = followed_by(target, asked)
    target.send(asked, asked.activity("Accept", follow)).stored()
    target.send(asked, asked.activity("Accept", follow)).dropped("no Follow that waits")
