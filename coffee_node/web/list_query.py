"""What a reader asks of a list, read from the address: bad values are left out and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from flask import request

from coffee_node.base.i18n import gettext as _

DEFAULT_RADIUS = 50.0
MAX_RADIUS = 2000.0
TEXT_LIMIT = 200
SHARED_NAMES = ("q", "scope", "lang", "country", "space", "skill", "from", "to", "near", "radius")


@dataclass(frozen=True)
class ListQuery:
    """The filters of a list; values that make no sense are left out and told in `notes`.

    `given` holds what stays in the address, by name; `extra` the filters a feature adds.
    """

    path: str
    given: Mapping[str, str]
    q: str = ""
    scope: str = "network"
    lang: str = ""
    country: str = ""
    space: str = ""
    skill: str = ""
    since: date | None = None
    until: date | None = None
    near: tuple[float, float] | None = None
    radius: float = DEFAULT_RADIUS
    page: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def from_args(cls, args: Mapping[str, str], extra: Sequence[str] = (), path: str = "") -> ListQuery:
        """Read the filters of an address; `extra` names those of the feature."""
        given = {
            name: args.get(name, "").strip()[:TEXT_LIMIT]
            for name in (*SHARED_NAMES, *extra)
            if args.get(name, "").strip()
        }
        reader = _Reader(given)
        return cls(
            path=path or request.path.rsplit(".", 1)[0],
            q=given.get("q", ""),
            scope=reader.scope(),
            lang=given.get("lang", "").lower(),
            country=reader.country(),
            space=given.get("space", ""),
            skill=given.get("skill", ""),
            since=reader.day("from"),
            until=reader.day("to"),
            near=reader.near(),
            radius=reader.radius(),
            page=args.get("page", "")[:TEXT_LIMIT],
            extra={name: given[name] for name in extra if name in given},
            given=given,
            notes=tuple(reader.notes),
        )

    def href(self, suffix: str = "", **changes: str) -> str:
        """The address of this list with some filters changed ("" takes one away); the page starts anew."""
        renamed = {name.rstrip("_"): value for name, value in changes.items()}
        kept = {name: value for name, value in {**self.given, **renamed}.items() if value}
        return f"{self.path}{suffix}" + (f"?{urlencode(kept)}" if kept else "")

    @property
    def hidden(self) -> dict[str, str]:
        """What a search form keeps beside its text."""
        return {name: value for name, value in self.given.items() if name != "q"}

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the whole list was asked for."""
        return bool(self.given)


class _Reader:
    """Reads single values, leaves out what makes no sense and notes it."""

    def __init__(self, given: dict[str, str]) -> None:
        self.given = given
        self.notes: list[str] = []

    def ignore(self, name: str) -> None:
        value = self.given.pop(name, "")
        self.notes.append(_("The filter %(name)s=%(value)s was left out.", name=name, value=value))

    def scope(self) -> str:
        wanted = self.given.get("scope", "network")
        if wanted not in ("local", "network"):
            self.ignore("scope")
            return "network"
        return wanted

    def country(self) -> str:
        wanted = self.given.get("country", "").upper()
        if wanted and not (len(wanted) == 2 and wanted.isalpha()):
            self.ignore("country")
            return ""
        return wanted

    def day(self, name: str) -> date | None:
        try:
            return date.fromisoformat(self.given[name][:10]) if name in self.given else None
        except ValueError:
            self.ignore(name)
            return None

    def near(self) -> tuple[float, float] | None:
        if "near" not in self.given:
            return None
        try:
            latitude, longitude = (float(part) for part in self.given["near"].split(","))
        except ValueError:
            latitude, longitude = 999.0, 999.0
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return latitude, longitude
        self.ignore("near")
        return None

    def radius(self) -> float:
        try:
            wanted = float(self.given.get("radius", DEFAULT_RADIUS))
        except ValueError:
            wanted = -1.0
        if 0 < wanted <= MAX_RADIUS:
            return wanted
        self.ignore("radius")
        return DEFAULT_RADIUS
