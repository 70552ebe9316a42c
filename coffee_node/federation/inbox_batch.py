"""Plain activities, handled many at a time: a Create or Update that brings its object along.

Each is judged by the same rules as a single one; what they need from the tables is asked for together, and
what they leave there is written together. What turns out not to be plain ends the run before it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer

from coffee_node.activitypub import vocabulary
from coffee_node.base.contracts import ActorRef
from coffee_node.base.database import after_commit, db
from coffee_node.base.errors import InvalidDocument
from coffee_node.federation import object_copies, object_handlers, origin
from coffee_node.federation.actors import ref
from coffee_node.federation.inbox_ledger import Item
from coffee_node.federation.incoming import Ignored, Incoming, NeedsDocument, Refused
from coffee_node.federation.models import Actor
from coffee_node.federation.object_copies import Facts, ObjectCopy
from coffee_node.node import current_node, this_node

logger = logging.getLogger(__name__)
PLAIN = frozenset({"Create", "Update"})
WORTH_IT = 3
Arrival = tuple[Item, dict[str, Any]]
Outcome = tuple[str, str]


def plain_run(arrivals: Sequence[Arrival], blocked: AbstractSet[str]) -> list[Arrival]:
    """The arrivals from the first on that may be handled together: plain ones about different objects."""
    run: list[Arrival] = []
    uris: set[str] = set()
    for item, activity in arrivals:
        uri = vocabulary.id_of(activity.get("object"))
        if item.actor_uri in blocked or uri in uris or not _is_plain(activity):
            break
        uris.add(uri)
        run.append((item, activity))
    return run


def _is_plain(activity: dict[str, Any]) -> bool:
    embedded = activity.get("object")
    if not isinstance(embedded, dict) or vocabulary.short_type(activity.get("type")) not in PLAIN:
        return False
    object_type = current_node.registry.type_for(embedded)
    return object_type is not None and not object_type.is_actor and object_type.receive is None


def handle(run: Sequence[Arrival]) -> dict[int, Outcome]:
    """Judge and write a run inside the caller's savepoint; how each ended, up to the first not plain one."""
    plugins = current_node.plugins
    judge = _Judge(run, asks=plugins.listens("refuse_activity"), tells=plugins.listens("activity_received"))
    outcomes: dict[int, Outcome] = {}
    for item, activity in run:
        try:
            judge.hear(item, activity)
        except NeedsDocument:
            break
        except Refused as reason:
            outcomes[item.id] = ("refused", str(reason))
        except (Ignored, InvalidDocument) as reason:
            outcomes[item.id] = ("ignored", str(reason))
        else:
            outcomes[item.id] = ("handled", "")
    object_copies.keep(judge.copies)
    tell_plugins(judge.told)
    return outcomes


class _Judge:
    """What a run needs to know, asked for together, and what was found good so far."""

    def __init__(self, run: Sequence[Arrival], *, asks: bool, tells: bool) -> None:
        self._asks, self._tells = asks, tells
        self._senders = _senders({item.actor_uri for item, _ in run}, is_whole=asks or tells)
        self._refs: dict[str, ActorRef] = {}
        self._facts = Facts((vocabulary.id_of(activity["object"]), item.actor_uri) for item, activity in run)
        self._relevance = origin.Relevance(self._senders.values())
        self.copies: list[ObjectCopy] = []
        self.told: list[tuple[dict[str, Any], ActorRef]] = []

    def hear(self, item: Item, activity: dict[str, Any]) -> None:
        """Find one good, or raise why not; an unknown sender is somebody to be fetched."""
        sender = self._senders.get(item.actor_uri)
        if sender is None:
            raise NeedsDocument(item.actor_uri)
        origin.check_sender(item.activity_uri, sender)
        if self._asks:
            ask_plugins(activity, self._ref(sender))
        incoming = Incoming(activity, sender, {}, item.is_post)
        document = origin.trusted_object(incoming)
        object_type = object_handlers.known_type(document)
        copy = object_handlers.judged_copy(incoming, document, object_type, self._facts, self._relevance)
        self.copies.append(copy)
        if self._tells:
            self.told.append((activity, self._ref(sender)))

    def _ref(self, sender: Actor) -> ActorRef:
        if sender.uri not in self._refs:
            self._refs[sender.uri] = ref(sender)
        return self._refs[sender.uri]


def _senders(uris: AbstractSet[str], *, is_whole: bool) -> dict[str, Actor]:
    """The actors with these ids; their documents are left out where nobody looks into them."""
    query = select(Actor).where(Actor.uri.in_(uris))
    if not is_whole:
        query = query.options(defer(Actor.document), defer(Actor.summary))
    return {actor.uri: actor for actor in db.session.scalars(query)}


def ask_plugins(activity: dict[str, Any], actor: ActorRef) -> None:
    """Raise Refused where a plugin does not want this activity, or fails to say (style.md 5.2)."""
    try:
        refused = current_node.plugins.first("refuse_activity", activity=activity, actor=actor)
    except Exception as error:
        logger.exception("A plugin failed while judging an activity")
        raise Refused(f"a plugin failed while judging it: {error}") from error
    if refused:
        raise Refused(str(refused))


def tell_plugins(handled: Sequence[tuple[dict[str, Any], ActorRef]]) -> None:
    """Tell every plugin what was handled, once it is committed."""
    plugins = this_node().plugins
    for activity, actor in handled:
        after_commit(
            lambda activity=activity, actor=actor: plugins.notify(  # type: ignore[misc]
                "activity_received", activity=activity, actor=actor
            )
        )
