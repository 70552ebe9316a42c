"""The lists of offers, needs and jobs, and the forms in which they are written."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from coffee_node.base import i18n
from coffee_node.base.errors import InvalidDocument, NotFound, Unprocessable
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import country_name, language_name
from coffee_node.base.i18n import gettext as _
from coffee_node.features.proposals import essentials, service
from coffee_node.features.proposals.forms import FIELD_OF_PROPERTY, ProposalForm, fields_of
from coffee_node.features.proposals.intents import JOB_KINDS
from coffee_node.features.proposals.models import Proposal
from coffee_node.features.proposals.pages import card
from coffee_node.features.proposals.schemas import KINDS, PURPOSES
from coffee_node.federation import accounts
from coffee_node.federation.actors import described_row
from coffee_node.federation.models import Actor
from coffee_node.web.alert_lists import WatchedList, can_be_watched
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import keeps_form
from coffee_node.web.list_counts import CountedList
from coffee_node.web.list_facets import badges_for, facet, scope_choices
from coffee_node.web.list_forms import (
    COLUMNS,
    CSV_LIMIT,
    FEED_LIMIT,
    feed_choices,
    list_csv,
    list_feed,
    list_json,
)
from coffee_node.web.listing import ListPage, ListQuery, run_list
from coffee_node.web.near import choose_near, near_choices
from coffee_node.web.object_views import page_url
from coffee_node.web.own_rows import own_row
from coffee_node.web.skill_views import suggestions
from coffee_node.web.whereabouts import where_of

FILTERS = ("purpose", "kind", "contract", "ended", "place")
COUNTED = MappingProxyType(
    {"kind": "kind", "contract": "employment_type", "country": "country", "lang": "language"}
)
CSV_COLUMNS = {
    **COLUMNS,
    "purpose": lambda row: row.purpose,
    "kind": lambda row: row.kind,
    "price": lambda row: row.price,
    "currency": lambda row: row.currency if row.price else "",
    "until": lambda row: row.end_time,
}

blueprint = Blueprint("proposals", __name__, template_folder="templates")


def _counted(query: ListQuery) -> CountedList:
    """The list and what its filters count; what has ended is hidden unless it is asked for."""
    base: list[ColumnElement[bool]] = [] if query.extra.get("ended") else [service.open_proposals()]
    if query.path == "/jobs":
        base.append(Proposal.kind.in_(JOB_KINDS))
    own: dict[str, list[ColumnElement[bool]]] = {}
    if query.extra.get("purpose") in PURPOSES:
        own["purpose"] = [Proposal.purpose == query.extra["purpose"]]
    if query.extra.get("kind") in KINDS:
        own["kind"] = [Proposal.kind == query.extra["kind"]]
    if query.extra.get("contract"):
        own["contract"] = [Proposal.employment_type == query.extra["contract"].upper()]
    return CountedList(Proposal, query, COUNTED, base, own)


def _where(query: ListQuery) -> list[ColumnElement[bool]]:
    return _counted(query).where()


WATCHED = WatchedList(
    {"/offers": lazy_("Offers and needs"), "/jobs": lazy_("Jobs and internships")},
    Proposal,
    FILTERS,
    _where,
    shared=choose_near,
    words={
        "purpose": lambda value: _("Needs") if value == "request" else _("Offers"),
        "kind": essentials.kind_label,
        "contract": lambda value: essentials.employment_label(value.upper()) or value,
        "ended": lambda value: "",
    },
)


def _page(limit: int = 20) -> ListPage:
    counted = _counted(choose_near(ListQuery.from_args(request.args, FILTERS)))
    return run_list(Proposal, counted.query, where=counted.where(), limit=limit, total=counted.total)


@blueprint.get("/offers")
@blueprint.get("/jobs")
@can_be_watched(WATCHED)
def show_list() -> str:
    """Offers and needs, or jobs and internships, with their filters."""
    page = _page()
    query = page.query
    is_jobs = query.path == "/jobs"
    return render_template(
        "proposals/list.html",
        page=page,
        heading=_("Jobs and internships") if is_jobs else _("Offers and needs"),
        lead=_("From every place of the network, on both sides of the border."),
        placeholder=_("a skill, a job, a desk"),
        new_query="&kind=job" if is_jobs else "",
        is_signed_in=current_account() is not None,
        banks=_banks(page),
        badges=badges_for("proposal", page.rows),
        facets=_facets(query),
        purposes=_purposes(query),
        near=near_choices(query),
        scopes=scope_choices(query),
        feeds=feed_choices(page),
    )


def _banks(page: ListPage) -> dict[str, list[dict[str, Any]]]:
    banks: dict[str, list[dict[str, Any]]] = {"here": [], "across": []}
    for row in page.rows:
        banks["across" if where_of(row).is_across else "here"].append(card(row))
    return banks


@blueprint.get("/offers.json")
@blueprint.get("/jobs.json")
def list_as_json() -> Response:
    """The same list as documents."""
    return list_json(_page())


@blueprint.get("/offers.<any(rss, atom):form>")
@blueprint.get("/jobs.<any(rss, atom):form>")
def list_as_feed(form: str) -> Response:
    """The same list for feed readers."""
    title = _("Jobs and internships") if request.path.startswith("/jobs") else _("Offers and needs")
    return list_feed(_page(FEED_LIMIT), form, title)


@blueprint.get("/offers.csv")
@blueprint.get("/jobs.csv")
def list_as_csv() -> Response:
    """The same list for spreadsheets."""
    return list_csv(_page(CSV_LIMIT), CSV_COLUMNS)


def _purposes(query: ListQuery) -> list[dict[str, Any]]:
    chosen = query.extra.get("purpose", "")
    labels = {"": _("All"), "offer": _("Offers"), "request": _("Needs")}
    return [
        {"label": label, "href": query.href(purpose=value), "is_active": value == chosen}
        for value, label in labels.items()
    ]


def _facets(query: ListQuery) -> list[dict[str, Any]]:
    counts = _counted(query).counts()
    found = [facet(_("Kind"), "kind", counts["kind"], query, essentials.kind_label)]
    if query.path == "/jobs":
        words = {code: essentials.employment_label(code) for code in counts["contract"]}
        found.append(facet(_("Contract"), "contract", counts["contract"], query, lambda code: words[code]))
    return [
        *found,
        facet(_("Country"), "country", counts["country"], query, country_name),
        facet(_("Language"), "lang", counts["lang"], query, language_name),
        facet(_("Skill"), "skill", counts["skill"], query),
    ]


@blueprint.get("/jobs/new")
def new_job() -> Response:
    """The same form, set for a job."""
    return redirect("/offers/new?purpose=offer&kind=job", 303)


@blueprint.route("/offers/new", methods=["GET", "POST"])
@keeps_form
@require_account
def new() -> Any:
    """The form of a new offer or need, and its publication."""
    actors = _own_actors()
    language = i18n.current_language.get()
    purpose = request.args.get("purpose", "")
    kind = request.args.get("kind", "")
    start = {
        "purpose": purpose if purpose in PURPOSES else "offer",
        "kind": kind if kind in KINDS else "skill",
        "language": language,
        "unit": "day" if kind == "desk" else "one",
        "price_kind": "agreed",
    }
    form = ProposalForm(data=start)
    form.prepare(actors)
    if request.method == "GET" or _asks_for_skills(form):
        return _show_form(form)
    actor = next((one for one in actors if one.uri == form.actor.data), actors[0])
    values = form.read(_known_places(actor)) if form.validate() else None
    if values is None:
        return _show_form(form), 422
    try:
        row = service.offer(actor, values, form.visibility.data or "public")
    except (Unprocessable, InvalidDocument) as error:
        form.take_errors(error, FIELD_OF_PROPERTY)
        return _show_form(form), 422
    flash(_("Published. Your partners will have it in a few seconds."), "ok")
    return redirect(page_url(row), 303)


@blueprint.route("/offers/<uuid>/edit", methods=["GET", "POST"])
@keeps_form
@require_account
def edit(uuid: str) -> Any:
    """The form of a proposal that exists, and its change."""
    row = own_proposal(uuid)
    form = ProposalForm(data=fields_of(row))
    form.prepare([row.actor])
    if request.method == "GET" or _asks_for_skills(form):
        return _show_form(form, row)
    values = form.read([row.place]) if form.validate() else None
    if values is None:
        return _show_form(form, row), 422
    values["end_time"] = values["end_time"] or row.end_time
    try:
        service.change(row, values, form.visibility.data or None)
    except (Unprocessable, InvalidDocument) as error:
        form.take_errors(error, FIELD_OF_PROPERTY)
        return _show_form(form, row), 422
    flash(_("Saved. Your partners will have it in a few seconds."), "ok")
    return redirect(page_url(row), 303)


def _asks_for_skills(form: ProposalForm) -> bool:
    """Whether the reader looks for the name of a skill and does not save yet."""
    if not form.skills.is_asked_in(request.form):
        return False
    form.skills.suggestions = suggestions(form.skills.typed)
    return True


def _show_form(form: ProposalForm, row: Proposal | None = None) -> str:
    back = page_url(row) if row is not None else "/offers"
    return render_template(
        "proposals/form.html", form=form, row=row, back=back, has_errors=bool(form.problems())
    )


def _own_actors() -> Sequence[Actor]:
    account = current_account()
    actors = accounts.actors_of(account) if account is not None else []
    if not actors:
        raise NotFound(_("This account has nobody to publish as."), _("Ask your place to give it a profile."))
    return actors


def own_proposal(uuid: str) -> Proposal:
    """A proposal that the reader may change."""
    row: Proposal = own_row(Proposal, uuid)
    return row


def _known_places(actor: Actor) -> list[dict[str, Any] | None]:
    described = described_row(actor)
    place = described[1].place if described is not None else None
    return [place, {**place, "name": described[1].name}] if place and described else []
