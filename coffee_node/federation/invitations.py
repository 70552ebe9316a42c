"""Invitations: a manager asks addresses to join a space; the link in the mail makes the account."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, select, update

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import account_letters, accounts, audit
from coffee_node.federation.account_models import Account, Membership
from coffee_node.federation.accounts import hash_secret
from coffee_node.federation.joining_models import Invitation
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

LIFE = timedelta(days=14)


@dataclass(frozen=True)
class Invited:
    """What became of one address: the link that was sent, or empty where its owner belongs already."""

    email: str
    link: str = ""


@dataclass(frozen=True)
class Wish:
    """What the invitations of one round have in common."""

    space: Actor
    role: str = "member"
    language: str = ""
    note: str = ""


def invite(wish: Wish, addresses: Iterable[str], by: Account | None) -> list[Invited]:
    """Invite addresses, each once; one that was invited before gets a new link, and the old one ends."""
    done = []
    with write():
        for email in dict.fromkeys(address.strip().lower() for address in addresses):
            done.append(_invite_one(wish, email, by))
    return done


def _invite_one(wish: Wish, email: str, by: Account | None) -> Invited:
    known = select(Membership.id).join(Account).where(Account.email == email)
    if db.session.scalar(known.where(Membership.space_id == wish.space.id)) is not None:
        return Invited(email)
    row = db.session.scalar(_open().where(Invitation.space_id == wish.space.id, Invitation.email == email))
    if row is None:
        row = Invitation(space=wish.space, email=email)
        db.session.add(row)
    row.role, row.language, row.note, row.invited_by = wish.role, wish.language, wish.note, by
    link = _send(row)
    audit.record("invited", by=by, space=wish.space, detail=wish.role)
    return Invited(email, link)


def _send(row: Invitation) -> str:
    secret = secrets.token_urlsafe(32)
    row.secret_hash = hash_secret(secret)
    row.sent_at = clock.utcnow()
    row.expires_at = row.sent_at + LIFE
    db.session.flush()
    link = f"{current_node.config.base_url}/invitations/{secret}"
    account_letters.invitation(row, link)
    return link


def send_again(row: Invitation) -> str:
    """Mail an invitation once more, with a new link and its whole time; the link."""
    with write():
        return _send(row)


def revoke(row: Invitation, by: Account | None) -> None:
    """Take an invitation back: its link works no more."""
    with write():
        row.revoked_at = clock.utcnow()
        audit.record("invitation-revoked", by=by, space=row.space)


def forget_words_of(account: Account) -> None:
    """Take what somebody who leaves wrote to those they invited out, inside write()."""
    db.session.execute(update(Invitation).where(Invitation.invited_by_id == account.id).values(note=""))


def pending(space: Actor) -> Sequence[Invitation]:
    """The invitations of a space that nobody accepted yet, newest first; those past their time as well."""
    query = _open().where(Invitation.space_id == space.id)
    return db.session.scalars(query.order_by(Invitation.sent_at.desc(), Invitation.id.desc())).all()


def pending_one(space: Actor, number: int) -> Invitation | None:
    """One of them, by its number."""
    return db.session.scalar(_open().where(Invitation.space_id == space.id, Invitation.id == number))


def sent_lately(by: Account, within: timedelta = timedelta(days=1)) -> int:
    """How many invitations somebody sent in the last day."""
    query = select(func.count()).select_from(Invitation).where(Invitation.invited_by_id == by.id)
    return db.session.scalar(query.where(Invitation.sent_at > clock.utcnow() - within)) or 0


def find(secret: str) -> Invitation | None:
    """The invitation behind a link that still works."""
    query = _open().where(Invitation.secret_hash == hash_secret(secret))
    return db.session.scalar(query.where(Invitation.expires_at > clock.utcnow()))


def accept(row: Invitation, handle: str, name: str, password: str, language: str) -> Account:
    """Make the account of somebody who was invited; their address is confirmed by having the link.

    Unprocessable or Conflict say what has to be chosen differently.
    """
    with write():
        _still_open(row)
        account = accounts.create_account(handle, name, email=row.email, password=password)
        account.language = language
        _join(row, account)
    return account


def accept_as(row: Invitation, account: Account) -> None:
    """Let somebody who has an account join the space."""
    with write():
        _still_open(row)
        _join(row, account)


def _join(row: Invitation, account: Account) -> None:
    if not accounts.role_in(account, row.space):
        accounts.join_space(account, row.space, row.role)
    row.accepted_at = clock.utcnow()
    db.session.flush()
    audit.record("joined", by=row.invited_by, account=account, space=row.space, detail=row.role)


def _still_open(row: Invitation) -> None:
    if row.accepted_at is not None or row.revoked_at is not None:
        raise Conflict(_("This invitation was used or taken back meanwhile."), _("Ask for a new one."))


def _open() -> Select[Invitation]:
    return select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
