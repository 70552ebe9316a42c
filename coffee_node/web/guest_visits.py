"""Who is here as a guest of a partner space: the cookie of the visit, and what pages say of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import g, request
from werkzeug.wrappers import Response

from coffee_node.base import clock
from coffee_node.base.errors import Unauthorized
from coffee_node.base.i18n import format_time
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import audience, guests, partner_nodes
from coffee_node.federation.guest_models import GuestPost, GuestSession
from coffee_node.node import current_node
from coffee_node.web.addresses import cookie_name, here
from coffee_node.web.auth import current_account


@dataclass(frozen=True)
class GuestPanel:
    """What a page says to a guest of the last thing sent for them: a state in words, and what to do next."""

    kind: str
    words: str
    detail: str
    is_waiting: bool


def begin_visit(response: Response, secret: str, guest: GuestSession) -> None:
    """Give this browser the cookie of a visit; it ends with the token of the home space."""
    left = int((guest.expires_at - clock.utcnow()).total_seconds())
    response.set_cookie(
        cookie_name("guest"),
        secret,
        max_age=max(left, 1),
        secure=current_node.config.is_https,
        httponly=True,
        samesite="Lax",
    )


def end_visit(response: Response) -> None:
    """End the visit of this browser, here and, by the worker, at the home space."""
    guest = current_guest()
    if guest is not None:
        guests.sign_out(guest)
    response.delete_cookie(cookie_name("guest"), secure=current_node.config.is_https, samesite="Lax")
    g.pop("guest", None)


def current_guest() -> GuestSession | None:
    """The guest of this browser, looked up once per request; none where an account is signed in."""
    if "guest" not in g:
        secret = request.cookies.get(cookie_name("guest"))
        g.guest = guests.guest_for(secret) if secret and current_account() is None else None
    found: GuestSession | None = g.guest
    return found


def signed_in_guest() -> GuestSession:
    """The guest of this browser; Unauthorized where there is none, or no longer."""
    guest = current_guest()
    if guest is None:
        raise Unauthorized(
            _("You are not signed in with a home space, or the hour is over."),
            _("Sign in with your home space, then come back to this page."),
        )
    return guest


def guest_name(guest: GuestSession) -> str:
    """A guest in words, for the head of the page: Anna, of Lille."""
    node = partner_nodes.partner_node(guest.actor.host)
    home = node.name if node is not None and node.name else guest.actor.host
    return _("%(name)s, of %(place)s", name=guest.name or guest.actor.slug, place=home)


def home_sign_in_href() -> str:
    """The link to the page of home spaces that comes back to this one; empty where there is no partner."""
    hosts = current_node.partners.get(lambda: frozenset(audience.partner_hosts()))
    return f"/sign-in/home?{urlencode({'back': here()})}" if hosts else ""


def sent_panel(guest: GuestSession, object_uri: str, *, is_known: bool) -> GuestPanel | None:
    """What became of the last thing that a guest sent about an object; `is_known` once it is here."""
    post = guests.last_post(guest, object_uri)
    if post is None or (post.state == "sent" and is_known):
        return None
    home = guest.actor.host
    words = {
        "waiting": _("On its way to your home space, %(host)s.", host=home),
        "sent": _("Your home space has taken it. It arrives here in a moment."),
        "refused": _("Your home space does not send this."),
        "expired": _("Your hour was over before your home space could be reached."),
    }[post.state]
    kind = {"waiting": "wait", "sent": "wait", "refused": "bad", "expired": "bad"}[post.state]
    return GuestPanel(kind, words, _detail(post, guest), post.state in ("waiting", "sent"))


def _detail(post: GuestPost, guest: GuestSession) -> str:
    if post.state == "waiting" and post.attempts:
        until = format_time(guest.expires_at)
        return _(
            "%(host)s does not answer just now. It is tried again until %(when)s.",
            host=guest.actor.host,
            when=until,
        )
    if post.state == "refused":
        return post.answer or _("Look at the pages of your home space.")
    if post.state == "expired":
        return _("Sign in once more, then send it again.")
    return ""
