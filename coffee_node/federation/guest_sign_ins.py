"""The way of a person of a partner space through their home space and back, one row per way.

A request only notes what was typed or brought back; the worker asks the home space (guest_work.py).
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import func, select

from coffee_node.activitypub import vocabulary, webfinger
from coffee_node.base import clock
from coffee_node.base.database import after_commit, db, write
from coffee_node.base.errors import Conflict, TooManyRequests, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.base.sealing import seal, unseal
from coffee_node.federation import partner_nodes
from coffee_node.federation.accounts import hash_secret
from coffee_node.federation.guest_models import GuestSession, HomeSignIn
from coffee_node.node import current_node, this_node

WAY_LIFE = timedelta(minutes=20)
WAITING = 50


def begin(wanted: str, back: str, browser: str) -> HomeSignIn:
    """Note that somebody wants to sign in with a home space, named by a handle or by its host.

    Raises InvalidDocument for what is no handle, Unprocessable where the host is no partner,
    TooManyRequests when too much waits already.
    """
    wanted = wanted.strip()[:600]
    host = wanted
    if "@" in wanted:
        handle = webfinger.parse_handle(wanted)
        wanted, host = str(handle), handle.host
    host = vocabulary.normalise_netloc(host)
    _refuse_others(host)
    node = this_node()
    with write():
        _refuse_many()
        row = HomeSignIn(
            token=secrets.token_urlsafe(24),
            browser_hash=hash_secret(browser),
            state_hash=hash_secret(secrets.token_urlsafe(24)),
            wanted=wanted,
            host=host,
            back=back[: vocabulary.URL_LIMIT],
            due_at=clock.utcnow(),
            expires_at=clock.utcnow() + WAY_LIFE,
        )
        db.session.add(row)
        after_commit(lambda: node.wake("guests"))
        db.session.flush()
    return row


def _refuse_others(host: str) -> None:
    if host == current_node.config.host:
        raise Unprocessable(
            _("That is this site itself."), _("Sign in here with your short name and your password.")
        )
    if not partner_nodes.is_partner(host):
        raise Unprocessable(
            _("%(host)s is no partner of this site.", host=host or "?"),
            _("Signing in with a home space works between partners only."),
        )


def _refuse_many() -> None:
    waits = HomeSignIn.due_at.is_not(None), HomeSignIn.expires_at > clock.utcnow()
    if (db.session.scalar(select(func.count()).select_from(HomeSignIn).where(*waits)) or 0) >= WAITING:
        raise TooManyRequests(
            _("Too many questions wait already."), _("Try again in a minute."), retry_after=60
        )


def find(token: str, browser: str) -> HomeSignIn | None:
    """The way behind a page, for the browser that began it."""
    return _mine(HomeSignIn.token == token, browser)


def _mine(which: Any, browser: str) -> HomeSignIn | None:
    query = select(HomeSignIn).where(which, HomeSignIn.browser_hash == hash_secret(browser))
    return db.session.scalar(query) if browser else None


def secrets_of(row: HomeSignIn) -> dict[str, str]:
    """What must stay secret of a way: verifier, nonce and code; empty when it cannot be read any more."""
    text = unseal(row.sealed) if row.sealed else ""
    found: dict[str, str] = orjson.loads(text) if text else {}
    return found


def sealed(**values: str) -> str:
    """The same, as it is kept."""
    return seal(orjson.dumps(values).decode())


def come_back(browser: str, state: str, issuer: str, code: str, error: str) -> HomeSignIn:
    """Note what somebody brings back from the home space; the worker takes the code there.

    Conflict for the state of another browser, of another way, or of one that is over, and for an answer that
    is not the home space's own (RFC 9207).
    """
    row = _mine(HomeSignIn.state_hash == hash_secret(state), browser)
    if row is None or row.step != "ready" or row.expires_at < clock.utcnow():
        raise Conflict(
            _("This way of signing in did not begin in this browser, or it is over."), _("Begin once more.")
        )
    with write():
        if issuer != row.issuer:
            fail(row, "issuer")
        elif error or not code:
            fail(row, "refused" if error == "access_denied" else "asked")
        else:
            kept = secrets_of(row)
            row.sealed = sealed(**{**kept, "code": code[:1000]})
            row.step, row.due_at = "called", clock.utcnow()
            node = this_node()
            after_commit(lambda: node.wake("guests"))
    return row


def fail(row: HomeSignIn, error: str) -> None:
    """End a way, inside write(); what was secret is forgotten."""
    row.step, row.error, row.due_at = "failed", error[:500], None
    row.sealed = row.go_to = ""


def open_guest(row: HomeSignIn) -> str:
    """The secret of the browser's cookie for a guest that waits to be fetched; Conflict the second time."""
    secret = secrets.token_urlsafe(32)
    with write():
        db.session.refresh(row)
        guest = db.session.get(GuestSession, row.guest_id) if row.guest_id is not None else None
        if row.step != "done" or guest is None or guest.ended_at is not None:
            raise Conflict(_("This way of signing in is over."), _("Begin once more."))
        guest.secret_hash = hash_secret(secret)
        row.step, row.wanted = "opened", ""
    return secret
