"""Forms: the peculiarities of HTML in front of the schemas, which alone decide what is valid."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, Form
from wtforms.widgets import TextInput

from coffee_node.base import i18n
from coffee_node.base.errors import InvalidDocument, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.web.choice_fields import CheckboxesField, RadioField, SelectField
from coffee_node.web.field_messages import FieldMessages, in_plain_words

__all__ = [
    "CheckboxesField",
    "FederatedForm",
    "LanguageMapField",
    "RadioField",
    "SelectField",
    "WordsField",
    "bound",
    "keeps_form",
    "local_moment",
    "tidy",
    "zone_named",
]


# As people write it in the four languages: 9, 9:30, 9.30, 9h30, 9u30, 9 Uhr 30, 9:30 Uhr.
_CLOCK_TIME = re.compile(
    r"(\d{1,2})(?:\s*(?:[:.hu]|uhr)\s*(\d{1,2})?)?\s*(?:uhr|[hu])?", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True)
class Problem:
    """One line of the summary above a form."""

    field_id: str
    label: str
    message: str


@dataclass(frozen=True)
class LanguageEntry:
    """The text of a field in one more language, as the form shows it."""

    code: str
    id: str
    name: str
    value: str
    is_multiline: bool


Viewing = TypeVar("Viewing", bound=Callable[..., Any])


def keeps_form(view: Viewing) -> Viewing:
    """Mark a view that checks the form's own token and shows the filled form again when it is stale."""
    view.__dict__["keeps_form"] = True
    return view


def tidy(text: str | None) -> str:
    """A submitted text in NFC, trimmed, without control characters other than line breaks and tabs."""
    normal = unicodedata.normalize("NFC", text or "").replace("\r\n", "\n")
    return "".join(char for char in normal if char in "\n\t" or unicodedata.category(char) != "Cc").strip()


class LanguageMapField(Field):
    """The same text in other languages: `data` is {language: text}, inputs are named `<field>-<language>`."""

    def __init__(self, label: str = "", is_multiline: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.is_multiline = is_multiline
        self.data: dict[str, str] = {}

    def process(self, formdata: Any, data: Any = None, extra_filters: Sequence[Any] | None = None) -> None:
        """Read the inputs of every language; those left empty are absent."""
        self.process_errors = []
        given = {} if not isinstance(data, Mapping) else dict(data)
        self.object_data = given
        if formdata is None or not any(f"{self.name}-{code}" in formdata for code in i18n.LANGUAGES):
            self.data = {code: str(text) for code, text in given.items() if text}
            return
        texts = {code: tidy(formdata.get(f"{self.name}-{code}")) for code in i18n.LANGUAGES}
        self.data = {code: text for code, text in texts.items() if text}

    @property
    def entries(self) -> list[LanguageEntry]:
        """One entry per language of the interface, in their order."""
        return [
            LanguageEntry(
                code, f"{self.id}-{code}", f"{self.name}-{code}", self.data.get(code, ""), self.is_multiline
            )
            for code in i18n.LANGUAGES
        ]


class WordsField(Field):
    """A list of words, separated by commas: `data` is a list without doubles."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Split at commas and line ends."""
        words = tidy(",".join(valuelist)).replace("\n", ",").replace(";", ",").split(",")
        self.data = list(dict.fromkeys(word.strip() for word in words if word.strip()))

    def _value(self) -> str:
        return ", ".join(self.data or ())


class FederatedForm(FlaskForm):  # type: ignore[misc]
    """A form of a federated type: it keeps what was typed and shows what the schema refuses.

    A feature lists the fields, calls `values()` for its service and `take_errors(error)` when that refuses.
    """

    form_errors: list[str]

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """What WTForms itself says is said in the reader's language."""

        def get_translations(self, form: Any) -> FieldMessages:
            return FieldMessages()

    @property
    def takes_files(self) -> bool:
        """Whether the form has to be sent in parts."""
        return any(field.type == "ImageField" for field in self._fields.values())

    def values(self) -> dict[str, Any]:
        """What was submitted, by field: texts tidied, empty ones absent as None."""
        found: dict[str, Any] = {}
        for name, field in self._fields.items():
            if field.type in ("CSRFTokenField", "SubmitField"):
                continue
            value = field.data
            if isinstance(value, str):
                value = tidy(value) or None
            found[name] = value
        return found

    def add_error(self, name: str, message: str) -> None:
        """Put a message at a field, or above the form when there is no such field."""
        field = self._fields.get(name)
        if field is None:
            self.form_errors = [*self.form_errors, message]
        else:
            field.errors = [*field.errors, message]

    def take_errors(
        self, error: InvalidDocument | Unprocessable, names: Mapping[str, str] | None = None
    ) -> None:
        """Show what a schema or service refused; `names` maps properties on the wire to fields here."""
        if not error.fields:
            self.add_error("", str(error))
        for key, messages in error.fields.items():
            name = (names or {}).get(key, key)
            for message in messages:
                self.add_error(name, in_plain_words(message) or _(message))

    def problems(self) -> list[Problem]:
        """Every message of the form for the summary above it, in the order of the fields."""
        found = [Problem("", "", str(message)) for message in self.form_errors]
        for field in self._fields.values():
            found += _problems_of(field)
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the fields could be read and the form is fresh; the rest is for the schema."""
        valid: bool = super().validate(extra_validators)
        self._say_stale()
        return valid

    def is_fresh(self) -> bool:
        """Whether the form comes from a page of ours that is not too old; else it says so above."""
        csrf = self._fields.get("csrf_token")
        is_good = csrf is None or csrf.validate(self)
        self._say_stale()
        return is_good

    def _say_stale(self) -> None:
        csrf = self._fields.get("csrf_token")
        if csrf is not None and csrf.errors:
            csrf.errors = []
            self.form_errors = [
                *self.form_errors,
                _("This page was open for a long time. Nothing is lost: please send it once more."),
            ]


def _problems_of(field: Field) -> Iterable[Problem]:
    label = field.label.text if field.label else ""
    return [Problem(field.id, Markup.escape(label), str(message)) for message in field.errors]


def zone_named(name: str | None) -> tzinfo:
    """The time zone with this name, UTC when nobody knows it."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def local_moment(day: str | None, time: str | None, zone: str | None) -> datetime | None:
    """A day and a time as typed ("9h30", "9 Uhr 30", "09:30") on the clocks of a zone; None when empty.

    Raises ValueError when they cannot be read.
    """
    if not day:
        return None
    read = _CLOCK_TIME.fullmatch(tidy(time) or "0:00")
    if read is None:
        raise ValueError(time)
    hours, minutes = (int(part or 0) for part in read.groups())
    parsed = datetime.strptime(f"{tidy(day)} {hours:02d}:{minutes:02d}", "%Y-%m-%d %H:%M")
    return parsed.replace(tzinfo=zone_named(zone))


def bound(form: Form, name: str) -> Field:
    """The field of a form by its name; KeyError when the form has none."""
    return form._fields[name]
