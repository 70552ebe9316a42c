"""Telling people: one row per occasion and account, on the page and by mail as each person has chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from coffee_node.base.contracts import NoticeKind
from coffee_node.base.database import db, insert_ignore
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import speaking
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Actor
from coffee_node.federation.notice_models import NoticeChoice, Notification
from coffee_node.node import current_node

RHYTHMS = ("now", "daily", "weekly", "never")
CORE_NOTICES = (
    NoticeKind("follow", lazy_("Somebody follows you"), "weekly", order=60),
    NoticeKind("report", lazy_("What was decided about a report of yours"), "now", order=90),
)


@dataclass(frozen=True)
class Told:
    """What somebody is told, in their language: a line, a few sentences, and the page it is about."""

    title: str
    text: str = ""
    url: str = ""


def tell(accounts: Iterable[Account], kind: str, key: str, words: Callable[[], Told]) -> int:
    """Tell some accounts of one occasion inside the caller's write(); how many had not been told.

    `key` names the occasion, so that it is told once; `words` is called once for each language.
    """
    told = 0
    for account in accounts:
        if account.disabled_at is None:
            told += _tell_one(account, current_node.notice_kinds[kind], key, words)
    return told


def _tell_one(account: Account, kind: NoticeKind, key: str, words: Callable[[], Told]) -> int:
    on_page, rhythm = choice_of(account, kind)
    known = select(Notification.id).where(Notification.account_id == account.id, Notification.key == key)
    if (not on_page and rhythm == "never") or db.session.scalar(known) is not None:
        return 0
    with speaking(current_node.catalogues, language_of(account)):
        said = words()
    row = {
        "account_id": account.id, "kind": kind.name, "key": key, "title": said.title[:300], "text": said.text,
        "url": said.url, "on_page": on_page, "mail": "none" if rhythm == "never" else "waiting",
    }  # fmt: skip
    db.session.execute(insert_ignore(Notification), [row])
    return 1


def choice_of(account: Account, kind: NoticeKind) -> tuple[bool, str]:
    """Whether an account wants a kind of notice on the page, and in which rhythm by mail."""
    query = select(NoticeChoice).where(NoticeChoice.account_id == account.id, NoticeChoice.kind == kind.name)
    chosen = db.session.scalar(query)
    return (chosen.on_page, chosen.rhythm) if chosen is not None else (True, kind.rhythm)


def language_of(account: Account) -> str:
    """The language somebody reads, the node's own where they never chose."""
    return account.language or current_node.config.node.language


def account_of(actor: Actor | None) -> list[Account]:
    """The account behind a person of this node, as a list; empty for everybody else."""
    if actor is None or not actor.is_local:
        return []
    return list(db.session.scalars(select(Account).where(Account.actor_id == actor.id)))
