"""Switching the second step of signing in on and off: a QR code for the telephone, and recovery codes."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, Response, flash, redirect, render_template, request
from markupsafe import Markup
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired

from coffee_node.base.i18n import _, gettext
from coffee_node.federation import second_factor
from coffee_node.federation.account_models import Account
from coffee_node.web.attempt_limits import count_attempt
from coffee_node.web.auth import require_account, signed_in_account
from coffee_node.web.forms import FederatedForm, keeps_form, tidy
from coffee_node.web.password_views import proves_password
from coffee_node.web.shown_once import page_shown_once

code_pages = Blueprint("codes", __name__)


class FirstCodeForm(FederatedForm):
    """The first code, which shows that the telephone has the key."""

    code = StringField(
        _("Code"),
        [DataRequired()],
        description=_("The six digits that your telephone shows now."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )


class ProofForm(FederatedForm):
    """The password, before something is taken away that protects the account."""

    current = PasswordField(
        _("Present password"), [InputRequired()], render_kw={"autocomplete": "current-password"}
    )


@code_pages.post("/me/security/second-step/begin")
@require_account
def begin() -> Any:
    """Make the key, then show it."""
    account = signed_in_account()
    if not second_factor.is_asked(account):
        second_factor.prepare(account)
    return redirect("/me/security/second-step", 303)


@code_pages.route("/me/security/second-step", methods=["GET", "POST"])
@keeps_form
@require_account
def set_up() -> Any:
    """Show the key as QR code and letters; the first right code switches the second step on."""
    account = signed_in_account()
    if second_factor.is_asked(account) or not account.totp_secret:
        return redirect("/me/security#second-step", 303)
    form = FirstCodeForm()
    if request.method == "POST" and form.validate():
        attempt = count_attempt("code", account.handle)
        codes = second_factor.begin(account, tidy(form.code.data))
        if codes:
            attempt.forget()
            return _show_codes(codes)
        form.add_error(
            "code", gettext("This code does not fit. Look whether the clock of your telephone is right.")
        )
    page = render_template(
        "accounts/second_step.html",
        form=form,
        qr=_qr(second_factor.address_of_key(account)),
        key=_in_groups(account.totp_secret),
    )
    return page, 422 if form.problems() else 200


@code_pages.route("/me/security/recovery-codes", methods=["GET", "POST"])
@keeps_form
@require_account
def recovery_codes() -> Any:
    """Ten new recovery codes for whoever has used or lost the old ones."""
    account = signed_in_account()
    if not second_factor.is_asked(account):
        return redirect("/me/security#second-step", 303)
    form = _proof(account)
    if request.method == "POST" and _is_proven(form, account):
        return _show_codes(second_factor.new_recovery_codes(account))
    page = render_template("accounts/recovery_codes.html", form=form)
    return page, 422 if form.problems() else 200


@code_pages.route("/me/security/second-step/end", methods=["GET", "POST"])
@keeps_form
@require_account
def end() -> Any:
    """Switch the second step off, with the password."""
    account = signed_in_account()
    if not second_factor.is_asked(account):
        return redirect("/me/security#second-step", 303)
    form = _proof(account)
    if request.method == "POST" and _is_proven(form, account):
        second_factor.end(account)
        flash(gettext("The second step is switched off."), "ok")
        return redirect("/me/security#second-step", 303)
    page = render_template("accounts/second_step_end.html", form=form)
    return page, 422 if form.problems() else 200


def _proof(account: Account) -> ProofForm:
    form = ProofForm()
    if not account.password_hash:
        del form.current
    return form


def _is_proven(form: ProofForm, account: Account) -> bool:
    return bool(form.validate()) and ("current" not in form or proves_password(form, account, "current"))


def _show_codes(codes: list[str]) -> Response:
    return page_shown_once("accounts/codes_made.html", codes=codes)


def _in_groups(key: str) -> str:
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def _qr(text: str) -> Markup:
    """The QR code as SVG that stands in the page: no style, no script."""
    title = gettext("QR code of the key")
    drawn = segno.make(text, error="m").svg_inline(
        scale=5,
        border=4,
        dark="#000",
        light="#fff",
        title=title,
        svgclass="qr",
        lineclass=None,
        omitsize=False,
    )
    # Drawn here from a key of ours; the title is escaped by segno.
    return Markup(drawn)  # noqa: S704
