"""Links in mails that let their reader confirm, answer or unsubscribe without signing in.

A link that only opens a page changes nothing: mail programs open links by themselves. The page has a button.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.federation.accounts import hash_secret
from coffee_node.federation.notice_models import MailLink
from coffee_node.node import current_node

CONFIRM_LIFE = timedelta(hours=48)


def make_link(purpose: str, address: str, data: dict[str, Any], life: timedelta | None = CONFIRM_LIFE) -> str:
    """The secret of a new link inside the caller's write(); without `life` it does not run out."""
    secret = secrets.token_urlsafe(32)
    expires_at = None if life is None else clock.utcnow() + life
    db.session.add(
        MailLink(
            secret_hash=hash_secret(secret),
            purpose=purpose,
            address=address,
            data=data,
            expires_at=expires_at,
        )
    )
    return secret


def find_link(purpose: str, secret: str) -> MailLink | None:
    """The link with this secret, None when it is unknown, used or past its time."""
    link = db.session.scalar(
        select(MailLink).where(
            MailLink.secret_hash == hash_secret(secret),
            MailLink.purpose == purpose,
            MailLink.used_at.is_(None),
        )
    )
    is_over = link is not None and link.expires_at is not None and link.expires_at < clock.utcnow()
    return None if is_over else link


def spend(link: MailLink) -> None:
    """Let a link work no more, inside the caller's write()."""
    link.used_at = clock.utcnow()


def address_of(path: str, secret: str) -> str:
    """The web address of a link, for a mail."""
    return f"{current_node.config.base_url}{path}/{secret}"
