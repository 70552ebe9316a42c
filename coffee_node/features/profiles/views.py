"""The directories of people and companies, for people and for programs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from coffee_node.base.database import db
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import country_name, language_name
from coffee_node.base.i18n import gettext as _
from coffee_node.features.profiles import pages, terms
from coffee_node.features.profiles.directory import OWN_FILTERS, Directory
from coffee_node.features.profiles.models import Company, Profile
from coffee_node.features.profiles.readers import EVERYBODY, present_reader
from coffee_node.features.profiles.schemas import LANGUAGE_LEVELS
from coffee_node.federation.models import Actor
from coffee_node.web import list_facets
from coffee_node.web.alert_lists import WatchedList, can_be_watched
from coffee_node.web.auth import current_account
from coffee_node.web.list_forms import CSV_LIMIT, FEED_LIMIT, feed_choices, list_csv, list_feed, list_json
from coffee_node.web.listing import ListPage, ListQuery, run_list
from coffee_node.web.map_drawing import MapPoint, draw
from coffee_node.web.near import choose_near, near_choices
from coffee_node.web.object_views import page_url
from coffee_node.web.web_feeds import FeedEntry
from coffee_node.web.whereabouts import where_of

MAP_LIMIT = 150
CHOICES = {"level": LANGUAGE_LEVELS, "sort": ("name",), "view": ("map",), "available": ("1",)}
CSV_COLUMNS = {
    "id": lambda row: row.uri,
    "name": lambda row: row.name,
    "headline": lambda row: pages.card(row, "public").get("headline", ""),
    "skills": lambda row: ", ".join(
        skill["name"] for skill in pages.card(row, "public").get("skills_offered") or ()
    ),
    "languages": lambda row: " ".join(pages.card(row, "public").get("languages") or ()),
    "country": lambda row: row.country,
}

blueprint = Blueprint("profiles", __name__, template_folder="templates")


def _query() -> ListQuery:
    """The filters of the address; a place that was typed becomes a point."""
    query = ListQuery.from_args(request.args, OWN_FILTERS)
    for name, allowed in CHOICES.items():
        value = query.extra.get(name)
        if value is not None and value not in allowed:
            query = _left_out(query, name, value)
    return choose_near(query)


def _left_out(query: ListQuery, name: str, value: str) -> ListQuery:
    """The query without a filter that makes no sense, which is told."""
    note = _("The filter %(name)s=%(value)s was left out.", name=name, value=value)
    kept = {key: text for key, text in query.given.items() if key != name}
    extra = {key: text for key, text in query.extra.items() if key != name}
    return replace(query, given=kept, extra=extra, notes=(*query.notes, note))


PEOPLE = WatchedList(
    {"/people": lazy_("People")},
    Profile,
    OWN_FILTERS,
    finds=lambda query: Directory(present_reader(), choose_near(query)).where(),
    words={"available": lambda value: _("Only who is available")},
    appears_late=True,
)
COMPANIES = WatchedList(
    {"/companies": lazy_("Companies")},
    Company,
    where=lambda query: [Company.is_listed.is_(True)],
    appears_late=True,
)


@blueprint.get("/people")
@can_be_watched(PEOPLE)
def people() -> str:
    """The people who chose to be listed, as far as they let this reader see them."""
    directory = Directory(present_reader(), _query())
    query = directory.query
    is_map = query.extra.get("view") == "map"
    page = directory.page(MAP_LIMIT if is_map else 20)
    cards = pages.cards(page.rows)
    return render_template(
        "profiles/people.html",
        page=page,
        heading=_("People"),
        lead=_("Whom one can ask, work with or meet, here and across the border."),
        placeholder=_("a name or a skill"),
        people=cards,
        is_map=is_map,
        drawing=draw(_points(cards)) if is_map else None,
        near=near_choices(query),
        views=_views(query),
        sorts=_sorts(query),
        sorting=_("nearest first") if directory.is_by_distance else _("by name"),
        badges=list_facets.badges_for("person", page.rows),
        facets=_facets(directory),
        available=_available(directory),
        scopes=list_facets.scope_choices(query),
        feeds=feed_choices(page),
        is_incomplete=terms.is_incomplete(),
        has_profile=current_account() is not None,
    )


def _views(query: ListQuery) -> list[dict[str, Any]]:
    chosen = query.extra.get("view", "")
    return [
        {"label": label, "href": query.href(view=name), "is_active": chosen == name}
        for name, label in (("", _("List")), ("map", _("Map")))
    ]


def _sorts(query: ListQuery) -> list[dict[str, Any]]:
    """By distance or by name, where there is a point to measure from."""
    if query.near is None:
        return []
    chosen = query.extra.get("sort", "")
    return [
        {"label": label, "href": query.href(sort=name), "is_active": chosen == name}
        for name, label in (("", _("nearest first")), ("name", _("by name")))
    ]


def _points(cards: list[dict[str, Any]]) -> list[MapPoint]:
    """Where the people of a list are, as far as they show it."""
    found = []
    for one in cards:
        place = one.get("place") or {}
        if place.get("latitude") is not None and place.get("longitude") is not None:
            where = where_of({**place, "country": one.get("country") or ""})
            point = MapPoint(one["name"], place["latitude"], place["longitude"], one["href"])
            found.append(replace(point, is_across=where.is_across))
    return found


def _available(directory: Directory) -> dict[str, Any]:
    chosen = directory.query.extra.get("available", "")
    return {
        "label": _("Only who is available (%(num)d)", num=directory.available_count()),
        "href": directory.query.href(available="" if chosen else "1"),
        "is_active": bool(chosen),
    }


def _facets(directory: Directory) -> list[dict[str, Any]]:
    query = directory.query
    spaces = directory.counts("space", "space")
    names = _names_of(list(spaces))
    facets = [
        _facet(_("Country"), "country", directory.counts("country", "country"), query, country_name),
        _facet(_("Place"), "space", spaces, query, lambda uri: names.get(uri, uri)),
        _facet(_("Skill"), "skill", directory.counts("skill", "skill"), query),
        _facet(_("Speaks"), "lang", directory.counts("language", "lang"), query, language_name),
    ]
    return [*facets, _levels(directory)] if query.lang else facets


def _facet(
    title: str, param: str, counts: dict[str, tuple[str, int]], query: ListQuery, label: Any = None
) -> dict[str, Any]:
    numbers = {value: count for value, (_label, count) in counts.items()}
    words = {value: text for value, (text, _count) in counts.items()}

    def own_word(value: str) -> str:
        return words.get(value, value)

    return list_facets.facet(title, param, numbers, query, label or own_word)


def _names_of(uris: list[str]) -> dict[str, str]:
    query = select(Actor.uri, Actor.name, Actor.slug).where(Actor.uri.in_(uris))
    return {uri: name or slug for uri, name, slug in db.session.execute(query)}


def _with(chosen: str, counts: dict[str, int]) -> dict[str, int]:
    """The counts with the chosen value among them, so that it can be taken away."""
    return counts if not chosen or chosen in counts else {**counts, chosen: 0}


def _levels(directory: Directory) -> dict[str, Any]:
    """How well, at least, once a language is chosen."""
    query, chosen = directory.query, directory.query.extra.get("level", "")
    items = [
        {
            "label": _("native language") if level == "native" else _("at least %(level)s", level=level),
            "count": count,
            "href": query.href(level="" if level == chosen else level),
            "is_active": level == chosen,
        }
        for level, count in _with(chosen, directory.level_counts()).items()
    ]
    return {"title": _("How well"), "items": items}


@blueprint.get("/people.json")
def people_json() -> Response:
    """The directory as documents: what is public, whoever asks."""
    return list_json(Directory(EVERYBODY, _query()).page())


@blueprint.get("/people.<any(rss, atom):form>")
def people_feed(form: str) -> Response:
    """The directory for feed readers: what is public, whoever asks."""
    return list_feed(Directory(EVERYBODY, _query()).page(FEED_LIMIT), form, _("People"), _entry)


def _entry(row: Profile) -> FeedEntry:
    """What the list shows of somebody to everybody: the name, the line below it and the skills offered."""
    shown = pages.card(row, "public")
    skills = [one if isinstance(one, str) else one["name"] for one in shown.get("skills_offered") or ()]
    return FeedEntry(
        uri=row.uri,
        path=page_url(row),
        title=shown.get("name") or row.name,
        published=row.published,
        updated=row.updated,
        text=shown.get("headline") or "",
        categories=skills,
    )


@blueprint.get("/people.csv")
def people_csv() -> Response:
    """The directory for spreadsheets: what is public, whoever asks."""
    return list_csv(Directory(EVERYBODY, _query()).page(CSV_LIMIT), CSV_COLUMNS)


def _companies(limit: int = 20) -> ListPage:
    query = ListQuery.from_args(request.args)
    return run_list(Company, query, where=[Company.is_listed.is_(True)], limit=limit)


@blueprint.get("/companies")
@can_be_watched(COMPANIES)
def companies() -> str:
    """Companies and competence centres."""
    page = _companies()
    listed = [Company.is_listed.is_(True)]
    facets = [
        list_facets.country_facet(Company, page.query, listed),
        list_facets.skill_facet(Company, page.query, listed),
    ]
    account = current_account()
    return render_template(
        "profiles/people.html",
        page=page,
        heading=_("Companies"),
        lead=_("Companies and competence centres of the network."),
        placeholder=_("a name or a skill"),
        people=[pages.company_card(row) for row in page.rows],
        badges=list_facets.badges_for("company", page.rows),
        facets=facets,
        scopes=list_facets.scope_choices(page.query),
        feeds=feed_choices(page),
        new_href="/companies/new" if account is not None and account.memberships else "",
        new_label=_("Add a company"),
    )


@blueprint.get("/companies.json")
def companies_json() -> Response:
    """The companies as documents."""
    return list_json(_companies())


@blueprint.get("/companies.<any(rss, atom):form>")
def companies_feed(form: str) -> Response:
    """The companies for feed readers."""
    return list_feed(_companies(FEED_LIMIT), form, _("Companies"))


@blueprint.get("/companies.csv")
def companies_csv() -> Response:
    """The companies for spreadsheets."""
    return list_csv(_companies(CSV_LIMIT))
