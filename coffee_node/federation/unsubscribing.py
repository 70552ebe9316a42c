"""Unsubscribing from a mail without signing in: exactly what sent the mail, those kinds or that digest.

The secret of a mail works again and again: mail programs post it, people press the button, both may.
"""

from __future__ import annotations

from typing import Any

from coffee_node.base.database import db, write
from coffee_node.federation import mail_links, notice_choices
from coffee_node.federation.account_models import Account
from coffee_node.federation.notice_models import MailLink
from coffee_node.node import current_node

PURPOSE = "unsubscribe"


def address_for(account: Account, *, kinds: list[str] | None = None, digest: str = "") -> str:
    """A new address that ends the mails about some kinds, or one digest, inside the caller's write()."""
    about: dict[str, Any] = {"account": account.id}
    about |= {"digest": digest} if digest else {"kinds": kinds or []}
    secret = mail_links.make_link(PURPOSE, account.email, about, life=None)
    return mail_links.address_of("/unsubscribe", secret)


def find(secret: str) -> MailLink | None:
    """The link behind a secret, when it is one of notices and digests."""
    link = mail_links.find_link(PURPOSE, secret)
    return link if link is not None and "account" in link.data else None


def titles_of(link: MailLink) -> list[Any]:
    """What the link is about: the titles of the kinds; empty for a digest."""
    known = current_node.notice_kinds
    return [known[name].title for name in link.data.get("kinds") or () if name in known]


def unsubscribe(link: MailLink) -> None:
    """End what the link is about; nothing happens where the account has gone."""
    with write():
        account = db.session.get(Account, link.data["account"])
        if account is None:
            return
        if link.data.get("digest"):
            notice_choices.end_digest(account, link.data["digest"])
        else:
            notice_choices.end_kinds(account, link.data.get("kinds") or ())
