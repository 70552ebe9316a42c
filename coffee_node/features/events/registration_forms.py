"""The forms of registrations: for people with an account, for visitors, and the organiser's settings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, Field, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired
from wtforms.widgets import EmailInput

from coffee_node.base.i18n import _, gettext
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import NOTE_LIMIT
from coffee_node.features.events.questions import (
    ANSWER_LENGTH,
    Answers,
    Question,
    missing_answers,
    read_questions,
)
from coffee_node.web.choice_fields import RadioField
from coffee_node.web.forms import FederatedForm

ADDRESS = re.compile(r"[^@\s<>\"(),;:\\]{1,64}@[^@\s<>\"(),;:\\/]+\.[^@\s<>\"(),;:\\/.]{2,}")
ADDRESS_LIMIT = 254


class JoinForm(FederatedForm):
    """A word to the organiser, and the answers to what the organiser asks."""

    questions: Sequence[Question] = ()

    uri = HiddenField()
    note = TextAreaField(_("A word to the organiser"), description=_("Only the organiser reads it."))

    def answer_fields(self) -> list[Field]:
        """The fields of the questions, in their order."""
        return [self._fields[f"answer{number}"] for number in range(len(self.questions))]

    def read(self) -> tuple[str, Answers] | None:
        """The note and the answers, None when something has to be corrected."""
        said = self.values()
        answers: Answers = []
        for number, question in enumerate(self.questions):
            name = f"answer{number}"
            answer = " ".join(str(said[name] or "").split())
            if len(answer) > ANSWER_LENGTH:
                self.add_error(name, gettext("Write at most %(num)d characters.", num=ANSWER_LENGTH))
            elif answer and question.choices and answer not in question.choices:
                self.add_error(name, gettext("Choose one of these."))
            elif answer:
                answers.append({"question": question.text, "answer": answer})
        for number, question in enumerate(self.questions):
            field = self._fields[f"answer{number}"]
            if question.text in missing_answers(self.questions, answers) and not field.errors:
                self.add_error(f"answer{number}", gettext("The organiser needs this answer."))
        if len(said["note"] or "") > NOTE_LIMIT:
            self.add_error("note", gettext("Write at most %(num)d characters.", num=NOTE_LIMIT))
        return None if self.problems() else (said["note"] or "", answers)


class VisitorForm(JoinForm):
    """The same for somebody without an account: a name, an address, and a yes to keeping them for a while."""

    name = StringField(_("Your name"), [InputRequired(_("Say who you are."))])
    email = StringField(
        _("Your e-mail address"),
        [InputRequired(_("Give the address for the confirmation."))],
        widget=EmailInput(),
        description=_("You get a mail with a link: only then are you registered."),
    )
    consent = BooleanField(
        _("The organiser may keep my name, my address and my answers until 30 days after the event."),
        [InputRequired(_("Without this the organiser cannot keep a seat for you."))],
    )

    def read_person(self) -> tuple[str, str]:
        """The name and the address; problems are put at the fields."""
        said = self.values()
        name, address = " ".join((said["name"] or "").split()), (said["email"] or "").strip()
        if len(name) > 200:
            self.add_error("name", gettext("Write at most %(num)d characters.", num=200))
        if address and (len(address) > ADDRESS_LIMIT or not ADDRESS.fullmatch(address)):
            self.add_error("email", gettext("Write an address like name@example.org."))
        return name, address.lower()


def form_for(event: Event, base: type[JoinForm], data: dict[str, Any] | None = None) -> Any:
    """A form with a field for each question of the event."""
    questions = read_questions(event.questions)
    fields = {f"answer{number}": _field(question) for number, question in enumerate(questions)}
    made = type(base.__name__, (base,), {**fields, "questions": questions})
    return made(data={"uri": event.uri, **(data or {})})


def _field(question: Question) -> Any:
    checks = [InputRequired(gettext("The organiser needs this answer."))] if question.is_required else []
    if question.choices:
        pairs = [(choice, choice) for choice in question.choices]
        return RadioField(question.text, checks, choices=pairs, validate_choice=False)
    return StringField(question.text, checks)
