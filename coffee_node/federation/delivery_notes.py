"""Writing down how deliveries ended: few statements for many rows, and what was learnt about their hosts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, case, exists, func, select, update
from sqlalchemy.orm import aliased

from coffee_node.base import clock
from coffee_node.base.database import db, insert_ignore
from coffee_node.federation.delivery_lane import Report
from coffee_node.federation.delivery_outcomes import (
    REFUSALS_TO_FLAG,
    SCHEME_LIFE,
    Outcome,
    is_signature_refused,
    pause_after,
)
from coffee_node.federation.models import Delivery
from coffee_node.federation.peer_models import Peer

ERROR_LIMIT = 2000
DELIVERIES, PEERS = cast(Table, Delivery.__table__), cast(Table, Peer.__table__)
# Built once: making a statement costs more than running it.
ENDED = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id.in_(bindparam("ids", expanding=True)), DELIVERIES.c.state == "waiting")
    .values(
        state=bindparam("new_state"),
        attempts=bindparam("tries"),
        lease_until=None,
        last_error=bindparam("error"),
        last_status=bindparam("status"),
        sent_at=bindparam("sent"),
        next_try_at=func.coalesce(
            bindparam("later", type_=DELIVERIES.c.next_try_at.type), DELIVERIES.c.next_try_at
        ),
    )
)
FINE = (
    update(PEERS)
    .where(PEERS.c.host.in_(bindparam("hosts", expanding=True)))
    .values(
        state="ok",
        refusals=0,
        failures=0,
        failing_since=None,
        away_since=None,
        away_until=None,
        paused_at=None,
        last_error="",
        last_delivered_at=bindparam("now"),
    )
)


def note(reports: Sequence[Report]) -> None:
    """Write the outcomes of these deliveries and the state of their hosts; inside the caller's write()."""
    if not reports:
        return
    now = clock.utcnow()
    by_outcome: dict[Outcome, list[int]] = defaultdict(list)
    for report in reports:
        by_outcome[report.outcome].append(report.delivery_id)
    for outcome, ids in by_outcome.items():
        _note_outcome(outcome, ids, now)
    for report in reports:
        if report.is_resolved:
            _note_inbox(report.delivery_id, report.inbox)
    _note_hosts(reports, now)


def _note_outcome(outcome: Outcome, ids: Sequence[int], now: datetime) -> None:
    """Write one outcome to every delivery that ended so; one that was dropped meanwhile stays dropped."""
    is_later = outcome.state == "waiting" and not outcome.is_host_away
    values = {
        "ids": ids,
        "new_state": outcome.state,
        "tries": outcome.attempts,
        "error": outcome.error[:ERROR_LIMIT],
        "status": outcome.status,
        "sent": now if outcome.state == "sent" else None,
        "later": (outcome.next_try_at or now) if is_later else None,
    }
    db.session.execute(ENDED, values)


def _note_inbox(delivery_id: int, inbox: str) -> None:
    """Keep the inbox that was looked up, unless the same activity goes there by another row."""
    other = aliased(Delivery)
    is_taken = exists().where(other.activity_id == Delivery.activity_id, other.inbox == inbox)
    row = update(Delivery).where(Delivery.id == delivery_id, ~is_taken)
    db.session.execute(row.values(inbox=inbox, recipient_uri=""))


def _note_hosts(reports: Sequence[Report], now: datetime) -> None:
    """Judge each host by the last that came from it; tries that ran beside each other count once."""
    new = {report.host for report in reports if not report.is_host_known}
    away: dict[str, Outcome] = {}
    fine: dict[str, None] = {}
    refusing: dict[str, list[str]] = {}
    schemes: dict[str, list[str]] = defaultdict(list)
    for report in reports:
        if report.scheme:
            schemes[report.scheme].append(report.host)
        if report.outcome.is_host_away:
            away[report.host] = report.outcome
            fine.pop(report.host, None)
            continue
        away.pop(report.host, None)
        fine[report.host] = None
        if is_signature_refused(report.outcome):
            refusing.setdefault(report.host, []).append(report.outcome.error)
        else:
            refusing.pop(report.host, None)
    if new:
        db.session.execute(insert_ignore(Peer), [{"host": host} for host in new])
    _note_fine([host for host in fine if host not in refusing], now)
    for host in fine:
        if host in refusing:
            _note_refusing(host, refusing[host], now)
    for scheme, hosts in schemes.items():
        known = update(Peer).where(Peer.host.in_(hosts))
        db.session.execute(known.values(signature_scheme=scheme, scheme_until=now + SCHEME_LIFE))
    _note_away(away, now)


def _note_fine(hosts: Sequence[str], now: datetime) -> None:
    """The host answers and does not complain about our signature."""
    if hosts:
        db.session.execute(FINE, {"hosts": hosts, "now": now})


def _note_refusing(host: str, errors: Sequence[str], now: datetime) -> None:
    """The host answers 400 or 401 to both signatures; after three in a row we say that it refuses us."""
    number = Peer.refusals + len(errors)
    is_flagged = number >= REFUSALS_TO_FLAG
    values = {
        "failures": 0,
        "away_since": None,
        "away_until": None,
        "paused_at": None,
        "last_delivered_at": now,
        "refusals": number,
        "state": case((is_flagged, "refuses"), else_="ok"),
        "failing_since": case((is_flagged, func.coalesce(Peer.failing_since, now)), else_=None),
        "last_error": errors[-1][:ERROR_LIMIT],
    }
    db.session.execute(update(Peer).where(Peer.host == host).values(**values))


def _note_away(away: dict[str, Outcome], now: datetime) -> None:
    """The hosts do not answer: leave them alone for a while, longer each time."""
    if not away:
        return
    for peer in db.session.scalars(select(Peer).where(Peer.host.in_(away))):
        if peer.away_until is not None and peer.away_until > now:
            continue
        outcome = away[peer.host]
        peer.failures += 1
        peer.failing_since = peer.failing_since or now
        peer.away_since = peer.away_since or now
        peer.last_error = outcome.error[:ERROR_LIMIT]
        peer.away_until = outcome.next_try_at or now + pause_after(peer.failures)
