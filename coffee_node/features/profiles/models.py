"""Tables of the profiles feature: persons with consent per field, and companies."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base.database import Json
from coffee_node.federation.models import URI, FederatedObject, LocatedObject


class Skilled:
    """Mixin of who offers and seeks skills; a skill is {"name", "href"} with an optional "level".

    `source` is the Markdown that the owner wrote about themselves, `summary` what it became.
    """

    skills_offered: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    skills_sought: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    languages: Mapped[list[str]] = mapped_column(Json, default=list)
    links: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    is_listed: Mapped[bool] = mapped_column(default=False, index=True)
    source: Mapped[str] = mapped_column(Text, default="")
    source_map: Mapped[dict[str, str]] = mapped_column(Json, default=dict)


class Profile(FederatedObject, LocatedObject, Skilled):
    """A person; `levels` says per field who may see it (private, space, network or public).

    On our own rows `tags` holds the public skills only, because lists are filtered by it.
    """

    __tablename__ = "profile"

    headline: Mapped[str] = mapped_column(String(300), default="")
    availability: Mapped[str] = mapped_column(String(20), default="", index=True)
    affiliation: Mapped[str] = mapped_column(URI, default="", index=True)
    affiliation_name: Mapped[str] = mapped_column(String(300), default="")
    member_skills: Mapped[str] = mapped_column(Text, default="")
    levels: Mapped[dict[str, str]] = mapped_column(Json, default=dict)


class Company(FederatedObject, LocatedObject, Skilled):
    """A company or a competence centre; everything on it is public."""

    __tablename__ = "company"

    kind: Mapped[str] = mapped_column(String(20), default="company", index=True)
