"""People of partner spaces who are signed in here without an account: who they are, what they send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from coffee_node.base import clock
from coffee_node.base.database import after_commit, db, write
from coffee_node.base.errors import Conflict, Unauthorized
from coffee_node.base.i18n import current_language
from coffee_node.base.i18n import gettext as _
from coffee_node.base.ids import new_uuid
from coffee_node.federation import domain_policy, partner_nodes
from coffee_node.federation.accounts import hash_secret
from coffee_node.federation.guest_models import GuestPost, GuestSession
from coffee_node.node import this_node


def guest_for(secret: str) -> GuestSession | None:
    """The guest behind a cookie, while the home space's token lasts and its node is a partner."""
    found = db.session.scalar(select(GuestSession).where(GuestSession.secret_hash == hash_secret(secret)))
    if found is None or found.ended_at is not None or found.expires_at <= clock.utcnow():
        return None
    actor = found.actor
    is_gone = actor.gone_at is not None or domain_policy.is_hidden(actor)
    return None if is_gone or not partner_nodes.is_partner(actor.host) else found


def sign_out(guest: GuestSession) -> None:
    """End a guest's visit: what waits is still sent, then the worker gives the token back."""
    node = this_node()
    with write():
        guest.ended_at = guest.due_at = clock.utcnow()
        guest.secret_hash = None
        after_commit(lambda: node.wake("guests"))


def send(guest: GuestSession, type_: str, object_uri: str, document: dict[str, Any]) -> GuestPost:
    """Note an activity for the outbox of the guest's home space; the worker sends it.

    Conflict while the same thing waits already, Unauthorized once the visit is over.
    """
    node = this_node()
    with write():
        db.session.refresh(guest)
        if guest.ended_at is not None or guest.expires_at <= clock.utcnow():
            raise Unauthorized(_("Your visit is over."), _("Sign in with your home space once more."))
        last = last_post(guest, object_uri)
        if last is not None and last.state == "waiting":
            raise Conflict(_("This waits to be sent already."), _("Look at this page again in a moment."))
        row = GuestPost(
            guest=guest,
            type=type_,
            object_uri=object_uri,
            document={"type": type_, **document},
            key=new_uuid(),
            language=current_language.get(),
            due_at=clock.utcnow(),
        )
        db.session.add(row)
        db.session.flush()
        after_commit(lambda: node.wake("guests"))
    return row


def last_post(guest: GuestSession, object_uri: str) -> GuestPost | None:
    """The last thing that a guest sent about an object."""
    query = select(GuestPost).where(GuestPost.guest_id == guest.id, GuestPost.object_uri == object_uri)
    return db.session.scalar(query.order_by(GuestPost.id.desc()).limit(1))


def visits_of(actor_id: int) -> Sequence[GuestSession]:
    """The visits of an actor that are kept."""
    return db.session.scalars(select(GuestSession).where(GuestSession.actor_id == actor_id)).all()
