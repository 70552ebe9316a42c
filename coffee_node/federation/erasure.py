"""Leaving: everything kept about a person goes in one transaction, and every partner is asked to follow.

What must wait for the partners' receipts is ended by erasure_end.py.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from coffee_node.base.database import after_commit, db, end_reading, write
from coffee_node.base.errors import Conflict
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import (
    audit,
    erasure_ledgers,
    erasure_mails,
    erasure_words,
    invitations,
    media,
    memberships,
    objects,
    receipts,
    reports,
)
from coffee_node.federation.account_models import Account, Membership
from coffee_node.federation.accounts import hash_secret
from coffee_node.federation.actors import ref
from coffee_node.federation.erasure_models import Departure
from coffee_node.federation.models import Actor
from coffee_node.federation.object_copies import tombstone_hash
from coffee_node.node import current_node, this_node

HASHES = "erased"


def why_not(account: Account) -> list[str]:
    """What a person has to hand over before leaving, in sentences; empty when nothing is in the way."""
    found = []
    others = [one for one in memberships.administrators() if one.id != account.id]
    if account.is_admin and not others:
        found.append(_("You are the only administrator of this site. Name another one first."))
    for space in _only_managed(account, is_space=True):
        found.append(_("You are the only manager of %(space)s. Name another one first.", space=space.name))
    return found


def _only_managed(account: Account, *, is_space: bool) -> list[Actor]:
    """The spaces, or the companies, that nobody would look after when this account went."""
    others = select(Membership.id).join(Account, Account.id == Membership.account_id)
    others = others.where(Membership.space_id == Actor.id, Membership.account_id != account.id)
    others = others.where(Account.disabled_at.is_(None))
    if is_space:
        others = others.where(Membership.role == "manager")
    query = select(Actor).join(Membership, Membership.space_id == Actor.id)
    query = query.where(Membership.account_id == account.id, Actor.gone_at.is_(None), Actor.host == "")
    if is_space:
        query = query.where(Actor.kind == "space", Membership.role == "manager")
    else:
        query = query.where(Actor.kind != "space")
    return list(db.session.scalars(query.where(~others.exists()).order_by(Actor.id)))


def goes_along(account: Account) -> list[Actor]:
    """The actors that go with an account: its person, and the companies that nobody else runs."""
    own = [account.actor] if account.actor is not None and account.actor.gone_at is None else []
    return [*own, *_only_managed(account, is_space=False)]


def leave(account: Account, *, is_forced: bool = False) -> str:
    """Erase a person with all that is theirs; the secret of the page that shows how far the partners are.

    Conflict when something must be handed over first (unless `is_forced`); PluginError when an owner of data
    cannot erase it. Then nothing is erased.
    """
    secret = secrets.token_urlsafe(32)
    named = {actor.id: erasure_ledgers.look_for(actor.uri) for actor in goes_along(account)}
    end_reading()
    with write():
        reasons = [] if is_forced else why_not(account)
        if reasons:
            raise Conflict(" ".join(reasons))
        before = erasure_ledgers.moment()
        actors = goes_along(account)
        for actor in actors:
            current_node.plugins.demand_all("erase_personal_data", actor=ref(actor))
        for actor in actors:
            _erase_actor(actor, before, named.get(actor.id, erasure_ledgers.Named()))
        audit.forget(account)
        reports.forget_reporter(account)
        invitations.forget_words_of(account)
        _forget_account(account)
        person = actors[0].id if actors else None
        db.session.add(Departure(secret_hash=hash_secret(secret), actor_id=person))
        gone = [*(actor.uri for actor in actors), _mark(account)]
        after_commit(_writer([tombstone_hash(one) for one in gone]))
    return secret


def _erase_actor(actor: Actor, before: erasure_ledgers.Moment, named: erasure_ledgers.Named) -> None:
    erasure_words.forget_all_of(actor)
    objects.delete_actor(actor)
    actor.members_document = None
    erasure_ledgers.forget_children(actor)
    erasure_ledgers.empty(actor, before, named)
    media.forget_all_of(actor)


def _forget_account(account: Account) -> None:
    """The row and all that hangs on it; rows that outlive it lose it (ON DELETE)."""
    erasure_mails.forget(account.email)
    erasure_words.forget_names([account.name])
    db.session.flush()
    statement: Any = delete(Account).where(Account.id == account.id)
    db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expunge(account)


def _writer(hashes: Sequence[str]) -> Any:
    """Note the hashes beside the database: a backup that is put back does not bring people back."""
    file = _file()

    def note() -> None:
        with file.open("a") as lines:
            lines.writelines(f"{one}\n" for one in hashes)

    return note


def _file() -> Path:
    return this_node().config.home / HASHES


def _mark(account: Account) -> str:
    """What an account is hashed by: those who only administer have no actor."""
    return f"acct:{account.handle}@{current_node.config.host}"


def _gone() -> set[str]:
    file = _file()
    return set(file.read_text().split()) if file.exists() else set()


def accounts_come_back() -> Sequence[Account]:
    """The accounts without a person that left once and are here again."""
    gone = _gone()
    if not gone:
        return []
    here = db.session.scalars(select(Account).where(Account.actor_id.is_(None)))
    return [account for account in here if tombstone_hash(_mark(account)) in gone]


def come_back() -> Sequence[Actor]:
    """Actors of ours that left once and are here again: an older state of the database was put back."""
    gone = _gone()
    if not gone:
        return []
    here = select(Actor).where(Actor.host == "", Actor.gone_at.is_(None), Actor.type != "Application")
    return [actor for actor in db.session.scalars(here) if tombstone_hash(actor.uri) in gone]


@dataclass(frozen=True)
class Progress:
    """How far an erasure has come, in numbers only."""

    left_at: datetime
    confirmed: int
    total: int
    ended_at: datetime | None


def progress(secret: str) -> Progress | None:
    """What the page of somebody who left shows; None for an unknown secret."""
    found = db.session.scalar(select(Departure).where(Departure.secret_hash == hash_secret(secret)))
    if found is None:
        return None
    confirmed, total = numbers(found)
    return Progress(found.created_at, confirmed, total, found.ended_at)


def numbers(departure: Departure) -> tuple[int, int]:
    """How many partners have confirmed, out of how many."""
    actor = db.session.get(Actor, departure.actor_id) if departure.actor_id is not None else None
    erasure = receipts.erasure_of(actor.uri) if actor is not None else None
    if erasure is None:
        return departure.confirmed, departure.total
    return len(erasure.confirmed), erasure.total
