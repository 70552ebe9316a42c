"""What an organiser asks with a registration, and how questions and answers travel.

The questions stand in the event's document; the answers travel as lines "Question: answer" of the message
that goes with a Join, so that an organiser with other software reads them too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coffee_node.activitypub.schema_fields import DocumentField
from coffee_node.activitypub.vocabulary import as_list
from coffee_node.base.html import plain_text

MAX_QUESTIONS: Final = 5
MAX_CHOICES: Final = 12
QUESTION_LENGTH: Final = 200
CHOICE_LENGTH: Final = 100
ANSWER_LENGTH: Final = 500
QUESTIONS: Final = "urn:coffee:ns:questions"
IS_REQUIRED: Final = "urn:coffee:ns:isRequired"

Answers = list[dict[str, str]]


@dataclass(frozen=True)
class Question:
    """One question: answered in a line of text, or by one of its choices."""

    text: str
    choices: tuple[str, ...] = ()
    is_required: bool = False


class QuestionsField(DocumentField[list[dict[str, Any]]]):
    """The questions of an event, each an AS2 Question; what cannot be read is left out."""

    def _serialize(
        self, value: Any, attr: str | None, obj: Any, **kwargs: Any
    ) -> list[dict[str, Any]] | None:
        return [_on_the_wire(question) for question in read_questions(value)] or None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        found = [
            {
                "text": _line(entry.get("name"), QUESTION_LENGTH),
                "choices": [_line(_name(one), CHOICE_LENGTH) for one in as_list(entry.get("oneOf"))],
                "is_required": entry.get(IS_REQUIRED) is True,
            }
            for entry in as_list(value)
            if isinstance(entry, Mapping)
        ]
        return [stored(question) for question in read_questions(found)]


def _on_the_wire(question: Question) -> dict[str, Any]:
    document: dict[str, Any] = {"type": "Question", "name": question.text}
    if question.choices:
        document["oneOf"] = [{"type": "Note", "name": choice} for choice in question.choices]
    return document | ({IS_REQUIRED: True} if question.is_required else {})


def _name(option: Any) -> Any:
    return option.get("name") if isinstance(option, Mapping) else option


def _line(value: Any, limit: int) -> str:
    return plain_text(value)[:limit].strip() if isinstance(value, str) else ""


def stored(question: Question) -> dict[str, Any]:
    """A question as its column keeps it."""
    return {
        "text": question.text,
        "choices": list(question.choices),
        "is_required": question.is_required,
    }


def read_questions(kept: Iterable[Mapping[str, Any]] | None) -> list[Question]:
    """The questions of a column, at most five, each text once; one without text is none."""
    found: dict[str, Question] = {}
    for entry in kept or ():
        text = str(entry.get("text") or "")
        choices = tuple(dict.fromkeys(str(one) for one in entry.get("choices") or () if one))
        if text and text not in found:
            found[text] = Question(text, choices[:MAX_CHOICES], bool(entry.get("is_required")))
    return list(found.values())[:MAX_QUESTIONS]


def missing_answers(questions: Sequence[Question], answers: Iterable[Mapping[str, str]]) -> list[str]:
    """The required questions that nobody answered."""
    given = {entry["question"] for entry in answers if entry.get("answer")}
    return [question.text for question in questions if question.is_required and question.text not in given]


def as_message(answers: Iterable[Mapping[str, str]], note: str) -> str:
    """Answers and a free word as one message that anybody can read."""
    lines = [f"{entry['question']}: {entry['answer']}" for entry in answers if entry.get("answer")]
    return "\n".join([*lines, *([note] if note else [])])


def from_message(questions: Sequence[Question], message: str) -> tuple[Answers, str]:
    """The answers in a message and what else it says; an answer that is no choice stays with the rest."""
    answers: dict[str, str] = {}
    rest: list[str] = []
    for line in message.splitlines():
        question = _asked_by(line, questions)
        answer = line[len(question.text) + 1 :].strip()[:ANSWER_LENGTH] if question is not None else ""
        fits = question is not None and (not question.choices or answer in question.choices)
        if question is None or not answer or not fits or question.text in answers:
            rest.append(line)
        else:
            answers[question.text] = answer
    ordered = [
        {"question": question.text, "answer": answers[question.text]}
        for question in questions
        if question.text in answers
    ]
    return ordered, "\n".join(rest).strip()


def _asked_by(line: str, questions: Sequence[Question]) -> Question | None:
    """The question a line begins with; the longest where one text begins like another."""
    fitting = [question for question in questions if line.startswith(f"{question.text}:")]
    return max(fitting, key=lambda question: len(question.text), default=None)
