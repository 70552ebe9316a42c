"""The values given to plugins cannot be changed by them."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from coffee_node.base import contracts

VALUES = [value for value in vars(contracts).values() if dataclasses.is_dataclass(value)]


@pytest.mark.parametrize("kind", VALUES)
def test_a_contract_is_frozen_and_says_what_it_is(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert kind.__doc__ and not kind.__doc__.startswith(f"{kind.__name__}(")


def test_the_contract_is_complete() -> None:
    names = {name for name, value in vars(contracts).items() if isinstance(value, type)}
    assert names >= {"ActorRef", "ObjectType", "Link", "Badge", "Task", "Check", "Indicator", "Match"}
    assert names >= {"PassVerdict", "IssuedPass", "JobSource", "SourceInfo", "JobBatch", "JobRecord"}


def test_an_actor_given_to_a_plugin_cannot_be_renamed() -> None:
    actor = contracts.ActorRef("https://lille.example/actors/anne", "Person", "Anne", "lille.example", True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        actor.name = "Somebody else"  # type: ignore[misc]


def test_an_indicator_without_rows_shows_its_figure_alone() -> None:
    indicator = contracts.Indicator("visits", "Visits", "Days", "day", lambda start, end: Decimal(3))
    assert indicator.rows(date(2026, 1, 1), date(2026, 12, 31)) is None
