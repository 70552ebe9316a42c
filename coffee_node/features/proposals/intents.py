"""The intents of FEP-0837: what a proposal publishes and what it asks in return, as flat columns and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final

from marshmallow import fields, post_dump, pre_load

from coffee_node.activitypub.schemas import DocumentSchema, HttpUrl, PlainText
from coffee_node.activitypub.vocabulary import as_list, strip_nulls

EMPLOYMENT_TYPES: Final = (
    "FULL_TIME",
    "PART_TIME",
    "CONTRACTOR",
    "TEMPORARY",
    "INTERN",
    "VOLUNTEER",
    "OTHER",
)
SALARY_UNITS: Final = ("HOUR", "DAY", "WEEK", "MONTH", "YEAR")
CURRENCIES: Final = MappingProxyType(
    {
        "EUR": "https://www.wikidata.org/wiki/Q4916",
        "GBP": "https://www.wikidata.org/wiki/Q25224",
        "CHF": "https://www.wikidata.org/wiki/Q25344",
        "USD": "https://www.wikidata.org/wiki/Q4917",
    }
)
JOB_KINDS: Final = ("job", "internship")
JOB_POSTING: Final = "https://schema.org/JobPosting"
REMOTE: Final = "TELECOMMUTE"

_CODES: Final = MappingProxyType({uri: code for code, uri in CURRENCIES.items()})
_LARGEST: Final = Decimal(10) ** 9
_SMALLEST_DIGIT: Final = -9


def decimal_text(value: Any) -> str:
    """Give a number or its text as a plain decimal text; empty when it is none that makes sense."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or len(str(value)) > 20:
        return ""
    try:
        number = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        return ""
    if not number.is_finite() or not 0 <= number < _LARGEST or number.adjusted() < _SMALLEST_DIGIT:
        return ""
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else format(number.normalize(), "f")


class Word(PlainText):
    """A short text that peers also send as a number; anything else is dropped."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        is_word = isinstance(value, str | int | float) and not isinstance(value, bool)
        return super()._deserialize(str(value), attr, data) if is_word else ""


class DecimalText(fields.Field[str]):
    """A quantity of FEP-0837: a decimal text, since quantities are strings there."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(load_default="", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return decimal_text(value)


class Salary(fields.Field[float | None]):
    """An amount of a salary: a JSON number, whole where it is whole."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float | None:
        text = decimal_text(value)
        return float(text) if text else None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> float | int | None:
        return int(value) if value is not None and value == int(value) else value


class Day(fields.Field[date | None]):
    """A day such as 2027-02-01; a moment is cut, anything else dropped."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date | None:
        try:
            return date.fromisoformat(value[:10]) if isinstance(value, str) else None
        except ValueError:
            return None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return value.isoformat() if value else None


class Choice(Word):
    """One of a few words; another one is dropped."""

    def __init__(self, choices: tuple[str, ...], **kwargs: Any) -> None:
        self.choices = choices
        super().__init__(30, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data)
        return text if text in self.choices else ""


class Currency(fields.Field[str]):
    """A currency: its ISO code here, its Wikidata address on the wire."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        uri = value.replace("http://", "https://") if isinstance(value, str) else ""
        return _CODES.get(uri.replace("/entity/", "/wiki/"), "")

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return CURRENCIES.get(value)


class Remote(fields.Field[bool]):
    """Whether the work can be done from elsewhere, as schema.org says it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        return bool(value == REMOTE)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return REMOTE if value else None


class IntentsSchema(DocumentSchema):
    """The columns inside `publishes` and `reciprocal`: a `data_key` is the path to the value."""

    resource = HttpUrl(data_key="publishes.resourceConformsTo")
    amount = DecimalText(data_key="publishes.resourceQuantity.hasNumericalValue")
    unit = Word(30, data_key="publishes.resourceQuantity.hasUnit")
    available_quantity = DecimalText(data_key="publishes.availableQuantity.hasNumericalValue")
    minimum_quantity = DecimalText(data_key="publishes.minimumQuantity.hasNumericalValue")
    is_remote = Remote(data_key="publishes.jobLocationType", load_default=False)
    title = Word(data_key="publishes.title")
    employment_type = Choice(EMPLOYMENT_TYPES, data_key="publishes.employmentType")
    job_start_date = Day(data_key="publishes.jobStartDate", load_default=None)
    work_hours = Word(100, data_key="publishes.workHours")
    employer = HttpUrl(data_key="publishes.hiringOrganization")
    salary_min = Salary(data_key="publishes.baseSalary.minValue", load_default=None)
    salary_max = Salary(data_key="publishes.baseSalary.maxValue", load_default=None)
    salary_currency = Word(10, data_key="publishes.baseSalary.currency")
    salary_unit = Choice(SALARY_UNITS, data_key="publishes.baseSalary.unitText")
    price = DecimalText(data_key="reciprocal.resourceQuantity.hasNumericalValue")
    currency = Currency(data_key="reciprocal.resourceConformsTo", load_default="")

    @pre_load
    def lift(self, document: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Bring every value to the top, under its path."""
        keys = [field.data_key or "" for field in self.load_fields.values()]
        found = {key: dig(document, *key.split(".")) for key in keys}
        return {key: value for key, value in found.items() if value is not None}

    @post_dump
    def nest(self, document: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Put every value back where it belongs."""
        nested: dict[str, Any] = {}
        for key, value in document.items():
            *path, last = key.split(".")
            place = nested
            for step in path:
                place = place.setdefault(step, {})
            place[last] = value
        return nested

    def render(self, row: Any, audience: str = "public") -> dict[str, Any]:
        """Give `publishes`, and `reciprocal` when there is a price."""
        document = super().render(row, audience)
        given = document.get("publishes", {})
        action = "transfer" if row.kind == "market" else "deliverService"
        intent: dict[str, Any] = {"type": "Intent", "id": f"{row.uri}#primary", "action": action, **given}
        for name in ("availableQuantity", "minimumQuantity"):
            if name in intent:
                intent[name] = {"hasUnit": row.unit or "one", **intent[name]}
        if row.salary_min is None and row.salary_max is None:
            intent.pop("baseSalary", None)
        else:
            intent["baseSalary"] = {"type": "MonetaryAmount", **intent["baseSalary"]}
        rendered: dict[str, Any] = strip_nulls(
            {"publishes": intent, "reciprocal": _reciprocal(row, document)}
        )
        return rendered


def dig(value: Any, *path: str) -> Any:
    """Give the value at the end of a path through objects (or the first object of a list), else None."""
    for step in path:
        value = next((one for one in as_list(value) if isinstance(one, dict)), {}).get(step)
    return value


def _reciprocal(row: Any, document: Mapping[str, Any]) -> dict[str, Any] | None:
    if not row.price or not row.currency:
        return None
    given = document["reciprocal"]
    quantity = {"hasUnit": "one", **given["resourceQuantity"]}
    head = {"type": "Intent", "id": f"{row.uri}#reciprocal", "action": "transfer"}
    return {**head, **given, "resourceQuantity": quantity}
