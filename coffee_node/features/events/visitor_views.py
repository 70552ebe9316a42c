"""The pages on which people without an account register, confirm, and look after their registration."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.errors import CoffeeError, Gone, NotFound
from coffee_node.base.i18n import current_language
from coffee_node.base.i18n import gettext as _
from coffee_node.base.rate_limits import too_many
from coffee_node.features.events import registration_words, seat_offers, visitor_mails, visitors
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import Participation
from coffee_node.features.events.registration_forms import VisitorForm, form_for
from coffee_node.federation import mail_links, objects
from coffee_node.federation.audience import visible
from coffee_node.node import current_node
from coffee_node.web.auth import current_account
from coffee_node.web.forms import keeps_form

blueprint = Blueprint("event_visitors", __name__)
HOUR = 3600
MAILS_PER_ADDRESS = 5
MAILS_PER_CALLER = 30


@blueprint.route("/events/<uuid>/register", methods=["GET", "POST"])
@keeps_form
def register(uuid: str) -> Any:
    """The form for people without an account; its answer is a mail."""
    event = _event(uuid)
    visitors.check_open(event)
    form = form_for(event, VisitorForm)
    if request.method == "POST":
        is_complete, (name, address), said = form.validate(), form.read_person(), form.read()
        if is_complete and said is not None:
            _limit(address)
            wish = visitors.Wish(name, address, current_language.get(), *said)
            visitors.ask_to_confirm(event.uri, wish)
            return render_template("events/visitor_sent.html", event=event, address=address)
    body = render_template("events/register.html", form=form, event=event, is_visitor=True)
    return Response(body, 422 if form.problems() else 200)


@blueprint.route("/events/visitors/confirm/<secret>", methods=["GET", "POST"])
def confirm(secret: str) -> Any:
    """A page with one button: programs that open the links of mails confirm nothing."""
    link = mail_links.find_link(visitor_mails.CONFIRM, secret)
    if link is None:
        raise Gone(
            _("This link was used already, or it is older than 48 hours."),
            _("Register once more on the page of the event, or look for the mail that followed."),
        )
    if request.method == "POST":
        visit = visitors.confirm(link)
        return redirect(f"{visitor_mails.VISIT_PATH}/{visit}", 303)
    event = db.session.scalar(
        select(Event).where(Event.uri == link.data["event"], Event.deleted_at.is_(None))
    )
    if event is None:
        raise NotFound(_("The event is not known here any more."))
    return render_template("events/visitor_confirm.html", event=event, name=link.data["name"])


@blueprint.get("/events/visitors/<secret>")
def visit(secret: str) -> str:
    """How a visitor's registration stands, since when, what comes next, and what can be done."""
    row = _visit(secret)
    event = db.session.scalar(select(Event).where(Event.uri == row.event_uri, Event.deleted_at.is_(None)))
    return render_template(
        "events/visitor.html",
        row=row,
        event=event,
        words=registration_words.words_of(row, event),
        detail=registration_words.detail_of(row),
        next_step=registration_words.next_step(row, event),
        kind=registration_words.KINDS[row.state],
        action=request.path,
    )


@blueprint.post("/events/visitors/<secret>")
def act(secret: str) -> Any:
    """Take an offered seat, give one back, or have the details deleted."""
    row = _visit(secret)
    wanted = request.form.get("do", "")
    try:
        if wanted == "take":
            seat_offers.take_offer(row)
            flash(_("Confirmed: there is a seat."), "ok")
        elif wanted == "leave":
            visitors.leave(row)
            flash(_("You gave your seat back."), "ok")
        elif wanted == "erase":
            visitors.leave(row, is_erased=True)
            flash(_("Your details are deleted."), "ok")
            return redirect("/events", 303)
    except CoffeeError as error:
        flash(error.message, "bad")
    return redirect(request.path, 303)


def _visit(secret: str) -> Participation:
    row = visitors.find_visit(secret)
    if row is None:
        raise NotFound(
            _("There is nothing at this address."), _("The registration may have been deleted meanwhile.")
        )
    return row


def _event(uuid: str) -> Event:
    clauses = [Event.uri == objects.object_uri(uuid), *visible(Event, current_account())]
    event = db.session.scalar(select(Event).where(*clauses))
    if event is None:
        raise NotFound(_("There is nothing at this address."))
    return event


def _limit(address: str) -> None:
    """Nobody fills a mailbox or the queue with our mails."""
    hits = current_node.rate_limits.hit
    by_address = hits(f"event visitor {address}", HOUR) > MAILS_PER_ADDRESS
    if by_address or hits(f"event visitor from {request.remote_addr}", HOUR) > MAILS_PER_CALLER:
        raise too_many(_("Too many registrations in a short time."), HOUR)
