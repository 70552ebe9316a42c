"""The organiser's pages: who registered, answers to requests, letters, settings, tables for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from wtforms import StringField, TextAreaField

from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.base.errors import CoffeeError, NotFound, Unprocessable
from coffee_node.base.i18n import LazyText, ngettext
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import door, letters, organiser_answers, service
from coffee_node.features.events.desk import organised_event
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import Participation, participants, seats_taken
from coffee_node.features.events.questions import read_questions
from coffee_node.features.events.registration_panel import events_path
from coffee_node.features.events.registration_words import KINDS, words_for_organiser
from coffee_node.features.events.settings_form import settings_form
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.choice_fields import RadioField
from coffee_node.web.forms import FederatedForm, keeps_form
from coffee_node.web.list_forms import csv_response
from coffee_node.web.negotiation import json_response

blueprint = Blueprint("event_participants", __name__)
BYTE_ORDER_MARK = "\ufeff"
TOLD = {
    "accepted": LazyText("Confirmed and told."),
    "waiting": LazyText("It is full: put on the waiting list and told."),
    "refused": LazyText("Refused and told."),
}


class LetterForm(FederatedForm):
    """A letter to the participants."""

    audience = RadioField(
        lazy_("To"),
        choices=[
            ("accepted", lazy_("Who has a seat")),
            ("waiting", lazy_("Who waits for one")),
            ("all", lazy_("Everybody who registered")),
        ],
        default="accepted",
    )
    subject = StringField(lazy_("Subject"), description=lazy_("No names of people: it is not kept secret."))
    text = TextAreaField(lazy_("Text"))


@blueprint.get("/events/<uuid>/participants")
@require_account
def organiser_list(uuid: str) -> str:
    """Who registered, for the organiser."""
    event = organised_event(uuid)
    rows = participants(event.uri)
    return render_template(
        "events/participants.html",
        event=event,
        rows=rows,
        taken=seats_taken(event.uri),
        figures=door.figures(rows),
        letters=letters.letters_of(event.uri),
        words_of=words_for_organiser,
        is_walk_in=door.is_walk_in,
        kinds=KINDS,
        base=events_path(event),
    )


@blueprint.get("/events/<uuid>/participants.csv")
@require_account
def organiser_csv(uuid: str) -> Response:
    """The same as a table; `?bom=no` for programs that stumble over the mark for spreadsheets."""
    event = organised_event(uuid)
    columns: dict[str, Any] = {
        "name": lambda row: row.display_name,
        "address": _address,
        "state": lambda row: row.state,
        "asked": lambda row: row.asked_at,
        "answered": lambda row: row.answered_at,
        "changed": lambda row: row.changed_at,
        "attendance": lambda row: row.attendance,
        "message": lambda row: row.note,
    }
    for question in read_questions(event.questions):
        columns[question.text] = _answer_to(question.text)
    response = csv_response(participants(event.uri), columns, "participants.csv")
    if request.args.get("bom") == "no":
        response.set_data(response.get_data(as_text=True).removeprefix(BYTE_ORDER_MARK))
    return response


@blueprint.get("/events/<uuid>/participants.json")
@require_account
def organiser_json(uuid: str) -> Response:
    """The same for programs, with the figures of the door."""
    event = organised_event(uuid)
    rows = participants(event.uri)
    figures = door.figures(rows)
    items = [
        {
            "name": row.display_name,
            "address": _address(row),
            "state": row.state,
            "asked": clock.rfc3339(row.asked_at),
            "answered": clock.rfc3339(row.answered_at) if row.answered_at else None,
            "changed": clock.rfc3339(row.changed_at),
            "attendance": row.attendance or None,
            "message": row.note,
            "answers": row.answers,
        }
        for row in rows
    ]
    counts = {
        name: getattr(figures, name) for name in ("accepted", "present", "absent", "walk_ins", "waiting")
    }
    return json_response({"event": event.uri, "figures": counts, "items": items, "total": len(items)})


def _address(row: Participation) -> str:
    if row.is_visitor:
        return (row.visitor.address if row.visitor is not None else None) or ""
    return row.actor.uri


def _answer_to(question: str) -> Any:
    def read(row: Participation) -> str:
        return next((entry["answer"] for entry in row.answers if entry["question"] == question), "")

    return read


@blueprint.post("/events/<uuid>/participants/<int:row_id>")
@require_account
def decide(uuid: str, row_id: int) -> Any:
    """The organiser confirms or refuses one registration."""
    event = organised_event(uuid)
    row = db.session.get(Participation, row_id)
    if row is None or row.event_uri != event.uri:
        raise NotFound(_("There is nothing at this address."))
    accept = request.form.get("answer") == "accept"
    try:
        reason = request.form.get("reason", "").strip()[:500]
        organiser_answers.answer_request(event.uri, row, accept=accept, reason=reason)
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(str(TOLD[row.state]), "ok")
    return redirect(f"{events_path(event)}/participants", 303)


@blueprint.route("/events/<uuid>/participants/write", methods=["GET", "POST"])
@keeps_form
@require_account
def write_letter(uuid: str) -> Any:
    """A letter to the participants, one to each."""
    event = organised_event(uuid)
    form, account = LetterForm(), current_account()
    if request.method == "POST" and account is not None and form.validate():
        said = form.values()
        try:
            number = letters.write_to_participants(
                event.uri, account, said["subject"] or "", said["text"] or "", str(said["audience"])
            )
        except Unprocessable as error:
            form.take_errors(error)
        except CoffeeError as error:
            form.add_error("", error.message)
        else:
            sent = ngettext("Sent to %(num)d person.", "Sent to %(num)d people, to each alone.", number)
            flash(sent, "ok")
            return redirect(f"{events_path(event)}/participants", 303)
    back = f"{events_path(event)}/participants"
    reply_to = account.email if account is not None else ""
    body = render_template("events/letter.html", form=form, event=event, back=back, reply_to=reply_to)
    return Response(body, 422 if form.problems() else 200)


@blueprint.route("/events/<uuid>/registration", methods=["GET", "POST"])
@keeps_form
@require_account
def settings(uuid: str) -> Any:
    """What the organiser decides about registrations."""
    event: Event = organised_event(uuid)
    form = settings_form(event)
    if request.method == "POST" and form.validate():
        values = form.read()
        if values is not None:
            service.change_event(event, values)
            flash(_("Saved. Your partners will have it in a few seconds."), "ok")
            return redirect(f"{events_path(event)}/participants", 303)
    back = f"{events_path(event)}/participants"
    body = render_template("events/registration_settings.html", form=form, event=event, back=back)
    return Response(body, 422 if form.problems() else 200)
