"""What was done to an account, in words for whoever it belongs to and for those who look after it."""

from __future__ import annotations

from typing import Any

from coffee_node.base.i18n import LazyText
from coffee_node.federation import audit
from coffee_node.federation.account_models import Account
from coffee_node.federation.audit import AuditEvent
from coffee_node.federation.models import Actor

DEEDS = {
    "address": LazyText("another e-mail address"),
    "disabled": LazyText("account closed"),
    "enabled": LazyText("account opened again"),
    "joined": LazyText("joined the place"),
    "left": LazyText("no longer in the place"),
    "passkey-added": LazyText("passkey added"),
    "passkey-removed": LazyText("passkey removed"),
    "password": LazyText("another password"),
    "recovery-codes": LazyText("new recovery codes"),
    "representative": LazyText("representative of the coworkers"),
    "role": LazyText("another role"),
    "site-allowed": LazyText("signed in at another site"),
    "site-ended": LazyText("signed out at another site"),
    "token": LazyText("access for a program added"),
    "token-revoked": LazyText("access for a program ended"),
    "totp-off": LazyText("second step switched off"),
    "totp-on": LazyText("second step switched on"),
    "totp-reset": LazyText("second step switched off by a manager"),
}


# What managers of a space may read about its members: how somebody signs in is not among it.
FOR_MANAGERS = frozenset({"disabled", "enabled", "joined", "representative", "role", "totp-reset"})


def deeds_of(account: Account) -> list[dict[str, Any]]:
    """The last deeds for the person: what, when, by whom where it was somebody else, and the reason given."""
    return [_line(event, account) for event in audit.events_about(account)]


def deeds_in(account: Account, space: Actor) -> list[dict[str, Any]]:
    """The last deeds as the managers of one space may read them."""
    return [
        _line(event, account)
        for event in audit.events_about(account)
        if event.kind in FOR_MANAGERS and event.space_id in (space.id, None)
    ]


def _line(event: AuditEvent, account: Account) -> dict[str, Any]:
    by = event.by if event.by_id != account.id else None
    return {
        "what": str(DEEDS.get(event.kind, event.kind)),
        "at": event.created_at,
        "by": by.name or by.handle if by is not None else "",
        "space": event.space.name or event.space.slug if event.space is not None else "",
        "note": event.note,
    }
