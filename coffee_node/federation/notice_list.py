"""The notices of one account as its page shows them: unread first, page by page, and marked as read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.federation.account_models import Account
from coffee_node.federation.notice_models import Notification

PER_PAGE = 30
MOST_COUNTED = 100


def count_unread(account: Account) -> int:
    """How many notices an account has not read, counted up to a hundred: it is asked on every page."""
    some = select(Notification.id).where(*_unread(account)).limit(MOST_COUNTED)
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def page_of(account: Account, cursor: str = "") -> tuple[Sequence[Notification], str]:
    """A page of notices, unread first, then the newest; and the cursor of the next, empty on the last."""
    is_read = Notification.read_at.is_not(None)
    query = select(Notification).where(Notification.account_id == account.id, Notification.on_page.is_(True))
    after = _after(cursor)
    if after is not None:
        query = query.where(after)
    query = query.order_by(is_read, Notification.id.desc()).limit(PER_PAGE + 1)
    rows = db.session.scalars(query).all()
    shown = rows[:PER_PAGE]
    return shown, _cursor(shown[-1]) if len(rows) > PER_PAGE else ""


def _cursor(row: Notification) -> str:
    return f"{'read' if row.read_at is not None else 'unread'}-{row.id}"


def _after(cursor: str) -> ColumnElement[bool] | None:
    """What follows a cursor; None for the first page, also when the cursor makes no sense."""
    state, _dash, text = cursor.partition("-")
    if state not in ("read", "unread") or not (text.isascii() and text.isdigit()) or len(text) > 15:
        return None
    older, is_read = Notification.id < int(text), Notification.read_at.is_not(None)
    return and_(is_read, older) if state == "read" else or_(is_read, older)


def find(account: Account, notice_id: int) -> Notification | None:
    """A notice of this account; None for an unknown one and for somebody else's."""
    query = select(Notification).where(Notification.account_id == account.id, Notification.id == notice_id)
    return db.session.scalar(query.where(Notification.on_page.is_(True)))


def mark_read(account: Account, notice_id: int | None = None) -> None:
    """Mark one notice of an account as read, or all of them; those of others are left alone."""
    unread = update(Notification).where(*_unread(account))
    if notice_id is not None:
        unread = unread.where(Notification.id == notice_id)
    with write():
        db.session.execute(unread.values(read_at=clock.utcnow()))


def _unread(account: Account) -> list[ColumnElement[bool]]:
    return [
        Notification.account_id == account.id,
        Notification.read_at.is_(None),
        Notification.on_page.is_(True),
    ]
