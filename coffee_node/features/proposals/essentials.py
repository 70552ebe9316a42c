"""What a plain reader sees of a proposal: its title, one line with every essential, and the way to answer."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.numbers import format_currency, format_decimal
from babel.numbers import get_currency_precision as currency_precision

from coffee_node.base import clock
from coffee_node.base.html import sanitise
from coffee_node.base.i18n import first_upper, format_date, ngettext, plural_number, reader_locale
from coffee_node.base.i18n import gettext as _
from coffee_node.features.proposals.intents import JOB_KINDS

HOUSE_ZONE: Final = "Europe/Brussels"


def frame(row: Any, name: str) -> tuple[str, str]:
    """Give the HTML before and after the author's text, in the language that is spoken now."""
    title = html.escape(_("%(label)s: %(text)s", label=heading_label(row.purpose, row.kind), text=name))
    line = html.escape(" · ".join(essentials(row)), quote=False)
    before = f"<p><strong>{title}</strong></p>" + (f"<p>{line}</p>" if line else "")
    more = html.escape(" · ".join(own_lines(row)), quote=False)
    answer = _("Apply") if row.kind in JOB_KINDS and row.purpose == "offer" else _("Answer")
    after = f'<p><a href="{html.escape(row.uri)}" rel="noopener">{html.escape(answer)}</a></p>'
    return before, (f"<p>{more}</p>" if more else "") + after


def without_frame(content: str, before: str, after: str) -> str:
    """Give the author's text of a content that came back from a client with our own lines around it."""
    return content.removeprefix(sanitise(before)).removesuffix(sanitise(after))


def essentials(row: Any) -> list[str]:
    """Give what, how much, where and until when, each as a few words."""
    parts = [
        quantity_label(row),
        price_label(row),
        salary_label(row),
        employment_label(row.employment_type or ""),
        row.work_hours or "",
        _("from %(date)s", date=format_date(row.job_start_date, style="long")) if row.job_start_date else "",
        place_line(row.place),
        _("remote is possible") if row.is_remote else "",
        skills_label(row.tags or ()),
        until_label(row),
    ]
    return [part for part in parts if part]


def own_lines(row: Any) -> list[str]:
    """What has no property on the wire: other nodes read it at the end of the author's text."""
    end = format_date(row.last_day, style="long") if row.last_day else ""
    parts = [
        _("in exchange for: %(text)s", text=row.in_return) if row.in_return else "",
        _("last day: %(date)s", date=end) if end else "",
        _("up to %(km)d km around", km=row.radius) if row.radius else "",
        _("contact: %(text)s", text=row.contact) if row.contact else "",
    ]
    return [part for part in parts if part]


def dates_label(row: Any) -> str:
    """When it takes place, as far as it was said."""
    start = format_date(row.job_start_date, style="long") if row.job_start_date else ""
    end = format_date(row.last_day, style="long") if row.last_day else ""
    if start and end and start != end:
        return _("%(start)s to %(end)s", start=start, end=end)
    if start or not end:
        return start
    return _("until %(date)s", date=end)


def heading_label(purpose: str, kind: str) -> str:
    """The word before the title."""
    if purpose == "request":
        return _("Wanted")
    return first_upper(kind_label(kind)) if kind in (*JOB_KINDS, "mission") else _("Offer")


def kind_label(kind: str) -> str:
    """The kind of a proposal in the reader's words."""
    labels = {
        "skill": _("skill"),
        "mission": _("mission"),
        "job": _("job"),
        "internship": _("internship"),
        "desk": _("desk"),
        "market": _("market"),
    }
    return labels.get(kind, kind)


def employment_label(code: str) -> str:
    """The schema.org employment type in the reader's words."""
    labels = {
        "FULL_TIME": _("full time"),
        "PART_TIME": _("part time"),
        "CONTRACTOR": _("as a freelancer"),
        "TEMPORARY": _("for a limited time"),
        "INTERN": _("internship"),
        "VOLUNTEER": _("volunteer"),
        "OTHER": _("other contract"),
    }
    return labels.get(code, "")


def quantity_label(row: Any) -> str:
    """How much is offered or needed, nothing when it is simply one."""
    if row.available_quantity == "0":
        return _("no longer available")
    shown = row.available_quantity or (row.amount if not row.is_unit_based else "")
    if not shown or (row.unit or "one") == "one":
        return ""
    return amount_label(shown, row.unit)


def amount_label(amount: str, unit: str) -> str:
    """A quantity with its unit in the right number."""
    value = _decimal(amount)
    number = format_decimal(value, locale=reader_locale())
    whole = plural_number(value)
    labels = {
        "hour": ngettext("%(amount)s hour", "%(amount)s hours", whole, amount=number),
        "day": ngettext("%(amount)s day", "%(amount)s days", whole, amount=number),
        "week": ngettext("%(amount)s week", "%(amount)s weeks", whole, amount=number),
        "month": ngettext("%(amount)s month", "%(amount)s months", whole, amount=number),
        "year": ngettext("%(amount)s year", "%(amount)s years", whole, amount=number),
        "one": number,
    }
    return labels.get(unit, f"{number} {unit}")


def price_label(row: Any) -> str:
    """The price with what it is for; empty when nobody named one."""
    if not row.price:
        return ""
    if _decimal(row.price) == 0:
        return _("free of charge")
    money = money_label(row.price, row.currency or "EUR")
    if not row.unit or row.unit == "one":
        return money
    if row.amount in ("", None, "1"):
        return per_unit_label(money, row.unit)
    return _("%(price)s for %(amount)s", price=money, amount=amount_label(row.amount, row.unit))


def per_unit_label(money: str, unit: str) -> str:
    """An amount of money per unit of time."""
    labels = {
        "hour": _("%(price)s per hour", price=money),
        "day": _("%(price)s per day", price=money),
        "week": _("%(price)s per week", price=money),
        "month": _("%(price)s per month", price=money),
        "year": _("%(price)s per year", price=money),
    }
    return labels.get(unit.lower(), f"{money} / {unit}")


def salary_label(row: Any) -> str:
    """The salary of a job: one amount or from-to, per unit of time."""
    amounts = sorted({amount for amount in (row.salary_min, row.salary_max) if amount})
    if not amounts:
        return ""
    currency = row.salary_currency or "EUR"
    money = "–".join(money_label(str(amount), currency) for amount in amounts)
    return per_unit_label(money, row.salary_unit) if row.salary_unit else money


def money_label(amount: str, currency: str) -> str:
    """An amount as the reader writes money, without decimals that say nothing."""
    value = _decimal(amount)
    locale = reader_locale()
    if value == value.to_integral_value() and currency_precision(currency):
        pattern = locale.currency_formats["standard"].pattern.replace(".00", "")
        return format_currency(value, currency, pattern, locale, currency_digits=False)
    return format_currency(value, currency, locale=locale)


def until_label(row: Any) -> str:
    """Until when it holds, as part of a line."""
    day = end_day(row)
    return _("valid until %(date)s", date=day) if day else ""


def end_day(row: Any) -> str:
    """The last day on which it holds, on the clock of the place; empty without an end."""
    if row.end_time is None:
        return ""
    try:
        zone = ZoneInfo(row.timezone or HOUSE_ZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo(HOUSE_ZONE)
    return format_date(row.end_time.astimezone(zone), style="long")


def is_open(row: Any) -> bool:
    """Whether a proposal can still be answered."""
    is_over = row.end_time is not None and row.end_time <= clock.utcnow()
    return not is_over and row.available_quantity != "0"


def place_line(place: Mapping[str, Any] | None) -> str:
    """Name and town of a place in a few words."""
    address = (place or {}).get("address") or {}
    name, town = (place or {}).get("name") or "", address.get("locality") or ""
    parts = [name, "" if town in name else town, address.get("country") or ""]
    return ", ".join(part for part in parts if part)


def skills_label(tags: Iterable[Mapping[str, Any]]) -> str:
    """The skills of a proposal in one line, empty without any."""
    names = skill_names(tags)
    return _("skills: %(names)s", names=", ".join(names)) if names else ""


def skill_names(tags: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names of the skills among the tags of a proposal."""
    return [skill["name"] for skill in skills_of(tags)]


def skills_of(tags: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The skills of a proposal with `level` (1 to 4) and `required`, where its author said so."""
    found = []
    for tag in tags:
        if tag.get("rel") not in ("skill", "skill-sought") or not tag.get("name"):
            continue
        level = tag.get("skillLevel")
        said = {"level": level} if level in (1, 2, 3, 4) else {}
        needed = {"required": True} if tag.get("skillRequired") is True else {}
        found.append({"name": str(tag["name"]), **said, **needed})
    return found


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal(0)
