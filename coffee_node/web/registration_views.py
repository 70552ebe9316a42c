"""Asking for an account: the form, the page behind the link in the mail, and what managers decide."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from wtforms import TextAreaField
from wtforms.validators import Length

from coffee_node.base.config_fields import is_email
from coffee_node.base.errors import Conflict, Forbidden, NotFound, Unprocessable
from coffee_node.base.i18n import _, current_language, gettext
from coffee_node.federation import actors, sign_ups
from coffee_node.federation.joining_models import SignUp
from coffee_node.federation.sign_ups import SignUpWish
from coffee_node.node import current_node
from coffee_node.web import signing_in
from coffee_node.web.account_forms import SignUpForm
from coffee_node.web.account_views import link_is_spent
from coffee_node.web.attempt_limits import count_use
from coffee_node.web.auth import require_manager, signed_in_account
from coffee_node.web.forms import FederatedForm, keeps_form, tidy

SIGN_UPS_PER_HOUR = 20
FIRST_PAGE = "/me/profile?first=1"

registration_pages = Blueprint("registration", __name__)


class RefusalForm(FederatedForm):
    """Why somebody gets no account."""

    reason = TextAreaField(
        _("Reason"),
        [Length(max=1000)],
        description=_("It is in the mail to the person."),
        render_kw={"rows": 3},
    )


@registration_pages.route("/sign-up", methods=["GET", "POST"])
@keeps_form
def sign_up() -> Any:
    """The form for an account; where accounts are by invitation, the page that says so."""
    mode = current_node.config.web.registration
    if mode == "invitation":
        if request.method == "POST":
            raise Forbidden(gettext("Accounts of this site are by invitation."))
        return render_template("accounts/by_invitation.html", spaces=actors.local_spaces())
    form = _sign_up_form(mode)
    if request.method == "POST":
        count_use("sign-up", most=SIGN_UPS_PER_HOUR, seconds=3600)
        if _is_asked(form):
            return render_template(
                "accounts/mail_sent.html",
                heading=gettext("Look into your mailbox"),
                text=gettext("A link is on its way to you. Open it within two days to confirm your address."),
            )
    page = render_template("accounts/sign_up.html", form=form, mode=mode)
    return page, 422 if form.problems() else 200


def _sign_up_form(mode: str) -> SignUpForm:
    form = SignUpForm(data={"language": current_language.get()})
    form.offer_languages()
    spaces = actors.local_spaces()
    form.space.choices = [(space.slug, space.name or space.slug) for space in spaces]
    if len(spaces) < 2:
        del form.space
    if mode == "open":
        del form.message
    return form


def _is_asked(form: SignUpForm) -> bool:
    """Keep the request; the same answer for a program that filled in the trap, for which nothing is kept."""
    address = tidy(form.email.data).lower()
    if form.validate() and not is_email(address):
        form.add_error("email", gettext("Write an address like claire@example.org."))
    if form.problems():
        return False
    if form.website.data:
        return True
    try:
        sign_ups.begin(_wish(form, address))
    except Unprocessable as error:
        form.take_errors(error)
    except Conflict as error:
        form.add_error("handle", str(error))
    return not form.problems()


def _wish(form: SignUpForm, address: str) -> SignUpWish:
    spaces = actors.local_spaces()
    slug = form.space.data if "space" in form else ""
    name = tidy(form.name.data)
    return SignUpWish(
        name=name,
        handle=tidy(form.handle.data).lower() or sign_ups.propose_handle(name),
        email=address,
        password=form.password.data or "",
        language=form.language.data,
        message=tidy(form.message.data) if "message" in form else "",
        space=next((space for space in spaces if slug in ("", space.slug)), None),
    )


@registration_pages.route("/sign-up/<secret>", methods=["GET", "POST"])
@keeps_form
def confirm(secret: str) -> Any:
    """The page behind the link in the mail: a button, because mail programs open links by themselves."""
    row = sign_ups.find(secret)
    if row is None:
        return link_is_spent()
    form = FederatedForm()
    if request.method == "POST" and form.validate():
        try:
            account = sign_ups.confirm(secret, current_node.config.web.registration != "open")
        except Conflict as error:
            form.add_error("", str(error))
        else:
            if account is None:
                return render_template("accounts/waiting.html", row=row)
            flash(gettext("Welcome. Your account is ready."), "ok")
            return signing_in.enter(account, FIRST_PAGE)
    page = render_template("accounts/confirm_sign_up.html", form=form, row=row, secret=secret)
    return page, 422 if form.problems() else 200


@registration_pages.get("/members/requests")
@require_manager
def waiting() -> str:
    """Who asks for an account in the spaces of the reader."""
    rows = sign_ups.waiting_for(signed_in_account())
    return render_template("accounts/requests.html", rows=rows)


@registration_pages.post("/members/requests/<int:number>/approve")
@require_manager
def approve(number: int) -> Any:
    """Make the account that was asked for."""
    row = _waiting_one(number)
    name = row.name
    try:
        sign_ups.approve(row, signed_in_account())
    except Conflict as error:
        flash(str(error), "bad")
    else:
        flash(gettext("%(name)s has an account now and gets a mail.", name=name), "ok")
    return redirect("/members/requests", 303)


@registration_pages.route("/members/requests/<int:number>/refuse", methods=["GET", "POST"])
@keeps_form
@require_manager
def refuse(number: int) -> Any:
    """Say no, with a reason if one is given; what was sent is deleted."""
    row = _waiting_one(number)
    form = RefusalForm()
    if request.method == "POST" and form.validate():
        sign_ups.refuse(row, signed_in_account(), tidy(form.reason.data))
        flash(gettext("The request is deleted, and the person gets a mail."), "ok")
        return redirect("/members/requests", 303)
    page = render_template("accounts/refuse.html", form=form, row=row)
    return page, 422 if form.problems() else 200


def _waiting_one(number: int) -> SignUp:
    row = sign_ups.waiting_one(signed_in_account(), number)
    if row is None:
        raise NotFound(gettext("There is nothing at this address."))
    return row
