"""Invitations to a space: written and taken back by its managers, accepted by who has the link."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from wtforms import TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from coffee_node.base.config_fields import is_email
from coffee_node.base.errors import Conflict, NotFound, Unprocessable
from coffee_node.base.i18n import _, current_language, gettext, ngettext
from coffee_node.federation import accounts, invitations, sign_ups
from coffee_node.federation.account_models import Account
from coffee_node.federation.invitations import Wish
from coffee_node.federation.joining_models import Invitation
from coffee_node.federation.models import Actor
from coffee_node.node import current_node
from coffee_node.web import signing_in
from coffee_node.web.account_forms import PersonForm
from coffee_node.web.account_views import link_is_spent
from coffee_node.web.attempt_limits import count_use
from coffee_node.web.auth import current_account, managed_space, require_manager, signed_in_account
from coffee_node.web.forms import FederatedForm, RadioField, SelectField, keeps_form, tidy
from coffee_node.web.language import NATIVE_NAMES
from coffee_node.web.member_words import role_choices
from coffee_node.web.shown_once import page_shown_once

MOST_ADDRESSES = 100
MOST_A_DAY = 500
FIRST_PAGE = "/me/profile?first=1"

invitation_pages = Blueprint("invitations", __name__)


class InviteForm(FederatedForm):
    """Whom to invite, as what, and a word to go with it."""

    addresses = TextAreaField(
        _("E-mail addresses"),
        [DataRequired(), Length(max=20_000)],
        description=_("One per line, or separated by commas; at most 100 at once."),
        render_kw={"rows": 4, "autocapitalize": "none", "spellcheck": "false"},
    )
    role = RadioField(_("They become"), [InputRequired()], default="member")
    language = SelectField(_("Language of the mail"))
    note = TextAreaField(
        _("A word of yours"),
        [Length(max=1000)],
        description=_("It stands in the mail."),
        render_kw={"rows": 3},
    )

    def read_addresses(self) -> list[str]:
        """The addresses, each once; those that are none are named at the field."""
        words = re.split(r"[\s,;]+", tidy(self.addresses.data))
        found = list(dict.fromkeys(word.strip("<>").lower() for word in words if "@" in word or word))
        wrong = [word for word in found if not word or len(word) > 320 or not is_email(word)]
        if wrong:
            listed = ", ".join(wrong[:5])
            self.add_error("addresses", gettext("These are no e-mail addresses: %(listed)s", listed=listed))
        elif len(found) > MOST_ADDRESSES:
            self.add_error("addresses", gettext("These are %(count)d addresses.", count=len(found)))
        return found


@invitation_pages.route("/members/invite", methods=["GET", "POST"])
@keeps_form
@require_manager
def invite() -> Any:
    """Invite addresses to a space that the reader manages."""
    space = managed_space(request.values.get("space", ""))
    form = InviteForm(data={"language": current_language.get()})
    form.role.choices = role_choices()
    form.language.choices = [(code, NATIVE_NAMES[code]) for code in current_node.config.web.languages]
    if request.method == "POST" and form.validate():
        addresses = form.read_addresses()
        if invitations.sent_lately(signed_in_account()) + len(addresses) > MOST_A_DAY:
            form.add_error("addresses", gettext("These are many invitations for one day. Go on tomorrow."))
        if not form.problems():
            return _send(form, space, addresses)
    page = render_template("accounts/invite.html", form=form, space=space)
    return page, 422 if form.problems() else 200


def _send(form: InviteForm, space: Actor, addresses: list[str]) -> Any:
    wish = Wish(space, form.role.data, form.language.data, tidy(form.note.data))
    done = invitations.invite(wish, addresses, signed_in_account())
    sent = [one for one in done if one.link]
    if len(sent) < len(done):
        here = ", ".join(one.email for one in done if not one.link)
        flash(gettext("Already here, so not invited: %(listed)s", listed=here), "wait")
    if not sent:
        return redirect(f"/members?space={space.slug}", 303)
    if not current_node.config.mail.url:
        return page_shown_once("accounts/invited.html", sent=sent, space=space)
    told = ngettext("The invitation is on its way.", "%(num)d invitations are on their way.", len(sent))
    flash(told, "ok")
    return redirect(f"/members?space={space.slug}#invitations", 303)


@invitation_pages.post("/members/invitations/<int:number>/revoke")
@require_manager
def revoke(number: int) -> Any:
    """Take an invitation back."""
    row = _pending_one(number)
    invitations.revoke(row, signed_in_account())
    flash(gettext("The invitation is taken back; its link works no more."), "ok")
    return redirect(f"/members?space={row.space.slug}#invitations", 303)


@invitation_pages.post("/members/invitations/<int:number>/again")
@require_manager
def send_again(number: int) -> Any:
    """Mail an invitation once more, with a new link."""
    row = _pending_one(number)
    count_use("invitation", most=MOST_ADDRESSES, seconds=3600)
    link = invitations.send_again(row)
    if not current_node.config.mail.url:
        sent = [invitations.Invited(row.email, link)]
        return page_shown_once("accounts/invited.html", sent=sent, space=row.space)
    flash(gettext("The invitation is on its way once more, with a new link."), "ok")
    return redirect(f"/members?space={row.space.slug}#invitations", 303)


def _pending_one(number: int) -> Invitation:
    space = managed_space(request.form.get("space", ""))
    row = invitations.pending_one(space, number)
    if row is None:
        raise NotFound(gettext("There is nothing at this address."))
    return row


@invitation_pages.route("/invitations/<secret>", methods=["GET", "POST"])
@keeps_form
def accept(secret: str) -> Any:
    """The first of three screens to a published profile: name, short name, password, language."""
    row = invitations.find(secret)
    if row is None:
        return link_is_spent()
    if current_account() is not None or not accounts.is_address_free(row.email):
        return _join(row, secret)
    form = PersonForm(data={"language": row.language or current_language.get()})
    form.offer_languages()
    if request.method == "POST" and form.validate():
        account = _accept(form, row)
        if account is not None:
            place = row.space.name or row.space.slug
            flash(gettext("Welcome to %(place)s. Now say what you offer, in a few words.", place=place), "ok")
            return signing_in.enter(account, FIRST_PAGE)
    page = render_template("accounts/accept.html", form=form, row=row, secret=secret)
    return page, 422 if form.problems() else 200


def _accept(form: PersonForm, row: Invitation) -> Account | None:
    name = tidy(form.name.data)
    handle = tidy(form.handle.data).lower() or sign_ups.propose_handle(name)
    try:
        return invitations.accept(row, handle, name, form.password.data or "", form.language.data)
    except Unprocessable as error:
        form.take_errors(error)
    except Conflict as error:
        form.add_error("handle", str(error))
    return None


def _join(row: Invitation, secret: str) -> Any:
    """The page for whoever has an account already: one button, after signing in."""
    account = current_account()
    form = FederatedForm()
    if account is not None and request.method == "POST" and form.validate():
        try:
            invitations.accept_as(row, account)
        except Conflict as error:
            form.add_error("", str(error))
        else:
            flash(gettext("Welcome to %(place)s.", place=row.space.name or row.space.slug), "ok")
            return redirect(f"/@{row.space.slug}", 303)
    page = render_template("accounts/join.html", form=form, row=row, secret=secret, account=account)
    return page, 422 if form.problems() else 200
