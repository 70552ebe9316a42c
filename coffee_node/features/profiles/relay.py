"""Messages between people who have not given each other an address, within this node and across nodes.

What somebody writes stands on a page and is told by the usual notice; neither mail carries an address of the
other side. Both addresses are shown once both sides have said so, and hidden again when one takes it back.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import Forbidden, NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.base.rate_limits import too_many
from coffee_node.features.profiles import relay_posting, relay_rules
from coffee_node.features.profiles.relay_models import Conversation, Message
from coffee_node.features.profiles.relay_posting import Agreement, name_of
from coffee_node.federation import notices
from coffee_node.federation.actors import find_actor
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

TEXT_LIMIT = 5000
HOUR = 60 * 60
DAY = 24 * HOUR
MESSAGES_PER_HOUR = 30
NEW_PER_DAY = 10
EVERYTHING = 100_000


def send_first(author: Actor, person: Actor, text: str) -> Conversation:
    """Write to a person; continues the conversation that the two have already.

    NotFound where nobody may write to them, Forbidden between people who blocked each other.
    """
    if not relay_rules.may_be_written_to(person) or person.id == author.id:
        raise NotFound(_("Nobody can be written to at this address."))
    known = between(author, person)
    if known is None and new_ones_today(author) > NEW_PER_DAY:
        raise too_many(_("You have written to many people today."), DAY)
    with write():
        talk = known or begin(author, person)
        send(talk, author, text)
    return talk


def new_ones_today(author: Actor) -> int:
    """Count one more conversation that somebody begins; how many there were today."""
    return current_node.rate_limits.hit(f"conversation {author.id}", DAY)


def messages_this_hour(author: Actor) -> int:
    """Count one more message of somebody; how many there were within the hour."""
    return current_node.rate_limits.hit(f"message {author.id}", HOUR)


def begin(author: Actor, person: Actor) -> Conversation:
    """A new conversation, inside write()."""
    talk = Conversation(
        key=secrets.token_urlsafe(16), starter=author, other=person, last_at=clock.utcnow(), told_address=""
    )
    db.session.add(talk)
    db.session.flush()
    return talk


def send(talk: Conversation, author: Actor, text: str) -> Message:
    """Add a message to a conversation and bring it to the other side."""
    text = text.strip()
    if not text or len(text) > TEXT_LIMIT:
        problem = _("Write a message of at most %(most)d characters.", most=TEXT_LIMIT)
        raise Unprocessable(problem, fields={"text": [problem]})
    other = other_side(talk, author)
    if talk.ended_at is not None or relay_rules.is_blocked(author, other) or other.gone_at is not None:
        raise Forbidden(_("This conversation has ended."))
    if messages_this_hour(author) > MESSAGES_PER_HOUR:
        raise too_many(_("These are many messages within an hour."), HOUR)
    with write():
        message = add(talk, author, text)
        if not other.is_local:
            answers = relay_posting.last_of(talk, other)
            posted = relay_posting.post(author, other, text, answers=answers)
            message.uri, message.activity_uri = posted.uri, posted.activity_uri
    return message


def add(talk: Conversation, author: Actor, text: str) -> Message:
    """Note a message and tell the other side where it is here, inside write()."""
    talk.last_at = clock.utcnow()
    db.session.flush()
    message = Message(conversation_id=talk.id, author_id=author.id, text=text, refusal="")
    db.session.add(message)
    db.session.flush()
    tell(talk, author, f"message {message.id}", text)
    return message


def tell(talk: Conversation, author: Actor, key: str, text: str) -> None:
    """Tell the other side, where it is a person of ours, what somebody wrote; inside write()."""
    accounts = notices.account_of(other_side(talk, author))
    notices.tell(accounts, "message", key, lambda: _told(talk, author, text))


def _told(talk: Conversation, author: Actor, text: str) -> notices.Told:
    note = _("Please answer on the page: an answer to this mail reaches nobody. Your address is not shown.")
    title = _("%(name)s has written to you", name=name_of(author))
    return notices.Told(title, f"{text}\n\n{note}", page_of(talk))


def page_of(talk: Conversation) -> str:
    """The address of a conversation."""
    return f"{current_node.config.base_url}/me/messages/{talk.key}"


def other_side(talk: Conversation, person: Actor) -> Actor:
    """Whom somebody talks with."""
    return talk.other if talk.starter_id == person.id else talk.starter


def between(one: Actor, other: Actor) -> Conversation | None:
    """The conversation that two people have, unless it has ended."""
    pair = {one.id, other.id}
    query = select(Conversation).where(
        Conversation.starter_id.in_(pair), Conversation.other_id.in_(pair), Conversation.ended_at.is_(None)
    )
    return db.session.scalar(query.order_by(Conversation.id.desc()).limit(1))


def _of(person: Actor) -> ColumnElement[bool]:
    return or_(Conversation.starter_id == person.id, Conversation.other_id == person.id)


def find_talk(person: Actor, key: str) -> Conversation:
    """A conversation of somebody; the same NotFound for those of others and for none."""
    talk = db.session.scalar(select(Conversation).where(Conversation.key == key, _of(person)))
    if talk is None:
        raise NotFound(_("There is nothing at this address."))
    return talk


def talks_of(person: Actor, limit: int = 50) -> Sequence[Conversation]:
    """The conversations of somebody, the latest first."""
    query = select(Conversation).where(_of(person)).order_by(Conversation.last_at.desc())
    return db.session.scalars(query.limit(limit)).all()


def messages_of(talk: Conversation, limit: int = 200) -> Sequence[Message]:
    """The last messages of a conversation, the oldest first."""
    query = select(Message).where(Message.conversation_id == talk.id).order_by(Message.id.desc())
    return list(reversed(db.session.scalars(query.limit(limit)).all()))


def share_address(talk: Conversation, person: Actor, *, is_shared: bool) -> None:
    """Say that the other side may see one's address, or take it back."""
    if shares(talk, person) == is_shared or talk.ended_at is not None:
        return
    with write():
        set_shares(talk, person, is_shared=is_shared)
        tell_agreement(talk, person)


def set_shares(talk: Conversation, person: Actor, *, is_shared: bool) -> None:
    """Note whether somebody shows an address, inside write()."""
    if talk.starter_id == person.id:
        talk.starter_shares = is_shared
    else:
        talk.other_shares = is_shared


def tell_agreement(talk: Conversation, person: Actor) -> None:
    """Tell another node that a person of ours agrees, or no more; the address goes only where both do."""
    other = other_side(talk, person)
    if other.is_local or not relay_posting.knows_agreements(other.host):
        return
    is_shared = shares(talk, person)
    talk.has_told = is_shared and shares(talk, other)
    words = (
        _("%(name)s agrees to exchange mail addresses.")
        if is_shared
        else _("%(name)s hides the address again.")
    )
    said = Agreement(is_shared, _address_of(person) if talk.has_told else "")
    relay_posting.post(person, other, words % {"name": name_of(person)}, says=said)


def shares(talk: Conversation, person: Actor) -> bool:
    """Whether somebody has agreed to show an address."""
    return talk.starter_shares if talk.starter_id == person.id else talk.other_shares


def address_of_other(talk: Conversation, person: Actor) -> str:
    """The address of the other side, empty until both have agreed."""
    if not (talk.starter_shares and talk.other_shares):
        return ""
    other = other_side(talk, person)
    return _address_of(other) if other.is_local else talk.told_address


def _address_of(person: Actor) -> str:
    return next((account.email or "" for account in notices.account_of(person)), "")


def end(talk: Conversation, person: Actor) -> None:
    """End a conversation: nobody can write in it any more, and no address is shown."""
    with write():
        talk.ended_at = talk.ended_at or clock.utcnow()
        had_shared = shares(talk, person)
        talk.starter_shares = talk.other_shares = False
        talk.told_address = ""
        if had_shared:
            tell_agreement(talk, person)


def personal_data(actor_uri: str) -> dict[str, Any]:
    """Every message a person wrote or got, for their own copy; empty when there are none."""
    person = find_actor(actor_uri)
    if person is None:
        return {}
    found = []
    for talk in talks_of(person, limit=EVERYTHING):
        found += [_exported(talk, person, message) for message in messages_of(talk, limit=EVERYTHING)]
    return {"messages": found} if found else {}


def _exported(talk: Conversation, person: Actor, message: Message) -> dict[str, Any]:
    return {
        "with": other_side(talk, person).uri,
        "is_mine": message.author_id == person.id,
        "at": clock.rfc3339(message.created_at),
        "text": message.text,
    }


def erase(actor_uri: str) -> None:
    """Remove the conversations of a person, on both sides."""
    person = find_actor(actor_uri)
    if person is None:
        return
    ids = select(Conversation.id).where(_of(person))
    with write():
        db.session.execute(delete(Message).where(Message.conversation_id.in_(ids)))
        db.session.execute(delete(Conversation).where(_of(person)))
