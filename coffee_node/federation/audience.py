"""Who receives what: from a visibility to `to`/`cc`, and from `to`/`cc` to the inboxes in our tables.

Nothing here asks the network; a recipient we do not know yet becomes a delivery that the worker resolves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from coffee_node.activitypub import vocabulary
from coffee_node.base.database import db
from coffee_node.federation import domain_policy, hidden_content
from coffee_node.federation.account_models import Account, Membership
from coffee_node.federation.actors import find_actor, node_uri
from coffee_node.federation.models import Activity, Actor, Delivery, FederatedObject, Follow
from coffee_node.node import current_node

VISIBILITIES = ("public", "network", "space", "private")


@dataclass(frozen=True)
class Target:
    """One inbox to deliver to; `host` is the queue it waits in, `recipient_uri` an actor still unknown."""

    host: str
    inbox: str
    recipient_uri: str = ""


def address(actor: Actor, visibility: str, addressed: Sequence[str] = ()) -> tuple[list[str], list[str]]:
    """The `to` and `cc` of something this actor publishes (federation.md, sections 2 and visibility)."""
    node_followers = f"{node_uri()}/followers"
    if visibility == "public":
        own = [] if actor.uri == node_uri() else [actor.followers]
        return [vocabulary.PUBLIC, *addressed], [*own, node_followers]
    if visibility == "network":
        return [node_followers, *addressed], []
    return list(addressed), []


def visibility_of(document: dict[str, Any], author: Actor | None = None) -> str:
    """The level that `to` and `cc` of a document say; without either it is public."""
    if "to" not in document and "cc" not in document:
        return "public"
    recipients = recipients_of(document)
    if any(vocabulary.is_public(uri) for uri in recipients):
        return "public"
    network = {f"{node_uri()}/followers"}
    if author is not None and author.host:
        node = _node_of(author.host)
        network = {node.followers} if node else set()
    return "network" if network.intersection(recipients) else "private"


def recipients_of(document: dict[str, Any]) -> list[str]:
    """Every id in `to` and `cc`, in order, without repeats."""
    found: dict[str, None] = {}
    for name in ("to", "cc"):
        for value in vocabulary.as_list(document.get(name)):
            uri = vocabulary.id_of(value)
            if uri:
                found[uri] = None
    return list(found)


def _node_of(host: str) -> Actor | None:
    query = select(Actor).where(Actor.host == host, Actor.type == "Application").order_by(Actor.id)
    return db.session.scalar(query)


def partner_hosts() -> list[str]:
    """Hosts whose node actor and ours follow each other, both accepted."""
    return list(db.session.scalars(_PARTNERS, {"ours": node_uri()}))


def _partner_query() -> Select[str]:
    node = aliased(Actor)
    ours = select(Actor.id).where(Actor.uri == bindparam("ours")).scalar_subquery()
    they_follow = exists().where(
        Follow.follower_id == node.id, Follow.target_id == ours, Follow.state == "accepted"
    )
    we_follow = exists().where(
        Follow.target_id == node.id, Follow.follower_id == ours, Follow.state == "accepted"
    )
    query = select(node.host).where(node.type == "Application", node.host != "", they_follow, we_follow)
    return query.order_by(node.host)


# Built once: that costs more than to ask it.
_PARTNERS = _partner_query()


def was_partner(host: str) -> bool:
    """Whether a host was a partner some seconds ago: for limits, where no right rests on it."""
    return host in current_node.partners.get(lambda: frozenset(partner_hosts()))


def admitted_hosts() -> list[str]:
    """Hosts whose node actor we have accepted: they may read what is for the network.

    A new partner reads our outbox before its own answer has reached us; who is not admitted yet would
    miss that history.
    """
    ours = select(Actor.id).where(Actor.uri == node_uri()).scalar_subquery()
    query = (
        select(Actor.host)
        .join(Follow, Follow.follower_id == Actor.id)
        .where(Actor.type == "Application", Actor.host != "")
        .where(Follow.target_id == ours, Follow.state == "accepted")
    )
    return list(db.session.scalars(query.distinct()))


def is_closed() -> bool:
    """Whether the node talks with its partners only (`[federation] mode`)."""
    return bool(current_node.config.federation.mode == "partners only")


def served_hosts(host: str) -> Sequence[str]:
    """The hosts that are served and heard; `host` is asked about and always among them in open mode."""
    if not is_closed() or domain_policy.is_allowed(host):
        return [host]
    return [*admitted_hosts(), ""]


def targets(document: dict[str, Any], visibility: str) -> list[Target]:
    """The inboxes of the single actors in `to` and `cc`; our own inbox stands for local actors."""
    found: dict[str, Target] = {}
    author = vocabulary.id_of(document.get("actor"))
    for uri in recipients_of(document):
        if not (vocabulary.is_public(uri) or domain_policy.is_blocked_between(author, uri)):
            for target in _inboxes(uri, shared=document.get("type") == "Flag"):
                found[target.inbox] = target
    return list(found.values())


def _inboxes(uri: str, *, shared: bool) -> Iterable[Target]:
    if _whose_followers(uri) is not None:
        return []
    actor = find_actor(uri)
    if actor is None or not (actor.is_met or actor.gone_at):
        return [Target(vocabulary.host_of(uri), uri, recipient_uri=uri)]
    if actor.gone_at is not None:
        return []
    inbox = actor.delivery_inbox if shared else actor.inbox
    return [Target(actor.host or current_node.config.host, inbox)]


def _whose_followers(uri: str) -> Actor | None:
    """The actor whose followers collection this is; asked by host, for which there is an index."""
    host = vocabulary.host_of(uri)
    host = "" if host == current_node.config.host else host
    return db.session.scalar(select(Actor).where(Actor.host == host, Actor.followers == uri))


def follower_inboxes(document: dict[str, Any], visibility: str) -> list[Select[str, str]]:
    """For each followers collection of ours in `to` and `cc`: host and inbox, one row per distinct inbox."""
    found = [_whose_followers(uri) for uri in recipients_of(document) if not vocabulary.is_public(uri)]
    return [_follower_inboxes(actor, visibility) for actor in found if actor is not None and actor.is_local]


def _follower_inboxes(followed: Actor, visibility: str) -> Select[str, str]:
    inbox = func.coalesce(Actor.shared_inbox, Actor.inbox)
    query = (
        select(Actor.host, inbox.label("inbox"))
        .join(Follow, Follow.follower_id == Actor.id)
        .where(Follow.target_id == followed.id, Follow.state == "accepted")
        .where(Actor.host != "", Actor.gone_at.is_(None), inbox != "")
        .distinct()
    )
    if visibility == "network":
        query = query.where(Actor.host.in_(partner_hosts()))
    elif is_closed():
        query = query.where(Actor.host.in_({*partner_hosts(), *domain_policy.decided().allowed_hosts}))
    return query


def inboxes_that_got(activity: Activity) -> list[Target]:
    """Every inbox that one activity went to, so that what takes it back goes there too."""
    query = select(Delivery.host, Delivery.inbox).where(Delivery.activity_id == activity.id)
    return [Target(host, inbox) for host, inbox in db.session.execute(query)]


def inboxes_reached_by(actor: Actor) -> list[Target]:
    """Every inbox that got anything from an actor of ours, also what was for one reader only."""
    query = select(Delivery.host, Delivery.inbox).where(Delivery.actor_id == actor.id).distinct()
    return [Target(host, inbox) for host, inbox in db.session.execute(query)]


def inboxes_that_received(object_uri: str) -> list[Target]:
    """Every inbox that an activity about this object went to, so that a Delete reaches ex-followers too."""
    query = (
        select(Delivery.host, Delivery.inbox)
        .join(Activity, Activity.id == Delivery.activity_id)
        .where(Activity.object_uri == object_uri)
        .distinct()
    )
    return [Target(host, inbox) for host, inbox in db.session.execute(query)]


def visible(model: type[FederatedObject], account: Account | None = None) -> list[ColumnElement[bool]]:
    """The where-clauses that leave only what this reader may see (None: everybody's view).

    `public` is for all, `network` for who is signed in here, `space` for members of a common space,
    `private` for its author.
    """
    silenced = hidden_content.not_silenced(model, account)
    return [model.deleted_at.is_(None), readable(model, account), *silenced]


def readable(model: type[FederatedObject], account: Account | None) -> ColumnElement[bool]:
    """The where-clause of what this reader may see, deleted or not."""
    return and_(_at_level(model, account), *hidden_content.not_hidden(model, account))


def _at_level(model: type[FederatedObject], account: Account | None) -> ColumnElement[bool]:
    if account is None:
        return model.visibility == "public"
    allowed: list[ColumnElement[bool]] = [model.visibility.in_(("public", "network"))]
    if account.actor_id is not None:
        allowed.append(model.actor_id == account.actor_id)
    allowed.append(model.actor_id.in_(_managed_by(account)))
    allowed.append(and_(model.visibility == "space", in_common_space(model, account)))
    if account.is_admin:
        allowed.append(and_(model.visibility == "space", model.origin == ""))
    return or_(*allowed)


def _managed_by(account: Account) -> Select[int]:
    """The spaces that an account speaks for: what such a space keeps to itself is its manager's to see."""
    if account.is_admin:
        return select(Actor.id).where(Actor.host == "", Actor.kind == "space")
    return select(Membership.space_id).where(
        Membership.account_id == account.id, Membership.role == "manager"
    )


def in_common_space(model: type[FederatedObject], account: Account) -> ColumnElement[bool]:
    """Made by a space of this reader, or by somebody who shares one with them."""
    own_spaces = select(Membership.space_id).where(Membership.account_id == account.id)
    colleagues = (
        select(Account.actor_id)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.space_id.in_(own_spaces), Account.actor_id.is_not(None))
    )
    return or_(model.actor_id.in_(own_spaces), model.actor_id.in_(colleagues))
