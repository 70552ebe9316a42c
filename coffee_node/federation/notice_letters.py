"""The words of mails with notices: grouped by kind, in the reader's language, with the way out at the end."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from coffee_node.base import mail
from coffee_node.base.database import db
from coffee_node.base.i18n import format_date, ngettext, speaking
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import unsubscribing
from coffee_node.federation.account_models import Account
from coffee_node.federation.notice_models import Notification
from coffee_node.federation.notices import language_of
from coffee_node.node import current_node

LINES_OF_A_KIND = 30
ZONE = "Europe/Brussels"


def write_now(account: Account, rows: Sequence[Notification]) -> bool:
    """Queue the mail about what has just happened; False when it was written before."""
    kinds = list(dict.fromkeys(row.kind for row in rows))
    message_id = _message_id("notice", f"{account.id} {' '.join(row.key for row in rows)}")
    if _is_written(message_id):
        return False
    with speaking(current_node.catalogues, language_of(account)):
        subject = _title_of(kinds[0]) if len(kinds) == 1 else _news_at(len(rows))
        stop = unsubscribing.address_for(account, kinds=kinds)
        ending = _("No more mails about this: %(address)s", address=stop)
        return _queue(account, message_id, subject, [*_groups(rows), *_footer(ending)], stop)


def write_digest(account: Account, rows: Sequence[Notification], rhythm: str, due: datetime) -> bool:
    """Queue the digest of one morning; False when that morning's was written before."""
    message_id = _message_id("digest", f"{account.id} {rhythm} {due.date().isoformat()}")
    if _is_written(message_id):
        return False
    with speaking(current_node.catalogues, language_of(account)):
        day = format_date(due, ZONE, "long")
        subject = (
            _("Your day at %(site)s, %(date)s", site=_site(), date=day)
            if rhythm == "daily"
            else _("Your week at %(site)s, %(date)s", site=_site(), date=day)
        )
        stop = unsubscribing.address_for(account, digest=rhythm)
        ending = (
            _("No daily mail any more: %(address)s", address=stop)
            if rhythm == "daily"
            else _("No weekly mail any more: %(address)s", address=stop)
        )
        return _queue(account, message_id, subject, [*_groups(rows), *_footer(ending)], stop)


def _message_id(what: str, occasion: str) -> str:
    """Made of the occasion, so that the same one never makes two mails."""
    config = current_node.config
    hashed = hashlib.sha256(f"{config.base_url} {what} {occasion}".encode()).hexdigest()[:32]
    return f"{what}.{hashed}@{config.host.partition(':')[0]}"


def _is_written(message_id: str) -> bool:
    return db.session.scalar(select(mail.Mail.id).where(mail.Mail.message_id == message_id)) is not None


def _queue(account: Account, message_id: str, subject: str, parts: list[str], unsubscribe: str) -> bool:
    text = "\n\n".join(parts) + "\n"
    return mail.queue_mail(account.email, subject, text, message_id=message_id, unsubscribe=unsubscribe)


def _footer(ending: str) -> list[str]:
    choices = f"{current_node.config.base_url}/me/notices/choices"
    chosen = _("Choose what you are told, and how often: %(address)s", address=choices)
    why = _("You receive this because you have an account at %(site)s.", site=_site())
    return [why, f"{chosen}\n{ending}"]


def _site() -> str:
    config = current_node.config
    return str(config.web.site_name or config.node.name)


def _news_at(count: int) -> str:
    return ngettext(
        "One piece of news at %(site)s", "%(num)d pieces of news at %(site)s", count, site=_site()
    )


def _title_of(kind: str) -> str:
    known = current_node.notice_kinds.get(kind)
    return str(known.title) if known is not None else _("News")


def _groups(rows: Sequence[Notification]) -> list[str]:
    by_kind: dict[str, list[Notification]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    return [part for kind in sorted(by_kind, key=_order_of) for part in _group(kind, by_kind[kind])]


def _order_of(kind: str) -> tuple[int, str]:
    known = current_node.notice_kinds.get(kind)
    return (known.order if known is not None else 1000, kind)


def _group(kind: str, rows: Sequence[Notification]) -> list[str]:
    """The heading of a kind and one paragraph for each notice; what is too much is counted."""
    parts = [_title_of(kind).upper(), *(_paragraph(row) for row in rows[:LINES_OF_A_KIND])]
    rest = len(rows) - LINES_OF_A_KIND
    if rest > 0:
        more = ngettext("and one more", "and %(num)d more", rest)
        parts.append(f"{more}: {current_node.config.base_url}/me/notices")
    return parts


def _paragraph(row: Notification) -> str:
    address = f"{current_node.config.base_url}{row.url}" if row.url.startswith("/") else row.url
    return "\n".join(part for part in (row.title, row.text, address) if part)
