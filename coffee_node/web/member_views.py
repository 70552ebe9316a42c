"""The members of a space, for those who manage it: roles, lost telephones, closed accounts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from coffee_node.base.errors import Conflict, Forbidden, Unprocessable
from coffee_node.base.i18n import _, gettext
from coffee_node.federation import accounts, invitations, memberships, second_factor, sign_ups
from coffee_node.federation.account_models import Membership
from coffee_node.web.auth import current_account, managed_space, require_manager, signed_in_account
from coffee_node.web.forms import FederatedForm, keeps_form, tidy
from coffee_node.web.member_words import role_choices, role_name
from coffee_node.web.security_words import deeds_in

member_pages = Blueprint("members", __name__)


class ResetForm(FederatedForm):
    """Why a second step is switched off; it stays in the record."""

    reason = TextAreaField(
        _("How do you know that it is really this person?"),
        [DataRequired(), Length(max=500)],
        description=_("For example: came to the desk with an identity card. The person can read this."),
        render_kw={"rows": 2},
    )


@member_pages.get("/members")
@require_manager
def members() -> str:
    """Everybody who belongs to a space, and who is invited to it."""
    space = managed_space(request.args.get("space", ""))
    me = signed_in_account()
    return render_template(
        "accounts/members.html",
        space=space,
        spaces=memberships.managed_spaces(me),
        rows=memberships.members_of(space),
        invitations=invitations.pending(space),
        waiting=len(sign_ups.waiting_for(me)),
        role_name=role_name,
    )


@member_pages.get("/members/<handle>")
@require_manager
def member(handle: str) -> str:
    """One member, with everything that a manager may change."""
    return _member_page(_membership(handle), ResetForm())


def _member_page(row: Membership, form: ResetForm) -> str:
    me = signed_in_account()
    return render_template(
        "accounts/member.html",
        row=row,
        form=form,
        roles=role_choices(),
        role_name=role_name,
        may_close=memberships.may_close(row.account, me),
        may_help=memberships.may_help(row.account, me) and second_factor.is_asked(row.account),
        deeds=deeds_in(row.account, row.space),
    )


@member_pages.post("/members/<handle>/role")
@require_manager
def change_role(handle: str) -> Any:
    """Give another role."""
    row = _membership(handle)
    role = request.form.get("role", "")
    if role not in accounts.ROLES:
        raise Unprocessable(gettext("This is not one of the choices."))
    try:
        memberships.change_role(row, role, signed_in_account())
    except Conflict as error:
        flash(str(error), "bad")
    else:
        name, now = row.account.name or handle, role_name(role)
        flash(gettext("%(name)s is now: %(role)s.", name=name, role=now), "ok")
    return _back(row)


@member_pages.post("/members/<handle>/representative")
@require_manager
def mark_representative(handle: str) -> Any:
    """Note whom the coworkers chose to speak for them."""
    row = _membership(handle)
    memberships.mark_representative(row, request.form.get("is_representative") == "yes", signed_in_account())
    flash(gettext("Saved."), "ok")
    return _back(row)


@member_pages.post("/members/<handle>/leave")
@require_manager
def end_membership(handle: str) -> Any:
    """Let somebody no longer belong to the space; the account stays."""
    row = _membership(handle)
    space, name = row.space, row.account.name or handle
    try:
        memberships.end_membership(row, signed_in_account())
    except Conflict as error:
        flash(str(error), "bad")
        return _back(row)
    flash(gettext("%(name)s no longer belongs to this place.", name=name), "ok")
    return redirect(f"/members?space={space.slug}", 303)


@member_pages.post("/members/<handle>/disable")
@require_manager
def disable(handle: str) -> Any:
    """Close an account: its sessions and programs end at once."""
    row = _closable(handle)
    try:
        memberships.disable_account(row.account, signed_in_account())
    except Conflict as error:
        flash(str(error), "bad")
    else:
        flash(gettext("The account is closed. What it published stays."), "ok")
    return _back(row)


@member_pages.post("/members/<handle>/enable")
@require_manager
def enable(handle: str) -> Any:
    """Open a closed account again."""
    row = _closable(handle)
    memberships.enable_account(row.account, signed_in_account())
    flash(gettext("The account is open again."), "ok")
    return _back(row)


@member_pages.post("/members/<handle>/second-step")
@keeps_form
@require_manager
def reset_second_step(handle: str) -> Any:
    """Switch off the second step of somebody who lost the telephone, with a reason that is kept."""
    row = _membership(handle)
    if not memberships.may_help(row.account, signed_in_account()):
        raise Forbidden(gettext("Only an administrator can do this for an administrator."))
    form = ResetForm()
    if not form.validate():
        return _member_page(row, form), 422
    if second_factor.is_asked(row.account):
        second_factor.reset(row.account, signed_in_account(), tidy(form.reason.data))
    flash(gettext("The second step is switched off, and the person gets a mail about it."), "ok")
    return _back(row)


def _membership(handle: str) -> Membership:
    """A member of a space of the reader; whoever is in none of them does not exist here."""
    slug = request.values.get("space", "")
    if slug:
        return memberships.membership_in(managed_space(slug), handle)
    spaces = memberships.managed_spaces(current_account())
    mine = [space for space in spaces if memberships.is_in(space, handle)]
    return memberships.membership_in(mine[0] if mine else managed_space(), handle)


def _closable(handle: str) -> Membership:
    row = _membership(handle)
    if not memberships.may_close(row.account, signed_in_account()):
        raise Forbidden(
            gettext("This account also belongs to a place that you do not manage, or it is your own."),
            gettext("You can end its membership in your place, or ask an administrator."),
        )
    return row


def _back(row: Membership) -> Response:
    return redirect(f"/members/{row.account.handle}?space={row.space.slug}", 303)
