"""Writing to a person of this site without knowing an address: the form, the conversations, the answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from coffee_node.base.database import db
from coffee_node.base.errors import Forbidden, NotFound, Unprocessable
from coffee_node.base.i18n import _, gettext
from coffee_node.features.profiles import relay
from coffee_node.features.profiles.models import Profile
from coffee_node.features.profiles.readers import may_be_seen, present_reader
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import FederatedForm, keeps_form

relay_pages = Blueprint("relay", __name__)


class MessageForm(FederatedForm):
    """A message to one person."""

    text = TextAreaField(_("Your message"), [InputRequired(_("Write something first."))])


@relay_pages.route("/write/<slug>", methods=["GET", "POST"])
@keeps_form
@require_account
def write_to(slug: str) -> Any:
    """Write to a person of this site; the same 404 for who is hidden, absent, or takes no messages."""
    account, person = _account(), _person(slug)
    form = MessageForm()
    if request.method == "POST" and form.validate():
        try:
            talk = relay.send_first(account, person, str(form.text.data))
        except Unprocessable as error:
            form.take_errors(error)
        else:
            flash(gettext("Sent. The answer will be told to you."), "ok")
            return redirect(f"/me/messages/{talk.key}", 303)
    body = render_template("profiles/write.html", form=form, person=person)
    return body if request.method == "GET" else (body, 422)


@relay_pages.get("/me/messages")
@require_account
def conversations() -> str:
    """With whom the reader talks."""
    account = _account()
    talks = [(talk, relay.other_side(talk, account)) for talk in relay.talks_of(account)]
    return render_template("profiles/messages.html", talks=talks)


@relay_pages.route("/me/messages/<key>", methods=["GET", "POST"])
@keeps_form
@require_account
def conversation(key: str) -> Any:
    """One conversation, with the answer below."""
    account = _account()
    talk = relay.find_talk(account, key)
    form = MessageForm()
    if request.method == "POST" and form.validate():
        try:
            relay.send(talk, account, str(form.text.data))
        except Unprocessable as error:
            form.take_errors(error)
        else:
            flash(gettext("Sent."), "ok")
            return redirect(f"/me/messages/{key}", 303)
    body = render_template(
        "profiles/conversation.html",
        form=form,
        talk=talk,
        me=account,
        other=relay.other_side(talk, account),
        messages=relay.messages_of(talk),
        shares=relay.shares(talk, account),
        address=relay.address_of_other(talk, account),
    )
    return body if request.method == "GET" else (body, 422)


@relay_pages.post("/me/messages/<key>/address")
@require_account
def address(key: str) -> Response:
    """Show one's address to the other side, once both agree, or take it back."""
    account = _account()
    talk = relay.find_talk(account, key)
    relay.share_address(talk, account, is_shared=request.form.get("share") == "yes")
    return redirect(f"/me/messages/{key}", 303)


@relay_pages.post("/me/messages/<key>/end")
@require_account
def end(key: str) -> Response:
    """End a conversation."""
    account = _account()
    relay.end(relay.find_talk(account, key), account)
    flash(gettext("The conversation has ended; nobody can write in it any more."), "ok")
    return redirect("/me/messages", 303)


def _account() -> Account:
    account = current_account()
    if account is None or account.actor is None:
        raise Forbidden(gettext("Only people write messages; your account is nobody's profile."))
    return account


def _person(slug: str) -> Actor:
    person = find_local_actor(slug)
    seen = may_be_seen(present_reader(), listed_only=False)
    is_seen = person is not None and db.session.scalar(
        select(Profile.id).where(Profile.actor_id == person.id, *seen)
    )
    if person is None or not is_seen or relay.reader_of(person) is None or person.id == _account().actor_id:
        raise NotFound(gettext("Nobody can be written to at this address."))
    return person
