"""The secret address of one person's feed: made anew or ended by them, kept as a hash, with its last use."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.federation.account_models import Account
from coffee_node.federation.accounts import hash_secret
from coffee_node.federation.notice_models import FeedAddress

NOTED_EVERY = timedelta(hours=1)


def address_of(account: Account) -> FeedAddress | None:
    """The address somebody has made, if there is one; its secret is known to nobody any more."""
    return db.session.scalar(select(FeedAddress).where(FeedAddress.account_id == account.id))


def renew(account: Account) -> str:
    """The secret of a new address; the one before stops working."""
    secret = secrets.token_urlsafe(24)
    with write():
        db.session.execute(delete(FeedAddress).where(FeedAddress.account_id == account.id))
        db.session.add(FeedAddress(account_id=account.id, secret_hash=hash_secret(secret)))
    return secret


def end(account: Account) -> None:
    """Let the address of an account work no more."""
    with write():
        db.session.execute(delete(FeedAddress).where(FeedAddress.account_id == account.id))


def account_for(secret: str) -> Account | None:
    """Whose feed is behind a secret; the use is noted, once an hour at most."""
    row = db.session.scalar(select(FeedAddress).where(FeedAddress.secret_hash == hash_secret(secret)))
    if row is None or row.account.disabled_at is not None:
        return None
    if row.last_used_at is None or clock.utcnow() - row.last_used_at > NOTED_EVERY:
        with write():
            db.session.get_one(FeedAddress, row.id).last_used_at = clock.utcnow()
    return row.account
