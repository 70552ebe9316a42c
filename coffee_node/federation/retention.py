"""What the ledgers forget: kept as long as somebody may ask for it, then pruned in small steps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from coffee_node.base import clock
from coffee_node.base.contracts import Task
from coffee_node.base.database import Row, db, write
from coffee_node.base.mail import Mail
from coffee_node.federation.account_models import BrowserSession, IdempotencyKey, SignInLink
from coffee_node.federation.guest_models import GuestSession, HomeSignIn
from coffee_node.federation.joining_models import Invitation, SignUp
from coffee_node.federation.mail_links import CONFIRM_LIFE
from coffee_node.federation.models import InboxItem
from coffee_node.federation.notice_models import MailLink, Notification
from coffee_node.federation.oauth_models import OAuthCode, OAuthGrant
from coffee_node.federation.peer_models import Tombstone
from coffee_node.federation.sign_in_models import PasskeyChallenge
from coffee_node.federation.social_models import Lookup
from coffee_node.federation.unsubscribing import PURPOSE as UNSUBSCRIBE

LEDGER_LIFE = timedelta(days=30)
KEY_LIFE = timedelta(hours=24)
NOTICE_LIFE = timedelta(days=90)
UNSUBSCRIBE_LIFE = timedelta(days=400)
VISIT_LIFE = timedelta(days=1)
STEP = 500
WORKER_PATIENCE = 30.0


def retention_task() -> Task:
    """The daily task of the worker."""
    return Task("retention", timedelta(days=1), prune)


def prune() -> str:
    """Remove what is past its time; the sentence that is shown.

    Handled activities stay 30 days, longer than any replay is let in. Deliveries stay: a Delete must find
    who received an object. What waits or failed stays until somebody decides.
    """
    now = clock.utcnow()
    old = now - LEDGER_LIFE
    is_done = InboxItem.state.in_(("handled", "ignored", "refused"))
    removed = _prune(InboxItem, is_done, InboxItem.updated_at < old)
    removed += _prune(Mail, Mail.state.in_(("sent", "dropped")), Mail.updated_at < old)
    removed += _prune(Tombstone, Tombstone.expires_at < now)
    removed += _prune(IdempotencyKey, IdempotencyKey.created_at < now - KEY_LIFE)
    removed += _prune(Lookup, Lookup.created_at < now - KEY_LIFE)
    removed += _prune(SignInLink, SignInLink.expires_at < now)
    removed += _prune(BrowserSession, BrowserSession.expires_at < now)
    removed += _prune(PasskeyChallenge, PasskeyChallenge.expires_at < now)
    removed += _prune(SignUp, SignUp.confirmed_at.is_(None), SignUp.created_at < now - CONFIRM_LIFE)
    removed += _prune(Invitation, Invitation.expires_at < old)
    removed += _prune(Notification, Notification.created_at < now - NOTICE_LIFE)
    removed += _prune(MailLink, MailLink.expires_at < now - LEDGER_LIFE)
    is_of_notices = MailLink.purpose == UNSUBSCRIBE
    removed += _prune(MailLink, is_of_notices, MailLink.created_at < now - UNSUBSCRIBE_LIFE)
    for model in (OAuthGrant, OAuthCode, HomeSignIn, GuestSession):
        removed += _prune(model, model.expires_at < now - VISIT_LIFE)
    return f"{removed} rows past their time were removed."


def _prune(model: type[Row], *where: ColumnElement[bool]) -> int:
    """Remove the rows that match, a few hundred per transaction, so that nobody waits long."""
    removed = 0
    while True:
        with write(patience=WORKER_PATIENCE):
            found = list(db.session.scalars(select(model.id).where(*where).limit(STEP)))
            statement: Any = delete(model).where(model.id.in_(found))
            db.session.execute(statement)
        removed += len(found)
        if len(found) < STEP:
            return removed
