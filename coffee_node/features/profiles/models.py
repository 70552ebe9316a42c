"""Tables of the profiles feature: persons with consent per field, companies, and who works where."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Json, Row, UtcDateTime
from coffee_node.federation.models import URI, Actor, FederatedObject, LocatedObject


class Skilled:
    """Mixin of who offers and seeks skills; a skill is {"name", "href"} with an optional "level".

    `source` is the Markdown that the owner wrote about themselves, `summary` what it became. `icon` is their
    picture: {"url", "name"}. `is_listed` is what everybody may know: that they are in the public directory.
    """

    skills_offered: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    skills_sought: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    languages: Mapped[list[str]] = mapped_column(Json, default=list)
    links: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    is_listed: Mapped[bool] = mapped_column(default=False, index=True)
    source: Mapped[str] = mapped_column(Text, default="")
    source_map: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    icon: Mapped[dict[str, str] | None] = mapped_column(Json)


class Profile(FederatedObject, LocatedObject, Skilled):
    """A person; `levels` says per field who may see it (private, space, network or public).

    On our own rows the columns that lists are filtered by (`tags`, `country`, `latitude`) hold what is public
    only; what some readers may search for stands in the terms. `listing` is the directory somebody chose,
    `list_reach` how far that goes now (see terms.REACH); the columns from there on are derived.
    """

    __tablename__ = "profile"
    __table_args__ = (
        Index("ix_profile_directory", "list_reach", "deleted_at", "sort_name", "id"),
        Index("ix_profile_sort_name", "sort_name", "id", "list_reach", "deleted_at"),
        Index("ix_profile_near", "near_latitude", "near_longitude", "near_reach", "id"),
    )

    headline: Mapped[str] = mapped_column(String(300), default="")
    availability: Mapped[str] = mapped_column(String(20), default="", index=True)
    affiliation: Mapped[str] = mapped_column(URI, default="", index=True)
    affiliation_name: Mapped[str] = mapped_column(String(300), default="")
    language_levels: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    mobility_km: Mapped[int | None]
    levels: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    listing: Mapped[str] = mapped_column(String(10), default="nobody")
    takes_messages: Mapped[bool] = mapped_column(default=True)
    list_reach: Mapped[int] = mapped_column(default=0)
    sort_name: Mapped[str] = mapped_column(String(100), default="")
    near_latitude: Mapped[float | None] = mapped_column(Float)
    near_longitude: Mapped[float | None] = mapped_column(Float)
    near_reach: Mapped[int] = mapped_column(default=0)


class ProfileTerm(Row):
    """One thing a person can be found by, and by whom at least: `reach` as in terms.REACH.

    `rank` is the level of a skill (1-4) or of a language (1-7), 0 where none is said.
    """

    __tablename__ = "profile_term"
    __table_args__ = (Index("ix_profile_term_value", "kind", "value", "reach", "rank", "profile_id"),)

    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    value: Mapped[str] = mapped_column(String(300))
    label: Mapped[str] = mapped_column(String(300), default="")
    rank: Mapped[int] = mapped_column(default=0)
    reach: Mapped[int] = mapped_column(default=0)


class Company(FederatedObject, LocatedObject, Skilled):
    """A company or a competence centre; everything on it is public."""

    __tablename__ = "company"

    kind: Mapped[str] = mapped_column(String(20), default="company", index=True)


class Employment(Row):
    """That a person works at a company of this node: `asked` until a manager of it says yes."""

    __tablename__ = "employment"
    __table_args__ = (UniqueConstraint("person_id", "company_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    company_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(10), default="asked")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Actor] = relationship(foreign_keys="Employment.person_id")
    company: Mapped[Actor] = relationship(foreign_keys="Employment.company_id")
