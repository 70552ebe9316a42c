"""Forms take what people type, keep it, and say what the schema refuses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from wtforms import StringField
from wtforms.validators import InputRequired

from coffee_node.base.errors import InvalidDocument
from coffee_node.web.forms import (
    CheckboxesField,
    FederatedForm,
    LanguageMapField,
    SelectField,
    WordsField,
    local_moment,
    tidy,
)


class SampleForm(FederatedForm):
    """One field of each kind of ours."""

    name = StringField("Title", [InputRequired("Give it a title.")])
    name_map = LanguageMapField("Title in other languages")
    tags = WordsField("Keywords")
    kind = SelectField("Kind", choices=[("a", "A"), ("b", "B")])
    countries = CheckboxesField("Countries", choices=[("FR", "France"), ("BE", "Belgium")])


def submitted(app: Flask, **fields: str | list[str]) -> SampleForm:
    """The form as it arrives, without a token."""
    with app.test_request_context("/", method="POST", data=fields):
        return SampleForm(meta={"csrf": False})


def test_values_are_tidied_and_empty_ones_are_absent(app: Flask) -> None:
    typed: dict[str, str | list[str]] = {
        "name": "  Cafe\u0301\x07 ",
        "name_map-nl": " Koffie ",
        "tags": "son, lumière;son",
        "kind": "b",
        "countries": ["FR", "BE"],
    }
    form = submitted(app, **typed)
    assert form.values() == {
        "name": "Café",
        "name_map": {"nl": "Koffie"},
        "tags": ["son", "lumière"],
        "kind": "b",
        "countries": ["FR", "BE"],
    }
    assert submitted(app, name=" ").values()["name"] is None


def test_what_a_schema_refuses_stands_at_the_field(app: Flask) -> None:
    form = submitted(app, name="x", kind="a")
    assert form.validate()
    form.take_errors(InvalidDocument("bad", fields={"startTime": ["No time."], "name": ["Too short."]}))
    told = [(problem.field_id, problem.message) for problem in form.problems()]
    assert told == [("", "No time."), ("name", "Too short.")]


def test_properties_on_the_wire_find_their_fields(app: Flask) -> None:
    form = submitted(app, name="x", kind="a")
    form.take_errors(InvalidDocument("bad", fields={"nameMap": ["Which language?"]}), {"nameMap": "name_map"})
    assert [problem.field_id for problem in form.problems()] == ["name_map"]


def test_a_missing_field_is_told_in_its_own_words(app: Flask) -> None:
    form = submitted(app, name="", kind="a")
    assert not form.validate()
    assert [problem.message for problem in form.problems()] == ["Give it a title."]


def test_what_a_schema_says_is_told_in_plain_words(app: Flask) -> None:
    form = submitted(app, name="A title", kind="a")
    form.take_errors(InvalidDocument("No.", fields={"name": ["Not one web address."], "tags": ["Too odd."]}))
    assert [problem.message for problem in form.problems()] == [
        "Write an address like https://example.org.",
        "Too odd.",
    ]


def test_what_the_form_library_says_is_told_in_plain_words(app: Flask) -> None:
    form = submitted(app, name="A title", kind="z", countries=["FR", "XX"])
    assert not form.validate()
    assert {problem.message for problem in form.problems()} == {"This is not one of the choices."}


@pytest.mark.parametrize(
    "typed", ["9h30", "09:30", "9.30", "9 h 30", "09:30 ", "9u30", "9 Uhr 30", "9:30 Uhr"]
)
def test_times_are_taken_as_people_write_them(typed: str) -> None:
    found = local_moment("2026-12-03", typed, "Europe/Paris")
    assert found is not None
    assert found.astimezone(UTC) == datetime(2026, 12, 3, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "time"),
    [("soon", "9:00"), ("2026-12-03", "25:00"), ("2026-12-03", "noon"), ("2026-12-03", "9:30:10")],
)
def test_times_without_sense_are_refused(day: str, time: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        local_moment(day, time, "Europe/Paris")


def test_no_day_is_no_moment_and_unknown_zones_are_utc() -> None:
    assert local_moment("", "9:00", "Europe/Paris") is None
    found = local_moment("2026-12-03", "", "Europe/Atlantis")
    assert found == datetime(2026, 12, 3, tzinfo=UTC)


def test_text_keeps_its_line_breaks_only() -> None:
    assert tidy(" a\r\nb\x00\t") == "a\nb"
