"""That a worker is alive is written down once a minute, whoever it is."""

from __future__ import annotations

from datetime import timedelta

from coffee_node.federation import worker_runs
from coffee_node.testing import Fediverse


def test_a_run_is_noted_at_most_once_a_minute(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    start = fediverse.clock.now
    with lille.context():
        assert worker_runs.last_run() is None
        worker_runs.note_run()
        fediverse.clock.advance(seconds=59)
        worker_runs.note_run()
        assert worker_runs.last_run() == start
        fediverse.clock.advance(seconds=1)
        worker_runs.note_run()
        assert worker_runs.last_run() == start + timedelta(minutes=1)
    assert len(lille.rows(worker_runs.WorkerRun)) == 1
