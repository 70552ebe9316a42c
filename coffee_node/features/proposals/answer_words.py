"""What an answer and an agreement are in words: the state, what comes next, and what was agreed."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from coffee_node.base.i18n import format_datetime
from coffee_node.base.i18n import gettext as _
from coffee_node.features.proposals import essentials
from coffee_node.features.proposals.agreements import Agreement
from coffee_node.features.proposals.models import Proposal

KINDS: Final = MappingProxyType(
    {"asked": "wait", "accepted": "ok", "done": "ok", "refused": "bad", "error": "bad", "cancelled": "off"}
)


def state_words(kept: Agreement, *, is_owner: bool) -> str:
    """Where it stands, for one of the sides."""
    if kept.state == "error":
        return kept.reason or _("Something went wrong.")
    if kept.state == "asked" and is_owner:
        return _("Waits for your answer.")
    return {
        "asked": _("Sent; no answer yet."),
        "accepted": _("Agreed."),
        "refused": _("Declined."),
        "cancelled": _("Cancelled."),
        "done": _("Done."),
    }[kept.state]


def next_step(kept: Agreement, *, is_owner: bool) -> str:
    """What this side can do now, or what will happen; empty when nothing is left to do."""
    name = name_of(kept, is_owner=not is_owner)
    if kept.state == "asked":
        if is_owner:
            return _("Agree or decline; %(name)s hears of it at once.", name=name)
        return _("%(name)s agrees or declines. You will hear of it here and in your notices.", name=name)
    if kept.state == "accepted":
        return _fulfilment(kept, name, is_owner=is_owner)
    if kept.state in ("refused", "error") and not is_owner:
        return _("You can answer again, or look for another one.")
    return ""


def _fulfilment(kept: Agreement, name: str, *, is_owner: bool) -> str:
    mine, theirs = kept.proposer_done_at, kept.owner_done_at
    if is_owner:
        mine, theirs = theirs, mine
    if mine is not None:
        return _("You said that it is done. %(name)s still has to confirm it.", name=name)
    if theirs is not None:
        return _("%(name)s says that it is done. Please confirm it, too.", name=name)
    return _("Arrange the rest with %(name)s. When it is done, both of you confirm it here.", name=name)


def name_of(kept: Agreement, *, is_owner: bool) -> str:
    """The name of one side."""
    actor = kept.owner if is_owner else kept.proposer
    return actor.name or actor.slug


def amount_words(kept: Agreement) -> str:
    """How much of what for how much, as far as it was said."""
    amount = essentials.amount_label(kept.amount, kept.unit) if kept.amount and kept.unit != "one" else ""
    price = essentials.money_label(kept.price, kept.currency or "EUR") if kept.price else ""
    return " · ".join(part for part in (amount, price) if part)


def agreement_facts(kept: Agreement, row: Proposal | None) -> list[tuple[str, str]]:
    """Who agreed with whom on what and until when; nothing before there is an agreement."""
    if kept.state not in ("accepted", "done"):
        return []
    dates = essentials.dates_label(row) if row is not None else ""
    until = essentials.end_day(row) if row is not None and not dates else ""
    sides = _("%(one)s with %(other)s", one=name_of(kept, is_owner=True), other=name_of(kept, is_owner=False))
    facts = [
        (_("Who"), sides),
        (_("What"), " · ".join(part for part in (kept.proposal_name, amount_words(kept)) if part)),
        (_("When"), dates),
        (_("Valid until"), until),
        (
            _("Agreed on"),
            format_datetime(kept.changed_at, essentials.HOUSE_ZONE) if kept.state == "accepted" else "",
        ),
    ]
    return [(label, value) for label, value in facts if value]
