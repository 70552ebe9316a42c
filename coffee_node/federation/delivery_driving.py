"""Who drives claimed lanes: a thread for each, or a loop of the transport for many where it has such loops.

A lane whose host must first be looked up, or its recipient, never holds up a loop: that is done in a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

from coffee_node.activitypub.delivery_request import Knocks, LaneTransport
from coffee_node.activitypub.http_client import HttpClient
from coffee_node.federation.delivery_lane import Lane, Surroundings, drive, steps
from coffee_node.federation.delivery_senders import Senders

LANES_IN_A_LOOP = 64


class Driving:
    """Starts lanes in the threads of the senders; `ended` is told of each lane when it has no more to do."""

    def __init__(
        self, http: HttpClient, senders: Senders, around: Surroundings, ended: Callable[[Lane], None]
    ) -> None:
        self._http = http
        self._senders = senders
        self._around = around
        self._ended = ended
        self._found: list[Lane] = []
        self._lock = threading.Lock()

    def start(self, lanes: Sequence[Lane]) -> None:
        """Start these lanes, and those whose hosts were looked up meanwhile."""
        loops = self._http.lanes
        if loops is None:
            self._give_each(lanes, self._drive_one)
            return
        with self._lock:
            ready, self._found = self._found, []
        cold: list[Lane] = []
        for lane in lanes:
            is_ready = not _is_unmet(lane) and loops.is_known(lane.parcels[0].inbox)
            (ready if is_ready else cold).append(lane)
        self._give_each(cold, partial(self._look_up, loops))
        self._senders.give(
            [
                ([lane.host for lane in part], partial(self._drive_many, loops, part))
                for part in (ready[at : at + LANES_IN_A_LOOP] for at in range(0, len(ready), LANES_IN_A_LOOP))
            ]
        )

    def _give_each(self, lanes: Sequence[Lane], job: Callable[[Lane], None]) -> None:
        self._senders.give([([lane.host], partial(job, lane)) for lane in lanes])

    def _look_up(self, loops: LaneTransport, lane: Lane) -> None:
        """Find the host of a lane for a loop; one that has no address is told so by the ordinary way."""
        if _is_unmet(lane) or not loops.find(lane.parcels[0].inbox):
            self._drive_one(lane)
            return
        with self._lock:
            self._found.append(lane)
        self._senders.tell()

    def _drive_one(self, lane: Lane) -> None:
        lane.has_failed = True
        try:
            drive(steps(lane, self._around), self._http.deliver)
            lane.has_failed = False
        finally:
            self._ended(lane)

    def _drive_many(self, loops: LaneTransport, lanes: Sequence[Lane]) -> None:
        left = {steps(lane, self._around): lane for lane in lanes}

        def end(knocks: Knocks) -> None:
            self._ended(left.pop(knocks))

        try:
            loops.drive(list(left), end)
        finally:
            for lane in left.values():
                lane.has_failed = True
                self._ended(lane)


def _is_unmet(lane: Lane) -> bool:
    return any(parcel.recipient_uri for parcel in lane.parcels)
