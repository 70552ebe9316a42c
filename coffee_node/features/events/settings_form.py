"""What an organiser decides about registrations: who may come without account, the line, the questions."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, Field, StringField, TextAreaField
from wtforms.widgets import NumberInput

from coffee_node.base.i18n import _, gettext
from coffee_node.features.events.models import Event
from coffee_node.features.events.questions import (
    CHOICE_LENGTH,
    MAX_CHOICES,
    MAX_QUESTIONS,
    QUESTION_LENGTH,
    Question,
    read_questions,
    stored,
)
from coffee_node.features.events.seats import MAX_OFFER_HOURS, OFFER_HOURS
from coffee_node.web.choice_fields import RadioField
from coffee_node.web.forms import FederatedForm


class RegistrationSettingsForm(FederatedForm):
    """The settings of one event; five questions at most, an empty one is none."""

    takes_visitors = BooleanField(
        _("People without an account may register with their e-mail address"),
    )
    has_waiting_list = BooleanField(_("When it is full, keep a waiting list"))
    line = RadioField(
        _("When a seat becomes free"),
        choices=[
            ("automatic", _("The first in line gets it")),
            ("offer", _("The first in line is asked, and has some time to say yes")),
        ],
        default="automatic",
        description=_("People of other sites always get the seat at once."),
    )
    offer_hours = StringField(
        _("Hours to say yes"),
        widget=NumberInput(min=1, max=MAX_OFFER_HOURS),
        description=_("Less when the event is near: at most a quarter of the time that is left."),
    )

    def question_fields(self) -> list[tuple[Field, Field, Field]]:
        """The three fields of each question: its text, its choices, whether it must be answered."""
        return [
            (
                self._fields[f"text{number}"],
                self._fields[f"choices{number}"],
                self._fields[f"required{number}"],
            )
            for number in range(MAX_QUESTIONS)
        ]

    def read(self) -> dict[str, Any] | None:
        """The values for the service, None when something has to be corrected."""
        said = self.values()
        hours = str(said["offer_hours"] or OFFER_HOURS)
        is_number = hours.isascii() and hours.isdigit() and 1 <= int(hours) <= MAX_OFFER_HOURS
        if said["line"] == "offer" and not is_number:
            self.add_error("offer_hours", gettext("Write a number from 1 to %(most)d.", most=MAX_OFFER_HOURS))
        questions = [self._question(number, said) for number in range(MAX_QUESTIONS)]
        if self.problems():
            return None
        kept = read_questions(stored(question) for question in questions if question is not None)
        return {
            "takes_visitors": bool(said["takes_visitors"]),
            "has_waiting_list": bool(said["has_waiting_list"]),
            "offer_hours": int(hours) if said["line"] == "offer" else None,
            "questions": [stored(question) for question in kept],
        }

    def _question(self, number: int, said: dict[str, Any]) -> Question | None:
        text = " ".join(str(said[f"text{number}"] or "").split())
        lines = [" ".join(line.split()) for line in str(said[f"choices{number}"] or "").splitlines()]
        choices = list(dict.fromkeys(line for line in lines if line))
        if not text and choices:
            self.add_error(f"text{number}", gettext("Write the question to these choices."))
        if len(text) > QUESTION_LENGTH:
            self.add_error(f"text{number}", gettext("Write at most %(num)d characters.", num=QUESTION_LENGTH))
        if len(choices) == 1 or len(choices) > MAX_CHOICES:
            message = gettext("Give 2 to %(most)d choices, one on each line, or none.", most=MAX_CHOICES)
            self.add_error(f"choices{number}", message)
        if any(len(choice) > CHOICE_LENGTH for choice in choices):
            message = gettext("Write at most %(num)d characters.", num=CHOICE_LENGTH)
            self.add_error(f"choices{number}", message)
        return Question(text, tuple(choices), bool(said[f"required{number}"])) if text else None


def settings_form(event: Event) -> Any:
    """The form with a place for each of five questions, filled with what counts now."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {
        "takes_visitors": event.takes_visitors,
        "has_waiting_list": event.has_waiting_list,
        "line": "automatic" if event.offer_hours is None else "offer",
        "offer_hours": str(event.offer_hours or OFFER_HOURS),
    }
    for number in range(MAX_QUESTIONS):
        fields[f"text{number}"] = StringField(_("Question"))
        fields[f"choices{number}"] = TextAreaField(
            _("Choices"), description=_("One on each line. Empty: people answer in their own words.")
        )
        fields[f"required{number}"] = BooleanField(_("It must be answered"))
    for number, question in enumerate(read_questions(event.questions)):
        data |= {
            f"text{number}": question.text,
            f"choices{number}": "\n".join(question.choices),
            f"required{number}": question.is_required,
        }
    made = type("RegistrationSettingsForm", (RegistrationSettingsForm,), fields)
    return made(data=data)
