"""The list of spaces, and the form in which their managers describe them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from coffee_node.base.errors import Forbidden, InvalidDocument, NotFound, Unprocessable
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import gettext as _
from coffee_node.features.spaces import service
from coffee_node.features.spaces.forms import FIELD_OF_PROPERTY, SpaceForm, fields_of
from coffee_node.features.spaces.models import Space
from coffee_node.features.spaces.pages import card, opening
from coffee_node.federation import accounts
from coffee_node.federation.actors import find_local_actor
from coffee_node.web import list_facets
from coffee_node.web.alert_lists import WatchedList, can_be_watched
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import keeps_form
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
from coffee_node.web.map_drawing import MapPoint, draw
from coffee_node.web.object_views import actor_url
from coffee_node.web.whereabouts import kilometres, where_of

OPEN_WORDS = {True: "yes", False: "no", None: ""}
CSV_COLUMNS = {
    **COLUMNS,
    "latitude": lambda row: row.latitude,
    "longitude": lambda row: row.longitude,
    "desks": lambda row: row.desks,
    "hours": lambda row: "; ".join(row.opening_hours or ()),
    "services": lambda row: ", ".join(row.services or ()),
    "open now": lambda row: OPEN_WORDS[opening(row)[0]],
}

blueprint = Blueprint("spaces", __name__, template_folder="templates")


def _page(limit: int = 60) -> ListPage:
    return run_list(Space, ListQuery.from_args(request.args), limit=limit)


@blueprint.get("/spaces")
@can_be_watched(WatchedList({"/spaces": lazy_("Places")}, Space))
def show_list() -> str:
    """The spaces of the network, here and across the border, with their opening state now."""
    page = _page()
    cards = sorted((card(row) for row in page.rows), key=_nearest_first)
    here = [one for one in cards if not where_of(one).is_across]
    across = [one for one in cards if where_of(one).is_across]
    return render_template(
        "spaces/list.html",
        page=page,
        heading=_("Places"),
        lead=_("Where one can work for a day, a month or longer, on both sides of the border."),
        placeholder=_("a name or a town"),
        here=here,
        across=across,
        badges=list_facets.badges_for("space", page.rows),
        facets=[list_facets.country_facet(Space, page.query)],
        drawing=draw(_points(cards)),
        scopes=list_facets.scope_choices(page.query),
        feeds=feed_choices(page),
    )


def _points(cards: list[dict[str, Any]]) -> list[MapPoint]:
    return [
        MapPoint(one["name"], one["latitude"], one["longitude"], one["href"], 1, where_of(one).is_across)
        for one in cards
        if one["latitude"] is not None and one["longitude"] is not None
    ]


def _nearest_first(row: dict[str, Any]) -> tuple[float, str]:
    distance = kilometres(row)
    return (float("inf") if distance is None else distance, row["name"] or "")


@blueprint.get("/spaces.json")
def list_as_json() -> Response:
    """The same list as documents."""
    return list_json(_page(20))


@blueprint.get("/spaces.<any(rss, atom):form>")
def list_as_feed(form: str) -> Response:
    """The same list for feed readers: the places that joined last stand first."""
    return list_feed(_page(FEED_LIMIT), form, _("Places"))


@blueprint.get("/spaces.csv")
def list_as_csv() -> Response:
    """The same list for spreadsheets."""
    return list_csv(_page(CSV_LIMIT), CSV_COLUMNS)


@blueprint.route("/spaces/<slug>/edit", methods=["GET", "POST"])
@keeps_form
@require_account
def edit(slug: str) -> Any:
    """The form of a space that the reader manages, and its change."""
    row = _own_space(slug)
    form = SpaceForm(data=fields_of(row))
    form.prepare()
    if request.method == "GET":
        return _show_form(form, row)
    values = form.read() if form.validate() else None
    if values is None:
        return _show_form(form, row), 422
    try:
        service.change_space(row, values)
    except (Unprocessable, InvalidDocument) as error:
        form.take_errors(error, FIELD_OF_PROPERTY)
        return _show_form(form, row), 422
    flash(_("Saved. Your partners will have it in a few seconds."), "ok")
    return redirect(actor_url(row.actor), 303)


def _show_form(form: SpaceForm, row: Space) -> str:
    return render_template("spaces/form.html", form=form, row=row, has_errors=bool(form.problems()))


def _own_space(slug: str) -> Space:
    account, actor = current_account(), find_local_actor(slug)
    is_space = actor is not None and actor.type == "Organization" and actor.kind == "space"
    if account is None or actor is None or not is_space or actor.gone_at is not None:
        raise NotFound(_("There is nothing at this address."))
    if not accounts.may_act_as(account, actor):
        raise Forbidden(_("Only who runs it may change it."))
    return service.space_of(actor)
