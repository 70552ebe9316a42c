"""My data: what is kept about me, all of it as a file, and leaving for good."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from coffee_node.base import clock
from coffee_node.base.errors import Conflict, NotFound, PluginError
from coffee_node.base.i18n import _, gettext
from coffee_node.federation import audience, erasure, memberships, personal_data
from coffee_node.federation.account_models import Account
from coffee_node.node import current_node
from coffee_node.web.addresses import cookie_name
from coffee_node.web.attempt_limits import count_attempt
from coffee_node.web.auth import require_account, signed_in_account
from coffee_node.web.forms import FederatedForm, keeps_form, tidy
from coffee_node.web.password_views import proves_password

EXPORTS = 20

privacy_data_pages = Blueprint("privacy_data", __name__)


class LeaveForm(FederatedForm):
    """The password, or the short name of who has none, and a box that says it is meant."""

    current = PasswordField(
        _("Present password"), [InputRequired()], render_kw={"autocomplete": "current-password"}
    )
    handle = StringField(
        _("Your short name"), [InputRequired(), Length(max=100)], render_kw={"autocomplete": "off"}
    )
    is_sure = BooleanField(_("I want to leave, and know that this cannot be taken back."), [InputRequired()])


@privacy_data_pages.get("/me/data")
@require_account
def my_data() -> str:
    """What is kept about the reader in words, with what was agreed to and when."""
    account = signed_in_account()
    return render_template(
        "my_data.html",
        account=account,
        consents=personal_data.consents_of(account),
        spaces=memberships.spaces_of(account),
        partners=audience.partner_hosts(),
    )


@privacy_data_pages.post("/me/data/export")
@require_account
def export() -> Response:
    """Everything as one ZIP, made on the spot."""
    account = signed_in_account()
    count_attempt("export", account.handle, most=EXPORTS)
    name = f"{account.handle}-{clock.utcnow():%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(personal_data.archive(account), mimetype="application/zip", headers=headers)


@privacy_data_pages.route("/me/data/leave", methods=["GET", "POST"])
@keeps_form
@require_account
def leave() -> Any:
    """Say what leaving means, and do it when the person proves to be who they are."""
    account = signed_in_account()
    form = LeaveForm()
    del form[("handle" if account.password_hash else "current")]
    if form.is_submitted() and form.validate() and _is_theirs(form, account):
        secret = _left(form, account)
        if secret:
            return _goodbye(secret)
    page = render_template(
        "leave.html",
        form=form,
        account=account,
        reasons=erasure.why_not(account),
        companies=[actor for actor in erasure.goes_along(account) if actor.id != account.actor_id],
        partners=audience.partner_hosts(),
    )
    return page, 422 if form.problems() else 200


def _is_theirs(form: LeaveForm, account: Account) -> bool:
    if "current" in form:
        return proves_password(form, account, "current")
    if tidy(form.handle.data).lower() == account.handle:
        return True
    form.add_error("handle", gettext("This is not your short name."))
    return False


def _left(form: LeaveForm, account: Account) -> str:
    try:
        return erasure.leave(account)
    except Conflict as error:
        form.add_error("", str(error))
    except PluginError as error:
        form.add_error(
            "", gettext("Nothing was erased, because a part of this site failed: %(why)s", why=str(error))
        )
    return ""


def _goodbye(secret: str) -> Any:
    """To the page without a name; the cookie of the session that is gone goes, too."""
    g.account = g.browser_session = None
    response = redirect(f"/left/{secret}", 303)
    is_https = current_node.config.is_https
    response.delete_cookie(cookie_name("session"), secure=is_https, samesite="Lax")
    return response


@privacy_data_pages.get("/left/<secret>")
def left(secret: str) -> Response:
    """How far the erasure of somebody who left has come: numbers, no name."""
    found = erasure.progress(secret)
    if found is None:
        raise NotFound(gettext("There is nothing at this address."))
    headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    address = f"{current_node.config.base_url}/left/{secret}"
    return Response(render_template("left.html", progress=found, address=address), headers=headers)
