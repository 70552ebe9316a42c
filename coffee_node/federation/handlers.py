"""Which handler acts on an activity once it is verified; every handler runs in the worker's transaction.

Answers are looked up by what they answer and Undo by what it takes back: `("Accept", "Follow")`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coffee_node.activitypub import vocabulary
from coffee_node.federation import (
    announcements,
    audience,
    blocks,
    fetch_budget,
    follows,
    moves,
    object_handlers,
    origin,
    reactions,
    receipts,
    reports,
)
from coffee_node.federation.actors import find_actor, node_signer, ref
from coffee_node.federation.incoming import Ignored, Incoming
from coffee_node.federation.models import Actor
from coffee_node.node import current_node


def handle(
    activity: dict[str, Any], sender: Actor, *, fetched: dict[str, dict[str, Any]], is_post: bool
) -> None:
    """Let the handler of this type act; raises Ignored when nothing may change, NeedsDocument to fetch.

    Features get the activity with the one it answers or takes back embedded whole, whatever form it came in.
    """
    type_ = vocabulary.short_type(activity.get("type"))
    incoming = Incoming(activity, sender, fetched, is_post)
    blocks.refuse_unwanted(incoming)
    subject = _subject(type_, incoming)
    of = vocabulary.short_type(subject.get("type")) if subject else None
    handler = HANDLERS.get((type_, of)) or HANDLERS.get((type_, None))
    if handler is not None:
        handler(incoming)
        return
    feature_handler = current_node.registry.handler_for(type_, audience.recipients_of(activity), of)
    if feature_handler is None:
        raise Ignored(_why_not(type_))
    feature_handler({**activity, "object": subject} if subject else activity, ref(sender))


def _subject(type_: str, incoming: Incoming) -> dict[str, Any] | None:
    """The earlier activity this one speaks of: answered by it, or taken back."""
    if type_ in origin.ANSWERS:
        return origin.answered_activity(incoming)
    return origin.undone_activity(incoming) if type_ == "Undo" else None


def _why_not(type_: str) -> str:
    if type_ in origin.ANSWERS:
        return "it answers nothing that was sent from here to this actor"
    return f"nothing here handles {type_ or 'this type'}"


def fetch(uri: str) -> dict[str, Any]:
    """Fetch an object or actor of another server, signed by the node actor; FetchError on failure."""
    fetch_budget.spend(uri)
    document: dict[str, Any] = current_node.http.fetch_document(uri, signer=node_signer()).document
    return document


def follow(incoming: Incoming) -> None:
    """Somebody asks to follow an actor of ours."""
    target = find_actor(vocabulary.id_of(incoming.object))
    if target is None or not target.is_local:
        raise Ignored("the followed actor is not ours")
    follows.receive_follow(incoming.activity, incoming.sender, target)


def answer(incoming: Incoming) -> None:
    """An Accept or Reject of a Follow of ours."""
    if not follows.receive_answer(incoming.activity, incoming.sender):
        raise Ignored("it answers no Follow that waits here")


def undo_follow(incoming: Incoming) -> None:
    """The sender stops following an actor of ours."""
    if not follows.receive_undo(incoming.object, incoming.sender):
        raise Ignored("there is no such Follow to take back")


HANDLERS: dict[tuple[str, str | None], Callable[[Incoming], None]] = {
    ("Create", None): object_handlers.create_or_update,
    ("Update", None): object_handlers.create_or_update,
    ("Delete", None): object_handlers.delete,
    ("Follow", None): follow,
    ("Accept", "Follow"): answer,
    ("Reject", "Follow"): answer,
    ("Accept", "Delete"): receipts.receive_receipt,
    ("Undo", "Follow"): undo_follow,
    ("Announce", None): announcements.receive_announce,
    ("Undo", "Announce"): announcements.receive_undo_announce,
    ("Move", None): moves.receive_move,
    ("Block", None): blocks.receive_block,
    ("Undo", "Block"): blocks.receive_undo_block,
    ("Flag", None): reports.receive_flag,
    ("Like", None): reactions.receive_like,
    ("Undo", "Like"): reactions.receive_undo_like,
}
