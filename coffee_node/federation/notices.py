"""Telling people: one row per occasion and account, on the page and by mail as each person has chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from coffee_node.base.contracts import NoticeKind
from coffee_node.base.database import db, insert_ignore
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import speaking
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Actor
from coffee_node.federation.notice_choices import RHYTHMS as RHYTHMS
from coffee_node.federation.notice_choices import choice_for, choices_of
from coffee_node.federation.notice_choices import choice_of as choice_of
from coffee_node.federation.notice_models import Notification
from coffee_node.node import current_node

CORE_NOTICES = (
    NoticeKind("search", lazy_("Something new in a list you watch"), "now", order=30),
    NoticeKind("follow_request", lazy_("Somebody asks to follow you"), "now", order=50),
    NoticeKind("follow", lazy_("Somebody follows you"), "weekly", order=60),
    NoticeKind("followed_event", lazy_("Events of those you follow"), "weekly", order=70),
    NoticeKind("followed_offer", lazy_("Offers and needs of those you follow"), "weekly", order=71),
    NoticeKind("followed_article", lazy_("Articles of those you follow"), "weekly", order=72),
    NoticeKind("account-request", lazy_("Somebody asks for an account in your place"), "now", order=80),
    NoticeKind("report", lazy_("What was decided about a report of yours"), "now", order=90),
)
CHUNK = 500


@dataclass(frozen=True)
class Told:
    """What somebody is told, in their language: a line, a few sentences, and the page it is about."""

    title: str
    text: str = ""
    url: str = ""


@dataclass(frozen=True)
class Occasion:
    """Something to tell one account; `key` names it, so that it is told once."""

    account: Account
    kind: str
    key: str
    words: Callable[[], Told]


def tell(accounts: Iterable[Account], kind: str, key: str, words: Callable[[], Told]) -> int:
    """Tell some accounts of one occasion inside the caller's write(); how many had not been told.

    `key` names the occasion, so that it is told once; `words` is called once for each language.
    """
    return tell_all([Occasion(account, kind, key, words) for account in accounts])


def tell_all(occasions: Sequence[Occasion]) -> int:
    """Tell many people of many things inside the caller's write(), in few statements; how many were new."""
    told = 0
    for start in range(0, len(occasions), CHUNK):
        told += _tell_chunk(occasions[start : start + CHUNK])
    return told


def _tell_chunk(occasions: Sequence[Occasion]) -> int:
    rows = _not_known(_rows_of(occasions))
    if rows:
        db.session.execute(insert_ignore(Notification), rows)
    return len(rows)


def _rows_of(occasions: Sequence[Occasion]) -> list[dict[str, Any]]:
    heard = [one for one in occasions if one.account.disabled_at is None]
    choices = choices_of({one.account.id for one in heard})
    said: dict[tuple[Any, str], Told] = {}
    rows = []
    for one in heard:
        on_page, rhythm = choice_for(current_node.notice_kinds[one.kind], choices[one.account.id])
        if not on_page and rhythm == "never":
            continue
        language = language_of(one.account)
        if (one.words, language) not in said:
            with speaking(current_node.catalogues, language):
                said[one.words, language] = one.words()
        rows.append(_row(one, said[one.words, language], on_page, rhythm))
    return rows


def _row(one: Occasion, said: Told, on_page: bool, rhythm: str) -> dict[str, Any]:
    return {
        "account_id": one.account.id,
        "kind": one.kind,
        "key": one.key,
        "title": said.title[:300],
        "text": said.text,
        "url": said.url,
        "on_page": on_page,
        "mail": "none" if rhythm == "never" else rhythm,
    }


def _not_known(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of occasions that these accounts have not been told of, each once."""
    new = {(row["account_id"], row["key"]): row for row in rows}
    if not new:
        return []
    accounts, keys = {account for account, _key in new}, {key for _account, key in new}
    told = select(Notification.account_id, Notification.key).where(
        Notification.account_id.in_(accounts), Notification.key.in_(keys)
    )
    known = {(account_id, key) for account_id, key in db.session.execute(told)}
    return [row for pair, row in new.items() if pair not in known]


def language_of(account: Account) -> str:
    """The language somebody reads, the node's own where they never chose."""
    return account.language or current_node.config.node.language


def account_of(actor: Actor | None) -> list[Account]:
    """The account behind a person of this node, as a list; empty for everybody else."""
    if actor is None or not actor.is_local:
        return []
    return list(db.session.scalars(select(Account).where(Account.actor_id == actor.id)))
