"""Messages that arrive from other nodes: who may write to a person here, and what comes of what was written.

Everything runs in the worker's transaction. Whom a partner's person may not write to is refused in words;
strangers and blocked people hear nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from coffee_node.activitypub.vocabulary import id_of
from coffee_node.base.contracts import ActorRef
from coffee_node.base.database import db, write
from coffee_node.base.errors import Unprocessable
from coffee_node.base.html import to_text
from coffee_node.base.i18n import gettext as _
from coffee_node.features.profiles import relay, relay_posting, relay_rules, service
from coffee_node.features.profiles.relay_models import Conversation, Message
from coffee_node.features.profiles.relay_schemas import MessageSchema
from coffee_node.federation import audience, notices
from coffee_node.federation.actors import find_actor
from coffee_node.federation.incoming import Ignored, NotMine
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

PER_HOST_AND_HOUR = 300
REASON_LIMIT = 300
MENTIONS = re.compile(r"\A(?:\s*@[\w.-]+(?:@[\w.:-]+)?)+\s+")
ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,200}")


def receive_message(document: dict[str, Any], author: ActorRef) -> None:
    """Bring a private Note to the people of ours it is addressed to; NotMine when it is no message."""
    values = MessageSchema().parse(document)
    sender = find_actor(author.uri)
    people = _people(values, sender)
    if sender is None or sender.is_local or not people:
        raise NotMine
    known = db.session.scalar(select(Message).where(Message.uri == values["uri"]))
    if known is not None:
        _change(known, sender, values)
        return
    for person in people:
        _take(sender, person, values)


def _people(values: Mapping[str, Any], sender: Actor | None) -> list[Actor]:
    """The people of ours among the recipients; none when a whole collection is addressed."""
    uris = {*(values["to"] or ()), *(values["cc"] or ())}
    if sender is None or sender.type != "Person" or sender.followers in uris:
        return []
    found = [find_actor(uri) for uri in sorted(uris)]
    return [one for one in found if one is not None and one.is_local and one.type == "Person"]


def _change(message: Message, sender: Actor, values: Mapping[str, Any]) -> None:
    """An Update of its author, or the same message again."""
    if message.author_id != sender.id:
        raise Ignored("the message is somebody else's")
    message.text = _words(values) or message.text


def _take(sender: Actor, person: Actor, values: Mapping[str, Any]) -> None:
    talk = _talk_of(sender, person, values)
    if relay_rules.is_blocked(sender, person) or not relay_rules.may_write_from_outside(sender, person):
        raise Ignored("the author may not write to this person")
    reason = _why_not(sender, person, talk)
    if reason:
        _refuse(sender, person, values["uri"], reason)
        return
    if values["shares_address"] is not None:
        _hear_agreement(talk, sender, person, values)
        return
    text = _words(values)
    if not text:
        raise Ignored("the message has no words")
    talk = talk or relay.begin(sender, person)
    relay.add(talk, sender, text).uri = values["uri"]


def _talk_of(sender: Actor, person: Actor, values: Mapping[str, Any]) -> Conversation | None:
    """The conversation that a message belongs to: of the Note it answers, else the open one of the two."""
    pair = {sender.id, person.id}
    query = select(Conversation).join(Message, Message.conversation_id == Conversation.id)
    query = query.where(Conversation.starter_id.in_(pair), Conversation.other_id.in_(pair))
    answered = values["answered_uri"]
    found = db.session.scalar(query.where(Message.uri == answered).limit(1)) if answered else None
    return found or relay.between(sender, person)


def _why_not(sender: Actor, person: Actor, talk: Conversation | None) -> str:
    """Why a message is not taken, in words for its author; empty when it is."""
    with service.speak(""):
        if not relay_rules.has_reader(person):
            return _("This person takes no messages.")
        if talk is None and not relay_rules.may_be_written_to(person):
            return _("This person takes no messages.")
        if talk is not None and talk.ended_at is not None:
            return _("This conversation has ended.")
        of_host = current_node.rate_limits.hit(f"messages of {sender.host}", relay.HOUR)
        if relay.messages_this_hour(sender) > relay.MESSAGES_PER_HOUR or of_host > PER_HOST_AND_HOUR:
            return _("These are many messages within an hour.")
        if talk is None and relay.new_ones_today(sender) > relay.NEW_PER_DAY:
            return _("You have written to many people today.")
    return ""


def _refuse(sender: Actor, person: Actor, uri: str, reason: str) -> None:
    """Say it to partners; nobody else learns whether a person is here and reads."""
    if not person.is_published or sender.host not in audience.partner_hosts():
        raise Ignored(reason)
    relay_posting.refuse(person, sender, uri, reason)


def _words(values: Mapping[str, Any]) -> str:
    """The text without the names of those it is for, which other servers put in front."""
    text = MENTIONS.sub("", f"{to_text(values['content'] or '')} ").strip()
    return text[: relay.TEXT_LIMIT]


def _hear_agreement(
    talk: Conversation | None, sender: Actor, person: Actor, values: Mapping[str, Any]
) -> None:
    """The other side shows an address, or no more; ours follows as soon as both have agreed."""
    if talk is None:
        raise Ignored("there is no conversation that could be agreed about")
    relay.set_shares(talk, sender, is_shared=values["shares_address"])
    if not values["shares_address"]:
        talk.told_address = ""
        return
    if not relay.shares(talk, person):
        with service.speak(notices.language_of(notices.account_of(person)[0])):
            name = relay_posting.name_of(sender)
            words = _("%(name)s would show you a mail address if you show yours.", name=name)
        relay.tell(talk, sender, f"address {values['uri']}"[:300], words)
        return
    address = values["address"] or ""
    if ADDRESS.fullmatch(address):
        talk.told_address = address
    if not talk.has_told:
        relay.tell_agreement(talk, person)


def receive_refusal(activity: dict[str, Any], actor: ActorRef) -> None:
    """The other side did not take a message: its author reads why. The core has checked who answers what."""
    message = db.session.scalar(select(Message).where(Message.activity_uri == id_of(activity["object"])))
    if message is None:
        raise Ignored("it refuses no message of ours")
    content = activity.get("content")
    with service.speak(""):
        reason = to_text(content if isinstance(content, str) else "") or _("This person takes no messages.")
    message.refusal = " ".join(reason.split())[:REASON_LIMIT]
    talk, author = (
        db.session.get_one(Conversation, message.conversation_id),
        find_actor(id_of(activity["object"].get("actor"))),
    )

    def words() -> notices.Told:
        name = relay_posting.name_of(relay.other_side(talk, author)) if author is not None else ""
        title = _("%(name)s did not get your message", name=name)
        return notices.Told(title, message.refusal, relay.page_of(talk))

    notices.tell(notices.account_of(author), "message", f"refused message {message.id}", words)


def send_nothing(actor: Any, values: Mapping[str, Any], visibility: str = "private") -> Any:
    """A client of ours writes to people on their page, which knows who may be written to."""
    raise Unprocessable("Messages to a person are written on the page of that person.", "Open /write/<name>.")


def forget_deleted(activity: Mapping[str, Any], actor: ActorRef) -> None:
    """Drop a message that its author has deleted."""
    uri, author = id_of(activity.get("object")), find_actor(actor.uri)
    mine = (Message.uri == uri, Message.author_id == (author.id if author is not None else None))
    if uri and db.session.scalar(select(Message.id).where(*mine)) is not None:
        with write():
            db.session.execute(delete(Message).where(*mine))
