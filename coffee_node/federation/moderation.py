"""Deciding about domains: what a manager allows, silences or suspends, and what follows from it at once.

Suspending hides what we hold of a domain and ends every follow with it, both ways and without telling it;
nothing is deleted for 30 days, so that the decision can be taken back. After that its copies are erased, with
the ledger of what it sent, so that a partner or followed actor that is allowed again is read anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.contracts import Task
from coffee_node.base.database import after_commit, db, write
from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import domain_policy, follows, peers, remote_pictures
from coffee_node.federation.account_models import Account
from coffee_node.federation.media_models import RemotePicture
from coffee_node.federation.models import Actor, Delivery, Follow, InboxItem, ObjectTag
from coffee_node.federation.moderation_models import DomainPolicy
from coffee_node.federation.peer_models import Backfill
from coffee_node.node import current_node, this_node

TEXT_LIMIT = 2000
STEP = 500
WORKER_PATIENCE = 30.0
REVERSIBLE = timedelta(days=30)


@dataclass(frozen=True)
class Decision:
    """What is to be decided about one domain."""

    host: str
    level: str
    reason: str = ""
    note: str = ""


def domain_of(text: str) -> str:
    """The one spelling of a domain as a person or a list writes it; Unprocessable when it is none."""
    wanted = text.strip().removeprefix("*.")
    host = vocabulary.host_of(wanted) if "://" in wanted else vocabulary.normalise_netloc(wanted)
    is_local_name = current_node.config.federation.development
    if not host or ("." not in host and "[" not in host and not is_local_name):
        message = _("%(text)s is not the name of a server.", text=text.strip()[:100] or "-")
        raise Unprocessable(message, _("Write it like example.org."), fields={"host": [message]})
    return host


def policies() -> Sequence[DomainPolicy]:
    """Every decision, by domain."""
    return db.session.scalars(select(DomainPolicy).order_by(DomainPolicy.host)).all()


def find_policy(host: str) -> DomainPolicy | None:
    """The decision about exactly this domain."""
    return db.session.scalar(select(DomainPolicy).where(DomainPolicy.host == host))


def policy_over(host: str) -> DomainPolicy | None:
    """The decision that rules over a host: its own, or that of a domain above it."""
    found = {policy.host: policy for policy in policies()}
    named = domain_policy.ruling_domain({name: policy.level for name, policy in found.items()}, host)
    return found.get(named)


def decide(decision: Decision, account: Account | None = None) -> DomainPolicy:
    """Decide about a domain, or change what was decided; Unprocessable for what would be ourselves."""
    host = domain_of(decision.host)
    decide_all([Decision(host, decision.level, decision.reason, decision.note)], account)
    return db.session.scalars(select(DomainPolicy).where(DomainPolicy.host == host)).one()


def decide_all(decisions: Iterable[Decision], account: Account | None = None) -> None:
    """Decide about many domains in their one spelling, in one commit, with all that follows from it."""
    with write():
        known = {policy.host: policy for policy in policies()}
        before = _Standing(known.values())
        for decision in decisions:
            check(decision)
            policy = known.get(decision.host) or DomainPolicy(host=decision.host)
            known[decision.host] = policy
            policy.level = decision.level
            policy.reason = decision.reason.strip()[:TEXT_LIMIT]
            policy.note = decision.note.strip()[:TEXT_LIMIT]
            policy.account_id = account.id if account is not None else None
            db.session.add(policy)
        _enforce(before)


def check(decision: Decision) -> None:
    """Unprocessable for a level that does not exist, and for shutting out ourselves."""
    if decision.level not in domain_policy.LEVELS:
        raise Unprocessable(
            _("Choose what to do with it."), fields={"level": [_("Choose what to do with it.")]}
        )
    ours = current_node.config.host
    if ours == decision.host or f".{ours}".endswith(f".{decision.host}"):
        message = _("That would be this site itself.")
        raise Unprocessable(message, _("Give the address of another site."), fields={"host": [message]})


def take_back(text: str) -> DomainPolicy:
    """Decide nothing about a domain any more; NotFound when nothing was decided about exactly this one."""
    host = domain_of(text)
    with write():
        before = _Standing(policies())
        policy = find_policy(host)
        if policy is None:
            raise NotFound(
                _("Nothing was decided about %(host)s.", host=host),
                _("See the list: coffee-node peer blocks"),
            )
        db.session.delete(policy)
        _enforce(before)
    return policy


class _Standing:
    """What is decided at one moment: the level of each domain, and since when."""

    def __init__(self, found: Iterable[DomainPolicy]) -> None:
        self.levels: dict[str, str] = {}
        self.since: dict[str, datetime] = {}
        for policy in found:
            self.levels[policy.host] = policy.level
            self.since[policy.host] = policy.created_at

    def suspended_since(self, host: str) -> datetime | None:
        """Since when a host is suspended; None when it is not."""
        domain = domain_policy.ruling_domain(self.levels, host)
        return self.since[domain] if self.levels.get(domain) == "suspend" else None


def _enforce(before: _Standing) -> None:
    """Make the tables agree with the decisions; inside the write() that changes them."""
    db.session.flush()
    levels = _Standing(policies()).levels
    suspended = [host for host in _known_hosts() if domain_policy.level_in(levels, host) == "suspend"]
    for start in range(0, len(suspended), STEP):
        _cut_off(suspended[start : start + STEP])
    node = this_node()
    node.decisions.forget()
    after_commit(node.decisions.forget)
    _tell_what_ended(before, levels)
    _welcome(levels)


def _tell_what_ended(before: _Standing, levels: Mapping[str, str]) -> None:
    """Who may be spoken with again hears which follows have ended, else it would believe that they stand."""
    for host in domain_policy.held_hosts() if before.levels else ():
        since = before.suspended_since(host)
        if since is None or domain_policy.level_in(levels, host) == "suspend":
            continue
        held = select(Actor.id).where(Actor.host == host)
        query = select(Follow).where(Follow.state.in_(("rejected", "undone")), Follow.answered_at >= since)
        for follow in db.session.scalars(
            query.where(or_(Follow.follower_id.in_(held), Follow.target_id.in_(held)))
        ).all():
            follows.tell_ended(follow)


def _known_hosts() -> set[str]:
    """Every host that anything could be going on with."""
    waiting = select(Delivery.host).where(Delivery.state == "waiting").distinct()
    arrived = select(InboxItem.host).where(InboxItem.state == "received").distinct()
    return {*domain_policy.held_hosts(), *db.session.scalars(waiting), *db.session.scalars(arrived)}


def _cut_off(hosts: Collection[str]) -> None:
    """End what goes on with these hosts: follows both ways, what waits for them and what came from them."""
    held = select(Actor.id).where(Actor.host.in_(hosts))
    for follow in db.session.scalars(
        select(Follow)
        .where(Follow.state.in_(("requested", "accepted")))
        .where(or_(Follow.follower_id.in_(held), Follow.target_id.in_(held)))
    ).all():
        is_of_a_person = follow.follower.is_local and follow.follower.type != "Application"
        (follows.end_follow if is_of_a_person else follows.end_silently)(follow)
    refused = {"state": "refused", "lease_until": None, "last_error": domain_policy.REFUSED}
    waits = update(Delivery).where(Delivery.host.in_(hosts), Delivery.state == "waiting")
    db.session.execute(waits.values(refused))
    came = update(InboxItem).where(InboxItem.host.in_(hosts), InboxItem.state == "received")
    db.session.execute(came.values({**refused, "handled_at": clock.utcnow()}))
    walks = update(Backfill).where(Backfill.actor_id.in_(held), Backfill.state == "waiting")
    db.session.execute(walks.values(state="stopped", last_error=domain_policy.REFUSED))
    members = update(Actor).where(Actor.host.in_(hosts), Actor.members_fetch_at.is_not(None))
    db.session.execute(members.values(members_fetch_at=None))
    remote_pictures.drop_copies(RemotePicture.host.in_(hosts))


def _welcome(levels: Mapping[str, str]) -> None:
    """A node that is allowed becomes a partner without being asked about (federation.md, 9)."""
    for follow in peers.pending_requests():
        if domain_policy.level_in(levels, follow.follower.host) == "allow":
            follows.answer_follow(follow, accept=True)


def erasing_task() -> Task:
    """The daily task of the worker that ends what can no longer be taken back."""
    return Task("suspended content", timedelta(days=1), erase_suspended)


def erase_suspended() -> str:
    """Erase the copies of domains that have been suspended for 30 days; the sentence that is shown."""
    limit = clock.utcnow() - REVERSIBLE
    levels = {policy.host: policy.level for policy in policies()}
    since = {policy.host: policy.updated_at for policy in policies()}
    hosts = [host for host in domain_policy.held_hosts() if _is_past(levels, since, host, limit)]
    erased = sum(_erase(model, hosts) for model in _models()) if hosts else 0
    if hosts:
        with write(patience=WORKER_PATIENCE):
            db.session.execute(delete(InboxItem).where(InboxItem.host.in_(hosts)))
            remote_pictures.forget_hosts(hosts)
    return f"{erased} copies of suspended servers were erased."


def _is_past(levels: Mapping[str, str], since: Mapping[str, datetime], host: str, limit: datetime) -> bool:
    domain = domain_policy.ruling_domain(levels, host)
    return levels.get(domain) == "suspend" and since[domain] < limit


def _models() -> list[type[Any]]:
    return list(dict.fromkeys(object_type.model for object_type in current_node.registry.types()))


def _erase(model: type[Any], hosts: Collection[str]) -> int:
    """Erase the copies of one table a few hundred per transaction, so that nobody waits long."""
    erased = 0
    while True:
        with write(patience=WORKER_PATIENCE):
            found = db.session.scalars(select(model).where(model.origin.in_(hosts)).limit(STEP)).all()
            uris = [row.uri for row in found]
            db.session.execute(delete(ObjectTag).where(ObjectTag.object_uri.in_(uris)))
            for row in found:
                db.session.delete(row)
        erased += len(found)
        if len(found) < STEP:
            return erased
