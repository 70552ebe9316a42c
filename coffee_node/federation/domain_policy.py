"""What was decided about other domains, answered without a query in the hot path (federation.md 1 and 13).

A policy acts on its domain, on every name below it and on every port; the most specific one rules, so that
one name below a suspended domain can be allowed. Answers are at most some seconds old: a change in this
process is known at once, one of another process after the life of the memory.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask import Flask, has_app_context
from sqlalchemy import select

from coffee_node.activitypub import vocabulary
from coffee_node.base.database import db
from coffee_node.base.errors import Forbidden
from coffee_node.base.i18n import gettext as _
from coffee_node.federation.models import Actor
from coffee_node.federation.moderation_models import ActorBlock, DomainPolicy
from coffee_node.node import EXTENSION, Node, current_node

LEVELS = ("allow", "silence", "suspend")
REFUSED = "this server is suspended here"


@dataclass(frozen=True)
class Decisions:
    """All that was decided: levels by domain, the hosts we hold actors of by level, and who is blocked.

    `node_blocks` are the actors blocked for everybody, `blockers` the actors that block anybody.
    """

    levels: Mapping[str, str]
    suspended_hosts: frozenset[str] = frozenset()
    silenced_hosts: frozenset[str] = frozenset()
    allowed_hosts: frozenset[str] = frozenset()
    node_blocks: frozenset[int] = frozenset()
    blockers: frozenset[int] = frozenset()


def refuse_suspended(host: str) -> None:
    """Raise Forbidden for a host that is suspended here; asked before any key is fetched (row 36)."""
    if is_suspended(host):
        raise Forbidden(
            "Nothing is accepted here from this server: it is suspended.",
            "Its manager can write to the contact address of this node.",
        )


def refuse_to_ask(host: str) -> None:
    """Raise Forbidden, in the words of a reader, where somebody here wants something of a suspended host."""
    if is_suspended(host):
        raise Forbidden(
            _("%(host)s is suspended here: nothing is exchanged with it.", host=host),
            _("Ask the manager of this site about it."),
        )


def refuse_blocked(actor_id: int) -> None:
    """Raise Forbidden for an actor whose signature is right but whom a manager has blocked for the node."""
    if actor_id in decided().node_blocks:
        raise Forbidden(
            "Nothing is accepted here from this actor: it is blocked.",
            "It can write to the contact address of this node.",
        )


def is_suspended(host: str) -> bool:
    """Whether nothing is exchanged with this host."""
    return level_of(host) == "suspend"


def is_silenced(host: str) -> bool:
    """Whether what comes from this host is for those who follow it, and for no list of ours."""
    return level_of(host) == "silence"


def is_allowed(host: str) -> bool:
    """Whether this host is on the list of those a manager trusts."""
    return level_of(host) == "allow"


def level_of(host: str) -> str:
    """The level that rules over a host, in any spelling; empty when nothing was decided, and for ours."""
    return level_in(decided().levels, host)


def level_in(levels: Mapping[str, str], host: str) -> str:
    """The same by the levels given, for who changes them."""
    return levels.get(ruling_domain(levels, host), "")


def ruling_domain(levels: Mapping[str, str], host: str) -> str:
    """The domain whose decision rules over a host; empty when none does, and for ours."""
    if not levels or not host:
        return ""
    name = vocabulary.normalise_netloc(host)
    if name == current_node.config.host:
        return ""
    return next((one for one in _names_above(name) if one in levels), "")


def is_hidden(actor: Actor) -> bool:
    """Whether nobody here is shown this actor and what it made: its host is suspended, or it is blocked."""
    found = decided()
    return actor.host in found.suspended_hosts or actor.id in found.node_blocks


def is_blocked_between(actor_uri: str, recipient_uri: str) -> bool:
    """Whether one of two actors blocks the other, so that nothing goes from the first to the second."""
    if not decided().blockers:
        return False
    pair = select(Actor.id).where(Actor.uri.in_((actor_uri, recipient_uri)))
    found = select(ActorBlock.id).where(ActorBlock.blocker_id.in_(pair), ActorBlock.blocked_id.in_(pair))
    return db.session.scalar(found.limit(1)) is not None


def note_host(host: str) -> None:
    """An actor of this host is new here: have the hosts by level read anew where something rules over it."""
    found = decided()
    known = found.suspended_hosts | found.silenced_hosts | found.allowed_hosts
    if host not in known and level_in(found.levels, host):
        current_node.decisions.forget()


def decided() -> Decisions:
    """Every decision, from the memory of this process."""
    found: Decisions = current_node.decisions.get(_read)
    return found


def reason_to_refuse(app: Flask, host: str) -> str:
    """Why no connection is made to a host, for the address guard; it also asks in threads of their own."""
    node: Node = app.extensions[EXTENSION]
    known: Decisions | None = node.decisions.peek()
    if known is not None and not known.levels:
        return ""
    if has_app_context():
        return REFUSED if is_suspended(host) else ""
    with app.app_context():
        return REFUSED if is_suspended(host) else ""


def _read() -> Decisions:
    levels = {
        host: level for host, level in db.session.execute(select(DomainPolicy.host, DomainPolicy.level))
    }
    held = held_hosts() if levels else []
    blocks = db.session.execute(
        select(ActorBlock.blocker_id, ActorBlock.blocked_id, Actor.uri).join(
            Actor, Actor.id == ActorBlock.blocker_id
        )
    ).all()
    node_uri = f"{current_node.config.base_url}/actor"
    return Decisions(
        levels,
        suspended_hosts=_at(levels, held, "suspend"),
        silenced_hosts=_at(levels, held, "silence"),
        allowed_hosts=_at(levels, held, "allow"),
        node_blocks=frozenset(row.blocked_id for row in blocks if row.uri == node_uri),
        blockers=frozenset(row.blocker_id for row in blocks),
    )


def held_hosts() -> list[str]:
    """Every other host of which an actor is held."""
    return list(db.session.scalars(select(Actor.host).where(Actor.host != "").distinct()))


def _at(levels: Mapping[str, str], hosts: Iterable[str], level: str) -> frozenset[str]:
    return frozenset(host for host in hosts if level_in(levels, host) == level)


def _names_above(host: str) -> Iterator[str]:
    """The host with its port, without it, and then each domain it is part of."""
    if not host:
        return
    yield host
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name != host:
        yield name
    if _is_address(name):
        return
    while "." in name:
        name = name.split(".", 1)[1]
        yield name


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
