"""Signing in and out, by password or by a link, and choosing the first password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired

from coffee_node.base.database import write
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import _, gettext
from coffee_node.base.rate_limits import too_many
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Account
from coffee_node.node import current_node
from coffee_node.web import auth
from coffee_node.web.addresses import safe_back
from coffee_node.web.forms import FederatedForm, keeps_form, tidy

account_pages = Blueprint("account", __name__)
ATTEMPTS = 10
ATTEMPTS_SECONDS = 15 * 60


class SignInForm(FederatedForm):
    """Who, and the password; `back` is where to go afterwards."""

    who = StringField(
        _("Your short name here, or your e-mail address"),
        [InputRequired()],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(_("Password"), [InputRequired()], render_kw={"autocomplete": "current-password"})
    back = HiddenField()


class SetupForm(FederatedForm):
    """The first password of an account; the token came with the link."""

    token = HiddenField()
    email = EmailField(
        _("E-mail address"),
        description=_("For signing in and for messages of this site. Nobody else sees it."),
        render_kw={"autocomplete": "email"},
    )
    password = PasswordField(
        _("Password"),
        [InputRequired()],
        description=_("At least 10 characters. A few words in a row are easy to keep in mind."),
        render_kw={"autocomplete": "new-password", "minlength": accounts.MIN_PASSWORD},
    )


@account_pages.get("/sign-in")
def sign_in_page() -> str:
    """The sign-in form."""
    form = SignInForm(data={"back": safe_back(request.args.get("back"))})
    return render_template("sign_in.html", form=form)


@account_pages.post("/sign-in")
@keeps_form
def sign_in() -> Response | tuple[str, int]:
    """Sign in, or show the form again with one and the same sentence whatever was wrong."""
    form = SignInForm()
    back = safe_back(form.back.data)
    if not form.validate():
        return render_template("sign_in.html", form=form), 422
    attempt = _count_attempt(tidy(form.who.data).lower())
    account = accounts.find_account(tidy(form.who.data))
    if not accounts.check_password(account, form.password.data or "") or account is None:
        form.add_error("", gettext("Name and password do not fit together. Please check both."))
        return render_template("sign_in.html", form=form), 422
    current_node.rate_limits.forget(attempt, ATTEMPTS_SECONDS)
    return _signed_in(account, back)


def _count_attempt(who: str) -> str:
    """The key of the counter; TooManyRequests after ten tries for one account, or a hundred for any."""
    address = request.remote_addr or ""
    one, all_ = f"sign-in {address} {who}", f"sign-in {address}"
    for key, most in ((one, ATTEMPTS), (all_, 10 * ATTEMPTS)):
        if current_node.rate_limits.hit(key, ATTEMPTS_SECONDS) > most:
            raise too_many(gettext("Too many attempts to sign in."), ATTEMPTS_SECONDS)
    return one


@account_pages.get("/sign-in/<secret>")
def sign_in_by_link(secret: str) -> Response | tuple[str, int]:
    """Sign in with a link that was sent or printed; it works once unless it was made to last."""
    link = accounts.find_link(secret, "sign-in")
    if link is None:
        return _link_is_spent()
    return _signed_in(accounts.use_link(link), safe_back(request.args.get("back")))


@account_pages.post("/sign-out")
def sign_out() -> Response:
    """Sign this browser out."""
    response = redirect("/", 303)
    auth.sign_out(response)
    flash(gettext("You are signed out. See you soon."), "ok")
    return response


@account_pages.get("/setup")
def setup_page() -> str | tuple[str, int]:
    """The page behind the one-time link of `init`."""
    link = accounts.find_link(request.args.get("token", ""), "setup")
    if link is None:
        return _link_is_spent()
    form = SetupForm(data={"token": request.args["token"], "email": link.account.email})
    return render_template("setup.html", form=form, account=link.account)


@account_pages.post("/setup")
@keeps_form
def setup() -> Response | tuple[str, int]:
    """Keep the first password, sign in, and spend the link."""
    form = SetupForm()
    link = accounts.find_link(form.token.data or "", "setup")
    if link is None:
        return _link_is_spent()
    account = link.account
    if form.validate():
        try:
            with write():
                accounts.set_password(account, form.password.data or "")
                account.email = tidy(form.email.data).lower() or account.email
                accounts.use_link(link)
        except Unprocessable:
            least = accounts.MIN_PASSWORD
            form.add_error("password", gettext("At least %(least)d characters, please.", least=least))
        else:
            flash(gettext("Welcome. Your password is set and you are signed in."), "ok")
            return _signed_in(account, "/")
    return render_template("setup.html", form=form, account=account), 422


def _signed_in(account: Account, back: str) -> Response:
    response = redirect(back, 303)
    auth.sign_in(account, response)
    return response


def _link_is_spent() -> tuple[str, int]:
    return render_template("link_spent.html"), 410
