"""Signing in and out, by password or by a link, and choosing the first password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from coffee_node.base.config_fields import is_email
from coffee_node.base.database import write
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext
from coffee_node.federation import accounts, passkeys, second_factor
from coffee_node.node import current_node
from coffee_node.web import auth, signing_in
from coffee_node.web.account_forms import CodeForm, SetupForm, SignInForm
from coffee_node.web.addresses import safe_back
from coffee_node.web.attempt_limits import count_attempt, count_spent_link
from coffee_node.web.forms import keeps_form, tidy
from coffee_node.web.guest_visits import home_sign_in_href

account_pages = Blueprint("account", __name__)


@account_pages.get("/sign-in")
def sign_in_page() -> str:
    """The sign-in form."""
    return _sign_in_page(SignInForm(data={"back": safe_back(request.args.get("back"))}))


def _sign_in_page(form: SignInForm) -> str:
    return render_template(
        "sign_in.html",
        form=form,
        registration=current_node.config.web.registration,
        has_passkeys=passkeys.are_offered(),
        has_partners=bool(home_sign_in_href()),
    )


@account_pages.post("/sign-in")
@keeps_form
def sign_in() -> Response | tuple[str, int]:
    """Sign in, or show the form again with one and the same sentence whatever was wrong."""
    form = SignInForm()
    back = safe_back(form.back.data)
    if not form.validate():
        return _sign_in_page(form), 422
    attempt = count_attempt("sign-in", tidy(form.who.data).lower())
    account = accounts.find_account(tidy(form.who.data))
    if not accounts.check_password(account, form.password.data or "") or account is None:
        form.add_error("", gettext("Name and password do not fit together. Please check both."))
        return _sign_in_page(form), 422
    attempt.forget()
    return signing_in.enter(account, back)


@account_pages.route("/sign-in/code", methods=["GET", "POST"])
@keeps_form
def second_step() -> Response | tuple[str, int] | str:
    """Ask for the code of the telephone; whoever did not do the first step begins there."""
    link = signing_in.first_step()
    if link is None:
        flash(gettext("Please begin once more: the first step was more than ten minutes ago."), "wait")
        return redirect("/sign-in", 303)
    form = CodeForm()
    if request.method == "GET":
        return render_template("accounts/code.html", form=form)
    if form.validate():
        attempt = count_attempt("code", link.account.handle)
        if second_factor.check(link.account, tidy(form.code.data)):
            attempt.forget()
            return signing_in.finish(link)
        form.add_error("code", gettext("This code is not right, or it was used. Wait for the next one."))
    return render_template("accounts/code.html", form=form), 422


@account_pages.get("/sign-in/<secret>")
def sign_in_by_link(secret: str) -> Response | tuple[str, int]:
    """Sign in with a link that was sent or printed; it works once unless it was made to last."""
    link = accounts.find_link(secret, "sign-in")
    if link is None:
        return link_is_spent()
    return signing_in.enter(accounts.use_link(link), safe_back(request.args.get("back")))


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
        return link_is_spent()
    form = SetupForm(data={"token": request.args["token"], "email": link.account.email})
    return render_template("setup.html", form=form, account=link.account)


@account_pages.post("/setup")
@keeps_form
def setup() -> Response | tuple[str, int]:
    """Keep the first password, sign in, and spend the link."""
    form = SetupForm()
    link = accounts.find_link(form.token.data or "", "setup")
    if link is None:
        return link_is_spent()
    account = link.account
    email = tidy(form.email.data).lower()
    if form.validate() and _is_usable(form, email):
        try:
            with write():
                accounts.set_password(account, form.password.data or "")
                account.email = email or account.email
                accounts.use_link(link)
        except Unprocessable as error:
            form.take_errors(error)
        else:
            flash(gettext("Welcome. Your password is set and you are signed in."), "ok")
            return signing_in.enter(account, "/")
    return render_template("setup.html", form=form, account=account), 422


def _is_usable(form: SetupForm, email: str) -> bool:
    if not is_email(email):
        form.add_error("email", gettext("Write an address like claire@example.org."))
    return not form.email.errors


def link_is_spent() -> tuple[str, int]:
    """The page of a link that works no more; TooManyRequests for who meets dozens of them."""
    count_spent_link()
    return render_template("link_spent.html"), 410
