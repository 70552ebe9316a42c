"""Passkeys in the browser: added on the security page, used on the sign-in page; needs scripts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import passkeys
from coffee_node.web import signing_in
from coffee_node.web.addresses import safe_back
from coffee_node.web.attempt_limits import count_use
from coffee_node.web.auth import require_account, signed_in_account
from coffee_node.web.browser_names import in_words
from coffee_node.web.forms import tidy
from coffee_node.web.negotiation import json_response

ASKED_PER_STRETCH = 60
SECTION = "/me/security#passkeys"

passkey_pages = Blueprint("passkeys", __name__)


@passkey_pages.post("/sign-in/passkey/options")
def sign_in_options() -> Response:
    """What the browser asks its keys."""
    _offered()
    count_use("passkey", most=ASKED_PER_STRETCH)
    return json_response(passkeys.sign_in_options())


@passkey_pages.post("/sign-in/passkey")
def sign_in() -> Any:
    """Sign in with what a key signed; no name, no password, no code."""
    _offered()
    count_use("passkey", most=ASKED_PER_STRETCH)
    try:
        account = passkeys.account_behind(request.form.get("credential", ""))
    except Unprocessable as error:
        flash(str(error), "bad")
        return redirect("/sign-in", 303)
    return signing_in.enter_at_once(account, safe_back(request.form.get("back")))


@passkey_pages.post("/me/security/passkeys/options")
@require_account
def registration_options() -> Response:
    """What the browser needs to make a key."""
    _offered()
    count_use("passkey", most=ASKED_PER_STRETCH)
    return json_response(passkeys.registration_options(signed_in_account()))


@passkey_pages.post("/me/security/passkeys")
@require_account
def add() -> Any:
    """Keep a key that the browser made."""
    _offered()
    account = signed_in_account()
    name = tidy(request.form.get("name")) or in_words(request.headers.get("User-Agent", ""))
    try:
        passkeys.add(account, request.form.get("credential", ""), name)
    except Unprocessable as error:
        flash(str(error), "bad")
    else:
        flash(_("The passkey is added. Next time you can sign in with it."), "ok")
    return redirect(SECTION, 303)


@passkey_pages.post("/me/security/passkeys/<int:number>/remove")
@require_account
def remove(number: int) -> Any:
    """Let one of one's own keys sign in no more."""
    if not passkeys.remove(signed_in_account(), number):
        raise NotFound(_("There is nothing at this address."))
    flash(_("The passkey is removed here. You may delete it on your device, too."), "ok")
    return redirect(SECTION, 303)


def _offered() -> None:
    if not passkeys.are_offered():
        raise NotFound(_("There is nothing at this address."))
