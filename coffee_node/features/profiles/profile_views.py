"""The pages on which people say who they are, short for who is new, and see it with the eyes of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response

from coffee_node.base.database import db
from coffee_node.base.errors import InvalidDocument, NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.profiles import companies, pages, service
from coffee_node.features.profiles.forms import (
    FirstProfileForm,
    ProfileForm,
    field_labels,
    fields_of,
    levels_of,
    read_levels,
)
from coffee_node.features.profiles.models import Company, Profile
from coffee_node.features.profiles.readers import PREVIEWS, seen_by
from coffee_node.features.profiles.schemas import LEVELS
from coffee_node.federation import actors
from coffee_node.federation.account_models import Account, Membership
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import keeps_form
from coffee_node.web.object_views import actor_url
from coffee_node.web.skill_field import SkillsField
from coffee_node.web.skill_views import suggestions

profile_pages = Blueprint("own_profile", __name__)
FIELD_OF_PROPERTY = {"coffee:availability": "availability", "coffee:mobilityRadius": "mobility"}
SHORT_FIELDS = ("headline", "skills_offered", "affiliation")


@profile_pages.route("/me/profile", methods=["GET", "POST"])
@keeps_form
@require_account
def own_profile() -> Any:
    """The form of the own profile, with a level for each field; `first=1` is the short one for who is new."""
    row = service.profile_of(own_person())
    if request.args.get("first"):
        return _first(row)
    form = ProfileForm(data=fields_of(row, row.actor.is_published))
    form.prepare(_own_spaces())
    if request.method == "GET":
        return _show(row, form, levels_of(row))
    levels = {**levels_of(row), **read_levels(request.form)}
    if _wants_suggestions(form):
        return _show(row, form, levels)
    values = form.read(_place_of(form.affiliation.data)) if form.validate() else None
    if values is None:
        return _show(row, form, levels), 422
    try:
        service.change_profile(row, values, levels, photo=form.photo_change, is_published=form.is_published)
    except (Unprocessable, InvalidDocument) as error:
        form.take_errors(error, FIELD_OF_PROPERTY)
        return _show(row, form, levels), 422
    flash(_("Saved."), "ok")
    return redirect("/me/profile", 303)


def _first(row: Profile) -> Any:
    """Name, one line, a skill and a directory: the second of the three screens of an invitation."""
    held = fields_of(row, row.actor.is_published)
    listing = row.listing if row.levels else "space"
    form = FirstProfileForm(data={**held, "listing": listing})
    is_asking = request.method == "POST" and _wants_suggestions(form)
    if request.method == "GET" or is_asking:
        return render_template("profiles/first.html", form=form, row=row)
    if form.validate():
        values = form.read()
        level = values["listing"] if values["listing"] in LEVELS else "space"
        try:
            levels = dict.fromkeys(SHORT_FIELDS, level)
            goes_out = True if level in ("network", "public") else None
            service.change_profile(row, values, levels, is_published=goes_out)
        except (Unprocessable, InvalidDocument) as error:
            form.take_errors(error)
        else:
            flash(_("Welcome. This is your page; you can add to it whenever you like."), "ok")
            return redirect(actor_url(row.actor), 303)
    return render_template("profiles/first.html", form=form, row=row), 422


def _wants_suggestions(form: Any) -> bool:
    """Whether the reader asked what a skill is called here; the form is shown again with choices."""
    for field in form:
        if isinstance(field, SkillsField) and field.is_asked_in(request.form):
            field.suggestions = suggestions(field.typed)
            return True
    return False


def _place_of(space_uri: str | None) -> Any:
    space = actors.find_actor(space_uri) if space_uri else None
    described = actors.described_row(space) if space is not None else None
    return described[1].place if described is not None else None


def _show(row: Profile, form: ProfileForm, levels: dict[str, str]) -> str:
    return render_template(
        "profiles/form.html",
        row=row,
        form=form,
        levels=levels,
        labels=field_labels(),
        previews=_previews(""),
        jobs=companies.jobs_of(row.actor),
        companies=_companies(),
        all_levels=LEVELS,
        has_errors=bool(form.problems()),
    )


@profile_pages.get("/me/profile/preview")
@require_account
def preview() -> str:
    """The own page as somebody else gets it: the same code, told that somebody else reads."""
    row = service.profile_of(own_person())
    seen_as = request.args.get("as", "everybody")
    if seen_as not in PREVIEWS:
        raise NotFound(_("There is nothing at this address."))
    audience = PREVIEWS[seen_as]
    is_there = row.actor.is_published or audience in ("private", "space")
    with seen_by(audience, row.actor_id):
        # The template escapes what it is given.
        body = Markup(  # noqa: S704
            render_template("profiles/person_body.html", **pages.person_values(row, audience))
        )
    return render_template(
        "profiles/preview.html", row=row, body=body, is_there=is_there, previews=_previews(seen_as)
    )


def _previews(seen_as: str) -> list[dict[str, Any]]:
    labels = {
        "me": _("me"),
        "space": _("my place"),
        "partners": _("the partner sites"),
        "everybody": _("everybody"),
    }
    return [
        {"label": label, "href": f"/me/profile/preview?as={name}", "is_active": name == seen_as}
        for name, label in labels.items()
    ]


@profile_pages.post("/me/work")
@require_account
def say_where() -> Response:
    """Say to work at a company of this site, or take it away."""
    person = own_person()
    service.profile_of(person)
    if request.form.get("leave"):
        companies.leave(person, request.form.get("leave", 0, type=int))
        flash(_("Saved."), "ok")
    else:
        company = companies.find_company(request.form.get("company", ""))
        if company is None:
            raise NotFound(_("This company is not known here."))
        job = companies.say_where(person, company, request.form.get("title", "").strip())
        done = job.state == "confirmed"
        flash(_("Saved.") if done else _("Saved. It is shown once the company has confirmed it."), "ok")
    return redirect("/me/profile#work", 303)


def _companies() -> Sequence[tuple[str, str]]:
    query = select(Actor.slug, Actor.name).join(Company, Company.actor_id == Actor.id)
    query = query.where(Actor.host == "", Actor.gone_at.is_(None)).order_by(Actor.name).limit(500)
    return [(slug, name or slug) for slug, name in db.session.execute(query)]


def own_person() -> Actor:
    """The person of the account that is signed in; NotFound where it has none."""
    account = current_account()
    if account is None or account.actor is None:
        raise NotFound(_("This account has no profile."))
    return account.actor


def _own_spaces() -> Sequence[Actor]:
    account: Account | None = current_account()
    if account is None:
        return []
    query = select(Actor).join(Membership, Membership.space_id == Actor.id).where(Actor.kind == "space")
    return db.session.scalars(query.where(Membership.account_id == account.id).order_by(Actor.id)).all()
