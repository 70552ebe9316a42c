"""What the worker does for guests: finds home spaces, takes codes there, sends, gives tokens back.

One step at a time, each claimed in the database first and asked for outside of any transaction.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import select

from coffee_node.activitypub.answers import retry_after
from coffee_node.activitypub.vocabulary import ACTIVITY_JSON
from coffee_node.base import clock
from coffee_node.base.database import db, end_reading, write
from coffee_node.base.errors import CoffeeError, FetchError
from coffee_node.base.sealing import seal, unseal
from coffee_node.federation import guest_asking, guest_exchange, guest_sign_ins, partner_nodes
from coffee_node.federation.accounts import hash_secret
from coffee_node.federation.guest_discovery import NoHome, find_home
from coffee_node.federation.guest_exchange import Person
from coffee_node.federation.guest_models import GuestPost, GuestSession, HomeSignIn

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=1)
WORKER_PATIENCE = 30.0
PAUSES = (2, 5, 15, 60, 300)
REFUSALS = frozenset({400, 403, 404, 405, 409, 410, 413, 415, 422})


def work_next() -> bool:
    """Do one thing that is due; False when nothing is."""
    return _sign_in_next() or _send_next() or _give_back_next()


def _claim(model: Any, *more: Any) -> Any:
    """The row that has waited longest, held for a minute; a row that another worker takes is left to it."""
    now = clock.utcnow()
    due = select(model).where(model.due_at <= now, *more).order_by(model.due_at).limit(1)
    if db.session.scalar(due) is None:
        return None
    with write(patience=WORKER_PATIENCE):
        row = db.session.scalar(due.with_for_update(of=model, skip_locked=True))
        if row is not None:
            row.due_at = now + LEASE
    end_reading()
    return row


def _sign_in_next() -> bool:
    row = _claim(HomeSignIn)
    if row is None:
        return False
    error = ""
    try:
        if row.expires_at <= clock.utcnow():
            raise NoHome("late")
        if row.step == "looking":
            _look(row)
        else:
            _exchange(row)
    except NoHome as reason:
        error = reason.message
    except FetchError as reason:
        error = "silent" if reason.temporary else "asked"
    except CoffeeError as reason:
        error = str(reason)
    except Exception:
        logger.exception("Signing in with %s failed", row.host)
        error = "asked"
    if error:
        with write(patience=WORKER_PATIENCE):
            guest_sign_ins.fail(db.session.get_one(HomeSignIn, row.id), error)
    return True


def _look(row: HomeSignIn) -> None:
    home = find_home(row.wanted, row.host)
    with write(patience=WORKER_PATIENCE):
        kept = db.session.get_one(HomeSignIn, row.id)
        kept.issuer, kept.client, kept.endpoints = home.issuer, home.client, home.endpoints
        kept.state_hash = hash_secret(home.state)
        kept.sealed = guest_sign_ins.sealed(verifier=home.verifier, nonce=home.nonce)
        kept.go_to, kept.step, kept.due_at = home.go_to, "ready", None


def _exchange(row: HomeSignIn) -> None:
    if not partner_nodes.is_partner(row.host):
        raise NoHome("partner")
    person = guest_exchange.exchange(row)
    with write(patience=WORKER_PATIENCE):
        kept = db.session.get_one(HomeSignIn, row.id)
        guest = _guest(kept, person)
        db.session.add(guest)
        db.session.flush()
        kept.guest_id, kept.sealed, kept.go_to = guest.id, "", ""
        kept.step, kept.due_at = "done", None


def _guest(row: HomeSignIn, person: Person) -> GuestSession:
    return GuestSession(
        actor_id=person.actor.id,
        name=person.name or person.actor.name or person.actor.slug,
        issuer=row.issuer,
        client=row.client,
        revocation=row.endpoints["revocation_endpoint"],
        sealed_token=seal(person.token),
        expires_at=clock.utcnow() + person.life,
    )


def _send_next() -> bool:
    row: GuestPost | None = _claim(GuestPost)
    if row is None:
        return False
    guest = row.guest
    token = unseal(guest.sealed_token)
    is_over = not token or guest.expires_at <= clock.utcnow()
    if is_over or not partner_nodes.is_partner(guest.actor.host):
        _note(row, "expired", "")
        return True
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": row.key}
    headers["Accept-Language"] = row.language or "en"
    try:
        answer = guest_asking.post(guest.actor.outbox, orjson.dumps(row.document), ACTIVITY_JSON, headers)
    except FetchError:
        _try_again(row, None)
        return True
    if answer.status == 201:
        _note(row, "sent", "", str(answer.headers.get("Location") or ""))
    elif answer.status == 401:
        _note(row, "expired", "")
        _end(guest)
    elif answer.status in REFUSALS:
        _note(row, "refused", _why(answer))
    else:
        _try_again(row, retry_after(answer.headers))
    return True


def _why(answer: Any) -> str:
    """The reason in the home space's words."""
    try:
        return str(guest_asking.read(answer).get("detail") or "")[:500]
    except FetchError:
        return ""


def _note(row: GuestPost, state: str, answer: str, activity_uri: str = "") -> None:
    with write(patience=WORKER_PATIENCE):
        kept = db.session.get_one(GuestPost, row.id)
        kept.state, kept.answer, kept.activity_uri = state, answer, activity_uri[:2048]
        kept.due_at = None


def _try_again(row: GuestPost, seconds: float | None) -> None:
    with write(patience=WORKER_PATIENCE):
        kept = db.session.get_one(GuestPost, row.id)
        pause = PAUSES[min(kept.attempts, len(PAUSES) - 1)]
        kept.attempts += 1
        kept.due_at = clock.utcnow() + timedelta(seconds=max(pause, min(seconds or 0, 600)))


def _end(guest: GuestSession) -> None:
    """The home space takes nothing from this visit any more: it is over here, too."""
    with write(patience=WORKER_PATIENCE):
        kept = db.session.get_one(GuestSession, guest.id)
        kept.ended_at = kept.ended_at or clock.utcnow()
        kept.secret_hash, kept.sealed_token, kept.due_at = None, "", None


def _give_back_next() -> bool:
    """Give back the token of a visit that is over, once everything it wanted to say is said."""
    waits = select(GuestPost.id).where(GuestPost.guest_id == GuestSession.id, GuestPost.due_at.is_not(None))
    guest: GuestSession | None = _claim(GuestSession, ~waits.exists())
    if guest is None:
        return False
    token = unseal(guest.sealed_token)
    is_done = not token or guest.expires_at <= clock.utcnow()
    if not is_done:
        try:
            guest_exchange.give_back(guest, token)
            is_done = True
        except FetchError as error:
            is_done = not error.temporary
    if is_done:
        _end(guest)
    return True
