"""What a person can be found by, and by whom: one row per country, skill, language and so on.

A directory whose filters looked into fields would tell what a field hides. So each term carries how far it
goes, ours from the levels somebody chose, those of partners from what they publish and from what they show
to our members; never further than the directory in which the person stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, delete, insert, select

from coffee_node.activitypub.schemas import country_code
from coffee_node.base.database import db, write
from coffee_node.features.profiles.models import Profile, ProfileTerm
from coffee_node.features.profiles.schemas import LANGUAGE_LEVELS, level_of
from coffee_node.federation.search import fold
from coffee_node.node import current_node

REACH: Mapping[str, int] = MappingProxyType(
    {"nobody": 0, "private": 0, "space": 1, "network": 2, "public": 3}
)
LISTINGS = ("nobody", "space", "network", "public")
FREE = ("available", "part-time", "soon")
NAME_LIMIT = 100
VALUE_LIMIT = 300
STEP = 500
WORKER_PATIENCE = 30.0


@dataclass(frozen=True)
class Term:
    """How a thing that somebody can be found by is called, how well they master it, and who may know."""

    label: str = ""
    rank: int = 0
    reach: int = 0


Terms = dict[tuple[str, str], Term]


def derive(row: Profile) -> None:
    """Bring the terms and the derived columns of a profile up to date, inside the caller's write()."""
    derive_all([row])


def derive_all(profiles: Sequence[Profile]) -> None:
    """The same for several profiles, in a few statements."""
    db.session.flush()
    ids = [row.id for row in profiles]
    db.session.execute(delete(ProfileTerm).where(ProfileTerm.profile_id.in_(ids)))
    found = [term for row in profiles for term in _term_rows(row)]
    if found:
        db.session.execute(insert(ProfileTerm), found)


def _term_rows(row: Profile) -> list[dict[str, Any]]:
    row.sort_name = fold(row.name or "")[:NAME_LIMIT]
    if row.deleted_at is not None:
        row.list_reach, row.is_listed = 0, False
        return []
    found = _of_ours(row) if row.is_local else _of_theirs(row)
    return [
        {"profile_id": row.id, "kind": kind, "value": value, **asdict(term)}
        for (kind, value), term in found.items()
    ]


def members_fields(row: Profile) -> dict[str, Any]:
    """What a partner shows of this person to our members, beyond what it shows to everybody."""
    document = row.actor.members_document
    if row.is_local or not document:
        return {}
    values = current_node.registry.type_for_model(Profile).schema.parse(document)
    return {name: value for name, value in values.items() if value and hasattr(row, name)}


def _of_ours(row: Profile) -> Terms:
    """The terms of a person of this node; without publication nothing goes beyond the space."""
    cap = REACH["public"] if row.actor.is_published else REACH["space"]
    row.list_reach = min(REACH.get(row.listing, 0), cap)
    row.is_listed = row.list_reach == REACH["public"]

    def reach_of(field: str) -> int:
        return min(REACH[level_of(row, field)], row.list_reach)

    values = {name: getattr(row, name) for name in Profile.__table__.columns.keys()}  # noqa: SIM118
    _place_point(row, row.place, reach_of("place"))
    return _with_reach(values, reach_of)


def _of_theirs(row: Profile) -> Terms:
    """The terms of a copy: what everybody may know, and what its node shows to our members besides."""
    more = members_fields(row)
    shown = {name: getattr(row, name) for name in Profile.__table__.columns.keys()}  # noqa: SIM118
    cap = REACH.get(row.visibility, 0)
    listed = REACH["public"] if row.is_listed else REACH["network"] if more.get("is_listed") else 0
    row.list_reach = min(listed, cap)
    if row.place or not more.get("place"):
        _place_point(row, row.place, REACH["public"])
    else:
        _place_point(row, more["place"], REACH["network"])
    found = _with_reach(more, lambda field: min(REACH["network"], row.list_reach))
    return _widest(found, _with_reach(shown, lambda field: row.list_reach))


def _place_point(row: Profile, place: Mapping[str, Any] | None, reach: int) -> None:
    found = place or {}
    row.near_latitude, row.near_longitude = found.get("latitude"), found.get("longitude")
    row.near_reach = min(reach, row.list_reach)


def _widest(one: Terms, other: Terms) -> Terms:
    """The terms of both, each as far as it goes in one of them."""
    wider = {key: term for key, term in other.items() if key not in one or one[key].reach < term.reach}
    return one | wider


def _with_reach(values: Mapping[str, Any], reach_of: Callable[[str], int]) -> Terms:
    found: Terms = {}
    for field, terms in _terms_by_field(values):
        reach = reach_of(field)
        if reach:
            found = _widest(found, {key: replace(term, reach=reach) for key, term in terms.items()})
    return found


def _terms_by_field(values: Mapping[str, Any]) -> Iterator[tuple[str, Terms]]:
    yield "skills_offered", _skill_terms(values.get("skills_offered"))
    yield "skills_sought", _skill_terms(values.get("skills_sought"))
    ranks, spoken = values.get("language_levels") or {}, values.get("languages") or ()
    yield "languages", {("language", code): Term(rank=_rank(ranks.get(code))) for code in spoken}
    country = country_code(((values.get("place") or {}).get("address") or {}).get("country"))
    yield "place", {("country", country): Term()} if country else {}
    is_free = values.get("availability") in FREE
    yield "availability", {("available", "1"): Term()} if is_free else {}
    space = str(values.get("affiliation") or "")
    yield "affiliation", {("space", space[:VALUE_LIMIT]): Term()} if space else {}


def _skill_terms(skills: Iterable[Mapping[str, Any]] | None) -> Terms:
    return {
        ("skill", fold(str(skill["name"]))[:VALUE_LIMIT]): Term(
            str(skill["name"])[:VALUE_LIMIT], int(skill.get("level") or 0)
        )
        for skill in skills or ()
        if skill.get("name")
    }


def _rank(level: str | None) -> int:
    return LANGUAGE_LEVELS.index(level) + 1 if level in LANGUAGE_LEVELS else 0


def _without_terms() -> Select[Any]:
    return select(Profile).where(Profile.sort_name == "", Profile.name != "", Profile.deleted_at.is_(None))


def is_incomplete() -> bool:
    """Whether profiles are not in the directory yet, as after an upgrade."""
    return db.session.scalar(_without_terms().with_only_columns(Profile.id).limit(1)) is not None


def fill_in() -> str:
    """Make the terms of profiles that were kept before there were any; the sentence that is shown."""
    query = _without_terms()
    made = 0
    while True:
        with write(patience=WORKER_PATIENCE):
            found = db.session.scalars(query.limit(STEP)).all()
            derive_all(found)
        made += len(found)
        if len(found) < STEP:
            return f"{made} profiles were put into the directory."
