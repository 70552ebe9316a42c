"""What an Offer, its answers and its confirmation do when they arrive or a client posts them (FEP-0837)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from coffee_node.activitypub.vocabulary import OFFER_CONTEXT, id_of, short_type
from coffee_node.base.contracts import ActorRef
from coffee_node.base.database import db
from coffee_node.base.errors import InvalidDocument, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.features.proposals import answering, fulfilment, service
from coffee_node.features.proposals.agreement_schemas import Terms, read_terms
from coffee_node.features.proposals.agreements import find_agreement, find_offer, locked_proposal
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation import audience
from coffee_node.federation.actors import find_actor
from coffee_node.federation.incoming import Ignored
from coffee_node.federation.models import Actor


def register_handlers(register: Callable[..., None]) -> None:
    """Tell the core who acts on which activity, and who sends it."""
    register("Offer", receive_offer, sends=send_offer)
    register("Accept", receive_answer, of="Offer", sends=send_answer)
    register("Reject", receive_answer, of="Offer", sends=send_answer)
    register("Undo", receive_withdrawal, of="Offer", sends=send_withdrawal)


def receive_offer(activity: dict[str, Any], actor: ActorRef) -> None:
    """Somebody proposes an agreement; what does not fit is rejected with the reason, before any effect."""
    proposed = read_terms(activity.get("object"))
    addressed = _addressed(activity)
    if proposed is None or addressed is None:
        raise Ignored("it offers no agreement to an actor of ours")
    proposer = _actor(actor)
    row = _proposal_of(proposed)
    owner = row.actor.uri if row is not None else ""
    if row is None or owner not in audience.recipients_of(activity) or not answering.may_read(row, proposer):
        with service.speak(""):
            reason = _("There is no such offer of this actor.")
        answering.tell_refusal(addressed, proposer, id_of(activity), reason)
        return
    answering.receive_offer(row, proposer, id_of(activity), proposed, answering.message_of(activity))


def _addressed(activity: Mapping[str, Any]) -> Actor | None:
    """The first actor of ours that the Offer is addressed to."""
    for uri in audience.recipients_of(dict(activity)):
        actor = find_actor(uri)
        if actor is not None and actor.is_local:
            return actor
    return None


def _proposal_of(proposed: Terms) -> Proposal | None:
    row = locked_proposal(proposed.primary.satisfies.split("#", 1)[0])
    return row if row is not None and row.is_local else None


def receive_answer(activity: dict[str, Any], actor: ActorRef) -> None:
    """The owner answers an Offer of an actor of ours; the core has checked that we asked exactly it."""
    kept = find_offer(id_of(activity["object"]))
    if kept is None or kept.owner.uri != actor.uri:
        raise Ignored("only the owner of what was asked for answers")
    if kept.owner.is_local:
        return
    if short_type(activity.get("type")) == "Accept":
        answering.receive_accept(kept, activity.get("result"), answering.message_of(activity))
    elif kept.state == "asked":
        answering.move(kept, "refused", answering.message_of(activity))
    elif kept.state == "accepted":
        fulfilment.call_off(kept, None, kept.owner, answering.message_of(activity))


def receive_withdrawal(activity: dict[str, Any], actor: ActorRef) -> None:
    """Who answered takes it back, before or after the owner has agreed."""
    kept = find_offer(id_of(activity["object"]))
    if kept is None or kept.proposer.uri != actor.uri:
        raise Ignored("it takes back no answer of its author")
    if kept.state in ("asked", "accepted"):
        row = locked_proposal(kept.proposal_uri)
        fulfilment.call_off(kept, row, kept.proposer, answering.message_of(activity))


def receive_confirmation(document: dict[str, Any], author: ActorRef) -> None:
    """The other side says that an agreement is fulfilled."""
    kept = find_agreement(id_of(document.get("context")))
    if kept is None or author.uri not in (kept.owner.uri, kept.proposer.uri):
        raise Ignored("it confirms no agreement of its author")
    fulfilment.note_done(kept, kept.owner if author.uri == kept.owner.uri else kept.proposer)


def send_offer(actor: ActorRef, activity: dict[str, Any]) -> str:
    """A client of ours answers an offer or a need."""
    proposed = read_terms(activity.get("object"))
    if proposed is None:
        raise InvalidDocument(
            "An Offer needs an Agreement as its object.", "Say in stipulates.satisfies what it answers."
        )
    uri = proposed.primary.satisfies.split("#", 1)[0]
    who = _actor(actor)
    row = db.session.scalar(select(Proposal).where(Proposal.uri == uri, Proposal.deleted_at.is_(None)))
    if row is None or not answering.may_read(row, who):
        raise NotFound(f"No offer or need with the id {uri} is known here.", "Check the id.")
    return answering.propose(who, row, proposed, answering.message_of(activity)).offer_uri


def send_answer(actor: ActorRef, activity: dict[str, Any]) -> str:
    """An owner of ours accepts or refuses what was proposed."""
    kept = find_offer(id_of(activity.get("object")))
    if kept is None or kept.owner.uri != actor.uri:
        raise NotFound("No answer to an offer of this actor has this id.", "Give the id of the Offer.")
    words = answering.message_of(activity)
    if short_type(activity.get("type")) == "Accept":
        return answering.accept(kept, words)
    return (
        fulfilment.cancel(kept, kept.owner, words)
        if kept.state == "accepted"
        else answering.refuse(kept, words)
    )


def send_withdrawal(actor: ActorRef, activity: dict[str, Any]) -> str:
    """A client of ours takes an answer back, or calls an agreement off that it asked for."""
    kept = find_offer(id_of(activity.get("object")))
    if kept is None or kept.proposer.uri != actor.uri:
        raise NotFound("This actor made no Offer with this id.", "Give the id of the Offer.")
    return fulfilment.cancel(kept, kept.proposer, answering.message_of(activity))


def serve_agreement(uri: str, reader: ActorRef) -> dict[str, Any] | None:
    """An Agreement that an owner of ours made, for its two sides and the server of who asked."""
    kept = find_agreement(uri)
    if kept is None or not kept.owner.is_local:
        return None
    is_their_server = reader.type == "Application" and reader.host == kept.proposer.host
    if is_their_server or reader.uri in (kept.owner.uri, kept.proposer.uri):
        return {"@context": OFFER_CONTEXT, **kept.document}
    return None


@dataclass(frozen=True)
class Confirmation:
    """The Document that was published."""

    uri: str


def send_confirmation(actor: Actor, values: dict[str, Any], visibility: str = "private") -> Confirmation:
    """A client of ours confirms an agreement by creating its Document; only the other side receives it."""
    kept = find_agreement(str(values.get("agreement_uri") or ""))
    if kept is None:
        raise NotFound("No agreement with this id is known here.", "Give the id of the Agreement as context.")
    return Confirmation(fulfilment.confirm(kept, actor))


def _actor(actor: ActorRef) -> Actor:
    found = find_actor(actor.uri)
    if found is None:
        raise Ignored("the sender is not known any more")
    return found
