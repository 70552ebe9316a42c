"""The polls as a list and as documents, the page of one, the form of a new one, and the vote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from markupsafe import Markup
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.errors import CoffeeError, Forbidden, InvalidDocument, NotFound, Unprocessable
from coffee_node.base.i18n import current_language
from coffee_node.base.i18n import gettext as _
from coffee_node.features.polls import service, voting
from coffee_node.features.polls.forms import PollForm
from coffee_node.features.polls.models import Poll
from coffee_node.federation import accounts, objects
from coffee_node.federation.audience import visible
from coffee_node.federation.models import Actor
from coffee_node.web.addresses import sign_in_href
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import keeps_form
from coffee_node.web.list_facets import language_facet, scope_choices
from coffee_node.web.list_forms import FEED_LIMIT, feed_choices, list_feed, list_json
from coffee_node.web.list_query import ListQuery
from coffee_node.web.listing import run_list
from coffee_node.web.object_views import page_url
from coffee_node.web.receipts import receipts_of

blueprint = Blueprint("polls", __name__, template_folder="templates")
ROWS_OF_AN_ACTOR = 5


def poll_page(row: Poll) -> str:
    """The page of one poll, ours or a copy: the vote, then the result."""
    account = current_account()
    may_edit = account is not None and accounts.may_act_as(account, row.actor)
    me = account.actor_id if account is not None else None
    mine = voting.votes_of(me, row.uri) if me is not None else []
    return render_template(
        "polls/detail.html",
        row=row,
        mine=mine,
        may_vote=row.is_open and account is not None and not mine and voting.is_asked(row, account.actor),
        sign_in_href=sign_in_href() if row.is_open and account is None else "",
        may_edit=may_edit,
        receipts=receipts_of(row.uri) if may_edit else None,
        delete_href=f"/polls/{objects.uuid_of(row)}/delete",
    )


@blueprint.get("/polls")
def show_list() -> str:
    """What the places of the network ask, newest first."""
    query = ListQuery.from_args(request.args)
    page = run_list(Poll, query)
    return render_template(
        "polls/list.html",
        page=page,
        heading=_("Polls"),
        lead=_("What the places of the network ask."),
        placeholder=_("a word in the question"),
        new_href="/polls/new" if _spaces() else "",
        new_label=_("New poll"),
        facets=[language_facet(Poll, query, [])],
        scopes=scope_choices(query),
        feeds=feed_choices(page, (".rss", ".atom", ".json")),
    )


@blueprint.get("/polls.json")
def list_as_json() -> Response:
    """The same list as documents."""
    return list_json(run_list(Poll, ListQuery.from_args(request.args)))


@blueprint.get("/polls.<any(rss, atom):form>")
def list_as_feed(form: str) -> Response:
    """The same list for feed readers."""
    return list_feed(run_list(Poll, ListQuery.from_args(request.args), limit=FEED_LIMIT), form, _("Polls"))


@blueprint.route("/polls/new", methods=["GET", "POST"])
@keeps_form
@require_account
def write_poll() -> Any:
    """The form of a new poll."""
    choices = _spaces()
    if not choices:
        raise Forbidden(_("A poll is asked by a place, not by a person."))
    form = PollForm(data={"actor": choices[0].uri, "language": current_language.get()})
    form.offer(choices)
    if request.method == "POST" and form.validate():
        values = form.read()
        if values is not None:
            author = next((actor for actor in choices if actor.uri == form.actor.data), choices[0])
            try:
                row = service.ask(author, values, form.visibility.data)
            except (Unprocessable, InvalidDocument) as error:
                form.take_errors(error, {"endTime": "end_day"})
            else:
                flash(_("Published. Your partners will have it in a few seconds."), "ok")
                return redirect(page_url(row), 303)
    body = render_template("polls/form.html", form=form)
    return Response(body, 422 if form.problems() else 200)


@blueprint.post("/polls/vote")
@require_account
def vote() -> Any:
    """Vote as the reader's own person in the poll whose id is in `uri`."""
    account = current_account()
    clauses = [Poll.uri == request.form.get("uri", ""), *visible(Poll, account)]
    row = db.session.scalar(select(Poll).where(*clauses))
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    if account is None or account.actor is None:
        raise Forbidden(_("Only people vote; your account is nobody's profile."))
    try:
        voting.vote(account.actor, row, request.form.getlist("option"))
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(_("Your vote is on its way. The result follows within some minutes."), "ok")
    return redirect(page_url(row), 303)


@blueprint.post("/polls/<uuid>/delete")
@require_account
def delete_poll(uuid: str) -> Any:
    """Take a poll of ours away everywhere."""
    account = current_account()
    row = db.session.scalar(select(Poll).where(Poll.uri == objects.object_uri(uuid), *visible(Poll, account)))
    if row is None or account is None or not accounts.may_act_as(account, row.actor):
        raise NotFound(_("There is nothing at this address."))
    service.withdraw(row)
    flash(_("The poll is deleted here, and everybody who has it is asked to delete it."), "ok")
    return redirect("/polls", 303)


def blocks(page: str, document: Mapping[str, Any]) -> list[Markup]:
    """What an actor asks, for its page."""
    if page != "actor":
        return []
    by_actor = Poll.actor_id.in_(select(Actor.id).where(Actor.uri == str(document.get("id") or "")))
    query = select(Poll).where(*visible(Poll, current_account()), by_actor)
    rows = db.session.scalars(query.order_by(Poll.published.desc()).limit(ROWS_OF_AN_ACTOR)).all()
    # The template escapes what it shows.
    return [Markup(render_template("polls/actor_block.html", rows=rows))] if rows else []  # noqa: S704


def _spaces() -> Sequence[Actor]:
    """The places in whose name the reader may ask."""
    account = current_account()
    found = accounts.actors_of(account) if account is not None else []
    return [actor for actor in found if actor.type == "Organization" and actor.kind == "space"]
