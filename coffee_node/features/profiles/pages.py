"""What people see of profiles and companies: rows, pages and the people of a space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.errors import NotFound
from coffee_node.base.html import sanitise
from coffee_node.base.i18n import country_name, current_language
from coffee_node.base.i18n import gettext as _
from coffee_node.features.profiles import companies, relay_rules
from coffee_node.features.profiles.directory import Directory
from coffee_node.features.profiles.models import Company, Profile
from coffee_node.features.profiles.readers import audience_for, may_be_seen, present_reader
from coffee_node.features.profiles.schemas import availability_label, is_shown, shown_fields
from coffee_node.features.profiles.service import find_profile
from coffee_node.features.profiles.terms import members_fields
from coffee_node.federation import accounts, remote_pictures
from coffee_node.federation.actors import find_actor
from coffee_node.federation.models import Actor
from coffee_node.node import current_node
from coffee_node.web.auth import current_account
from coffee_node.web.list_query import ListQuery
from coffee_node.web.object_views import actor_url
from coffee_node.web.skill_field import LEVELS as SKILL_WORDS

PEOPLE_OF_SPACE = 12


def cards(rows: Sequence[Profile]) -> list[dict[str, Any]]:
    """Several profiles as the reader may see them; their spaces are asked for at once."""
    uris = {row.affiliation for row in rows if row.affiliation}
    spaces = {space.uri: space for space in db.session.scalars(select(Actor).where(Actor.uri.in_(uris)))}
    return [card(row, spaces=spaces) for row in rows]


def card(
    row: Profile, audience: str | None = None, spaces: Mapping[str, Actor] = MappingProxyType({})
) -> dict[str, Any]:
    """A profile as this audience (default: the reader) may see it, for rows and pages.

    `spaces` are those that are at hand, by their uri.
    """
    audience = audience or audience_for(row)
    shown = shown_fields(row, audience)
    if audience == "network":
        shown |= members_fields(row)
    summary, language = _in_readers_language(shown, row.language or "")
    named = shown.get("affiliation") or ""
    space = (spaces.get(named) or find_actor(named)) if named else None
    return {
        **shown,
        "actor": row.actor,
        "document": row.document,
        "href": actor_url(row.actor),
        "photo": picture_of(shown.get("icon"), row.actor),
        "availability_label": availability_label(shown.get("availability") or ""),
        "space_label": space.name if space is not None else shown.get("affiliation_name") or "",
        "space_href": actor_url(space) if space is not None else "",
        "town": town_line(shown.get("place")),
        "text": summary,
        "text_language": language,
        **{
            name: _with_levels(shown[name]) for name in ("skills_offered", "skills_sought") if shown.get(name)
        },
    }


def _with_levels(skills: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Skills with their level in words, where it is said."""
    return [{**skill, "level_label": SKILL_WORDS.get(skill.get("level") or 0, "")} for skill in skills]


def picture_of(icon: Mapping[str, str] | None, actor: Actor) -> dict[str, str] | None:
    """The address of a picture of ours, or of our copy of another's, and the words that stand for it.

    Nothing is shown from other sites themselves: a page asks nobody but this site.
    """
    if not actor.is_local:
        return remote_pictures.portrait_of(actor, icon)
    if not icon or not icon.get("url"):
        return None
    path = icon["url"].removeprefix(current_node.config.base_url)
    return {"url": path, "small": f"{path.removesuffix('.webp')}-small.webp", "alt": icon.get("name", "")}


def town_line(place: Mapping[str, Any] | None) -> str:
    """Town and country of a place, else its name."""
    address = (place or {}).get("address") or {}
    country = country_name(address["country"]) if address.get("country") else ""
    town = address.get("locality") or (place or {}).get("name") or ""
    return ", ".join(part for part in (town, country) if part)


def _in_readers_language(shown: Mapping[str, Any], own_language: str) -> tuple[Markup, str]:
    texts = shown.get("summary_map") or {}
    reader = current_language.get()
    language = reader if texts.get(reader) else own_language
    # Sanitised here, whoever wrote it.
    text = Markup(sanitise(texts.get(reader) or shown.get("summary") or ""))  # noqa: S704
    return text, "" if language == reader else language


def person_page(row: Profile) -> str:
    """The page of a person; NotFound for who may not see them at all."""
    seen = select(Profile.id).where(Profile.id == row.id, *may_be_seen(present_reader(), listed_only=False))
    if db.session.scalar(seen) is None:
        raise NotFound(_("Nobody with this name is known here."))
    return render_template("profiles/person.html", **person_values(row))


def person_values(row: Profile, audience: str | None = None) -> dict[str, Any]:
    """What the page of a person shows to the reader, or to another audience."""
    account = current_account()
    audience = audience or audience_for(row)
    is_own = account is not None and account.actor_id is not None and account.actor_id == row.actor_id
    return {
        "row": row,
        "person": card(row, audience),
        "jobs": _jobs(row, audience),
        "is_own": is_own,
        "may_write": not is_own and relay_rules.may_be_written_to(row.actor),
        "write_href": f"/write/{row.actor.slug}{f'@{row.origin}' if row.origin else ''}",
        "host": row.origin or current_node.config.host,
    }


def _jobs(row: Profile, audience: str) -> list[dict[str, str]]:
    """Where somebody works, as a manager there has confirmed."""
    if not row.is_local or not is_shown(row, "work", audience):
        return []
    return [
        {"name": job.company.name, "href": actor_url(job.company), "title": job.title}
        for job in companies.jobs_of(row.actor)
        if job.state == "confirmed"
    ]


def company_card(row: Company) -> dict[str, Any]:
    """A company for rows and pages."""
    names = (
        "uri", "name", "kind", "skills_offered", "skills_sought", "languages", "links", "place", "country",
        "latitude", "longitude", "actor", "document",
    )  # fmt: skip
    found = {name: getattr(row, name) for name in names}
    text, language = _in_readers_language(
        {"summary": row.summary, "summary_map": row.summary_map}, row.language or ""
    )
    kind = _("competence centre") if row.kind == "centre" else _("company")
    photo = picture_of(row.icon, row.actor)
    more = {"headline": kind, "text": text, "text_language": language, "town": town_line(row.place)}
    return {**found, **more, "href": actor_url(row.actor), "photo": photo}


def company_page(row: Company) -> str:
    """The page of a company or a competence centre, with the people who work there."""
    account = current_account()
    may_edit = account is not None and accounts.may_act_as(account, row.actor)
    return render_template(
        "profiles/company.html",
        row=row,
        company=company_card(row),
        people=staff_cards(row),
        may_edit=may_edit,
        asking=len(companies.staff_of(row.actor, "asked")) if may_edit else 0,
    )


def staff_cards(row: Company) -> list[dict[str, Any]]:
    """The people of a company who are confirmed and show this reader that they work there."""
    found = []
    titles = {job.person_id: job.title for job in companies.staff_of(row.actor)}
    clauses = [*may_be_seen(present_reader(), listed_only=False), Profile.actor_id.in_(titles)]
    for person in db.session.scalars(select(Profile).where(*clauses).order_by(Profile.sort_name)):
        if is_shown(person, "work", audience_for(person)):
            shown = card(person)
            found.append({**shown, "headline": titles[person.actor_id] or shown.get("headline", "")})
    return found


def blocks(page: str, document: Mapping[str, Any]) -> Sequence[Markup]:
    """On the page of a space: its listed people; on that of a stranger: the button to write to them."""
    uri = str(document.get("id") or "")
    if page == "actor" and document.get("type") == "Person":
        return _write_button(uri)
    if page != "actor" or document.get("kind") != "space" or not uri:
        return []
    query = ListQuery("/people", {"space": uri}, space=uri)
    found = Directory(present_reader(), query).page(PEOPLE_OF_SPACE)
    if not found.rows:
        return []
    shown = {"people": [card(row) for row in found.rows], "more_href": query.href()}
    # The template escapes what it is given.
    return [Markup(render_template("profiles/space_block.html", **shown))]  # noqa: S704


def _write_button(uri: str) -> Sequence[Markup]:
    """How to write to somebody of another server of whom no profile is held; a profile has its own button."""
    person = find_actor(uri)
    if current_account() is None or person is None or person.is_local or find_profile(person) is not None:
        return []
    if not relay_rules.may_be_written_to(person):
        return []
    text = _("Write a message")
    return [
        Markup('<p><a class="btn btn-quiet" href="/write/{}@{}">{}</a></p>').format(
            person.slug, person.host, text
        )
    ]
