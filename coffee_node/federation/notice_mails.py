"""Mails with notices: at once, where a minute's triggers become one mail, and digests in the morning.

A notice waits in its row until a mail is written; both happen in one transaction, so none is sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from coffee_node.base import clock
from coffee_node.base.contracts import Task
from coffee_node.base.database import after_commit, db, one_at_a_time, write
from coffee_node.federation.account_models import Account
from coffee_node.federation.notice_choices import DIGESTS
from coffee_node.federation.notice_letters import ZONE, write_digest, write_now
from coffee_node.federation.notice_models import Notification
from coffee_node.node import current_node, this_node

NOW_EVERY = timedelta(seconds=15)
GATHERED = timedelta(seconds=20)
DIGEST_EVERY = timedelta(minutes=2)
DIGEST_TIME = time(7)
ACCOUNTS_AT_ONCE = 50
WORKER_PATIENCE = 30.0
NO_SERVER = "Nobody is told by mail: set [mail] url."

Writer = Callable[[Account, Sequence[Notification]], bool]


def now_task() -> Task:
    """The task that writes what people want to know at once."""
    return Task("notices at once", NOW_EVERY, write_waiting)


def digest_task() -> Task:
    """The task that writes the digests of a morning."""
    return Task("digests", DIGEST_EVERY, write_digests)


def write_waiting() -> str:
    """One mail for each account with news older than some seconds; the sentence that is shown."""
    if not current_node.config.mail.url:
        return NO_SERVER
    until = clock.utcnow() - GATHERED
    written = _write_all("now", until, write_now, takes_newer=True)
    return f"{written} mails with notices were written."


def write_digests() -> str:
    """The digests whose hour has come, for who has something new; the sentence that is shown."""
    if not current_node.config.mail.url:
        return NO_SERVER
    written = 0
    for rhythm in DIGESTS:
        due = last_due(rhythm, clock.utcnow())
        written += _write_all(rhythm, due, partial(write_digest, rhythm=rhythm, due=due))
    return f"{written} digests were written."


def last_due(rhythm: str, now: datetime) -> datetime:
    """The last moment a digest was due: seven in the morning, of any day or of a Monday."""
    local = now.astimezone(ZoneInfo(ZONE))
    day = local.date() if local.time() >= DIGEST_TIME else local.date() - timedelta(days=1)
    if rhythm == "weekly":
        day -= timedelta(days=day.weekday())
    return datetime.combine(day, DIGEST_TIME, ZoneInfo(ZONE))


def _write_all(rhythm: str, until: datetime, writer: Writer, *, takes_newer: bool = False) -> int:
    """Write to every account with a notice of this rhythm that is old enough, some accounts at a time."""
    written, last = 0, 0
    waits = (Notification.mail == rhythm, Notification.created_at <= until)
    while True:
        query = select(Notification.account_id).where(*waits, Notification.account_id > last).distinct()
        found = list(db.session.scalars(query.order_by(Notification.account_id).limit(ACCOUNTS_AT_ONCE)))
        if not found or current_node.is_stopping:
            return written
        last = found[-1]
        node = this_node()
        with write(patience=WORKER_PATIENCE):
            one_at_a_time("mails with notices")
            due = waits[:1] if takes_newer else waits
            rows = db.session.scalars(
                select(Notification).where(*due, Notification.account_id.in_(found)).order_by(Notification.id)
            ).all()
            written += sum(_write_one(rows, account_id, writer) for account_id in found)
            after_commit(lambda: node.wake("mail"))  # noqa: B023


def _write_one(rows: Sequence[Notification], account_id: int, writer: Writer) -> bool:
    """One mail with what an account has not read on the page; where there is no such thing, no mail."""
    mine = [row for row in rows if row.account_id == account_id]
    account = db.session.get(Account, account_id)
    news = [row for row in mine if row.read_at is None]
    is_reachable = account is not None and account.email and account.disabled_at is None
    if account is None or not is_reachable or not news:
        _settle(mine, "none")
        return False
    is_written = writer(account, news)
    if is_written:
        _settle(mine, "sent")
    return is_written


def _settle(rows: Sequence[Notification], state: str) -> None:
    ids = [row.id for row in rows]
    db.session.execute(update(Notification).where(Notification.id.in_(ids)).values(mail=state))
