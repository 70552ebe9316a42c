"""Sets of rows: what is counted with them is what counting one by one gives."""

from __future__ import annotations

import threading
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from coffee_node.base import row_sets
from coffee_node.base.row_sets import RenewedMemory, ValueSets, set_of
from coffee_node.testing import Fediverse

IDS = st.integers(1, 60)
PAIRS = st.lists(st.tuples(st.sampled_from("abcd"), IDS))


@given(st.sets(IDS), st.sets(IDS))
def test_a_set_holds_its_rows_and_no_others(one: set[int], other: set[int]) -> None:
    assert (set_of(one) & set_of(other)).bit_count() == len(one & other)
    assert set_of([]) == 0


@given(PAIRS, st.sets(IDS))
def test_values_are_counted_once_a_row_the_most_frequent_first(
    pairs: list[tuple[str, int]], within: set[int]
) -> None:
    expected = {value: len({row for known, row in pairs if known == value} & within) for value in "abcd"}
    counts = ValueSets.of(pairs).counts(set_of(within))
    assert counts == {value: number for value, number in expected.items() if number}
    assert list(counts.values()) == sorted(counts.values(), reverse=True)


@given(PAIRS, st.sets(IDS), PAIRS)
def test_changed_rows_have_their_new_values_only(
    before: list[tuple[str, int]], rows: set[int], after: list[tuple[str, int]]
) -> None:
    new = [(value, row) for value, row in after if row in rows]
    kept = [(value, row) for value, row in before if row not in rows]
    everything = set_of(range(1, 61))
    changed = ValueSets.of(before).changed(set_of(rows), new)
    assert changed.counts(everything) == ValueSets.of([*kept, *new]).counts(everything)


def test_nothing_is_no_value_and_rare_values_are_left_out_and_told() -> None:
    assert ValueSets.of([(None, 1), ("", 2), ("a", 3)]) == ValueSets({"a": set_of([3])})
    most = row_sets.MOST_VALUES
    many = ValueSets.of([*((number, 1) for number in range(most + 5)), (most + 4, 2)])
    assert (len(many.rows), many.is_whole, next(iter(many.rows))) == (most, False, most + 4)
    assert not many.changed(0, [("new", 7)]).is_whole
    assert "new" not in many.changed(0, [("new", 7)]).rows, "it would be counted too low"


def test_a_memory_is_renewed_from_what_it_was_after_its_time(fediverse: Fediverse) -> None:
    memory = RenewedMemory(timedelta(seconds=60))
    assert [memory.get("a", lambda old: (old or 0) + 1) for _ in range(2)] == [1, 1]
    fediverse.clock.advance(seconds=61)
    assert memory.get("a", lambda old: (old or 0) + 1) == 2


def test_who_asks_while_it_is_renewed_gets_the_old_one(fediverse: Fediverse) -> None:
    memory = RenewedMemory(timedelta(seconds=60))
    memory.get("a", lambda old: "old")
    fediverse.clock.advance(seconds=61)
    seen: list[str] = []

    def renew(old: str) -> str:
        asking = threading.Thread(target=lambda: seen.append(memory.get("a", lambda old: "never")))
        asking.start()
        asking.join()
        return "new"

    assert memory.get("a", renew) == "new"
    assert seen == ["old"]


def test_what_could_not_be_made_is_tried_again(fediverse: Fediverse) -> None:
    memory = RenewedMemory()
    for _ in range(2):
        try:
            memory.get("a", lambda old: 1 // 0)
        except ZeroDivisionError:
            continue
    assert memory.get("a", lambda old: "made") == "made"
