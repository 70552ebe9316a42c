"""Both ledgers and the mail as one list for administrators: what waits or failed, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from sqlalchemy import select, true
from sqlalchemy.orm import joinedload

from coffee_node.base import clock
from coffee_node.base.database import Row, db, write
from coffee_node.base.errors import NotFound
from coffee_node.base.mail import Mail
from coffee_node.federation.failure_words import in_words
from coffee_node.federation.models import Delivery, InboxItem
from coffee_node.node import current_node

UNSENT = ("waiting", "refused", "gone", "gave_up")
UNHANDLED = ("received", "failed")
UNMAILED = ("waiting", "failed")
NO_SERVER = "no mail server is set: [mail] url"
WORDS = {
    "waiting": "waits",
    "refused": "refused",
    "gone": "the inbox is gone",
    "gave_up": "given up",
    "received": "waits to be handled",
    "failed": "could not be handled",
}
DROPPED = "dropped by an administrator"
DROPPED_STATES: Mapping[type[Row], str] = MappingProxyType(
    {Delivery: "gave_up", InboxItem: "ignored", Mail: "dropped"}
)


@dataclass(frozen=True)
class Entry:
    """One delivery (`out-7`), received activity (`in-7`) or mail (`mail-7`) that is not done.

    `reason` is the last error as a sentence; of a mail, `host` is the recipient.
    """

    id: str
    host: str
    type: str
    object: str
    state: str
    attempts: int
    next_try_at: datetime | None
    last_error: str
    reason: str
    created_at: datetime


def entries(host: str = "", limit: int = 1000) -> list[Entry]:
    """What waits or failed, oldest first; at most `limit` of each direction."""
    sent = select(Delivery).where(Delivery.state.in_(UNSENT)).options(joinedload(Delivery.activity))
    received = select(InboxItem).where(InboxItem.state.in_(UNHANDLED))
    if host:
        sent, received = sent.where(Delivery.host == host), received.where(InboxItem.host == host)
    out = db.session.scalars(sent.order_by(Delivery.id).limit(limit))
    in_ = db.session.scalars(received.order_by(InboxItem.id).limit(limit))
    mails = select(Mail).where(Mail.state.in_(UNMAILED), Mail.recipient == host if host else true())
    letters = db.session.scalars(mails.order_by(Mail.id).limit(limit))
    return [*map(_of_delivery, out), *map(_of_item, in_), *map(_of_mail, letters)]


def _of_delivery(row: Delivery) -> Entry:
    return Entry(
        id=f"out-{row.id}",
        host=row.host,
        type=row.activity.type,
        object=row.activity.object_uri,
        state=row.state,
        attempts=row.attempts,
        next_try_at=row.next_try_at if row.state == "waiting" else None,
        last_error=row.last_error,
        reason=in_words(row.last_error),
        created_at=row.created_at,
    )


def _of_item(row: InboxItem) -> Entry:
    return Entry(
        id=f"in-{row.id}",
        host=row.host,
        type=row.type,
        object=row.activity_uri,
        state=row.state,
        attempts=row.attempts,
        next_try_at=row.next_try_at if row.state == "received" else None,
        last_error=row.last_error,
        reason="",
        created_at=row.created_at,
    )


def _of_mail(row: Mail) -> Entry:
    return Entry(
        id=f"mail-{row.id}",
        host=row.recipient,
        type="Mail",
        object=row.subject,
        state=row.state,
        attempts=row.attempts,
        next_try_at=row.next_try_at if row.state == "waiting" else None,
        last_error=row.last_error or ("" if current_node.config.mail.url else NO_SERVER),
        reason="",
        created_at=row.created_at,
    )


def retry(ids: Sequence[str]) -> int:
    """Let these entries be tried again from now on; NotFound when one is not in the list."""
    return _change(ids, "retry")


def drop(ids: Sequence[str]) -> int:
    """Give these entries up: a delivery is not sent, a received activity not handled."""
    return _change(ids, "drop")


def _change(ids: Sequence[str], what: Literal["retry", "drop"]) -> int:
    with write():
        for row in [_row(name) for name in dict.fromkeys(ids)]:
            row.lease_until = None
            if what == "retry":
                row.state = "received" if isinstance(row, InboxItem) else "waiting"
                row.attempts, row.next_try_at = 0, clock.utcnow()
            else:
                row.state = DROPPED_STATES[type(row)]
                row.last_error = "; ".join(part for part in (DROPPED, row.last_error) if part)
    if what == "retry":
        for job in ("deliver", "inbox", "mail"):
            current_node.wake(job)
    return len(set(ids))


def _row(name: str) -> Delivery | InboxItem | Mail:
    direction, _, number = name.partition("-")
    key = int(number) if number.isascii() and number.isdigit() else -1
    row: Delivery | InboxItem | Mail | None = None
    if direction == "out":
        row = db.session.get(Delivery, key)
    elif direction == "in":
        row = db.session.get(InboxItem, key)
    elif direction == "mail":
        row = db.session.get(Mail, key)
    if row is None or row.state not in (*UNSENT, *UNHANDLED):
        raise NotFound(f"{name} neither waits nor failed.", "See what does: coffee-node queue list")
    return row
