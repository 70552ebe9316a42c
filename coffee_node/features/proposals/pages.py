"""What people see of proposals: rows, the page of one, the cards on the home page and on actors' pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy import ColumnElement, select

from coffee_node.base import i18n
from coffee_node.base.database import db
from coffee_node.base.i18n import gettext as _
from coffee_node.features.proposals import essentials
from coffee_node.features.proposals.answer_views import panel_of
from coffee_node.features.proposals.models import Proposal
from coffee_node.features.proposals.service import open_proposals, own_text
from coffee_node.features.proposals.validity import asks_now
from coffee_node.federation import accounts, objects
from coffee_node.federation.audience import visible
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account
from coffee_node.web.object_views import page_url
from coffee_node.web.receipts import receipts_of
from coffee_node.web.skill_field import LEVELS
from coffee_node.web.whereabouts import place_name

CARD_ROWS = 4
ACTOR_ROWS = 8
HEAD = re.compile(r"\A\s*<p><strong>[^<]*</strong></p>")


def proposal_page(row: Proposal) -> str:
    """The page of one proposal, ours or a copy."""
    account = current_account()
    may_edit = account is not None and accounts.may_act_as(account, row.actor)
    return render_template(
        "proposals/page.html",
        panel=panel_of(row, account, may_edit=may_edit),
        receipts=receipts_of(row.uri) if may_edit and row.is_local else None,
        asks_validity=may_edit and asks_now(row),
        until=essentials.end_day(row),
        skills=skill_notes(row),
        row=row,
        card=card(row),
        text=readable_text(row),
        facts=facts(row),
        is_open=essentials.is_open(row),
        may_edit=may_edit,
        uuid=objects.uuid_of(row),
    )


def card(row: Proposal) -> dict[str, Any]:
    """A proposal as the row macro shows it."""
    names = ("uri", "name", "name_map", "language", "purpose", "place", "country", "latitude", "longitude")
    return {
        **{name: getattr(row, name) for name in (*names, "actor", "end_time", "is_remote", "document")},
        "kind_label": essentials.kind_label(row.kind),
        "price_label": essentials.price_label(row) or essentials.salary_label(row) or exchange_label(row),
        "skills": essentials.skill_names(row.tags or ()),
        "href": page_url(row),
    }


def exchange_label(row: Proposal) -> str:
    """What is asked in return where it is not money."""
    return _("in exchange for: %(text)s", text=row.in_return) if row.in_return else ""


def skill_notes(row: Proposal) -> list[dict[str, str]]:
    """The skills of a proposal, each with its level and whether it is required."""
    found = []
    for skill in essentials.skills_of(row.tags or ()):
        level = str(LEVELS[skill["level"]]) if "level" in skill else ""
        needed = _("required") if skill.get("required") else ""
        found.append({"name": skill["name"], "note": ", ".join(one for one in (level, needed) if one)})
    return found


def facts(row: Proposal) -> list[tuple[str, str]]:
    """The terms of a proposal, each with its word."""
    country = i18n.country_name(row.country) if row.country else ""
    place = ", ".join(part for part in (place_name(row), country) if part)
    around = _("up to %(km)d km around", km=row.radius) if row.radius else ""
    where = (place, around, _("remote is possible") if row.is_remote else "")
    listed = [
        (_("Kind"), essentials.kind_label(row.kind)),
        (_("Quantity"), essentials.quantity_label(row)),
        (_("Price"), essentials.price_label(row) or exchange_label(row)),
        (_("Salary"), essentials.salary_label(row)),
        (_("Contract"), essentials.employment_label(row.employment_type or "")),
        (_("Hours"), row.work_hours or ""),
        (_("When"), essentials.dates_label(row)),
        (_("Where"), " · ".join(part for part in where if part)),
        (_("Contact"), row.contact or ""),
        (_("Valid until"), essentials.end_day(row)),
    ]
    return [(label, value) for label, value in listed if value]


def readable_text(row: Proposal) -> dict[str, Any]:
    """The author's text in every language, without the lines that are there for plain readers only."""
    return {
        "content": _author_text(row, row.content or "", row.language or "", row.name),
        "content_map": {
            language: _author_text(row, text, language, (row.name_map or {}).get(language) or row.name)
            for language, text in (row.content_map or {}).items()
        },
        "language": row.language,
    }


def _author_text(row: Proposal, text: str, language: str, name: str) -> str:
    if row.is_local:
        return text
    tail = rf'<p><a href="{re.escape(row.uri)}"[^>]*>[^<]*</a></p>\s*\Z'
    return re.sub(tail, "", HEAD.sub("", own_text(row, text, language, name)))


def blocks(page: str, document: Mapping[str, Any]) -> Sequence[Markup]:
    """Two cards for the home page; for an actor what it offers and seeks."""
    if page == "home":
        return [_home_card("request"), _home_card("offer")]
    if page == "actor":
        rows = _newest([Proposal.actor_id == _actor_id(document)], ACTOR_ROWS)
        if rows:
            return [_rendered("proposals/actor_block.html", cards=[card(row) for row in rows])]
    return []


def _home_card(purpose: str) -> Markup:
    rows = _newest([Proposal.purpose == purpose], CARD_ROWS)
    return _rendered("proposals/home_card.html", purpose=purpose, cards=[card(row) for row in rows])


def _newest(where: Sequence[ColumnElement[bool]], limit: int) -> Sequence[Proposal]:
    query = select(Proposal).where(*visible(Proposal, current_account()), open_proposals(), *where)
    query = query.order_by(Proposal.published.desc(), Proposal.id.desc()).limit(limit)
    return db.session.scalars(query).all()


def _actor_id(document: Mapping[str, Any]) -> Any:
    return select(Actor.id).where(Actor.uri == document.get("id")).scalar_subquery()


def _rendered(template: str, **values: Any) -> Markup:
    # The template escapes what it is given.
    return Markup(render_template(template, **values))  # noqa: S704
