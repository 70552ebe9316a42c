"""The directories of people and companies, and the page on which people say who they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy import ColumnElement, String, cast, or_, select
from werkzeug.wrappers import Response

from coffee_node.base.database import db
from coffee_node.base.errors import InvalidDocument, NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.base.i18n import language_name
from coffee_node.features.profiles import pages, service
from coffee_node.features.profiles.forms import ProfileForm, field_labels, fields_of, levels_of, read_levels
from coffee_node.features.profiles.models import Company, Profile
from coffee_node.features.profiles.schemas import LEVELS
from coffee_node.federation import actors
from coffee_node.federation.account_models import Account, Membership
from coffee_node.federation.models import Actor
from coffee_node.federation.search import fold
from coffee_node.web import list_facets
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import keeps_form
from coffee_node.web.list_filters import tagged
from coffee_node.web.list_forms import CSV_LIMIT, feed_choices, list_csv, list_json
from coffee_node.web.listing import ListPage, ListQuery, run_list

FREE = ("available", "part-time", "soon")
PREVIEWS = {"everybody": "public", "partners": "network", "space": "space", "me": "private"}
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


def _people(limit: int = 20, *, published_only: bool = False) -> ListPage:
    """The directory: `skill`, `space` and `lang` look into fields that their owners show this reader."""
    query = ListQuery.from_args(request.args, ("available",))
    wide = replace(query, skill="", space="", lang="")
    where = [*pages.may_be_seen(), *_where(query)]
    if published_only:
        where.append(Profile.visibility == "public")
    page = run_list(Profile, wide, where=where, limit=limit)
    return replace(page, query=query)


def _where(query: ListQuery) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if query.skill:
        in_space = Profile.member_skills.contains(f"|{fold(query.skill)}|", autoescape=True)
        clauses.append(or_(tagged(Profile, query.skill), Profile.actor_id.in_(pages.colleagues()) & in_space))
    if query.lang:
        spoken = cast(Profile.languages, String).contains(f'"{query.lang}"', autoescape=True)
        clauses += [spoken, pages.may_search("languages")]
    if query.space:
        clauses += [Profile.affiliation.in_(_space_uris(query.space)), pages.may_search("affiliation")]
    if query.extra.get("available"):
        clauses += [Profile.availability.in_(FREE), pages.may_search("availability")]
    return clauses


def _space_uris(name: str) -> Any:
    if "://" in name:
        return [name]
    slug, _at, host = name.lstrip("@").partition("@")
    chosen = select(Actor.uri).where(Actor.slug == slug)
    return chosen.where(Actor.host == host) if host else chosen


@blueprint.get("/people")
def people() -> str:
    """The people who chose to be listed, as far as they let this reader see them."""
    page = _people()
    query = page.query
    chosen = query.extra.get("available", "")
    available = {
        "label": _("Only who is available"),
        "href": query.href(available="" if chosen else "1"),
        "is_active": bool(chosen),
    }
    where = [*pages.may_be_seen(), *_where(query)]
    wide = replace(query, skill="", space="", lang="")
    facets = [list_facets.country_facet(Profile, wide, where), _skills(query), _languages(query)]
    return render_template(
        "profiles/people.html",
        page=page,
        heading=_("People"),
        lead=_("Whom one can ask, work with or meet, here and across the border."),
        placeholder=_("a name or a skill"),
        people=[pages.card(row) for row in page.rows],
        badges=list_facets.badges_for("person", page.rows),
        facets=facets,
        available=available,
        scopes=list_facets.scope_choices(query),
        feeds=feed_choices(page),
        has_profile=current_account() is not None,
    )


def _skills(query: ListQuery) -> dict[str, Any]:
    others = replace(query, skill="")
    wide = replace(others, space="", lang="")
    counts = list_facets.skill_counts(Profile, wide, [*pages.may_be_seen(), *_where(others)])
    return list_facets.facet(_("Skill"), "skill", counts, query)


def _languages(query: ListQuery) -> dict[str, Any]:
    items = [
        {
            "label": language_name(code),
            "count": None,
            "href": query.href(lang="" if query.lang == code else code),
            "is_active": query.lang == code,
        }
        for code in dict.fromkeys(["fr", "nl", "en", "de", *([query.lang] if query.lang else [])])
    ]
    return {"title": _("Speaks"), "items": items}


@blueprint.get("/people.json")
def people_json() -> Response:
    """The directory as documents: what is public, whoever asks."""
    return list_json(_people(published_only=True))


@blueprint.get("/people.csv")
def people_csv() -> Response:
    """The directory for spreadsheets: what is public, whoever asks."""
    return list_csv(_people(CSV_LIMIT, published_only=True), CSV_COLUMNS)


def _companies(limit: int = 20) -> ListPage:
    query = ListQuery.from_args(request.args)
    return run_list(Company, query, where=[Company.is_listed.is_(True)], limit=limit)


@blueprint.get("/companies")
def companies() -> str:
    """Companies and competence centres."""
    page = _companies()
    listed = [Company.is_listed.is_(True)]
    facets = [
        list_facets.country_facet(Company, page.query, listed),
        list_facets.skill_facet(Company, page.query, listed),
    ]
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
    )


@blueprint.get("/companies.json")
def companies_json() -> Response:
    """The companies as documents."""
    return list_json(_companies())


@blueprint.get("/companies.csv")
def companies_csv() -> Response:
    """The companies for spreadsheets."""
    return list_csv(_companies(CSV_LIMIT))


@blueprint.route("/me/profile", methods=["GET", "POST"])
@keeps_form
@require_account
def own_profile() -> Any:
    """The form of the own profile, with a level for each field and a preview for each audience."""
    actor = _own_person()
    row = service.profile_of(actor)
    form = ProfileForm(data=fields_of(row, actor.is_published))
    form.prepare(_own_spaces())
    if request.method == "GET":
        return _show(row, form, levels_of(row))
    levels = {**levels_of(row), **read_levels(request.form)}
    if not form.validate():
        return _show(row, form, levels), 422
    try:
        _save(row, form, levels)
    except (Unprocessable, InvalidDocument) as error:
        form.take_errors(error, {"coffee:availability": "availability"})
        return _show(row, form, levels), 422
    flash(_("Saved."), "ok")
    return redirect("/me/profile", 303)


def _save(row: Profile, form: ProfileForm, levels: dict[str, str]) -> None:
    space = actors.find_actor(form.affiliation.data) if form.affiliation.data else None
    described = actors.described_row(space) if space is not None else None
    values = form.read(described[1].place if described is not None else None)
    service.change_profile(row, values, levels)
    if form.publication.data == "public" and not row.actor.is_published:
        service.publish_profile(row)
    elif form.publication.data == "space" and row.actor.is_published:
        service.withdraw_profile(row)


def _show(row: Profile, form: ProfileForm, levels: dict[str, str]) -> str:
    seen_as = request.args.get("as", "")
    preview = pages.card(row, PREVIEWS[seen_as]) if seen_as in PREVIEWS else None
    return render_template(
        "profiles/form.html",
        row=row,
        form=form,
        levels=levels,
        labels=field_labels(),
        preview=preview,
        previews=_previews(seen_as),
        all_levels=LEVELS,
        has_errors=bool(form.problems()),
    )


def _previews(seen_as: str) -> list[dict[str, Any]]:
    labels = {
        "everybody": _("everybody"),
        "partners": _("the partner sites"),
        "space": _("my place"),
        "me": _("me"),
    }
    return [
        {"label": label, "href": f"/me/profile?as={name}", "is_active": name == seen_as}
        for name, label in labels.items()
    ]


def _own_person() -> Actor:
    account = current_account()
    if account is None or account.actor is None:
        raise NotFound(_("This account has no profile."))
    return account.actor


def _own_spaces() -> Sequence[Actor]:
    account: Account | None = current_account()
    if account is None:
        return []
    query = select(Actor).join(Membership, Membership.space_id == Actor.id)
    return db.session.scalars(query.where(Membership.account_id == account.id).order_by(Actor.id)).all()
