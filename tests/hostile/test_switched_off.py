"""Every row can fail: with its check switched off, what the row forbids happens.

Each test first shows the refusal with the check in place, then the effect without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from coffee_node.activitypub import signatures
from coffee_node.activitypub.url_guard import UrlGuard
from coffee_node.base.errors import AddressNotAllowed
from coffee_node.features.articles.models import Note
from coffee_node.federation import inbox, object_copies, origin
from coffee_node.testing import Fediverse, TestNode
from tests.hostile.memory import MemorySender, followed, post
from tests.hostile.wire import Key

Attack = Callable[[Fediverse, TestNode, MemorySender, Key], bool]


@pytest.fixture(scope="module")
def keys() -> list[Key]:
    return [Key(), Key()]


def stored(fediverse: Fediverse, node: TestNode, note: dict[str, Any]) -> bool:
    fediverse.settle()
    return bool(node.rows(Note, uri=note["id"]))


def changed_body(fediverse: Fediverse, node: TestNode, evil: MemorySender, other: Key) -> bool:
    note = evil.note()
    post(node, evil, evil.activity("Create", note), sent=lambda body: body.replace(b"plain", b"other"))
    return stored(fediverse, node, note)


def old_date(fediverse: Fediverse, node: TestNode, evil: MemorySender, other: Key) -> bool:
    note = evil.note()
    now = fediverse.clock.now
    fediverse.clock.advance(days=-2)
    activity = evil.activity("Create", note)
    signed_then = _signed_headers(node, evil, activity)
    fediverse.clock.now = now
    post(node, evil, activity, **signed_then)
    return stored(fediverse, node, note)


def _signed_headers(node: TestNode, evil: MemorySender, activity: dict[str, Any]) -> dict[str, Any]:
    import json

    from coffee_node.activitypub.signed_request import Signer

    body = json.dumps(activity).encode()
    signer = Signer(evil.key_id, evil.key.private)
    made = signatures.sign_cavage(
        "POST", f"{node.url}/inbox", {"Content-Type": "application/activity+json"}, body, signer
    )
    return dict(made)


def other_signer(fediverse: Fediverse, node: TestNode, evil: MemorySender, other: Key) -> bool:
    mallory = MemorySender(fediverse, other, "mallory.example")
    note = evil.note()
    post(node, mallory, evil.activity("Create", note))
    return stored(fediverse, node, note)


def other_author(fediverse: Fediverse, node: TestNode, evil: MemorySender, other: Key) -> bool:
    note = evil.note(attributedTo="https://evil.example/actors/somebody-else")
    post(node, evil, evil.activity("Create", note))
    return stored(fediverse, node, note)


def after_delete(fediverse: Fediverse, node: TestNode, evil: MemorySender, other: Key) -> bool:
    note = evil.note()
    post(node, evil, evil.activity("Delete", note["id"]))
    post(node, evil, evil.activity("Create", note))
    return stored(fediverse, node, note)


def inside_address(fediverse: Fediverse, node: TestNode, evil: MemorySender, other: Key) -> bool:
    fediverse.requests.clear()
    try:
        node.node.http.fetch_json("https://10.0.0.66/x")
    except Exception as error:
        return not isinstance(error, AddressNotAllowed)
    return True


def owner_unchecked(original: Callable[..., Any]) -> Callable[..., Any]:
    """The inbox believes the activity about who sent it."""

    def verified(*arguments: Any) -> Any:
        return Believed(original(*arguments))

    return verified


class Believed:
    """An actor that is whoever it is compared with."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self.uri = Anything(actor.uri)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.actor, name)


class Anything(str):
    """Equal to every text."""

    def __ne__(self, other: object) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


CHECKS: dict[str, tuple[Attack, Callable[[pytest.MonkeyPatch], None]]] = {
    "digest": (changed_body, lambda patch: patch.setattr(signatures, "check_digest", lambda *a: None)),
    "date": (old_date, lambda patch: patch.setattr(signatures, "_check_time", lambda *a: None)),
    "key owner": (
        other_signer,
        lambda patch: patch.setattr(inbox, "_sender", owner_unchecked(inbox._sender)),
    ),
    "attributedTo": (
        other_author,
        lambda patch: patch.setattr(origin, "author_of", lambda incoming, document, *a, **k: incoming.sender),
    ),
    "tombstone": (
        after_delete,
        lambda patch: patch.setattr(object_copies, "_buried_hashes", lambda hashes: set()),
    ),
    "url guard": (inside_address, lambda patch: patch.setattr(UrlGuard, "_check_ip", lambda *a: None)),
}


@pytest.mark.parametrize("check", CHECKS)
def test_switching_off_one_check_turns_its_row_red(
    fediverse: Fediverse, keys: list[Key], monkeypatch: pytest.MonkeyPatch, check: str
) -> None:
    attack, switch_off = CHECKS[check]
    node = fediverse.node("lille")
    evil = followed(fediverse, node, keys[0])
    assert not attack(fediverse, node, evil, keys[1]), "the check holds nothing back"
    switch_off(monkeypatch)
    node.node.key_failures.clear()
    assert attack(fediverse, node, evil, keys[1]), "the row would stay green without its check"
