"""Messages on their way to people of other nodes: what is sent there, and how far it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import escape
from sqlalchemy import select

from coffee_node.activitypub import nodeinfo
from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.base.i18n import gettext as _
from coffee_node.base.ids import new_uuid
from coffee_node.features.profiles import relay_schemas
from coffee_node.features.profiles.relay_models import Conversation, Message
from coffee_node.federation import audience, objects, outbox
from coffee_node.federation.models import Activity, Actor, Delivery
from coffee_node.federation.peer_models import Peer
from coffee_node.node import current_node


@dataclass(frozen=True)
class Posted:
    """What went out: the id of the Note and of the activity that carries it."""

    uri: str
    activity_uri: str


@dataclass(frozen=True)
class Agreement:
    """That somebody shows an address, or no more; the address itself only once both have agreed."""

    is_shared: bool
    address: str = ""


def handle_of(actor: Actor) -> str:
    """How a person is addressed everywhere."""
    return f"@{actor.slug}@{actor.host or current_node.config.host}"


def name_of(actor: Actor) -> str:
    """What a person is called on a page."""
    return actor.name or handle_of(actor)


def post(
    author: Actor, reader: Actor, text: str, *, answers: str = "", says: Agreement | None = None
) -> Posted:
    """Send a private Note to one person of another node, inside write()."""
    words = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
    to = {"uri": reader.uri, "handle": handle_of(reader)}
    uri, when = objects.object_uri(new_uuid()), clock.rfc3339(clock.utcnow())
    note = relay_schemas.message_document(uri, author.uri, to, words, when, answers)
    if says is not None:
        note = relay_schemas.with_address(note, is_shared=says.is_shared, address=says.address)
    context = relay_schemas.MESSAGE_CONTEXT if says is not None else None
    sent = outbox.publish(author, "Create", note, to=[reader.uri], visibility="private", context=context)
    return Posted(uri, sent.uri)


def refuse(person: Actor, sender: Actor, uri: str, reason: str) -> None:
    """Tell a partner's person in words that nobody takes their message; inside write()."""
    about = relay_schemas.refused_document(sender.uri, uri)
    outbox.publish(
        person, "Reject", about, to=[sender.uri], visibility="private", content=f"<p>{escape(reason)}</p>"
    )


def last_of(talk: Conversation, author: Actor) -> str:
    """The id of the last Note of somebody in a conversation, for an answer to it."""
    query = select(Message.uri).where(Message.conversation_id == talk.id, Message.author_id == author.id)
    found = query.where(Message.uri.is_not(None)).order_by(Message.id.desc()).limit(1)
    return db.session.scalar(found) or ""


def knows_agreements(host: str) -> bool:
    """Whether a server understands that addresses are shown when both agree; others get plain words only."""
    if not host or host in audience.partner_hosts():
        return True
    software = db.session.scalar(select(Peer.software).where(Peer.host == host))
    return software == nodeinfo.SOFTWARE


def how_far(messages: Sequence[Message]) -> Mapping[int, str]:
    """In words how far our messages to another node came, by their number; others have none."""
    sent = {message.activity_uri: message for message in messages if message.activity_uri}
    query = select(Activity.uri, Delivery.state).join(Delivery, Delivery.activity_id == Activity.id)
    states = {uri: state for uri, state in db.session.execute(query.where(Activity.uri.in_(sent)))}
    return {message.id: _in_words(message, states.get(uri)) for uri, message in sent.items()}


def _in_words(message: Message, state: str | None) -> str:
    if message.refusal:
        return _("not taken: %(reason)s", reason=message.refusal)
    if state == "waiting":
        return _("on its way")
    return _("arrived") if state == "sent" else _("could not be delivered")
