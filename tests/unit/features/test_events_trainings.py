"""What a training says of itself, on the wire and in words, whatever others send."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.features.events import trainings
from coffee_node.features.events.schemas import EventSchema

EVENT = {"type": "Event", "id": "https://a.example/1", "name": "A", "startTime": "2026-12-01T09:00:00Z"}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("typed", "kept", "wire"),
    [
        ("7", "7", "PT7H"),
        ("3,5", "3.5", "PT3H30M"),
        ("3h30", "3.5", "PT3H30M"),
        ("0.25", "0.25", "PT15M"),
        ("100", "100", "PT100H"),
        ("", "", None),
    ],
)
def test_hours_are_read_as_people_write_them_and_sent_as_a_duration(
    typed: str, kept: str, wire: str | None
) -> None:
    assert trainings.read_hours(typed) == kept
    assert trainings.write_training({"hours": kept}).get("sdo:timeRequired") == wire


@pytest.mark.parametrize("typed", ["long", "-1", "0", "1000", "NaN", "1e9", "3h75"])
def test_hours_that_make_no_sense_are_told(typed: str) -> None:
    with pytest.raises(ValueError, match="hours"):
        trainings.read_hours(typed)


def test_a_training_goes_out_and_comes_in_the_same() -> None:
    said = {"level": "advanced", "certificate": "A paper", "price": "120 €", "hours": "2.5"}
    document = trainings.write_training(said)
    assert trainings.read_training(document) == said
    assert dict(trainings.facts_of(said))["Length"] == "2.5 hours"


def test_skills_are_tags_of_the_copy_once_each() -> None:
    skills: list[Any] = [
        "Python",
        {"name": "python"},
        {"name": "Web", "href": "https://esco.example/1"},
        {},
        3,
    ]
    values = EventSchema().parse({**EVENT, "sdo:teaches": skills, "tag": {"type": "Hashtag", "name": "#Web"}})
    assert [skill["name"] for skill in values["skills"]] == ["python", "Web"]
    assert [(tag["type"], tag["name"]) for tag in values["tags"]] == [
        ("Hashtag", "#Web"), ("Link", "python"), ("Link", "Web"), ("Hashtag", "#python"),
    ]  # fmt: skip


@pytest.mark.parametrize("duration", ["PT0H", "PT9999H", "PT", "P1D", "PT1.5H", 7, None, ["PT1H"]])
def test_a_duration_that_we_cannot_show_is_left_out(duration: Any) -> None:
    assert trainings.read_training({"sdo:timeRequired": duration}) == {}


@given(JUNK, JUNK, JUNK)
def test_nothing_that_others_send_stops_an_event(teaches: Any, level: Any, time: Any) -> None:
    document = {**EVENT, "sdo:teaches": teaches, "sdo:educationalLevel": level, "sdo:timeRequired": time}
    values = EventSchema().parse(document)
    assert values["name"] == "A"
    assert all(len(skill["name"]) <= 100 for skill in values["skills"])
    assert trainings.facts_of(values["training"]) is not None
