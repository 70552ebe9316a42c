"""Writing to a person without knowing an address: the form, the conversations, the answer."""

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
from coffee_node.features.profiles import relay, relay_posting, relay_rules
from coffee_node.features.profiles.models import Profile
from coffee_node.features.profiles.readers import may_be_seen, present_reader
from coffee_node.features.profiles.service import find_profile
from coffee_node.federation.actors import find_local_actor, find_remote_actor
from coffee_node.federation.models import Actor
from coffee_node.node import current_node
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import FederatedForm, keeps_form

relay_pages = Blueprint("relay", __name__)


class MessageForm(FederatedForm):
    """A message to one person."""

    text = TextAreaField(_("Your message"), [InputRequired(_("Write something first."))])


@relay_pages.get("/write/<slug>")
def write_to(slug: str) -> str:
    """The form to write to a person; who has no account here reads what they can do instead.

    The same 404 for who is hidden, absent, or takes no messages.
    """
    person = _person(slug)
    if current_account() is None:
        handle = relay_posting.handle_of(person)
        return render_template(
            "profiles/write_visitor.html", person=person, name=_name(person), handle=handle
        )
    _me()
    return _form_page(MessageForm(), person)


@relay_pages.post("/write/<slug>")
@keeps_form
@require_account
def send_to(slug: str) -> Any:
    """Write to a person, here or on another node."""
    me, person = _me(), _person(slug)
    form = MessageForm()
    if form.validate():
        try:
            talk = relay.send_first(me, person, str(form.text.data))
        except Unprocessable as error:
            form.take_errors(error)
        else:
            flash(gettext("Sent. The answer will be told to you."), "ok")
            return redirect(f"/me/messages/{talk.key}", 303)
    return _form_page(form, person), 422


def _form_page(form: MessageForm, person: Actor) -> str:
    return render_template("profiles/write.html", form=form, person=person, name=_name(person))


def _name(person: Actor) -> str:
    return relay_posting.name_of(person)


@relay_pages.get("/me/messages")
@require_account
def conversations() -> str:
    """With whom the reader talks."""
    me = _me()
    talks = [(talk, _name(relay.other_side(talk, me))) for talk in relay.talks_of(me)]
    return render_template("profiles/messages.html", talks=talks)


@relay_pages.route("/me/messages/<key>", methods=["GET", "POST"])
@keeps_form
@require_account
def conversation(key: str) -> Any:
    """One conversation, with the answer below."""
    me = _me()
    talk = relay.find_talk(me, key)
    form = MessageForm()
    if request.method == "POST" and form.validate():
        try:
            relay.send(talk, me, str(form.text.data))
        except Unprocessable as error:
            form.take_errors(error)
        else:
            flash(gettext("Sent."), "ok")
            return redirect(f"/me/messages/{key}", 303)
    other, messages = relay.other_side(talk, me), relay.messages_of(talk)
    body = render_template(
        "profiles/conversation.html",
        form=form,
        talk=talk,
        me=me,
        other=other,
        name=_name(other),
        messages=messages,
        how_far=relay_posting.how_far(messages),
        shares=relay.shares(talk, me),
        they_share=relay.shares(talk, other),
        address=relay.address_of_other(talk, me),
        may_share=relay_posting.knows_agreements(other.host),
    )
    return body if request.method == "GET" else (body, 422)


@relay_pages.post("/me/messages/<key>/address")
@require_account
def address(key: str) -> Response:
    """Show one's address to the other side, once both agree, or take it back."""
    me = _me()
    talk = relay.find_talk(me, key)
    relay.share_address(talk, me, is_shared=request.form.get("share") == "yes")
    return redirect(f"/me/messages/{key}", 303)


@relay_pages.post("/me/messages/<key>/end")
@require_account
def end(key: str) -> Response:
    """End a conversation."""
    me = _me()
    relay.end(relay.find_talk(me, key), me)
    flash(gettext("The conversation has ended; nobody can write in it any more."), "ok")
    return redirect("/me/messages", 303)


def _me() -> Actor:
    account = current_account()
    if account is None or account.actor is None:
        raise Forbidden(gettext("Only people write messages; your account is nobody's profile."))
    return account.actor


def _person(slug: str) -> Actor:
    """Whom the address names, as `name` or `name@host`."""
    name, _at, host = slug.partition("@")
    is_ours = host in ("", current_node.config.host)
    person = find_local_actor(name) if is_ours else find_remote_actor(name, host)
    seen = may_be_seen(present_reader(), listed_only=False)
    is_seen = person is not None and db.session.scalar(
        select(Profile.id).where(Profile.actor_id == person.id, *seen)
    )
    account = current_account()
    if person is not None and account is not None and not person.is_local and find_profile(person) is None:
        # Of somebody whom nobody here follows no profile is held: their name is all there is to see.
        is_seen = True
    is_own = person is not None and account is not None and person.id == account.actor_id
    if person is None or not is_seen or is_own or not relay_rules.may_be_written_to(person):
        raise NotFound(gettext("Nobody can be written to at this address."))
    return person
