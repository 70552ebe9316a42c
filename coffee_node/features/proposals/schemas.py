"""Proposals on the wire: FEP-0837 properties inside a plain Note (federation.md, section 8.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, ClassVar, Final

from marshmallow import ValidationError, fields, post_load, pre_load

from coffee_node.activitypub.schemas import LocatedObjectSchema, OffsetDateTime
from coffee_node.activitypub.vocabulary import OFFER_CONTEXT, as_list, strip_nulls
from coffee_node.features.proposals.essentials import frame
from coffee_node.features.proposals.intents import JOB_KINDS, JOB_POSTING, Choice, IntentsSchema, dig

PURPOSES: Final = ("offer", "request")
KINDS: Final = ("skill", "mission", "job", "internship", "desk", "market")

Speak = Callable[[str], AbstractContextManager[object]]


def accepts_proposal(document: Mapping[str, Any]) -> bool:
    """Whether a Note is an offer or a need: it has a purpose and says what it publishes."""
    return document.get("purpose") in PURPOSES and bool(document.get("publishes"))


class Flag(fields.Field[bool | None]):
    """A yes or no; anything else means that nobody said it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool | None:
        return value if isinstance(value, bool) else None


class Moment(OffsetDateTime):
    """The moment it ends; what cannot be read is dropped instead of the whole proposal."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime | None:  # type: ignore[override]
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ValidationError:
            return None


class ProposalSchema(LocatedObjectSchema):
    """An offer or a need; what it publishes and asks in return are columns of the intents.

    `speak(language)` is the context in which the lines for plain readers are written.
    """

    context = OFFER_CONTEXT
    type_name: ClassVar[str] = "Note"

    purpose = Choice(PURPOSES)
    kind = Choice(KINDS)
    is_unit_based = Flag(data_key="unitBased", load_default=None)
    end_time = Moment(data_key="endTime")

    def __init__(self, speak: Speak = nullcontext, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.speak = speak
        self.intents = IntentsSchema()

    @pre_load
    def complete(self, document: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Take the end from the job where only that has one, and the kind from what kind of thing it is."""
        completed = dict(document)
        if completed.get("kind") not in KINDS:
            completed["kind"] = _kind_of(document)
        if not completed.get("endTime"):
            completed["endTime"] = dig(document, "publishes", "validThrough")
        return {name: value for name, value in completed.items() if value is not None}

    @post_load(pass_original=True)
    def read_intents(self, values: dict[str, Any], original: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Add the columns of the intents; a price in no currency we know is no price."""
        intents = self.intents.parse(original)
        if not intents["currency"]:
            intents["price"] = ""
        return values | intents

    def render(self, row: Any, audience: str = "public") -> dict[str, Any]:
        """Give the Note: no summary (it would be a content warning), every essential in the content."""
        document = super().render(row, audience) | self.intents.render(row, audience)
        for name in ("summary", "summaryMap"):
            document.pop(name, None)
        if row.kind in JOB_KINDS:
            document["publishes"] |= {"additionalType": JOB_POSTING, "validThrough": document.get("endTime")}
        rendered: dict[str, Any] = strip_nulls(document | self._framed(row))
        return rendered

    def _framed(self, row: Any) -> dict[str, Any]:
        texts = dict(row.content_map or {})
        languages = dict.fromkeys([*texts, *(row.name_map or {})])
        framed = {language: self._frame_text(row, language, texts.get(language)) for language in languages}
        own = self._frame_text(row, row.language or "", row.content)
        if framed and row.language:
            framed = {row.language: own, **framed}
        return {"content": own, "contentMap": framed}

    def _frame_text(self, row: Any, language: str, text: str | None) -> str:
        with self.speak(language):
            before, after = frame(row, (row.name_map or {}).get(language) or row.name)
        return f"{before}{(row.content if text is None else text) or ''}{after}"


def _kind_of(document: Mapping[str, Any]) -> str:
    declared = [
        str(one).replace("http://", "https://")
        for one in as_list(dig(document, "publishes", "additionalType"))
    ]
    if JOB_POSTING not in declared:
        return "market"
    return "internship" if dig(document, "publishes", "employmentType") == "INTERN" else "job"
