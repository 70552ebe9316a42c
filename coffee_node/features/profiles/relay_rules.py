"""Who may be written to, and who may write: the same for people here and on other nodes."""

from __future__ import annotations

from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.features.profiles.relay_models import Conversation, Message
from coffee_node.features.profiles.service import find_profile
from coffee_node.federation import audience, blocks, domain_policy, follows, notices, origin
from coffee_node.federation.actors import node_actor
from coffee_node.federation.models import Actor


def may_be_written_to(person: Actor) -> bool:
    """Whether somebody would read what is written to a person; of another node, as far as is known here."""
    if person.type != "Person" or person.gone_at is not None:
        return False
    if not person.is_local:
        is_served = person.host in audience.served_hosts(person.host)
        return person.is_met and is_served and not domain_policy.is_hidden(person)
    row = find_profile(person)
    return has_reader(person) and row is not None and row.takes_messages


def has_reader(person: Actor) -> bool:
    """Whether a person of ours has an account that is not closed."""
    return any(account.disabled_at is None for account in notices.account_of(person))


def is_blocked(one: Actor, other: Actor) -> bool:
    """Whether one of two people, or the site for the one that is not here, wants nothing of the other."""
    pairs = ((one, other), (other, one))
    if any(blocks.find_block(blocker, blocked) is not None for blocker, blocked in pairs):
        return True
    return any(blocks.find_block(node_actor(), remote) is not None for remote in (one, other) if remote.host)


def has_written_to(author: Actor, reader: Actor) -> bool:
    """Whether a person has ever written to another one: then that one may answer, wherever they live."""
    pair = (author.id, reader.id)
    talks = select(Conversation.id).where(Conversation.starter_id.in_(pair), Conversation.other_id.in_(pair))
    query = select(Message.id).where(Message.conversation_id.in_(talks), Message.author_id == author.id)
    return db.session.scalar(query.limit(1)) is not None


def may_write_from_outside(sender: Actor, person: Actor) -> bool:
    """Whether somebody of another node may write to a person of ours (federation.md, section 13, rule 13).

    Partners and who is followed from here may; of a silenced host only whom the person follows. Strangers
    answer, but do not begin.
    """
    if has_written_to(person, sender):
        return True
    if domain_policy.is_silenced(sender.host):
        found = follows.find_follow(person, sender)
        return found is not None and found.state == "accepted"
    return origin.is_relevant(sender)
