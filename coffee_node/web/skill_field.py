"""Skills with a level each, as a field of a form: a search that gives choices, with and without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from wtforms import Field

from coffee_node.base.i18n import LazyText
from coffee_node.federation.search import fold
from coffee_node.web.forms import tidy

LEVELS: Mapping[int, Any] = MappingProxyType(
    {
        1: LazyText("beginning"),
        2: LazyText("with help"),
        3: LazyText("on my own"),
        4: LazyText("can teach it"),
    }
)
MOST = 30
NAME_LIMIT = 100


@dataclass(frozen=True)
class SkillEntry:
    """A skill that was chosen, as the form shows it."""

    name: str
    level: int
    is_required: bool = False


class SkillsField(Field):
    """A list of skills: `data` is [{"name", "level"}], the level absent where none is said.

    With `asks_required` each also says `required`, and its input is `<name>-<number>-required`.

    Chosen ones are `<name>-<number>-name`, `-level` and `-keep` (the box that takes one away when it is
    empty); the text input `<name>` holds more, separated by commas, kept as free tags. The button `find` with
    the value `<name>` asks for `suggestions` instead of saving: see `is_asking`.
    """

    def __init__(self, label: Any = "", asks_required: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.asks_required = asks_required
        self.data: list[dict[str, Any]] = []
        self.typed = ""
        self.suggestions: Sequence[str] = ()
        self.levels = LEVELS

    def process(self, formdata: Any, data: Any = None, extra_filters: Sequence[Any] | None = None) -> None:
        """Read what is kept, what was ticked among the choices, and what was typed."""
        self.process_errors = []
        if formdata is None or not any(str(key).startswith(self.name) for key in formdata):
            self.data = [dict(skill) for skill in data or ()]
            return
        chosen = [*self._kept(formdata), *self._ticked(formdata)]
        self.typed = tidy(formdata.get(self.name))
        if not self.is_asked_in(formdata):
            chosen += [{"name": word} for word in words_in(self.typed)]
            self.typed = ""
        once: dict[str, dict[str, Any]] = {}
        for skill in chosen:
            once.setdefault(fold(skill["name"]), skill)
        self.data = list(once.values())[:MOST]

    def is_asked_in(self, formdata: Mapping[str, Any]) -> bool:
        """Whether the reader asks for choices and does not save yet."""
        return formdata.get("find") == self.name

    def _kept(self, formdata: Any) -> list[dict[str, Any]]:
        found = []
        for number in range(MOST):
            start = f"{self.name}-{number}-"
            name = " ".join(tidy(formdata.get(f"{start}name")).split())[:NAME_LIMIT]
            if name and formdata.get(f"{start}keep"):
                level = str(formdata.get(f"{start}level") or "")
                said = {"level": int(level)} if level in ("1", "2", "3", "4") else {}
                needed = {"required": True} if formdata.get(f"{start}required") else {}
                found.append({"name": name, **said, **needed})
        return found

    def _ticked(self, formdata: Any) -> list[dict[str, Any]]:
        ticked = formdata.getlist(f"{self.name}-add")
        return [{"name": word} for value in ticked for word in words_in(tidy(value))]

    @property
    def entries(self) -> list[SkillEntry]:
        """What was chosen, in its order."""
        return [
            SkillEntry(str(skill["name"]), int(skill.get("level") or 0), bool(skill.get("required")))
            for skill in self.data
        ]

    @property
    def free_tag(self) -> str:
        """What was typed, when it is not among the choices and can be kept as it is."""
        known = {fold(name) for name in self.suggestions}
        return self.typed if self.typed and fold(self.typed) not in known else ""


def words_in(text: str) -> list[str]:
    """The words of a text that are separated by commas, each once."""
    parts = text.replace("\n", ",").replace(";", ",").split(",")
    return list(dict.fromkeys(" ".join(part.split())[:NAME_LIMIT] for part in parts if part.strip()))
