"""Requests for an account: confirmed by a mail, and where the site wants it approved by a manager."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import false, or_, select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import (
    account_letters,
    accounts,
    audit,
    mail_links,
    memberships,
    notices,
    passwords,
    used_handles,
)
from coffee_node.federation.account_models import Account
from coffee_node.federation.joining_models import SignUp
from coffee_node.federation.models import Actor
from coffee_node.federation.search import fold
from coffee_node.node import current_node

PURPOSE = "sign-up"
LONGEST_HANDLE = 64


@dataclass(frozen=True)
class SignUpWish:
    """What somebody typed who wants an account."""

    name: str
    handle: str
    email: str
    password: str
    language: str
    message: str = ""
    space: Actor | None = None


def propose_handle(name: str) -> str:
    """A handle made of a name that nobody has or had: claire-dubois, then claire-dubois-2."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(name).replace("ß", "ss").replace("œ", "oe").replace("æ", "ae"))
    base = plain.strip("-")[: LONGEST_HANDLE - 4].strip("-") or "coworker"
    number, handle = 1, base
    while not accounts.is_handle_free(handle) or handle in accounts.RESERVED_SLUGS:
        number += 1
        handle = f"{base}-{number}"
    return handle


def begin(wish: SignUpWish) -> None:
    """Keep a request and mail the link that confirms its address; an address that has an account is told so.

    The caller cannot tell which of both happened, and both take as long. Unprocessable and Conflict are
    about the password and the handle.
    """
    accounts.check_handle(wish.handle)
    passwords.check_new_password(wish.password, wish.handle, wish.name, wish.email)
    password_hash = passwords.hash_password(wish.password)
    with write():
        if not accounts.is_handle_free(wish.handle):
            raise used_handles.taken(wish.handle)
        known = db.session.scalar(select(Account).where(Account.email == wish.email))
        if known is not None:
            if known.disabled_at is None:
                account_letters.sign_up_again(known)
            return
        row = SignUp(
            name=wish.name,
            handle=wish.handle,
            email=wish.email,
            password_hash=password_hash,
            language=wish.language,
            message=wish.message,
            space=wish.space,
        )
        db.session.add(row)
        db.session.flush()
        secret = mail_links.make_link(PURPOSE, wish.email, {"sign_up": row.id})
        account_letters.confirm_sign_up(row, mail_links.address_of("/sign-up", secret))


def find(secret: str) -> SignUp | None:
    """The request behind a link that still works."""
    link = mail_links.find_link(PURPOSE, secret)
    row = db.session.get(SignUp, link.data["sign_up"]) if link is not None else None
    return row if row is not None and row.confirmed_at is None else None


def confirm(secret: str, needs_approval: bool) -> Account | None:
    """Note that an address is right: the account that was made, or None while a manager has to decide.

    Conflict when the link was used or the address got an account meanwhile.
    """
    with write():
        link = mail_links.find_link(PURPOSE, secret)
        row = find(secret)
        if link is None or row is None:
            raise Conflict(
                _("This link was used before, or it is too old."), _("Ask for an account once more.")
            )
        mail_links.spend(link)
        row.confirmed_at = clock.utcnow()
        if not needs_approval:
            return _make_account(row, by=None)
        _tell_managers(row)
    return None


def _make_account(row: SignUp, by: Account | None) -> Account:
    if not accounts.is_address_free(row.email):
        raise Conflict(
            _("This address got an account meanwhile."), _("Sign in, or choose a new password by mail.")
        )
    handle = row.handle if accounts.is_handle_free(row.handle) else propose_handle(row.name)
    account = accounts.create_account(handle, row.name, email=row.email)
    account.password_hash = row.password_hash
    account.language = row.language
    if row.space is not None:
        accounts.join_space(account, row.space)
    db.session.flush()
    audit.record("joined", by=by, account=account, space=row.space, detail="member")
    db.session.delete(row)
    return account


def _tell_managers(row: SignUp) -> None:
    told = list(memberships.managers_of(row.space)) if row.space is not None else []
    url = f"{current_node.config.base_url}/members/requests"

    def words() -> notices.Told:
        place = row.space.name or row.space.slug if row.space is not None else account_letters.site_name()
        title = _("Somebody asks for an account at %(place)s", place=place)
        return notices.Told(title, _("Please look at the request and decide."), url)

    notices.tell(told or memberships.administrators(), "account-request", f"account-request {row.id}", words)


def waiting_for(account: Account) -> Sequence[SignUp]:
    """The confirmed requests that this account may decide, oldest first."""
    spaces = [space.id for space in memberships.managed_spaces(account)]
    nowhere = SignUp.space_id.is_(None) if account.is_admin else false()
    query = select(SignUp).where(SignUp.confirmed_at.is_not(None), or_(SignUp.space_id.in_(spaces), nowhere))
    return db.session.scalars(query.order_by(SignUp.id)).all()


def waiting_one(account: Account, number: int) -> SignUp | None:
    """One of them, by its number."""
    return next((row for row in waiting_for(account) if row.id == number), None)


def approve(row: SignUp, by: Account) -> Account:
    """Make the account that somebody asked for, and tell them."""
    with write():
        space = row.space
        account = _make_account(row, by)
        account_letters.sign_up_approved(account, space)
    return account


def refuse(row: SignUp, by: Account, reason: str) -> None:
    """Tell somebody that there will be no account, and forget what they sent."""
    with write():
        account_letters.sign_up_refused(row, reason)
        audit.record("sign-up-refused", by=by, space=row.space)
        db.session.delete(row)
