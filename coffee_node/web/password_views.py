"""Choosing another password: by a link in a mail, or with the old one; other browsers are signed out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from wtforms import PasswordField
from wtforms.validators import InputRequired

from coffee_node.base.config_fields import is_email
from coffee_node.base.database import write
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import _, gettext
from coffee_node.federation import account_letters, accounts, audit
from coffee_node.federation.account_models import Account
from coffee_node.federation.passwords import hash_password
from coffee_node.node import current_node
from coffee_node.web import signing_in
from coffee_node.web.account_forms import ForgottenForm, NewPasswordForm, new_password_field
from coffee_node.web.account_views import link_is_spent
from coffee_node.web.attempt_limits import count_attempt
from coffee_node.web.auth import current_session, require_account, signed_in_account
from coffee_node.web.forms import FederatedForm, keeps_form, tidy

RESET_HOURS = 1
RESETS = 5

password_pages = Blueprint("passwords", __name__)


class ChangePasswordForm(FederatedForm):
    """The old password and the new one."""

    current = PasswordField(
        _("Present password"), [InputRequired()], render_kw={"autocomplete": "current-password"}
    )
    password = new_password_field(_("New password"))


@password_pages.route("/password/reset", methods=["GET", "POST"])
@keeps_form
def forgotten() -> Any:
    """Mail a link that lets choose another password; the answer is the same whoever asks."""
    form = ForgottenForm()
    if request.method == "GET":
        return render_template("accounts/forgotten.html", form=form)
    address = tidy(form.email.data).lower()
    if form.validate() and not is_email(address):
        form.add_error("email", gettext("Write an address like claire@example.org."))
    if form.problems():
        return render_template("accounts/forgotten.html", form=form), 422
    count_attempt("reset", address, most=RESETS)
    _send_link(address)
    return render_template(
        "accounts/mail_sent.html",
        heading=gettext("Look into your mailbox"),
        text=gettext("If an account has this address, a link is on its way there. It works for an hour."),
    )


def _send_link(address: str) -> None:
    """Mail the link where an account has the address; it takes as long where none has."""
    account = accounts.find_account(address)
    hash_password(address)
    if account is None or account.email != address:
        return
    with write():
        secret = accounts.sign_in_link(account, purpose="reset", hours=RESET_HOURS)
        account_letters.reset(account, f"{current_node.config.base_url}/password/reset/{secret}")


@password_pages.route("/password/reset/<secret>", methods=["GET", "POST"])
@keeps_form
def reset(secret: str) -> Any:
    """Choose another password with the link of a mail, which works once."""
    link = accounts.find_link(secret, "reset")
    if link is None:
        return link_is_spent()
    form = NewPasswordForm()
    if request.method == "POST" and form.validate() and _keep(form, link.account, secret):
        flash(gettext("Your new password is set. Other browsers are signed out."), "ok")
        return signing_in.enter(link.account)
    page = render_template("accounts/new_password.html", form=form, account=link.account, secret=secret)
    return page, 422 if form.problems() else 200


def _keep(form: NewPasswordForm, account: Account, secret: str) -> bool:
    try:
        with write():
            link = accounts.find_link(secret, "reset")
            if link is None:
                raise Unprocessable(gettext("This link was used meanwhile."), gettext("Ask for a new one."))
            accounts.set_password(account, form.password.data or "")
            accounts.use_link(link)
            accounts.end_links(account, "reset")
            accounts.end_sessions(account)
            audit.record("password", by=account, account=account, detail="mail")
            account_letters.happened(
                account, lambda: gettext("A new password was chosen by a link in a mail.")
            )
    except Unprocessable as error:
        form.take_errors(error)
        return False
    return True


@password_pages.route("/me/security/password", methods=["GET", "POST"])
@keeps_form
@require_account
def change() -> Any:
    """Change the password; who has none yet chooses the first one."""
    account = signed_in_account()
    form = ChangePasswordForm()
    if not account.password_hash:
        del form.current
    if request.method == "POST" and form.validate() and _is_theirs(form, account) and _change(form, account):
        flash(gettext("Your new password is set. Other browsers are signed out."), "ok")
        return redirect("/me/security", 303)
    page = render_template("accounts/change_password.html", form=form, account=account)
    return page, 422 if form.problems() else 200


def _is_theirs(form: ChangePasswordForm, account: Account) -> bool:
    return "current" not in form or proves_password(form, account, "current")


def _change(form: ChangePasswordForm, account: Account) -> bool:
    try:
        with write():
            accounts.set_password(account, form.password.data or "")
            accounts.end_links(account, "reset")
            accounts.end_sessions(account, besides=current_session())
            audit.record("password", by=account, account=account)
            account_letters.happened(account, lambda: gettext("A new password was chosen."))
    except Unprocessable as error:
        form.take_errors(error)
        return False
    return True


def proves_password(form: FederatedForm, account: Account, name: str) -> bool:
    """Whether a field holds the password of the account; else the form says so. Tries are counted."""
    attempt = count_attempt("password", account.handle)
    if accounts.check_password(account, form[name].data or ""):
        attempt.forget()
        return True
    form.add_error(name, gettext("This is not your present password."))
    return False
