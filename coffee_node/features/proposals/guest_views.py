"""Where guests of a partner space answer offers and needs of this site: their home space sends it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from coffee_node.base.database import db
from coffee_node.base.errors import CoffeeError, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.features.proposals import answering
from coffee_node.features.proposals.agreement_schemas import write_terms
from coffee_node.features.proposals.answer_views import MESSAGE
from coffee_node.features.proposals.intents import decimal_text
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation import guests
from coffee_node.federation.audience import visible
from coffee_node.web.guest_visits import signed_in_guest
from coffee_node.web.object_views import page_url

blueprint = Blueprint("proposal_guests", __name__)


@blueprint.post("/offers/guest/answer")
def answer() -> Response:
    """Have the guest's home space answer the proposal whose id is in `uri`."""
    guest, row = signed_in_guest(), _proposal()
    amount = decimal_text(request.form.get("amount", "").strip() or row.amount or "1")
    message = request.form.get("message", "").strip()[:MESSAGE]
    try:
        proposed = answering.terms_for(row, amount)
        answering.check_terms(guest.actor, row, proposed)
        said = {"object": write_terms(proposed, guest.actor.uri), "to": [row.actor.uri]}
        guests.send(guest, "Offer", row.uri, {**said, **answering.as_content(message)})
    except CoffeeError as error:
        flash(str(error), "bad")
    else:
        flash(_("Your answer goes to your home space, which sends it on."), "ok")
    return redirect(f"{page_url(row)}#answers", 303)


def _proposal() -> Proposal:
    """A proposal of this site that everybody sees: a guest has no other rights here."""
    clauses = [Proposal.uri == request.form.get("uri", ""), Proposal.origin == "", *visible(Proposal, None)]
    row = db.session.scalar(select(Proposal).where(*clauses))
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    return row
