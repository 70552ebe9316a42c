"""The pages on which people answer offers and needs, and owners decide; the panel on an offer's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from coffee_node.base.database import db
from coffee_node.base.errors import CoffeeError, Forbidden, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.features.proposals import answering, essentials
from coffee_node.features.proposals.agreements import Agreement, answers_by, answers_to
from coffee_node.features.proposals.intents import decimal_text
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Account
from coffee_node.federation.audience import visible
from coffee_node.federation.models import Actor
from coffee_node.web.addresses import sign_in_href
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.object_views import page_url

blueprint = Blueprint("proposal_answers", __name__)
KINDS = {"asked": "wait", "accepted": "ok", "done": "ok", "refused": "bad", "error": "bad"}


@dataclass(frozen=True)
class AnswerPanel:
    """What the page of a proposal says of the reader's own answers, and of all to its owner."""

    mine: list[Agreement]
    received: list[Agreement]
    may_answer: bool
    sign_in_href: str
    asks_amount: bool
    amount: str
    unit: str


def panel_of(row: Proposal, account: Account | None, *, may_edit: bool) -> AnswerPanel:
    """The panel for one reader; the answers of others are for the owner only."""
    me = account.actor_id if account is not None else None
    found = answers_to(row.uri)
    is_open = essentials.is_open(row) and not may_edit
    mine = [one for one in found if one.proposer_id == me and not may_edit]
    is_waiting = any(one.state == "asked" for one in mine)
    return AnswerPanel(
        mine=mine,
        received=found if may_edit else [],
        may_answer=is_open and me is not None and not is_waiting,
        sign_in_href=sign_in_href() if is_open and account is None else "",
        asks_amount=row.is_unit_based is not False and row.purpose == "offer",
        amount=row.amount or "1",
        unit=essentials.amount_label(row.amount or "1", row.unit or "one"),
    )


def words_of(kept: Agreement) -> str:
    """An answer in words."""
    if kept.reason and kept.state in ("refused", "error"):
        return _("Refused: %(reason)s", reason=kept.reason) if kept.state == "refused" else kept.reason
    return {
        "asked": _("Sent; no answer yet."),
        "accepted": _("Accepted."),
        "refused": _("Refused."),
        "error": _("Something went wrong."),
        "done": _("Done."),
    }[kept.state]


@blueprint.post("/offers/answer")
@require_account
def answer() -> Response:
    """Answer the proposal whose id is in `uri`, as the reader's own person."""
    row, actor = _proposal(), _person()
    amount = decimal_text(request.form.get("amount", "").strip() or row.amount or "1")
    try:
        proposed = answering.terms_for(row, amount)
        answering.propose(actor, row, proposed, request.form.get("message", "").strip()[:2000])
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(_("Your answer is sent. What comes of it appears on this page."), "ok")
    return redirect(page_url(row), 303)


@blueprint.post("/offers/answers/<int:kept_id>")
@require_account
def decide(kept_id: int) -> Response:
    """Accept, refuse or confirm one answer; `back` is the page it was done on."""
    kept, actor = _kept(kept_id)
    what = request.form.get("what", "")
    try:
        if what == "done":
            answering.confirm(kept, actor)
        elif actor.id != kept.owner_id:
            raise Forbidden(_("Only the owner decides."))
        elif what == "accept":
            answering.accept(kept)
        else:
            answering.refuse(kept, request.form.get("reason", "").strip()[:500])
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(_("Done, and the other side is told."), "ok")
    row = db.session.scalar(select(Proposal).where(Proposal.uri == kept.proposal_uri))
    return redirect(page_url(row) if row is not None else "/me/answers", 303)


@blueprint.get("/me/answers")
@require_account
def mine() -> str:
    """What the reader has answered to, here and elsewhere."""
    rows = answers_by(_person().id)
    query = select(Proposal).where(Proposal.uri.in_([kept.proposal_uri for kept in rows]))
    proposals = {row.uri: row for row in db.session.scalars(query)}
    return render_template("proposals/answers.html", rows=rows, proposals=proposals, **shown())


def shown() -> dict[str, Any]:
    """What the templates of answers need beside the rows."""
    return {"words_of": words_of, "kinds": KINDS, "amount_of": _amount_of}


def _amount_of(kept: Agreement) -> str:
    """How much of what for how much, as far as it was said."""
    amount = essentials.amount_label(kept.amount, kept.unit) if kept.amount else ""
    price = essentials.money_label(kept.price, kept.currency or "EUR") if kept.price else ""
    return " · ".join(part for part in (amount, price) if part)


def _proposal() -> Proposal:
    clauses = [Proposal.uri == request.form.get("uri", ""), *visible(Proposal, current_account())]
    row = db.session.scalar(select(Proposal).where(*clauses))
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    return row


def _person() -> Actor:
    account = current_account()
    if account is None or account.actor is None:
        raise Forbidden(_("Only people answer; your account is nobody's profile."))
    return account.actor


def _kept(kept_id: int) -> tuple[Agreement, Actor]:
    """An answer of which the reader is a side, with the side; the owner's first."""
    kept, account = db.session.get(Agreement, kept_id), current_account()
    if kept is not None and account is not None:
        for side in (kept.owner, kept.proposer):
            if side.is_local and accounts.may_act_as(account, side):
                return kept, side
    raise NotFound(_("There is nothing at this address."))
