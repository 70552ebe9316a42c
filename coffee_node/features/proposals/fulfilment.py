"""How an agreement ends: both sides say that it is done, or one of them calls it off.

Calling off is, on the wire, an Undo of the Offer by who asked, and a Reject of it by the owner, also after an
Accept. What was counted as given away is there again.
"""

from __future__ import annotations

from typing import Any

from markupsafe import escape

from coffee_node.activitypub.vocabulary import OFFER_CONTEXT
from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict
from coffee_node.base.i18n import gettext as _
from coffee_node.base.ids import new_uuid
from coffee_node.features.proposals import answer_notices, answering, service, terms
from coffee_node.features.proposals.agreement_schemas import write_confirmation
from coffee_node.features.proposals.agreements import Agreement, locked_proposal
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation import objects, outbox
from coffee_node.federation.models import Actor


def confirm(kept: Agreement, actor: Actor) -> str:
    """One side says that it is done and tells the other; the id of the Document that says so."""
    other = kept.proposer if actor.id == kept.owner_id else kept.owner
    now = clock.rfc3339(clock.utcnow())
    with write():
        db.session.refresh(kept)
        if kept.state != "accepted" or actor.id not in (kept.owner_id, kept.proposer_id):
            raise Conflict(_("There is no agreement to confirm."), _("Wait until it is accepted."))
        if has_confirmed(kept, actor):
            raise Conflict(_("You have confirmed this already."), _("The other side confirms as well."))
        document = write_confirmation(
            objects.object_uri(new_uuid()), _("Done"), actor.uri, other.uri, kept.agreement_uri, now
        )
        note_done(kept, actor)
        outbox.publish(actor, "Create", document, to=[other.uri], visibility="private")
        return str(document["id"])


def has_confirmed(kept: Agreement, actor: Actor) -> bool:
    """Whether this side has said that it is done."""
    at = kept.owner_done_at if actor.id == kept.owner_id else kept.proposer_done_at
    return at is not None


def note_done(kept: Agreement, side: Actor) -> None:
    """One side has said that it is done; it is once both have."""
    if kept.state != "accepted" or has_confirmed(kept, side):
        return
    if side.id == kept.owner_id:
        kept.owner_done_at = clock.utcnow()
    else:
        kept.proposer_done_at = clock.utcnow()
    if kept.owner_done_at is not None and kept.proposer_done_at is not None:
        kept.state = "done"
        kept.changed_at = clock.utcnow()
    db.session.flush()
    answer_notices.tell_of(kept, "done", side)


def cancel(kept: Agreement, actor: Actor, reason: str = "") -> str:
    """Who asked takes the answer back, or either side calls an agreement off; the activity's id."""
    is_owner = actor.id == kept.owner_id
    with write():
        row = locked_proposal(kept.proposal_uri)
        db.session.refresh(kept)
        if kept.state not in (("accepted",) if is_owner else ("asked", "accepted")):
            raise Conflict(_("There is nothing to cancel any more."), _("Look at the list again."))
        call_off(kept, row, actor, reason)
        more: dict[str, Any] = {"content": f"<p>{escape(reason)}</p>"} if reason else {}
        to = [kept.proposer.uri if is_owner else kept.owner.uri]
        if is_owner:
            activity = outbox.publish(actor, "Reject", kept.offer_uri, to=to, visibility="private", **more)
        else:
            asked = _offer_of(kept)
            activity = outbox.publish(
                actor, "Undo", asked, to=to, visibility="private", context=OFFER_CONTEXT, **more
            )
        return activity.uri


def _offer_of(kept: Agreement) -> dict[str, Any]:
    """The Offer whole: who receives its Undo may have forgotten the activity."""
    sent = outbox.find_activity(kept.offer_uri)
    document = sent.document if sent is not None else {}
    known: dict[str, Any] = {name: document[name] for name in ("object", "to") if name in document}
    return {"id": kept.offer_uri, "type": "Offer", "actor": kept.proposer.uri, **known}


def call_off(kept: Agreement, row: Proposal | None, author: Actor, reason: str) -> None:
    """Note that it was called off and put back what was given away; the caller holds the proposal."""
    was_accepted = kept.state == "accepted"
    answering.move(kept, "cancelled", reason, by=author)
    if not (was_accepted and row is not None and row.is_local):
        return
    counted = "quantity_before_end" if _is_over(row) else "available_quantity"
    left = getattr(row, counted)
    if left:
        with service.speak(row.language or ""):
            again = terms.sum_of(left, kept.amount)
            objects.update_object(service.object_type(), row, {counted: again})


def _is_over(row: Proposal) -> bool:
    return row.end_time is not None and row.end_time <= clock.utcnow()
