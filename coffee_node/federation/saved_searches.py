"""Saved searches: a filtered list that somebody wants to hear of, with an account or with an address alone.

What a list is and how it is run is known further up; here is who asked for it, how often, and how far it was
looked at. A visitor's search watches nothing until its address is confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ForeignKey, String, delete, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base import clock
from coffee_node.base.database import Json, Row, UtcDateTime, db
from coffee_node.federation import mail_links
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Actor
from coffee_node.federation.notice_models import MailLink

RHYTHMS: Final = ("now", "daily", "weekly")
STEPS: Final = {"now": timedelta(), "daily": timedelta(days=1), "weekly": timedelta(days=7)}
MOST: Final = 30
CONFIRM: Final = "confirm saved search"
MANAGE: Final = "saved searches"
LINK_LIFE: Final = timedelta(days=400)
"""Links of older mails are forgotten; an unsubscribe link works much longer than anybody needs it."""


class SavedSearch(Row):
    """One list with its filters; either `account_id` or `address` says whose it is.

    `given` are the filters of the address, `marks` the highest row seen of each table, `told` the short
    digests of what was told last, `since` the moment from which on things are new to its owner.
    """

    __tablename__ = "saved_search"

    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(String(320), default="", index=True)
    language: Mapped[str] = mapped_column(String(10), default="")
    path: Mapped[str] = mapped_column(String(200))
    given: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    rhythm: Mapped[str] = mapped_column(String(10), default="daily")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    marks: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    told: Mapped[list[str]] = mapped_column(Json, default=list)
    last_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account | None] = relationship()


def save(
    account: Account | None, address: str, language: str, path: str, given: Mapping[str, str], rhythm: str
) -> SavedSearch | None:
    """Keep a search inside the caller's write(), the same one once; None when somebody has too many."""
    mine = of_account(account) if account is not None else _all_of_address(address)
    known = next((one for one in mine if (one.path, one.given) == (path, dict(given))), None)
    if known is None:
        if len(mine) >= MOST:
            return None
        now = clock.utcnow()
        known = SavedSearch(
            account_id=account.id if account is not None else None,
            address="" if account is not None else address,
            path=path,
            given=dict(given),
            since=now,
            next_at=now,
            confirmed_at=now if account is not None else None,
        )
        db.session.add(known)
    if account is not None or known.confirmed_at is None:
        # Whoever types the address of somebody else changes nothing there before it is confirmed.
        known.language, known.rhythm = language, rhythm
    db.session.flush()
    return known


def confirm(search: SavedSearch, rhythm: str, marks: Mapping[str, int]) -> None:
    """Begin to watch, from now on: `marks` is how far the tables go."""
    if search.confirmed_at is not None:
        change_rhythm(search, rhythm)
        return
    search.rhythm, search.confirmed_at = rhythm, clock.utcnow()
    start(search, marks)


def start(search: SavedSearch, marks: Mapping[str, int]) -> None:
    """Watch from here on: what came before is not new."""
    now = clock.utcnow()
    search.paused_at = None
    search.since, search.marks = now, dict(marks)
    search.next_at = now + STEPS[search.rhythm]


def change_rhythm(search: SavedSearch, rhythm: str) -> None:
    """Look more or less often from now on."""
    search.rhythm = rhythm
    search.next_at = min(search.next_at, clock.utcnow() + STEPS[rhythm])


def pause(search: SavedSearch) -> None:
    """Look no more until it is resumed."""
    search.paused_at = clock.utcnow()


def forget(search: SavedSearch) -> None:
    """Forget a search, and the links of its address when it was the last one there."""
    db.session.delete(search)
    db.session.flush()
    if search.address and not _all_of_address(search.address):
        _forget_links(search.address)


def due(limit: int) -> list[SavedSearch]:
    """What should be looked at now, the longest waiting first."""
    query = select(SavedSearch).where(
        SavedSearch.next_at <= clock.utcnow(),
        SavedSearch.confirmed_at.is_not(None),
        SavedSearch.paused_at.is_(None),
    )
    return list(db.session.scalars(query.order_by(SavedSearch.next_at, SavedSearch.id).limit(limit)))


def of_account(account: Account) -> list[SavedSearch]:
    """The searches of somebody with an account, oldest first."""
    query = select(SavedSearch).where(SavedSearch.account_id == account.id)
    return list(db.session.scalars(query.order_by(SavedSearch.id)))


def of_address(address: str) -> list[SavedSearch]:
    """The confirmed searches of a visitor, oldest first."""
    return [one for one in _all_of_address(address) if one.confirmed_at is not None]


def _all_of_address(address: str) -> list[SavedSearch]:
    query = select(SavedSearch).where(SavedSearch.address == address, SavedSearch.address != "")
    return list(db.session.scalars(query.order_by(SavedSearch.id)))


def confirm_link(search: SavedSearch, rhythm: str) -> str:
    """The secret that confirms a visitor's search within 48 hours, inside the caller's write()."""
    return mail_links.make_link(CONFIRM, search.address, {"search": search.id, "rhythm": rhythm})


def manage_link(search: SavedSearch) -> str:
    """The secret of one mail: it shows all searches of the address and stops the one that sent the mail."""
    old = clock.utcnow() - LINK_LIFE
    db.session.execute(
        delete(MailLink).where(
            MailLink.purpose == MANAGE, MailLink.address == search.address, MailLink.created_at < old
        )
    )
    return mail_links.make_link(MANAGE, search.address, {"search": search.id}, life=None)


def search_of(link: MailLink | None) -> SavedSearch | None:
    """The search that the link of a mail is about; None when either is gone."""
    search = db.session.get(SavedSearch, link.data.get("search")) if link is not None else None
    return search if link is not None and search is not None and search.address == link.address else None


def prune() -> int:
    """Forget what was never confirmed within 48 hours, inside the caller's write(); how many."""
    old = clock.utcnow() - mail_links.CONFIRM_LIFE
    query = select(SavedSearch).where(SavedSearch.confirmed_at.is_(None), SavedSearch.created_at < old)
    gone = list(db.session.scalars(query.limit(500)))
    for search in gone:
        forget(search)
    return len(gone)


def forget_address(address: str) -> None:
    """Forget everything that was kept for an address, inside the caller's write()."""
    db.session.execute(delete(SavedSearch).where(SavedSearch.address == address, SavedSearch.address != ""))
    _forget_links(address)


def _forget_links(address: str) -> None:
    ours = MailLink.purpose.in_((CONFIRM, MANAGE))
    db.session.execute(delete(MailLink).where(ours, MailLink.address == address))


def export(actor: Actor) -> list[dict[str, Any]]:
    """What is kept of somebody's searches, for their own file."""
    return [
        {"path": one.path, "filters": one.given, "rhythm": one.rhythm, "saved": one.created_at.isoformat()}
        for one in _of_person(actor)
    ]


def erase(actor: Actor) -> None:
    """Forget the searches of somebody, also those of their address alone, inside the caller's write()."""
    for account in _accounts(actor):
        db.session.execute(delete(SavedSearch).where(SavedSearch.account_id == account.id))
        if account.email:
            forget_address(account.email)


def _of_person(actor: Actor) -> Sequence[SavedSearch]:
    accounts = _accounts(actor)
    mine = SavedSearch.account_id.in_([account.id for account in accounts])
    by_mail = SavedSearch.address.in_([account.email for account in accounts if account.email])
    return db.session.scalars(select(SavedSearch).where(or_(mine, by_mail)).order_by(SavedSearch.id)).all()


def _accounts(actor: Actor) -> Sequence[Account]:
    return db.session.scalars(select(Account).where(Account.actor_id == actor.id)).all()
