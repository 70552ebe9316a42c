"""The month of section 11 and the broken codes of section 18, small enough for every run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from coffee_pass import check as door
from coffee_pass.simulation import REFERENCE, Model, simulate
from coffee_pass.trials import judge_mutants, main, speeds

SMALL = Model(passes=60, nodes=4)
HOUR = 3600


@pytest.mark.parametrize("delay", [0, 900, HOUR])
def test_nobody_is_over_quota_while_knowledge_is_fresh(delay: int) -> None:
    found = simulate(delay, SMALL)
    assert found.accepted > 150
    assert found.over_quota == 0


def test_nobody_is_over_quota_up_to_six_hours_in_the_whole_network() -> None:
    found = simulate(6 * HOUR, REFERENCE)
    assert found.accepted > 700
    assert found.over_quota == 0


def test_without_the_quota_step_visits_are_over_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "STEPS", tuple(step for step in door.STEPS if step.number not in (21, 23)))
    assert simulate(0, SMALL).over_quota > 0


def test_late_knowledge_lets_some_through(record_property: Any) -> None:
    for delay in (24 * HOUR, 72 * HOUR):
        found = simulate(delay, SMALL)
        record_property(f"over quota after {delay // HOUR} h", f"{found.over_quota} of {found.accepted}")
        assert 0 < found.over_quota < found.accepted / 5


def test_a_door_that_lets_everybody_in_who_is_amber_has_more() -> None:
    strict, open_door = SMALL, replace(SMALL, turned_away=frozenset())
    assert simulate(72 * HOUR, open_door).over_quota > simulate(72 * HOUR, strict).over_quota


def test_a_seed_gives_the_same_month_again() -> None:
    tiny = Model(passes=20, days=5)
    assert simulate(HOUR, tiny, seed=7) == simulate(HOUR, tiny, seed=7)
    assert simulate(HOUR, tiny, seed=7) != simulate(HOUR, tiny, seed=8)


def test_no_broken_code_is_accepted() -> None:
    found = judge_mutants(1500, seed=20_261_109)
    assert found["ACCEPTED"] == 0
    assert found.total() == 1500
    assert found["BAD_SIGNATURE"] + found["ISSUER_MISMATCH"] > 150
    assert {"BAD_ENCODING", "BAD_FORMAT", "BAD_CLAIMS", "UNKNOWN_ISSUER", "NOT_A_PASS"} <= set(found)


def test_the_trials_print_what_they_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(50) == 0
    assert "verify: median" in capsys.readouterr().out
    assert all(median > 0 for median, _late in speeds(20).values())
