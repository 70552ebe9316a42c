"""Finding somebody on another server by what a person types: the worker asks, the page waits."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import func, select

from coffee_node.activitypub import intents, vocabulary, webfinger
from coffee_node.base import clock
from coffee_node.base.database import after_commit, db, end_reading, write
from coffee_node.base.errors import CoffeeError, FetchError, InvalidDocument, TooManyRequests
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import domain_policy, moves, peers, remote_objects
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import (
    fetch_actor_document,
    find_actor,
    find_local_actor,
    find_remote_actor,
    node_signer,
)
from coffee_node.federation.models import Actor
from coffee_node.federation.social_models import Lookup
from coffee_node.node import current_node, this_node

logger = logging.getLogger(__name__)
WORKER_PATIENCE = 30.0
LEASE = timedelta(minutes=1)
WAITING_OF_ONE = 10
WAITING_OF_VISITORS = 50


class NoForm(CoffeeError):
    """The person's own server offers no form for what is wanted."""


def known_actor(text: str) -> Actor | None:
    """Whom we hold under what a person typed, without asking anybody."""
    wanted = text.strip()
    if "://" in wanted:
        found = find_actor(wanted)
    else:
        try:
            handle = webfinger.parse_handle(wanted)
        except InvalidDocument:
            return None
        is_ours = handle.host == current_node.config.host
        found = find_local_actor(handle.name) if is_ours else find_remote_actor(handle.name, handle.host)
    return found if found is not None and found.is_met and found.gone_at is None else None


def ask(purpose: str, wanted: str, account: Account | None = None, about: str = "") -> str:
    """Have the worker look for something; the token of the page that waits for it.

    InvalidDocument when what was typed can lead nowhere, TooManyRequests when too much waits already.
    """
    wanted = wanted.strip()[: vocabulary.URL_LIMIT]
    if "://" in wanted:
        domain_policy.refuse_to_ask(vocabulary.host_of(wanted))
    elif purpose != "partner":
        domain_policy.refuse_to_ask(webfinger.parse_handle(wanted).host)
    node = this_node()
    with write():
        _refuse_many(account)
        row = Lookup(
            token=secrets.token_urlsafe(24),
            account_id=account.id if account is not None else None,
            purpose=purpose,
            wanted=wanted,
            about=about[: vocabulary.URL_LIMIT],
            due_at=clock.utcnow(),
        )
        db.session.add(row)
        after_commit(lambda: node.wake("lookups"))
        return row.token


def _refuse_many(account: Account | None) -> None:
    owner = Lookup.account_id.is_(None) if account is None else Lookup.account_id == account.id
    query = select(func.count()).select_from(Lookup).where(owner, Lookup.state == "waiting")
    limit = WAITING_OF_VISITORS if account is None else WAITING_OF_ONE
    if (db.session.scalar(query) or 0) >= limit:
        raise TooManyRequests(
            _("Too many questions wait already."), _("Try again in a minute."), retry_after=60
        )


def find_lookup(token: str, account: Account | None) -> Lookup | None:
    """The question behind a page, for who asked it."""
    row = db.session.scalar(select(Lookup).where(Lookup.token == token))
    asked_by = account.id if account is not None else None
    return row if row is not None and row.account_id in (None, asked_by) else None


def look_next() -> bool:
    """Answer one question that is due; False when none is."""
    now = clock.utcnow()
    due = select(Lookup.id).where(Lookup.due_at <= now).order_by(Lookup.due_at).limit(1)
    if db.session.scalar(due) is None:
        return False
    with write(patience=WORKER_PATIENCE):
        row = db.session.scalar(select(Lookup).where(Lookup.id.in_(due)))
        if row is None:
            return False
        row.due_at = now + LEASE
    end_reading()
    found, error = "", ""
    try:
        found = PURPOSES[row.purpose](row)
    except CoffeeError as reason:
        error = _kind_of(reason)
    except Exception:
        logger.exception("Looking for %s failed", row.wanted)
        error = "nobody"
    with write(patience=WORKER_PATIENCE):
        kept = db.session.get_one(Lookup, row.id)
        kept.due_at = None
        kept.found, kept.error = found, error
        kept.state = "found" if found else "failed"
    return True


def _kind_of(error: CoffeeError) -> str:
    """At which step it failed, said in the reader's words by the page; else a sentence.

    `silent`: the server did not answer, `unknown`: it knows nobody of this name, `refused`: it does not say,
    `form`: it has no form for this, `nobody`: what it said leads to nobody.
    """
    if isinstance(error, FetchError):
        if error.temporary:
            return "silent"
        return {404: "unknown", 410: "unknown", 401: "refused", 403: "refused"}.get(
            error.http_status or 0, "nobody"
        )
    if isinstance(error, NoForm):
        return "form"
    if isinstance(error, InvalidDocument):
        return "nobody"
    return " ".join(part for part in (error.message, error.next_step) if part)


def look_up(text: str) -> Actor:
    """The actor behind `@name@host`, `name@host` or a URL, fetched anew from its own server.

    A handle must lead to an actor that leads back to it (federation.md, section 4). For the worker and the
    command line. Raises FetchError when its server does not answer, InvalidDocument when it is no actor.
    """
    wanted = text.strip()
    if "://" in wanted:
        uri = wanted
    else:
        handle = webfinger.parse_handle(wanted)
        development = current_node.config.federation.development
        uri = webfinger.lookup(current_node.http, handle, development, node_signer())
    known = find_actor(uri)
    if known is not None and known.is_local:
        return known
    document = fetch_actor_document(uri)
    with write():
        return remote_objects.save_actor(document, is_relevant=known is not None)


def _find_actor(row: Lookup) -> str:
    return look_up(row.wanted).uri


def _ask_partner(row: Lookup) -> str:
    return peers.follow_node(row.wanted).target.uri


def _find_form(row: Lookup) -> str:
    """The address of a form on the person's own server, filled with what it is about (FEP-3b86).

    The person says who they are there by handle, or by the address of their page.
    """
    development = current_node.config.federation.development
    if "://" in row.wanted:
        host = vocabulary.host_of(row.wanted)
        jrd = webfinger.fetch_jrd_about(current_node.http, row.wanted, development)
    else:
        handle = webfinger.parse_handle(row.wanted)
        host = handle.host
        jrd = webfinger.fetch_jrd(current_node.http, handle, development)
    intent, _, about = row.about.partition(" ")
    address = intents.form_address(partial(webfinger.link_template, jrd), intent, about)
    if not address:
        raise NoForm(f"{host} offers no form for this.")
    return address


def _move(row: Lookup) -> str:
    actor = find_actor(row.about)
    if actor is None or not actor.is_local:
        raise InvalidDocument("Only actors of this node move from here.")
    return moves.move_to(actor, row.wanted) and row.wanted


PURPOSES: dict[str, Callable[[Lookup], str]] = {
    "actor": _find_actor,
    "partner": _ask_partner,
    "intent": _find_form,
    "move": _move,
}
