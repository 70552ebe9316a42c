"""The pages on which people answer offers and needs, and owners decide; the panel on an offer's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from coffee_node.base.database import db
from coffee_node.base.errors import CoffeeError, Forbidden, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.features.proposals import answer_words, answering, essentials, fulfilment
from coffee_node.features.proposals.agreements import Agreement, answers_by, answers_for, answers_to
from coffee_node.features.proposals.intents import decimal_text
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Account
from coffee_node.federation.audience import visible
from coffee_node.federation.guest_models import GuestSession
from coffee_node.federation.models import Actor
from coffee_node.web.addresses import safe_back, sign_in_href
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.guest_visits import GuestPanel, current_guest, home_sign_in_href, sent_panel
from coffee_node.web.object_views import page_url

blueprint = Blueprint("proposal_answers", __name__)
SENTENCE = 500
MESSAGE = 2000


@dataclass(frozen=True)
class AnswerLine:
    """One answer as one of its sides reads it; `actions` are the words of `decide` that it may use now."""

    kept: Agreement
    is_owner: bool
    state: str
    kind: str
    next_step: str
    amount: str
    facts: Sequence[tuple[str, str]]
    actions: Sequence[str]
    proposal: Proposal | None = None


@dataclass(frozen=True)
class AnswerPanel:
    """What the page of a proposal says of the reader's own answers, and of all to its owner."""

    mine: Sequence[AnswerLine]
    received: Sequence[AnswerLine]
    may_answer: bool
    sign_in_href: str
    asks_amount: bool
    amount: str
    unit: str
    owner: str
    action: str = "/offers/answer"
    home_href: str = ""
    sent: GuestPanel | None = None


def panel_of(row: Proposal, account: Account | None, *, may_edit: bool) -> AnswerPanel:
    """The panel for one reader; the answers of others are for the owner only."""
    guest = current_guest()
    if guest is not None:
        return _for_guest(_panel(row, guest.actor_id, may_edit=False), row, guest)
    return _panel(row, account.actor_id if account is not None else None, account, may_edit=may_edit)


def _for_guest(panel: AnswerPanel, row: Proposal, guest: GuestSession) -> AnswerPanel:
    """What a guest of a partner space can do: answer what this site offers, and read what came of it."""
    sent = sent_panel(guest, row.uri, is_known=bool(panel.mine))
    is_free = row.is_local and not (sent is not None and sent.is_waiting)
    return replace(
        panel,
        mine=[replace(line, actions=()) for line in panel.mine],
        may_answer=panel.may_answer and is_free,
        sign_in_href="",
        action="/offers/guest/answer",
        sent=sent,
    )


def _panel(row: Proposal, me: int | None, account: Account | None = None, *, may_edit: bool) -> AnswerPanel:
    is_reader = account is not None or me is not None
    found = answers_to(row.uri) if is_reader else []
    is_open = essentials.is_open(row) and not may_edit
    mine = [one for one in found if one.proposer_id == me and not may_edit]
    is_waiting = any(one.state == "asked" for one in mine)
    return AnswerPanel(
        mine=[line_of(one, row, is_owner=False) for one in mine],
        received=[line_of(one, row, is_owner=True) for one in found] if may_edit else [],
        may_answer=is_open and me is not None and not is_waiting,
        sign_in_href=sign_in_href() if is_open and not is_reader else "",
        home_href=home_sign_in_href() if is_open and not is_reader and row.is_local else "",
        asks_amount=_asks_amount(row),
        amount=row.amount or "1",
        unit=essentials.amount_label(row.amount or "1", row.unit or "one"),
        owner=row.actor.name or row.actor.slug,
    )


def _asks_amount(row: Proposal) -> bool:
    """Whether an answer says how much: where the offer counts in units, or counts what there is."""
    is_counted = (row.unit or "one") != "one" or bool(row.available_quantity)
    return row.is_unit_based is not False and row.purpose == "offer" and is_counted


def line_of(kept: Agreement, row: Proposal | None, *, is_owner: bool) -> AnswerLine:
    """An answer in words for one of its sides."""
    return AnswerLine(
        kept=kept,
        is_owner=is_owner,
        state=answer_words.state_words(kept, is_owner=is_owner),
        kind=answer_words.KINDS[kept.state],
        next_step=answer_words.next_step(kept, is_owner=is_owner),
        amount=answer_words.amount_words(kept),
        facts=answer_words.agreement_facts(kept, row),
        actions=_actions(kept, is_owner=is_owner),
        proposal=row,
    )


def _actions(kept: Agreement, *, is_owner: bool) -> Sequence[str]:
    if kept.state == "asked":
        return ("accept", "refuse") if is_owner else ("cancel",)
    if kept.state == "accepted":
        has_confirmed = fulfilment.has_confirmed(kept, kept.owner if is_owner else kept.proposer)
        return ("cancel",) if has_confirmed else ("done", "cancel")
    return ()


@blueprint.post("/offers/answer")
@require_account
def answer() -> Response:
    """Answer the proposal whose id is in `uri`, as the reader's own person."""
    row, actor = _proposal(), _person()
    amount = decimal_text(request.form.get("amount", "").strip() or row.amount or "1")
    message = request.form.get("message", "").strip()[:MESSAGE]
    try:
        proposed = answering.terms_for(row, amount)
        answering.propose(actor, row, proposed, message)
    except CoffeeError as error:
        flash(str(error), "bad")
    else:
        flash(_("Your answer is sent. What comes of it appears on this page and in your notices."), "ok")
    return redirect(f"{page_url(row)}#answers", 303)


@blueprint.post("/offers/answers/<int:kept_id>")
@require_account
def decide(kept_id: int) -> Response:
    """Agree, decline, cancel or confirm one answer, as `what` says; `back` is the page it was done on."""
    kept, actor = _kept(kept_id)
    words = request.form.get("reason", "").strip()[:SENTENCE]
    try:
        _do(kept, actor, request.form.get("what", ""), words)
    except CoffeeError as error:
        flash(str(error), "bad")
    else:
        flash(_("Done, and the other side is told."), "ok")
    row = db.session.scalar(select(Proposal).where(Proposal.uri == kept.proposal_uri))
    page = f"{page_url(row)}#answers" if row is not None and row.deleted_at is None else "/me/answers"
    return redirect(safe_back(request.form.get("back"), page), 303)


def _do(kept: Agreement, actor: Actor, what: str, words: str) -> None:
    if what == "done":
        fulfilment.confirm(kept, actor)
    elif what == "cancel":
        fulfilment.cancel(kept, actor, words)
    elif actor.id != kept.owner_id:
        raise Forbidden(_("Only the owner decides."))
    elif what == "accept":
        answering.accept(kept, words)
    else:
        answering.refuse(kept, words)


@blueprint.get("/me/answers")
@require_account
def mine() -> str:
    """What the reader has answered to, and what others answered to the reader's own."""
    account = current_account()
    actors = accounts.actors_of(account) if account is not None else []
    given = answers_by(account.actor_id) if account is not None and account.actor_id else []
    received = answers_for([actor.id for actor in actors])
    uris = [kept.proposal_uri for kept in (*given, *received)]
    rows = db.session.scalars(select(Proposal).where(Proposal.uri.in_(uris), Proposal.deleted_at.is_(None)))
    proposals = {row.uri: row for row in rows}
    return render_template(
        "proposals/answers.html",
        given=[line_of(kept, proposals.get(kept.proposal_uri), is_owner=False) for kept in given],
        received=[line_of(kept, proposals.get(kept.proposal_uri), is_owner=True) for kept in received],
    )


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
