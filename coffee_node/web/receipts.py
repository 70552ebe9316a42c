"""Who received an object and who confirmed its erasure: for its author and the manager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import receipts
from coffee_node.federation.failure_words import in_words
from coffee_node.federation.models import Activity, Delivery
from coffee_node.federation.peer_models import Peer
from coffee_node.federation.receipts import Erasure


@dataclass(frozen=True)
class Receipt:
    """How far the last activity about an object came at one host; state as in the ledger."""

    host: str
    name: str
    state: str
    at: datetime | None
    reason: str


@dataclass(frozen=True)
class Receipts:
    """All hosts an object was sent to."""

    hosts: tuple[Receipt, ...] = ()

    @property
    def received(self) -> int:
        """How many accepted it."""
        return sum(1 for receipt in self.hosts if receipt.state == "sent")

    @property
    def total(self) -> int:
        """How many it was sent to."""
        return len(self.hosts)


def receipts_of(object_uri: str) -> Receipts:
    """The state of the newest delivery about this object at every host; one query."""
    rows = db.session.execute(
        select(Delivery.host, Delivery.state, Delivery.sent_at, Delivery.last_error, Peer.name)
        .join(Activity, Activity.id == Delivery.activity_id)
        .outerjoin(Peer, Peer.host == Delivery.host)
        .where(Activity.object_uri == object_uri, Delivery.state != "superseded")
        .where(Activity.type.in_(("Create", "Update", "Delete")))
        .order_by(Delivery.id)
    )
    newest = {
        host: Receipt(host, name or host, state, sent_at, _reason(state, error))
        for host, state, sent_at, error, name in rows
    }
    return Receipts(tuple(sorted(newest.values(), key=lambda receipt: receipt.name.casefold())))


def _reason(state: str, error: str) -> str:
    if state == "waiting" and error:
        return _("does not answer, it will leave by itself")
    return in_words(error) if state in ("refused", "gave_up") else ""


@dataclass(frozen=True)
class ErasureLine:
    """One deletion in words: how far it is confirmed, who is missing, whom to ask when it takes too long."""

    title: str
    told: str
    missing: str
    overdue: tuple[tuple[str, str], ...]


def erasure_line(erasure: Erasure) -> ErasureLine:
    """A deletion of ours as its author and the manager see it."""
    told = _("erased at %(done)d of %(total)d partners", done=len(erasure.confirmed), total=erasure.total)
    missing = _("missing: %(hosts)s", hosts=", ".join(erasure.missing)) if erasure.missing else ""
    overdue = erasure.contacts if erasure.is_overdue else ()
    return ErasureLine(f"{erasure.former_type} {erasure.object_uri}".strip(), told, missing, overdue)


def erasure_lines() -> list[ErasureLine]:
    """Every deletion that a partner has not confirmed yet."""
    return [erasure_line(erasure) for erasure in receipts.unconfirmed()]
