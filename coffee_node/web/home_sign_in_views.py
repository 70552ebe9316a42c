"""Signing in with a home space: choosing it, waiting while the worker asks it, coming back from it."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import Length, Optional

from coffee_node.base.database import db
from coffee_node.base.errors import Conflict, InvalidDocument, NotFound, Unprocessable
from coffee_node.base.i18n import _, gettext
from coffee_node.federation import guest_sign_ins, partner_nodes
from coffee_node.federation.guest_models import GuestSession, HomeSignIn
from coffee_node.web.addresses import safe_back
from coffee_node.web.attempt_limits import count_use
from coffee_node.web.auth import current_account
from coffee_node.web.forms import FederatedForm, RadioField, keeps_form, tidy
from coffee_node.web.guest_visits import begin_visit, current_guest, end_visit

BROWSER = "home"
SECONDS = 2
WAYS = 30

home_sign_in_pages = Blueprint("home_sign_in", __name__)


class HomeForm(FederatedForm):
    """Where somebody is at home: an address as people write it, or one of the partners."""

    handle = StringField(
        _("Your address in your home space"),
        [Length(max=600)],
        description=_("For example anna@lille.example. Or choose your home space below."),
        render_kw={
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
            "inputmode": "email",
        },
    )
    space = RadioField(_("Your home space"), [Optional()], validate_choice=False)
    back = HiddenField()


@home_sign_in_pages.route("/sign-in/home", methods=["GET", "POST"])
@keeps_form
def choose() -> Any:
    """Ask where somebody is at home; whoever is signed in already goes on."""
    back = safe_back(request.values.get("back"))
    if current_account() is not None or current_guest() is not None:
        return redirect(back, 303)
    form = HomeForm(data={"back": back})
    nodes = partner_nodes.partner_nodes()
    form.space.choices = [(node.host, node.name or node.host) for node in nodes]
    if request.method == "POST" and _is_complete(form):
        count_use("home sign-in", most=WAYS)
        row = _begin(form, back)
        if row is not None:
            return redirect(f"/sign-in/home/{row.token}", 303)
    page = render_template("accounts/home_sign_in.html", form=form, nodes=nodes)
    return page, 422 if form.problems() else 200


def _is_complete(form: HomeForm) -> bool:
    is_valid = form.validate()
    if is_valid and not (tidy(form.handle.data) or form.space.data):
        form.add_error("handle", gettext("Write your address, or choose your home space."))
    return not form.problems()


def _begin(form: HomeForm, back: str) -> HomeSignIn | None:
    """Note it; None with the reason at the field."""
    if BROWSER not in session:
        session[BROWSER] = secrets.token_urlsafe(24)
    typed = tidy(form.handle.data)
    name = "handle" if typed else "space"
    if typed and "@" not in typed.lstrip("@"):
        form.add_error("handle", gettext("Write your address like anna@lille.example."))
        return None
    try:
        return guest_sign_ins.begin(typed or form.space.data, back, session[BROWSER])
    except InvalidDocument:
        form.add_error(name, gettext("Write your address like anna@lille.example."))
    except Unprocessable as error:
        form.add_error(name, str(error))
    return None


@home_sign_in_pages.get("/sign-in/home/callback")
def callback() -> Any:
    """Come back from the home space: what was brought is noted, the worker takes it there."""
    count_use("home sign-in back", most=WAYS * 2)
    given = request.args
    try:
        row = guest_sign_ins.come_back(
            session.get(BROWSER, ""),
            given.get("state", ""),
            given.get("iss", ""),
            given.get("code", ""),
            given.get("error", ""),
        )
    except Conflict as error:
        page = render_template("accounts/home_sign_in_over.html", why=str(error), back="/")
        return page, 404
    return redirect(f"/sign-in/home/{row.token}", 303)


@home_sign_in_pages.get("/sign-in/home/<token>")
def wait(token: str) -> Any:
    """How far a way is: still asking, ready to go there, back as a guest, or in words what went wrong."""
    row = guest_sign_ins.find(token, session.get(BROWSER, ""))
    if row is None:
        raise NotFound(gettext("This way of signing in is not here any more."), gettext("Begin once more."))
    if row.step == "done":
        return _enter(row)
    if row.step == "opened":
        return redirect(safe_back(row.back), 303)
    if row.step == "failed":
        page = render_template(
            "accounts/home_sign_in_over.html", why=_in_words(row), back=safe_back(row.back)
        )
        return page, 200
    refresh = f"0; url={row.go_to}" if row.step == "ready" else str(SECONDS)
    return render_template("accounts/home_sign_in_wait.html", row=row, refresh=refresh)


def _enter(row: HomeSignIn) -> Response:
    response = redirect(safe_back(row.back), 303)
    secret = guest_sign_ins.open_guest(row)
    guest = db.session.get(GuestSession, row.guest_id)
    if guest is not None:
        begin_visit(response, secret, guest)
        flash(gettext("Welcome, %(name)s. You are here as a guest for an hour.", name=guest.name), "ok")
    return response


@home_sign_in_pages.post("/sign-out/home")
def leave() -> Response:
    """End a visit; the home space is told by the worker."""
    response = redirect("/", 303)
    end_visit(response)
    flash(gettext("You are signed out. See you soon."), "ok")
    return response


def _in_words(row: HomeSignIn) -> str:
    """At which step a way ended, in the reader's language."""
    host = row.host
    told = {
        "silent": gettext("%(host)s does not answer just now. Please try again later.", host=host),
        "partner": gettext("%(host)s is no partner of this site.", host=host),
        "elsewhere": gettext(
            "%(host)s names another server as its home space. That is not followed.", host=host
        ),
        "unable": gettext("%(host)s does not offer this way of signing in yet.", host=host),
        "asked": gettext("%(host)s did not let you sign in here. Please begin once more.", host=host),
        "refused": gettext("You did not allow it. Nothing was passed on."),
        "issuer": gettext("The answer did not come from %(host)s. It was not used.", host=host),
        "token": gettext("%(host)s gave an answer that cannot be used.", host=host),
        "identity": gettext("What %(host)s says about you does not hold. It was not used.", host=host),
        "person": gettext("%(host)s does not show who you are. Please try again later.", host=host),
        "late": gettext("This took too long. Please begin once more."),
    }
    return told.get(row.error) or row.error
