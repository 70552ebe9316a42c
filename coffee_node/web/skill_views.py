"""Skills that are known here, for whoever types one: what others who may be seen have called it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import case, func, select

from coffee_node.base.database import db
from coffee_node.base.i18n import current_language
from coffee_node.federation.audience import visible
from coffee_node.federation.models import ObjectTag
from coffee_node.federation.search import fold
from coffee_node.node import current_node
from coffee_node.web.auth import current_account
from coffee_node.web.negotiation import json_response

skill_pages = Blueprint("skills", __name__)
MOST = 8
LEAST_LETTERS = 2
SKILL_RELS = ("skill", "skill-sought")


@skill_pages.get("/skills.json")
def suggest() -> Response:
    """Up to eight names that begin like `q`, those of things in the reader's language first."""
    return json_response({"items": suggestions(request.args.get("q", ""))})


def suggestions(typed: str) -> list[str]:
    """What a skill that begins like this is called in profiles, offers and articles this reader may see."""
    start = fold(typed[:100])
    if len(start) < LEAST_LETTERS:
        return []
    found: dict[str, tuple[int, int, str]] = {}
    for model in dict.fromkeys(one.model for one in current_node.registry.types()):
        for folded, name, count, is_own in _names(model, start):
            before = found.get(folded, (0, 0, name))
            found[folded] = (max(before[0], is_own), before[1] + count, before[2])
    best = sorted(found.values(), key=lambda one: (-one[0], -one[1], one[2].casefold()))
    return [name for _is_own, _count, name in best[:MOST]]


def _names(model: Any, start: str) -> Sequence[Any]:
    number = func.count()
    is_own = func.max(case((model.language == current_language.get(), 1), else_=0))
    query = select(ObjectTag.folded, func.min(ObjectTag.name), number, is_own)
    query = query.join(model, model.uri == ObjectTag.object_uri)
    begins = (ObjectTag.folded >= start) & ObjectTag.folded.startswith(start, autoescape=True)
    query = query.where(begins, ObjectTag.rel.in_(SKILL_RELS), *visible(model, current_account()))
    return db.session.execute(query.group_by(ObjectTag.folded).order_by(number.desc()).limit(MOST)).all()
