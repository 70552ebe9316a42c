"""Tokens with which programs write in somebody's name: made, shown once, listed with last use, ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import DataRequired, InputRequired, Length

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import NotFound
from coffee_node.base.i18n import _, gettext
from coffee_node.federation import accounts, audit
from coffee_node.federation.account_models import Account, Token
from coffee_node.web.attempt_limits import count_use
from coffee_node.web.auth import require_account, signed_in_account
from coffee_node.web.forms import FederatedForm, RadioField, keeps_form, tidy
from coffee_node.web.shown_once import page_shown_once

TOKENS_PER_HOUR = 30

token_pages = Blueprint("tokens", __name__)


class TokenForm(FederatedForm):
    """What a program is, and what it may do."""

    name = StringField(
        _("Name of the program"),
        [DataRequired(), Length(max=100)],
        description=_("So that you recognise it later, for example: agenda of our website."),
    )
    scope = RadioField(
        _("What it may do"),
        [InputRequired()],
        choices=[("read", _("Read only")), ("read,write", _("Read, and publish in my name"))],
        default="read,write",
    )


def tokens_of(account: Account) -> Sequence[Token]:
    """The tokens of an account that work, newest first."""
    query = select(Token).where(Token.account_id == account.id, Token.revoked_at.is_(None))
    return db.session.scalars(query.order_by(Token.id.desc())).all()


@token_pages.route("/me/security/tokens/new", methods=["GET", "POST"])
@keeps_form
@require_account
def new_token() -> Any:
    """Make a token and show it, this once."""
    account = signed_in_account()
    form = TokenForm()
    if request.method == "POST" and form.validate():
        count_use("token", most=TOKENS_PER_HOUR, seconds=3600)
        with write():
            secret = accounts.create_token(account, form.scope.data, tidy(form.name.data))
            audit.record("token", by=account, account=account)
        return page_shown_once("accounts/token_made.html", secret=secret, name=tidy(form.name.data))
    page = render_template("accounts/token_form.html", form=form, account=account)
    return page, 422 if form.problems() else 200


@token_pages.post("/me/security/tokens/<int:number>/revoke")
@require_account
def revoke(number: int) -> Any:
    """End a token of one's own."""
    account = signed_in_account()
    with write():
        found = db.session.scalar(select(Token).where(Token.id == number, Token.account_id == account.id))
        if found is None:
            raise NotFound(gettext("There is nothing at this address."))
        if found.revoked_at is None:
            found.revoked_at = clock.utcnow()
            audit.record("token-revoked", by=account, account=account)
    flash(gettext("This program can do nothing here any more."), "ok")
    return redirect("/me/security#programs", 303)
