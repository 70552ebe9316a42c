"""Messages between people of this node who have not given each other an address.

What somebody writes stands on a page and is told by the usual notice; neither mail carries an address of the
other side. Both addresses are shown once both sides have said so, and hidden again when one takes it back.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, or_, select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import Forbidden, NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.base.rate_limits import too_many
from coffee_node.features.profiles.relay_models import Conversation, Message
from coffee_node.features.profiles.service import find_profile
from coffee_node.federation import blocks, notices
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import find_actor
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

TEXT_LIMIT = 5000
HOUR = 60 * 60
DAY = 24 * HOUR
MESSAGES_PER_HOUR = 30
NEW_PER_DAY = 10
EVERYTHING = 100_000


def reader_of(person: Actor) -> Account | None:
    """The account that would read what is written to a person; None when nobody may write to them."""
    found = notices.account_of(person)
    row = find_profile(person)
    if not found or found[0].disabled_at is not None or row is None or not row.takes_messages:
        return None
    return found[0]


def send_first(author: Account, person: Actor, text: str) -> Conversation:
    """Write to a person; continues the conversation that the two have already.

    NotFound where nobody may write to them, Forbidden between people who blocked each other.
    """
    reader = reader_of(person)
    if reader is None or reader.id == author.id or author.actor is None:
        raise NotFound(_("Nobody can be written to at this address."))
    known = _between(author, reader)
    if known is None and current_node.rate_limits.hit(f"conversation {author.id}", DAY) > NEW_PER_DAY:
        raise too_many(_("You have written to many people today."), DAY)
    with write():
        talk = known
        if talk is None:
            now = clock.utcnow()
            talk = Conversation(key=secrets.token_urlsafe(16), starter=author, other=reader, last_at=now)
            db.session.add(talk)
            db.session.flush()
        send(talk, author, text)
    return talk


def send(talk: Conversation, author: Account, text: str) -> Message:
    """Add a message to a conversation and tell the other side."""
    text = text.strip()
    if not text or len(text) > TEXT_LIMIT:
        problem = _("Write a message of at most %(most)d characters.", most=TEXT_LIMIT)
        raise Unprocessable(problem, fields={"text": [problem]})
    other = other_side(talk, author)
    if talk.ended_at is not None or _is_blocked(author, other):
        raise Forbidden(_("This conversation has ended."))
    if current_node.rate_limits.hit(f"message {author.id}", HOUR) > MESSAGES_PER_HOUR:
        raise too_many(_("These are many messages within an hour."), HOUR)
    with write():
        talk.last_at = clock.utcnow()
        db.session.flush()
        message = Message(conversation_id=talk.id, author_id=author.id, text=text)
        db.session.add(message)
        db.session.flush()
        notices.tell([other], "message", f"message {message.id}", lambda: _told(talk, author, text))
    return message


def _told(talk: Conversation, author: Account, text: str) -> notices.Told:
    name = author.actor.name if author.actor is not None else author.name
    note = _("Please answer on the page: an answer to this mail reaches nobody. Your address is not shown.")
    return notices.Told(_("%(name)s has written to you", name=name), f"{text}\n\n{note}", page_of(talk))


def page_of(talk: Conversation) -> str:
    """The address of a conversation."""
    return f"{current_node.config.base_url}/me/messages/{talk.key}"


def _is_blocked(one: Account, other: Account) -> bool:
    if one.actor is None or other.actor is None:
        return True
    both = ((one.actor, other.actor), (other.actor, one.actor))
    return any(blocks.find_block(blocker, blocked) is not None for blocker, blocked in both)


def other_side(talk: Conversation, account: Account) -> Account:
    """Whom an account talks with."""
    return talk.other if talk.starter_id == account.id else talk.starter


def _between(one: Account, other: Account) -> Conversation | None:
    pair = {one.id, other.id}
    query = select(Conversation).where(
        Conversation.starter_id.in_(pair), Conversation.other_id.in_(pair), Conversation.ended_at.is_(None)
    )
    return db.session.scalar(query.order_by(Conversation.id.desc()).limit(1))


def find_talk(account: Account, key: str) -> Conversation:
    """A conversation of this account; the same NotFound for those of others and for none."""
    mine = or_(Conversation.starter_id == account.id, Conversation.other_id == account.id)
    talk = db.session.scalar(select(Conversation).where(Conversation.key == key, mine))
    if talk is None:
        raise NotFound(_("There is nothing at this address."))
    return talk


def talks_of(account: Account, limit: int = 50) -> Sequence[Conversation]:
    """The conversations of an account, the latest first."""
    mine = or_(Conversation.starter_id == account.id, Conversation.other_id == account.id)
    return db.session.scalars(
        select(Conversation).where(mine).order_by(Conversation.last_at.desc()).limit(limit)
    ).all()


def messages_of(talk: Conversation, limit: int = 200) -> Sequence[Message]:
    """The last messages of a conversation, the oldest first."""
    query = select(Message).where(Message.conversation_id == talk.id).order_by(Message.id.desc())
    return list(reversed(db.session.scalars(query.limit(limit)).all()))


def share_address(talk: Conversation, account: Account, *, is_shared: bool) -> None:
    """Say that the other side may see one's address, or take it back."""
    with write():
        if talk.starter_id == account.id:
            talk.starter_shares = is_shared
        else:
            talk.other_shares = is_shared


def shares(talk: Conversation, account: Account) -> bool:
    """Whether an account has agreed to show its address."""
    return talk.starter_shares if talk.starter_id == account.id else talk.other_shares


def address_of_other(talk: Conversation, account: Account) -> str:
    """The address of the other side, empty until both have agreed."""
    both = talk.starter_shares and talk.other_shares
    return other_side(talk, account).email if both else ""


def end(talk: Conversation, account: Account) -> None:
    """End a conversation: nobody can write in it any more, and no address is shown."""
    with write():
        talk.ended_at = talk.ended_at or clock.utcnow()
        talk.starter_shares = talk.other_shares = False


def personal_data(actor_uri: str) -> dict[str, Any]:
    """Every message a person wrote or got, for their own copy; empty when there are none."""
    found = []
    for account in notices.account_of(find_actor(actor_uri)):
        for talk in talks_of(account, limit=EVERYTHING):
            found += [_exported(talk, account, message) for message in messages_of(talk, limit=EVERYTHING)]
    return {"messages": found} if found else {}


def _exported(talk: Conversation, account: Account, message: Message) -> dict[str, Any]:
    other = other_side(talk, account).actor
    return {
        "with": other.uri if other is not None else "",
        "is_mine": message.author_id == account.id,
        "at": clock.rfc3339(message.created_at),
        "text": message.text,
    }


def erase(actor_uri: str) -> None:
    """Remove the conversations of a person, on both sides."""
    for account in notices.account_of(find_actor(actor_uri)):
        mine = or_(Conversation.starter_id == account.id, Conversation.other_id == account.id)
        ids = select(Conversation.id).where(mine)
        with write():
            db.session.execute(delete(Message).where(Message.conversation_id.in_(ids)))
            db.session.execute(delete(Conversation).where(mine))
