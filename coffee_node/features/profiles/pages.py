"""What people see of profiles and companies: rows, pages and the people of a space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, render_template
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from coffee_node.base.database import db
from coffee_node.base.errors import NotFound
from coffee_node.base.html import sanitise
from coffee_node.base.i18n import country_name, current_language
from coffee_node.base.i18n import gettext as _
from coffee_node.features.profiles.models import Company, Profile
from coffee_node.features.profiles.schemas import availability_label, shown_fields
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Account, Membership
from coffee_node.federation.actors import find_actor
from coffee_node.federation.audience import visible
from coffee_node.federation.models import Actor
from coffee_node.node import current_node
from coffee_node.web.auth import current_account
from coffee_node.web.object_views import actor_url

PEOPLE_OF_SPACE = 12


def colleagues() -> frozenset[int]:
    """The reader and everybody who shares a space with them, as actor ids; asked for once per request."""
    if "colleagues" not in g:
        account = current_account()
        g.colleagues = frozenset() if account is None else _find_colleagues(account)
    found: frozenset[int] = g.colleagues
    return found


def _find_colleagues(account: Account) -> frozenset[int]:
    mine = frozenset() if account.actor_id is None else frozenset({account.actor_id})
    own = aliased(Membership)
    query = (
        select(Account.actor_id)
        .join(Membership, Membership.account_id == Account.id)
        .join(own, own.space_id == Membership.space_id)
        .where(own.account_id == account.id, Account.actor_id.is_not(None))
    )
    return mine.union(actor_id for actor_id in db.session.scalars(query) if actor_id is not None)


def audience_for(row: Profile) -> str:
    """As whom the reader sees a profile: `private` for its owner, `space`, `network` or `public`."""
    account = current_account()
    if account is None:
        return "public"
    if account.actor_id == row.actor_id:
        return "private"
    return "space" if row.actor_id in colleagues() else "network"


def may_be_seen(*, listed_only: bool = True) -> list[ColumnElement[bool]]:
    """The where-clauses of the profiles that this reader may see; no role widens what a person chose."""
    account = current_account()
    seen = or_(Profile.visibility == "public", Profile.actor_id.in_(colleagues()))
    return [*visible(Profile, account), seen, *([Profile.is_listed.is_(True)] if listed_only else [])]


def may_search(field: str) -> ColumnElement[bool]:
    """Whether this reader may find a profile by one of its fields."""
    level: Any = Profile.levels[field].as_string()
    open_levels = ["public"] if current_account() is None else ["public", "network"]
    in_space = and_(Profile.actor_id.in_(colleagues()), level.is_distinct_from("private"))
    return or_(Profile.origin != "", level.in_(open_levels), in_space)


def card(row: Profile, audience: str | None = None) -> dict[str, Any]:
    """A profile as this audience (default: the reader) may see it, for rows and pages."""
    audience = audience or audience_for(row)
    shown = shown_fields(row, audience)
    if audience == "network":
        shown |= members_fields(row)
    summary, language = _in_readers_language(shown, row.language or "")
    space = find_actor(shown["affiliation"]) if shown.get("affiliation") else None
    return {
        **shown,
        "actor": row.actor,
        "document": row.document,
        "href": actor_url(row.actor),
        "availability_label": availability_label(shown.get("availability") or ""),
        "space_label": space.name if space is not None else shown.get("affiliation_name") or "",
        "space_href": actor_url(space) if space is not None else "",
        "town": town_line(shown.get("place")),
        "text": summary,
        "text_language": language,
    }


def members_fields(row: Profile) -> dict[str, Any]:
    """What a partner shows of this person to our members, beyond what it shows to everybody."""
    document = row.actor.members_document
    if row.is_local or not document:
        return {}
    values = current_node.registry.type_for_model(Profile).schema.parse(document)
    return {name: value for name, value in values.items() if value and hasattr(row, name)}


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
    seen = select(Profile.id).where(Profile.id == row.id, *may_be_seen(listed_only=False))
    if db.session.scalar(seen) is None:
        raise NotFound(_("Nobody with this name is known here."))
    account = current_account()
    return render_template(
        "profiles/person.html",
        row=row,
        person=card(row),
        is_own=account is not None and account.actor_id == row.actor_id,
        host=row.origin or current_node.config.host,
    )


def company_card(row: Company) -> dict[str, Any]:
    """A company for rows and pages."""
    names = (
        "uri",
        "name",
        "kind",
        "skills_offered",
        "skills_sought",
        "languages",
        "links",
        "place",
        "country",
    )
    found = {name: getattr(row, name) for name in (*names, "latitude", "longitude", "actor", "document")}
    text, language = _in_readers_language(
        {"summary": row.summary, "summary_map": row.summary_map}, row.language or ""
    )
    kind = _("competence centre") if row.kind == "centre" else _("company")
    more = {"headline": kind, "text": text, "text_language": language, "town": town_line(row.place)}
    return {**found, **more, "href": actor_url(row.actor)}


def company_page(row: Company) -> str:
    """The page of a company or a competence centre."""
    account = current_account()
    return render_template(
        "profiles/company.html",
        row=row,
        company=company_card(row),
        may_edit=account is not None and accounts.may_act_as(account, row.actor),
    )


def blocks(page: str, document: Mapping[str, Any]) -> Sequence[Markup]:
    """On the page of a space: the listed people who say they belong to it."""
    if page != "actor" or document.get("kind") != "space":
        return []
    clauses = [*may_be_seen(), Profile.affiliation == document.get("id"), may_search("affiliation")]
    query = select(Profile).where(*clauses).order_by(Profile.published.desc()).limit(PEOPLE_OF_SPACE)
    people = [card(row) for row in db.session.scalars(query)]
    if not people:
        return []
    actor: Actor | None = find_actor(str(document.get("id")))
    more = f"/people?space={document.get('id')}" if actor is not None else "/people"
    # The template escapes what it is given.
    return [Markup(render_template("profiles/space_block.html", people=people, more_href=more))]  # noqa: S704
