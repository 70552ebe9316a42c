"""Whether what somebody proposes fits an offer: the checks of federation.md, section 8.3, in their order."""

from __future__ import annotations

from decimal import Decimal

from coffee_node.base.i18n import gettext as _
from coffee_node.features.proposals.agreement_schemas import Commitment, Terms
from coffee_node.features.proposals.models import Proposal


def why_not(row: Proposal, terms: Terms) -> str:
    """Why these terms do not fit, in the language that is spoken; empty when they do."""
    primary, reciprocal = terms.primary, terms.reciprocal
    has_price = bool(row.price and row.currency)
    if primary.satisfies != f"{row.uri}#primary":
        return _("This answers another part of the offer.")
    if reciprocal is not None and reciprocal.satisfies != f"{row.uri}#reciprocal":
        return _("This answers another part of the offer.")
    if primary.unit != (row.unit or "one") or (reciprocal is not None and reciprocal.unit != "one"):
        return _("The units do not fit.")
    if has_price and reciprocal is None:
        return _("The offer asks for something in return.")
    if not _amounts_fit(row, primary, reciprocal if has_price else None):
        return _("The amounts do not fit the offer.")
    if _exceeds(row.available_quantity, primary.amount or row.amount):
        return _("There is not so much left.")
    return ""


def _amounts_fit(row: Proposal, primary: Commitment, reciprocal: Commitment | None) -> bool:
    """Equal to the offer, the same multiple of it on both sides, or anything, as `unitBased` says."""
    if row.is_unit_based is None:
        return True
    times = _times(primary.amount, row.amount or "1")
    if times is None or (row.is_unit_based is False and times != 1):
        return False
    return reciprocal is None or _times(reciprocal.amount, row.price) == times


def _times(amount: str, unit_amount: str) -> int | None:
    """How many times an amount is another; None when not a whole number of times."""
    if not amount:
        return None
    if not Decimal(unit_amount or "0"):
        return 1 if not Decimal(amount) else None
    times = Decimal(amount) / Decimal(unit_amount)
    return int(times) if times >= 1 and times == int(times) else None


def _exceeds(available: str, wanted: str) -> bool:
    return bool(available) and Decimal(wanted or "1") > Decimal(available)


def left_after(available: str, taken: str) -> str:
    """What is left of an amount; empty where nobody counts."""
    if not available:
        return ""
    left = max(Decimal(available) - Decimal(taken or "1"), Decimal(0))
    return format(left.normalize(), "f") if left else "0"


def sum_of(left: str, returned: str) -> str:
    """What there is again when something is given back."""
    return format((Decimal(left) + Decimal(returned or "1")).normalize(), "f")


def price_of(row: Proposal, amount: str) -> str:
    """What an amount costs; empty where nothing is asked in return."""
    if not row.price or not row.currency:
        return ""
    if row.is_unit_based is not True:
        return row.price
    total = Decimal(row.price) * Decimal(amount or "1") / Decimal(row.amount or "1")
    return format(total.normalize(), "f")
