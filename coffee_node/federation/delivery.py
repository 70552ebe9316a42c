"""The delivery ledger at work: claim lanes, send them beside each other, write down how it ended.

A lane is what one actor sends to one host: its deliveries leave in order, lanes do not wait for each other.
One thread claims and writes, the senders only talk to other servers; so a commit holds what many of them
brought, a claim fills in while slow hosts still hang, and a killed process repeats what the last moment did.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar, cast

from flask import Flask, current_app

from coffee_node.base.database import after_commit, end_reading, write
from coffee_node.federation import compaction, delivery_claims, delivery_notes, inbox_owners
from coffee_node.federation.actors import resolve_actor
from coffee_node.federation.delivery_claims import Claimed
from coffee_node.federation.delivery_driving import Driving
from coffee_node.federation.delivery_lane import Lane, Report, Surroundings
from coffee_node.federation.delivery_lease import Lease
from coffee_node.federation.delivery_outcomes import needs_second_look
from coffee_node.federation.delivery_parcels import pack
from coffee_node.federation.delivery_senders import Senders
from coffee_node.node import Node, this_node

Found = TypeVar("Found")
WORKER_PATIENCE = 30.0
LANES_AT_ONCE = 256


def deliver_due() -> int:
    """Send everything that is due; the number of deliveries taken (0: nothing to do)."""
    round_ = _Round(cast(Flask, current_app._get_current_object()), this_node())  # type: ignore[attr-defined]
    try:
        return round_.run()
    finally:
        round_.close()


class _Round:
    """One run through the ledger, until nothing is due and nothing on its way."""

    def __init__(self, app: Flask, node: Node) -> None:
        self._app = app
        self._node = node
        self._senders = Senders(node.config.http.deliveries_at_once)
        self._lease = Lease(node.config.queue.lease_seconds, node.http.total_timeout)
        around = Surroundings(self._report, self._resolve, self._may_go_on)
        self._driving = Driving(node.http, self._senders, around, self._end)
        self._lock = threading.Lock()
        self._reports: list[Report] = []
        self._ended: list[Lane] = []
        self._away: set[str] = set()
        self._on_the_way: dict[tuple[str, int], set[int]] = {}
        self._taken = 0
        self._is_closing = False

    def run(self) -> int:
        """Claim, send and note by turns."""
        while True:
            has_acted = self._turn()
            if not (has_acted or self._on_the_way or self._senders.hosts):
                return self._taken
            self._senders.collect()

    def close(self) -> None:
        """End the threads; what they still brought is written."""
        self._is_closing = True
        self._senders.close()
        if self._on_the_way:
            self._turn()

    def _turn(self) -> bool:
        """Write what came back and claim more, in one commit; whether there was anything to do.

        What was noted may have set another delivery free, so a round ends with a turn that finds nothing.
        """
        with self._lock:
            reports, self._reports = self._reports, []
            ended, self._ended = self._ended, []
        wants = self._wants_lanes()
        if not (reports or ended or self._lease.is_ageing or wants):
            self._driving.start([])
            return False
        try:
            claimed = self._write(reports, ended, wants=wants)
        except BaseException:
            with self._lock:
                self._reports, self._ended = reports + self._reports, ended + self._ended
            raise
        self._senders.may_get_more = bool(claimed)
        lanes = pack(claimed)
        end_reading()
        self._start(lanes)
        self._look_again(reports)
        return bool(reports or ended or claimed)

    def _write(self, reports: list[Report], ended: list[Lane], *, wants: bool) -> list[Claimed]:
        with write(patience=WORKER_PATIENCE):
            delivery_notes.note(reports)
            self._let_go(reports, ended)
            self._keep(reports, ended)
            claimed = delivery_claims.claim(LANES_AT_ONCE, self._senders.hosts) if wants else []
        for lane in ended:
            self._on_the_way.pop(lane.key)
        for report in reports:
            self._on_the_way.get(report.lane, set()).discard(report.delivery_id)
        return claimed

    def _wants_lanes(self) -> bool:
        if self._is_closing or self._node.is_stopping or not self._senders.is_hungry:
            return False
        if self._senders.may_get_more and self._on_the_way:
            return True
        has_due = delivery_claims.has_due(self._senders.hosts)
        end_reading()
        return has_due

    def _let_go(self, reports: Sequence[Report], ended: Sequence[Lane]) -> None:
        """Release what a lane left untried, and compact what waits for an away host.

        After a failure of our own the lease runs out first, so that it is not repeated at once.
        """
        noted = {report.delivery_id for report in reports}
        for lane in ended:
            untried = self._on_the_way[lane.key] - noted
            if untried and self._lease.is_ours and not lane.has_failed:
                delivery_claims.release(untried)
        away = {lane.host for lane in ended} & self._away
        if away:
            compaction.compact(sorted(away))

    def _keep(self, reports: Sequence[Report], ended: Sequence[Lane]) -> None:
        """Renew the lease of all that is still on its way, in time for a second knock.

        What came back just now has none any more: with a new one it would wait longer than its host is away.
        """
        if self._lease.is_ageing:
            over = {lane.key for lane in ended}
            ids = set().union(*(ids for key, ids in self._on_the_way.items() if key not in over))
            ids -= {report.delivery_id for report in reports}
            if ids:
                delivery_claims.renew(ids)
            after_commit(self._lease.renewed)

    def _start(self, lanes: Sequence[Lane]) -> None:
        for lane in lanes:
            self._away.discard(lane.host)
            self._on_the_way[lane.key] = {parcel.id for parcel in lane.parcels}
            self._taken += len(lane.parcels)
        self._driving.start(lanes)

    def _look_again(self, reports: Sequence[Report]) -> None:
        """Ask the owners of inboxes that answered 410 or a redirect; the ledger waits for nobody."""
        if self._node.is_stopping:
            return
        for report in reports:
            status = report.outcome.status
            if status is not None and needs_second_look(status):
                look = partial(inbox_owners.look_again, report.delivery_id, report.inbox, status)
                self._senders.give([([report.host], partial(self._within_app, look))])

    def _end(self, lane: Lane) -> None:
        with self._lock:
            self._ended.append(lane)
        self._senders.tell()

    def _report(self, report: Report) -> None:
        with self._lock:
            self._reports.append(report)
            if report.outcome.is_host_away:
                self._away.add(report.host)
        self._senders.tell()

    def _may_go_on(self, lane: Lane) -> bool:
        """Whether the next request of a lane may still be made, under a lease that outlives it."""
        return not self._node.is_stopping and lane.host not in self._away and self._lease.lasts()

    def _resolve(self, uri: str) -> str:
        return self._within_app(lambda: resolve_actor(uri).inbox)

    def _within_app(self, what: Callable[[], Found]) -> Found:
        """Do something that needs the database in a thread of the senders."""
        with self._app.app_context():
            return what()
