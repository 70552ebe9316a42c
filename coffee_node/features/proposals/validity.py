"""Whether a proposal is still valid: asked two weeks before its end, answered by one click, else it ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update

from coffee_node.base import clock
from coffee_node.base.contracts import NoticeKind, Task
from coffee_node.base.database import db, write
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import gettext as _
from coffee_node.base.i18n import speaking
from coffee_node.base.mail import queue_mail
from coffee_node.features.proposals import essentials, service
from coffee_node.features.proposals.keepers import keepers_of
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation import mail_links, objects, unsubscribing
from coffee_node.federation.account_models import Account
from coffee_node.federation.notice_models import MailLink, Notification
from coffee_node.federation.notices import Told, choice_of, language_of, tell
from coffee_node.node import current_node

ASK_BEFORE: Final = timedelta(days=14)
SHORT: Final = timedelta(days=21)
"""Whoever made it for so short a time knows when it ends, and is not asked."""
LINK_LIFE: Final = timedelta(days=60)
PURPOSE: Final = "still valid"
PATH: Final = "/offers/still-valid"
ENDING = NoticeKind("ending", lazy_("An offer or need of yours is about to end"), "now", order=25)


def validity_task() -> Task:
    """The task of the worker that asks."""
    return Task("ask whether proposals are still valid", timedelta(hours=6), ask_authors)


def ask_authors() -> str:
    """Ask who looks after what ends within two weeks, once; the sentence that is shown."""
    now = clock.utcnow()
    ending = select(Proposal.uri).where(
        Proposal.origin == "",
        Proposal.deleted_at.is_(None),
        Proposal.available_quantity != "0",
        Proposal.reminded_at.is_(None),
        Proposal.end_time > now,
        Proposal.end_time <= now + ASK_BEFORE,
    )
    asked = service.each_of(ending, _ask)
    return f"{asked} proposals end within two weeks."


def _ask(row: Proposal) -> None:
    """Mail and tell everybody who looks after it; nothing travels to other nodes."""
    row.reminded_at = clock.utcnow()
    if row.end_time is None or row.end_time - row.published < SHORT:
        return
    for account in keepers_of(row.actor):
        _ask_one(row, account, row.end_time)


def _ask_one(row: Proposal, account: Account, end: datetime) -> None:
    key = f"ending {objects.uuid_of(row)} {end.date().isoformat()}"

    def words() -> Told:
        title = _("Is “%(title)s” still valid?", title=row.name)
        text = _("It ends on %(date)s. Say so on its page if it goes on.", date=essentials.end_day(row))
        return Told(title, text, f"/objects/{objects.uuid_of(row)}")

    tell([account], ENDING.name, key, words)
    if choice_of(account, ENDING)[1] == "never" or not account.email:
        return
    # This mail has its own two links; the notice makes no second one.
    told = update(Notification).where(Notification.account_id == account.id, Notification.key == key)
    db.session.execute(told.values(mail="none"))
    with speaking(current_node.catalogues, language_of(account)):
        _mail(row, account, end)


def _mail(row: Proposal, account: Account, end: datetime) -> None:
    life = end - clock.utcnow() + LINK_LIFE
    secret = mail_links.make_link(PURPOSE, account.email, {"uri": row.uri}, life)
    address = mail_links.address_of(PATH, secret)
    stop = unsubscribing.address_for(account, kinds=[ENDING.name])
    parts = [
        _("“%(title)s” ends on %(date)s.", title=row.name, date=essentials.end_day(row)),
        "\n".join((_("Yes, it is still valid: 60 days more"), address)),
        "\n".join((_("No, close it"), f"{address}?answer=no")),
        _("Without an answer it ends on that day. You can reopen it on its page at any time:"),
        row.uri,
        _("No more mails about this: %(address)s", address=stop),
    ]
    queue_mail(
        account.email,
        _("Is your offer or need still valid?"),
        "\n\n".join(parts),
        message_id=f"ending.{objects.uuid_of(row)}.{end.date().isoformat()}.{account.id}@{current_node.config.host}",
        unsubscribe=stop,
    )


def renew(row: Proposal) -> None:
    """It is still valid, or again: 60 days more from today."""
    end = clock.utcnow().replace(microsecond=0) + service.LIFE
    left = row.quantity_before_end if row.available_quantity == "0" else row.available_quantity
    service.change(row, {"end_time": end, "available_quantity": left, "quantity_before_end": ""})


def close(row: Proposal) -> None:
    """It has ended: nobody can answer it from now on, here or elsewhere."""
    if not essentials.is_open(row):
        return
    kept = row.available_quantity
    end = clock.utcnow().replace(microsecond=0)
    service.change(row, {"end_time": end, "available_quantity": "0", "quantity_before_end": kept})


def asks_now(row: Proposal) -> bool:
    """Whether its page asks the author if it is still valid."""
    if row.end_time is None or not essentials.is_open(row):
        return False
    return row.end_time <= clock.utcnow() + ASK_BEFORE


def asked_by(secret: str) -> tuple[MailLink, Proposal] | None:
    """The link of a mail with its proposal; None when either is gone."""
    link = mail_links.find_link(PURPOSE, secret)
    if link is None:
        return None
    uri = str(link.data.get("uri"))
    row = db.session.scalar(select(Proposal).where(Proposal.uri == uri, Proposal.deleted_at.is_(None)))
    return None if row is None else (link, row)


def answer(link: MailLink, row: Proposal, *, is_valid: bool) -> None:
    """What the reader of the mail said, once."""
    with write():
        mail_links.spend(link)
        if is_valid:
            renew(row)
        else:
            close(row)
