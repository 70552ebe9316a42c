"""Answering an offer or a need: asking, accepting and refusing, each in one transaction.

The owner's node decides and counts what is left; both sides keep the state. Two actors of one node take the
same way, through the inbox ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import escape
from sqlalchemy import select

from coffee_node.activitypub.vocabulary import OFFER_CONTEXT, same_host
from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.base.ids import new_uuid
from coffee_node.features.proposals import answer_notices, service, terms
from coffee_node.features.proposals.agreement_schemas import (
    Commitment,
    Terms,
    read_terms,
    write_terms,
)
from coffee_node.features.proposals.agreements import Agreement, find_offer, locked_proposal
from coffee_node.features.proposals.essentials import is_open
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation import audience, objects, outbox
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Actor


def terms_for(row: Proposal, amount: str, price: str | None = None) -> Terms:
    """What taking an amount of a proposal means for both sides."""
    amount = amount or row.amount or "1"
    price = terms.price_of(row, amount) if price is None else price
    primary = Commitment(f"{row.uri}#primary", amount, row.unit or "one")
    return Terms(primary, Commitment(f"{row.uri}#reciprocal", price) if price else None)


def propose(actor: Actor, row: Proposal, proposed: Terms, message: str = "") -> Agreement:
    """Offer the owner of a proposal an agreement; Unprocessable when the terms cannot fit."""
    check_terms(actor, row, proposed)
    with write():
        activity = outbox.publish(
            actor,
            "Offer",
            write_terms(proposed, actor.uri),
            to=[row.actor.uri],
            visibility="private",
            context=OFFER_CONTEXT,
            **as_content(message),
        )
        return note(row, actor, activity.uri, proposed, message)


def as_content(message: str) -> dict[str, Any]:
    """The words that go with an answer, as its property; none for no words."""
    return {"content": f"<p>{escape(message)}</p>"} if message else {}


def check_terms(actor: Actor, row: Proposal, proposed: Terms) -> None:
    """Unprocessable when an actor cannot answer a proposal, or not with these terms."""
    if row.actor_id == actor.id:
        raise Unprocessable(_("This is your own."), _("Choose somebody else's."))
    if not is_open(row):
        raise Unprocessable(_("This has ended. It can no longer be answered."), _("Look for another one."))
    reason = terms.why_not(row, proposed)
    if reason:
        raise Unprocessable(reason, _("Change the amount."))


def note(row: Proposal, actor: Actor, offer_uri: str, proposed: Terms, message: str) -> Agreement:
    """Keep what was asked; what is kept already stays."""
    known = find_offer(offer_uri)
    if known is not None:
        return known
    now = clock.utcnow()
    kept = Agreement(
        offer_uri=offer_uri,
        proposal_uri=row.uri,
        proposal_name=row.name,
        proposer=actor,
        owner=row.actor,
        amount=proposed.primary.amount,
        unit=proposed.primary.unit,
        price=proposed.reciprocal.amount if proposed.reciprocal else "",
        currency=row.currency if proposed.reciprocal else "",
        message=message,
        asked_at=now,
        changed_at=now,
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def receive_offer(row: Proposal, actor: Actor, offer_uri: str, proposed: Terms, message: str) -> None:
    """Somebody proposes an agreement about a proposal of ours: checked, then left to a person or a rule."""
    with service.speak(row.language or ""):
        reason = "" if is_open(row) else _("This has ended. It can no longer be answered.")
        reason = reason or terms.why_not(row, proposed)
    if reason:
        tell_refusal(row.actor, actor, offer_uri, reason)
        return
    kept = note(row, actor, offer_uri, proposed, message)
    if kept.state != "asked":
        return
    if row.accepts_itself:
        _accept(kept, row)
    else:
        answer_notices.tell_of(kept, "asked", actor)


def tell_refusal(owner: Actor, proposer: Actor, offer_uri: str, reason: str) -> str:
    """Reject an Offer with the reason; the id of the Reject."""
    known = find_offer(offer_uri)
    if known is not None:
        move(known, "refused", reason)
    more: dict[str, Any] = {"content": f"<p>{escape(reason)}</p>"} if reason else {}
    return outbox.publish(owner, "Reject", offer_uri, to=[proposer.uri], visibility="private", **more).uri


def accept(kept: Agreement, words: str = "") -> str:
    """The owner agrees, with a sentence if there is one: what is left is counted in the same transaction.

    Gives the id of the Accept.
    """
    with write():
        row = locked_proposal(kept.proposal_uri)
        db.session.refresh(kept)
        if row is None or kept.state != "asked":
            raise Conflict(_("This was already answered."), _("Look at the list again."))
        reason = "" if is_open(row) else _("This has ended. It can no longer be answered.")
        reason = reason or terms.why_not(row, _asked(kept))
        if reason:
            raise Unprocessable(reason, _("Change the offer, or refuse."))
        return _accept(kept, row, words)


def refuse(kept: Agreement, reason: str = "") -> str:
    """The owner refuses, with a reason if there is one; the id of the Reject."""
    with write():
        locked_proposal(kept.proposal_uri)
        db.session.refresh(kept)
        if kept.state != "asked":
            raise Conflict(_("This was already answered."), _("Look at the list again."))
        return tell_refusal(kept.owner, kept.proposer, kept.offer_uri, reason)


def _asked(kept: Agreement) -> Terms:
    primary = Commitment(f"{kept.proposal_uri}#primary", kept.amount, kept.unit)
    return Terms(primary, Commitment(f"{kept.proposal_uri}#reciprocal", kept.price) if kept.price else None)


def _accept(kept: Agreement, row: Proposal, words: str = "") -> str:
    asked = _asked(kept)
    agreed = Terms(asked.primary, asked.reciprocal, uri=objects.object_uri(new_uuid()))
    kept.agreement_uri = agreed.uri
    kept.document = write_terms(agreed, kept.owner.uri)
    move(kept, "accepted", words)
    more: dict[str, Any] = {"content": f"<p>{escape(words)}</p>"} if words else {}
    accepted = outbox.publish(
        kept.owner,
        "Accept",
        kept.offer_uri,
        to=[kept.proposer.uri],
        visibility="private",
        context=OFFER_CONTEXT,
        result=kept.document,
        **more,
    )
    if row.available_quantity:
        left = terms.left_after(row.available_quantity, kept.amount)
        with service.speak(row.language or ""):
            objects.update_object(service.object_type(), row, {"available_quantity": left})
    return accepted.uri


def receive_accept(kept: Agreement, result: Any, words: str = "") -> None:
    """The owner accepted: only if it agrees to what we asked, with ids on its own host."""
    if kept.state != "asked":
        return
    agreed = read_terms(result)
    if agreed is None or not _is_what_was_asked(agreed, kept):
        move(kept, "error", _("The other side accepted something else than was asked."))
        return
    kept.agreement_uri = agreed.uri
    kept.document = dict(result)
    move(kept, "accepted", words)


def _is_what_was_asked(agreed: Terms, kept: Agreement) -> bool:
    asked = _asked(kept)
    sides = [(agreed.primary, asked.primary)]
    if agreed.reciprocal is not None and asked.reciprocal is not None:
        sides.append((agreed.reciprocal, asked.reciprocal))
    elif agreed.reciprocal is not asked.reciprocal:
        return False
    owner = kept.owner.uri
    if not same_host(agreed.uri, owner):
        return False
    return all(
        (one.satisfies, one.amount, one.unit) == (other.satisfies, other.amount, other.unit)
        and same_host(one.uri, owner)
        for one, other in sides
    )


def may_read(row: Proposal, actor: Actor) -> bool:
    """Whether a proposal is visible to who answers it: one of ours as its author, or another server's."""
    if not actor.is_local:
        is_partner = row.visibility == "network" and actor.host in audience.partner_hosts()
        return row.visibility == "public" or is_partner
    account = db.session.scalar(select(Account).where(Account.actor_id == actor.id))
    if account is None:
        return row.visibility in ("public", "network")
    seen = select(Proposal.id).where(Proposal.id == row.id, audience.readable(Proposal, account))
    return db.session.scalar(seen) is not None


def move(kept: Agreement, state: str, reason: str = "", *, by: Actor | None = None) -> None:
    """Note what became of it, and when; the other side than `by` (the owner, unless said) hears of it."""
    kept.state = state
    kept.reason = reason[:500]
    kept.changed_at = clock.utcnow()
    db.session.flush()
    answer_notices.tell_of(kept, state, by or kept.owner)


def message_of(activity: Mapping[str, Any]) -> str:
    """The words that came with an activity, as plain text."""
    return service.plain_words(activity.get("content"))
