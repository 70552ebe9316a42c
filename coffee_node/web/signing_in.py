"""The last part of every way in: a second step where one is asked, then the session and the page."""

from __future__ import annotations

from flask import redirect, session
from werkzeug.wrappers import Response

from coffee_node.base.database import write
from coffee_node.federation import accounts, second_factor
from coffee_node.federation.account_models import Account, SignInLink
from coffee_node.web import auth
from coffee_node.web.addresses import safe_back

SECOND = "second"
SECOND_HOURS = 1 / 6


def enter(account: Account, back: str = "/") -> Response:
    """Sign somebody in who proved a password or a link, or ask for the second step first."""
    if not second_factor.is_asked(account):
        return enter_at_once(account, back)
    session[SECOND] = accounts.sign_in_link(account, purpose=SECOND, hours=SECOND_HOURS)
    session["back"] = back
    return redirect("/sign-in/code", 303)


def enter_at_once(account: Account, back: str = "/") -> Response:
    """Sign somebody in who proved everything, for example with a passkey."""
    response = redirect(back, 303)
    auth.sign_in(account, response)
    return response


def first_step() -> SignInLink | None:
    """Who has done the first step on this browser within ten minutes."""
    return accounts.find_link(session.get(SECOND, ""), SECOND)


def finish(link: SignInLink) -> Response:
    """Sign in after the second step; the first one is worth nothing more."""
    with write():
        account = accounts.use_link(link)
    session.pop(SECOND, None)
    return enter_at_once(account, safe_back(session.pop("back", "/")))
