"""Who is at the other end: the account of a browser's session, or the actor that signed a request."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Request, g, redirect, request
from werkzeug.wrappers import Response

from coffee_node.activitypub import vocabulary
from coffee_node.activitypub.request_signatures import read_signature
from coffee_node.base import clock
from coffee_node.base.contracts import ActorRef
from coffee_node.base.errors import Forbidden, NotFound, Unauthorized
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import accounts, actors, audience, domain_policy, memberships
from coffee_node.federation.account_models import Account, BrowserSession
from coffee_node.federation.models import Actor
from coffee_node.federation.sender_keys import verified_sender
from coffee_node.node import current_node
from coffee_node.web.addresses import cookie_name, sign_in_href
from coffee_node.web.negotiation import wants_problem
from coffee_node.web.protocol import incoming_request

View = Callable[..., Any]


def sign_in(account: Account, response: Response) -> None:
    """Sign the account in on this browser: a row in the session table and a cookie with its secret."""
    secret = accounts.start_session(account, request.headers.get("User-Agent", ""))
    response.set_cookie(
        cookie_name("session"),
        secret,
        max_age=int(accounts.SESSION_LIFE.total_seconds()),
        secure=current_node.config.is_https,
        httponly=True,
        samesite="Lax",
    )


def sign_out(response: Response) -> None:
    """Sign this browser out; the row goes, so that a copied cookie is worth nothing."""
    secret = request.cookies.get(cookie_name("session"))
    if secret:
        accounts.end_session(secret)
    response.delete_cookie(cookie_name("session"), secure=current_node.config.is_https, samesite="Lax")
    g.pop("account", None)
    g.pop("browser_session", None)


def current_session() -> BrowserSession | None:
    """The session of this browser, looked up once per request."""
    if "browser_session" not in g:
        secret = request.cookies.get(cookie_name("session"))
        g.browser_session = accounts.session_for(secret) if secret else None
    session: BrowserSession | None = g.browser_session
    return session


def current_account() -> Account | None:
    """The account signed in on this browser, looked up once per request."""
    if "account" not in g:
        session = current_session()
        g.account = session.account if session is not None else None
    account: Account | None = g.account
    return account


def signed_in_account() -> Account:
    """The account of this browser, behind `require_account`; Unauthorized where there is none."""
    account = current_account()
    if account is None:
        raise _not_signed_in()
    return account


def current_viewer() -> ActorRef | None:
    """The reader as plugins see it; None for somebody who is not signed in."""
    account = current_account()
    return actors.ref(account.actor) if account is not None and account.actor is not None else None


def require_account(view: View) -> View:
    """Let only people who are signed in reach a view; others go to the sign-in page and come back."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if current_account() is None:
            return _ask_to_sign_in()
        return view(*args, **kwargs)

    return guarded


def require_admin(view: View) -> View:
    """Let only administrators of the node reach a view."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        account = current_account()
        if account is None:
            return _ask_to_sign_in()
        if not account.is_admin:
            raise Forbidden(_("This page is for the administrators of this site."))
        return view(*args, **kwargs)

    return guarded


def require_manager(view: View) -> View:
    """Let only people who manage a space of this node reach a view, administrators included."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        account = current_account()
        if account is None:
            return _ask_to_sign_in()
        if not memberships.managed_spaces(account):
            raise Forbidden(_("This page is for those who manage a place here."))
        return view(*args, **kwargs)

    return guarded


def managed_space(slug: str = "") -> Actor:
    """The space with this handle if the reader manages it, the first one without; else NotFound.

    What is hidden and what does not exist get the same answer.
    """
    spaces = memberships.managed_spaces(current_account())
    found = next((space for space in spaces if slug in ("", space.slug)), None)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def _ask_to_sign_in() -> Response:
    if wants_problem(request) or request.method not in ("GET", "HEAD"):
        raise _not_signed_in()
    return redirect(sign_in_href(), 303)


def _not_signed_in() -> Unauthorized:
    return Unauthorized(
        _("This is for people with an account here."), _("Sign in, then come back to this page.")
    )


def signed_by(request: Request, *, anybody: bool = False) -> Actor | None:
    """The partner's actor that signed this GET; None when it is not signed, or by somebody else.

    Only partners see more for it, so only their keys are looked up: a stranger's GET makes us ask nobody,
    unless the node serves signed requests only (`anybody`). Raises SignatureError (401) when a signature
    that is looked at does not hold.
    """
    if "Signature" not in request.headers:
        return None
    signature = read_signature(incoming_request(), now=clock.utcnow(), hosts={current_node.config.host})
    host = vocabulary.host_of(signature.key_id)
    domain_policy.refuse_suspended(host)
    if not anybody and host not in audience.admitted_hosts() and not domain_policy.is_allowed(host):
        return None
    return verified_sender(signature)
