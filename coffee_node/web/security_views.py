"""The page on which people look after their account: second step, passkeys, browsers, tokens, address."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template
from sqlalchemy import select, update
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from coffee_node.base import clock
from coffee_node.base.config_fields import is_email
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, NotFound, Unavailable
from coffee_node.base.i18n import _, gettext
from coffee_node.federation import accounts, address_changes, oauth_grants, passkeys, second_factor
from coffee_node.federation.account_models import Account, BrowserSession
from coffee_node.web.account_views import link_is_spent
from coffee_node.web.attempt_limits import count_attempt
from coffee_node.web.auth import current_session, require_account, signed_in_account
from coffee_node.web.browser_names import in_words
from coffee_node.web.forms import FederatedForm, keeps_form, tidy
from coffee_node.web.password_views import proves_password
from coffee_node.web.security_words import deeds_of
from coffee_node.web.token_views import tokens_of

NOTE_USE_EVERY = timedelta(hours=1)
CHANGES = 5

security_pages = Blueprint("security", __name__)


class AddressForm(FederatedForm):
    """A new e-mail address, and the password to show that it is you."""

    email = EmailField(
        _("New e-mail address"), [InputRequired(), Length(max=320)], render_kw={"autocomplete": "email"}
    )
    current = PasswordField(
        _("Present password"), [InputRequired()], render_kw={"autocomplete": "current-password"}
    )


@security_pages.get("/me/security")
@require_account
def overview() -> str:
    """Everything that lets somebody in, with its last use."""
    account = signed_in_account()
    return render_template(
        "accounts/security.html",
        account=account,
        has_codes=second_factor.is_asked(account),
        codes_left=second_factor.codes_left(account),
        passkeys=passkeys.passkeys_of(account),
        passkeys_are_offered=passkeys.are_offered(),
        why_no_passkeys=_why_no_passkeys(),
        sessions=_sessions(account),
        tokens=tokens_of(account),
        sites=oauth_grants.grants_of(account),
        deeds=deeds_of(account),
    )


def _why_no_passkeys() -> str:
    if not passkeys.has_library():
        return gettext("This site does not have what passkeys need. Its administrator can install it.")
    if not passkeys.host_name():
        return gettext("Passkeys need a site with a name; the address of this one is a number.")
    return ""


def _sessions(account: Account) -> list[dict[str, Any]]:
    mine = current_session()
    return [
        {
            "id": session.id,
            "browser": in_words(session.browser),
            "since": session.created_at,
            "last_seen_at": session.last_seen_at,
            "is_mine": mine is not None and session.id == mine.id,
        }
        for session in accounts.sessions_of(account)
    ]


@security_pages.post("/me/security/sessions/<int:number>/end")
@require_account
def end_session(number: int) -> Any:
    """Sign one browser out."""
    account = signed_in_account()
    with write():
        query = select(BrowserSession).where(BrowserSession.account_id == account.id)
        found = db.session.scalar(query.where(BrowserSession.id == number))
        if found is None:
            raise NotFound(gettext("There is nothing at this address."))
        db.session.delete(found)
    flash(gettext("That browser is signed out."), "ok")
    return redirect("/me/security#browsers", 303)


@security_pages.post("/me/security/sessions/end-others")
@require_account
def end_other_sessions() -> Any:
    """Sign every other browser out."""
    with write():
        accounts.end_sessions(signed_in_account(), besides=current_session())
    flash(gettext("All other browsers are signed out."), "ok")
    return redirect("/me/security#browsers", 303)


@security_pages.route("/me/security/address", methods=["GET", "POST"])
@keeps_form
@require_account
def change_address() -> Any:
    """Ask for another e-mail address; it changes when the new one is confirmed."""
    account = signed_in_account()
    form = AddressForm()
    if not account.password_hash:
        del form.current
    if not form.is_submitted():
        return render_template("accounts/address.html", form=form, account=account)
    address = tidy(form.email.data).lower()
    if form.validate() and not is_email(address):
        form.add_error("email", gettext("Write an address like claire@example.org."))
    proven = not form.problems() and ("current" not in form or proves_password(form, account, "current"))
    if not proven:
        return render_template("accounts/address.html", form=form, account=account), 422
    count_attempt("address", account.handle, most=CHANGES)
    address_changes.begin(account, address)
    return render_template(
        "accounts/mail_sent.html",
        heading=gettext("Look into your mailbox"),
        text=gettext(
            "A link is on its way to %(address)s. Your address changes when you open it, within two days.",
            address=address,
        ),
    )


@security_pages.route("/me/security/address/<secret>", methods=["GET", "POST"])
@keeps_form
def confirm_address(secret: str) -> Any:
    """The page behind the link in the mail: a button, because mail programs open links by themselves."""
    found = address_changes.find(secret)
    if found is None:
        return link_is_spent()
    form = FederatedForm()
    if form.is_submitted() and form.validate():
        try:
            address_changes.confirm(secret)
        except Conflict as error:
            form.add_error("", str(error))
        else:
            flash(gettext("Your e-mail address is changed."), "ok")
            return redirect("/me/security", 303)
    page = render_template(
        "accounts/confirm_address.html", form=form, address=found[0].address, secret=secret
    )
    return page, 422 if form.problems() else 200


@security_pages.after_app_request
def note_use(response: Response) -> Response:
    """Note once an hour that a browser is still in use; a busy database is no reason to fail a page."""
    session: BrowserSession | None = g.get("browser_session")
    now = clock.utcnow()
    if session is None or response.status_code >= 400 or now - session.last_seen_at < NOTE_USE_EVERY:
        return response
    with contextlib.suppress(Unavailable), write():
        for model, number in ((BrowserSession, session.id), (Account, session.account_id)):
            db.session.execute(update(model).where(model.id == number).values(last_seen_at=now))
    return response
