"""The node's figures for a monitoring system, in the text format of Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from coffee_node import __version__
from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.base.mail import Mail
from coffee_node.federation import peer_status, worker_runs
from coffee_node.federation.models import Delivery, InboxItem

Sample = tuple[Mapping[str, str], float]
LEDGERS: Mapping[str, tuple[type[Any], str, tuple[str, ...]]] = {
    "deliveries": (Delivery, "waiting", ("waiting", "sent", "superseded", "refused", "gone", "gave_up")),
    "inbox_items": (InboxItem, "received", ("received", "handled", "ignored", "refused", "failed")),
    "mails": (Mail, "waiting", ("waiting", "sent", "failed", "dropped")),
}
HELP = {
    "deliveries": "Deliveries by state.",
    "inbox_items": "Received activities by state, of the last 30 days.",
    "mails": "Mails by state.",
}


def prometheus_text() -> str:
    """All figures at this moment; states that never occurred are shown as 0."""
    parts = [_metric("info", "The version of the software.", [({"version": __version__}, 1)])]
    for name, (model, _, states) in LEDGERS.items():
        counts = _count_by_state(model)
        samples: list[Sample] = [({"state": state}, counts.get(state, 0)) for state in states]
        parts.append(_metric(name, HELP[name], samples))
    parts.append(_metric("peers", "Other servers by state.", _peers()))
    oldest: list[Sample] = [
        ({"queue": name}, _age(_oldest(model, waiting))) for name, (model, waiting, _) in LEDGERS.items()
    ]
    told = "Age of the oldest entry that waits; 0 when nothing does."
    parts.append(_metric("oldest_waiting_seconds", told, oldest))
    last = worker_runs.last_run()
    if last is not None:
        told = "When a worker last looked for work, to the minute."
        parts.append(_metric("worker_last_run_timestamp_seconds", told, [({}, last.timestamp())]))
    return "".join(parts)


def _metric(name: str, told: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP coffee_{name} {told}", f"# TYPE coffee_{name} gauge"]
    for labels, value in samples:
        marks = ",".join(f'{key}="{text}"' for key, text in labels.items())
        lines.append(f"coffee_{name}{f'{{{marks}}}' if marks else ''} {value:.15g}")
    return "\n".join([*lines, ""])


def _count_by_state(model: type[Any]) -> dict[str, int]:
    query = select(model.state, func.count()).group_by(model.state)
    return {state: count for state, count in db.session.execute(query)}


def _peers() -> list[Sample]:
    found = Counter((one.state, one.is_partner) for one in peer_status.statuses())
    for state in ("ok", "away", "refuses", "paused"):
        found.setdefault((state, True), 0)
    return [
        ({"state": state, "partner": "yes" if is_partner else "no"}, count)
        for (state, is_partner), count in sorted(found.items())
    ]


def _oldest(model: type[Any], waiting: str) -> datetime | None:
    moment: datetime | None = db.session.scalar(
        select(model.created_at).where(model.state == waiting).order_by(model.id).limit(1)
    )
    return moment


def _age(moment: datetime | None) -> float:
    return 0 if moment is None else max(0, (clock.utcnow() - moment).total_seconds())
