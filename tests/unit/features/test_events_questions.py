"""Questions to participants: what is read from a document, and answers that travel as lines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.features.events.questions import (
    IS_REQUIRED,
    MAX_QUESTIONS,
    Question,
    QuestionsField,
    as_message,
    from_message,
    missing_answers,
    read_questions,
    stored,
)

MEAL = Question("What do you eat?", ("everything", "no meat"), True)
WORDS = Question("What", ())
LETTERS = st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=("Cc", "Zl", "Zp", "Zs"))
LINE = st.text(LETTERS, min_size=1)


@pytest.mark.parametrize(
    ("sent", "texts"),
    [
        (None, []),
        ("What?", []),
        ([{"type": "Question", "name": "What?"}, 7, {"name": 5}, {"oneOf": ["a"]}], ["What?"]),
        ({"type": "Question", "name": "<b>Bold?</b>"}, ["Bold?"]),
        ([{"name": f"Number {number}?"} for number in range(9)], [f"Number {n}?" for n in range(5)]),
        ([{"name": "Twice?"}, {"name": "Twice?"}], ["Twice?"]),
    ],
)
def test_what_is_no_question_is_left_out(sent: Any, texts: list[str]) -> None:
    found = QuestionsField().deserialize(sent, "questions", {}) if sent is not None else []
    assert [entry["text"] for entry in found] == texts
    assert len(found) <= MAX_QUESTIONS


def test_a_question_travels_as_one_of_activitystreams_and_comes_back() -> None:
    field = QuestionsField()
    written = field._serialize([stored(MEAL), stored(WORDS)], "questions", None)
    assert written == [
        {
            "type": "Question",
            "name": "What do you eat?",
            "oneOf": [{"type": "Note", "name": "everything"}, {"type": "Note", "name": "no meat"}],
            IS_REQUIRED: True,
        },
        {"type": "Question", "name": "What"},
    ]
    assert read_questions(field.deserialize(written, "questions", {})) == [MEAL, WORDS]


def test_the_longest_question_that_begins_a_line_was_answered() -> None:
    longer = Question("What: and why")
    answers, rest = from_message([WORDS, longer], "What: and why: because\nWhat: tea\nWhat: twice")
    assert answers == [
        {"question": "What", "answer": "tea"},
        {"question": "What: and why", "answer": "because"},
    ]
    assert rest == "What: twice"


def test_required_questions_without_an_answer_are_named() -> None:
    assert missing_answers([MEAL, WORDS], []) == ["What do you eat?"]
    assert missing_answers([MEAL], [{"question": "What do you eat?", "answer": "no meat"}]) == []


@given(st.lists(LINE, min_size=1, max_size=5, unique=True), st.data())
def test_answers_survive_the_way_as_lines(texts: list[str], data: st.DataObject) -> None:
    questions = [Question(f"{number} {text}") for number, text in enumerate(texts)]
    answers = [{"question": one.text, "answer": data.draw(LINE)} for one in questions]
    assert from_message(questions, as_message(answers, "")) == (answers, "")


@given(st.text(max_size=300))
def test_no_message_is_lost_or_breaks_anything(message: str) -> None:
    answers, rest = from_message([MEAL], message)
    assert answers == [] or answers[0]["answer"] in MEAL.choices
    assert sum(len(line.strip()) for line in rest.splitlines()) <= len(message)
