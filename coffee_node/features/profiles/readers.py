"""Who reads a profile, and what follows from it: no role widens what a person chose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import g
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from coffee_node.base.database import db
from coffee_node.features.profiles.models import Profile
from coffee_node.features.profiles.terms import REACH
from coffee_node.federation.account_models import Account, Membership
from coffee_node.federation.audience import visible
from coffee_node.web.auth import current_account

PREVIEWS = {"me": "private", "space": "space", "partners": "network", "everybody": "public"}


class Reader(NamedTuple):
    """Somebody who looks at a directory: the account, and whose profiles are those of their own space."""

    account: Account | None = None
    colleagues: frozenset[int] = frozenset()


EVERYBODY = Reader()


def present_reader() -> Reader:
    """Who reads this page."""
    return Reader(current_account(), colleagues())


def colleagues() -> frozenset[int]:
    """The reader and everybody who shares a space with them, as actor ids; asked for once per request."""
    if "colleagues" not in g:
        account = current_account()
        g.colleagues = frozenset() if account is None else _find_colleagues(account)
    found: frozenset[int] = g.colleagues
    return found


def _find_colleagues(account: Account) -> frozenset[int]:
    mine = frozenset() if account.actor_id is None else frozenset({account.actor_id})
    own = aliased(Membership)
    query = (
        select(Account.actor_id)
        .join(Membership, Membership.account_id == Account.id)
        .join(own, own.space_id == Membership.space_id)
        .where(own.account_id == account.id, Account.actor_id.is_not(None))
    )
    return mine.union(actor_id for actor_id in db.session.scalars(query) if actor_id is not None)


def audience_for(row: Profile) -> str:
    """As whom the reader sees a profile: `private` for its owner, `space`, `network` or `public`."""
    account = current_account()
    if account is None:
        return "public"
    if account.actor_id is not None and account.actor_id == row.actor_id:
        return "private"
    return "space" if row.actor_id in colleagues() else "network"


def may_be_seen(reader: Reader, *, listed_only: bool = True) -> list[ColumnElement[bool]]:
    """The where-clauses of the profiles that this reader may see, in a directory or by their address."""
    seen: ColumnElement[bool] = Profile.visibility == "public"
    if reader.colleagues:
        seen = or_(seen, Profile.actor_id.in_(reader.colleagues))
    listed = [within_reach(reader, Profile.list_reach)] if listed_only else []
    return [*visible(Profile, reader.account), seen, *listed]


def within_reach(reader: Reader, column: Any) -> ColumnElement[bool]:
    """Whether something of a profile goes as far as this reader; `column` holds a value of terms.REACH."""
    if reader.account is None:
        return column == REACH["public"]  # type: ignore[no-any-return]
    far: ColumnElement[bool] = column >= REACH["network"]
    if not reader.colleagues:
        return far
    return or_(far, and_(column >= REACH["space"], Profile.actor_id.in_(reader.colleagues)))


@contextmanager
def seen_by(audience: str, owner_id: int) -> Iterator[None]:
    """Let the page code believe that somebody else reads: what is rendered inside is what they would get.

    `public` is somebody without account, `network` somebody signed in at a partner, `space` a colleague.
    """
    kept = {name: g.get(name) for name in g}
    if audience != "private":
        g.pop("site_frame", None)
        g.account = None if audience == "public" else Account(handle="", name="", is_admin=False)
        g.colleagues = frozenset({owner_id}) if audience == "space" else frozenset()
    try:
        yield
    finally:
        # What was looked up meanwhile is about somebody else.
        for name in list(g):
            g.pop(name)
        for name, value in kept.items():
            setattr(g, name, value)
