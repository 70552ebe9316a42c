"""The whole form of an event: beside the event itself, what a training teaches and how it recurs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from wtforms import StringField
from wtforms.widgets import DateInput, NumberInput

from coffee_node.base.i18n import _, gettext
from coffee_node.features.events import trainings
from coffee_node.features.events.forms import EventForm, fields_of
from coffee_node.features.events.models import Event
from coffee_node.features.events.pictures import PictureChange, picture_of
from coffee_node.features.events.reader_zone import weekday_names
from coffee_node.features.events.recurrence import DAYS, MOST_DATES, Kind, Rhythm
from coffee_node.web.choice_fields import CheckboxesField, RadioField, SelectField
from coffee_node.web.forms import WordsField
from coffee_node.web.image_field import ImageField

MOST_INTERVAL = 99


class WholeEventForm(EventForm):
    """An event with everything around it."""

    picture = ImageField(_("Picture"))

    skills = WordsField(
        _("Skills it teaches"), description=_("For a training. Separated by commas, for example Python, SEO.")
    )
    level = SelectField(_("For whom"), default="")
    hours = StringField(_("Length in hours"), description=_("For example 7 or 3.5."))
    price = StringField(_("Price"), description=_("For example: 120 €, free for members."))
    certificate = StringField(_("Certificate"), description=_("What one has in hand afterwards."))

    repeat = RadioField(
        _("Does it come again?"),
        choices=[
            ("", _("It takes place once")),
            ("daily", _("Every day")),
            ("weekly", _("Every week")),
            ("monthly-date", _("Every month, on the same date")),
            ("monthly-weekday", _("Every month, on the same weekday (the second Tuesday)")),
            ("monthly-last", _("Every month, on the last such weekday (the last Friday)")),
            ("yearly", _("Every year")),
        ],
        default="",
    )
    interval = StringField(
        _("Every how many"),
        default="1",
        widget=NumberInput(min=1, max=MOST_INTERVAL),
        description=_("2 with “every week” is every second week."),
    )
    weekdays = CheckboxesField(_("On these days (every week)"))
    repeat_until = StringField(_("Until"), widget=DateInput(), description=_("Empty: no end is set."))
    repeat_count = StringField(
        _("Or so many times"),
        widget=NumberInput(min=1, max=MOST_DATES),
        description=_("Instead of a last day."),
    )
    left_out = WordsField(_("Not on these days"), description=_("Days like 2026-12-24, separated by commas."))
    reach = RadioField(
        _("Change which dates?"),
        choices=[
            ("this", _("This date only")),
            ("following", _("This date and those that follow")),
            ("all", _("All dates to come")),
        ],
        default="this",
    )

    def offer(self, actors: Sequence[Any], zone: str) -> None:
        """Fill the choices that depend on the reader."""
        super().offer(actors, zone)
        levels = [("", "–"), *((code, str(label)) for code, label in trainings.LEVELS.items())]
        held = self.level.object_data
        if held and held not in dict(levels):
            levels.append((held, held))
        self.level.choices = levels
        self.weekdays.choices = list(zip(DAYS, weekday_names(), strict=True))

    def read(self, known_places: Sequence[Mapping[str, Any] | None]) -> dict[str, Any] | None:
        """Give the values for the service, None when something has to be corrected."""
        hours = self._hours()
        values = super().read(known_places)
        if values is None:
            return None
        said = self.values()
        training = {name: said[name] for name in ("level", "price", "certificate")} | {"hours": hours}
        skills = trainings.Skills().deserialize(list(self.skills.data or ()))
        return values | {
            "skills": skills,
            "training": {name: text for name, text in training.items() if text},
            "tags": trainings.skill_tags(skills, values["tags"] or ()),
        }

    def _hours(self) -> str:
        try:
            return trainings.read_hours(self.hours.data or "")
        except ValueError as error:
            self.add_error("hours", str(error))
            return ""

    def picture_change(self) -> PictureChange:
        """What becomes of the picture."""
        return PictureChange(self.picture.alt, self.picture.data, self.picture.is_removed)

    def rhythm(self) -> Rhythm | None:
        """How it recurs; None when it takes place once, or when something has to be corrected."""
        if not self.repeat.data:
            return None
        interval = self._number("interval", MOST_INTERVAL) or 1
        count = self._number("repeat_count", MOST_DATES)
        until = self._day("repeat_until", self.repeat_until.data)
        if count and until:
            self.add_error("repeat_count", gettext("Say a last day or how many times, not both."))
        start = self._day("start_day", self.start_day.data)
        if start and until and until < start:
            self.add_error("repeat_until", gettext("The last day must not be before the first one."))
        days = [DAYS.index(day) for day in self.weekdays.data or () if day in DAYS]
        kind = cast(Kind, self.repeat.data)
        weekdays = tuple(days) if kind == "weekly" else ()
        return None if self.problems() else Rhythm(kind, interval, weekdays, until, count)

    def days_left_out(self) -> list[date]:
        """The days on which it does not take place."""
        found = [self._day("left_out", text) for text in self.left_out.data or ()]
        return [day for day in found if day is not None]

    def show_rhythm(self, rhythm: Rhythm) -> None:
        """Fill in how it recurs now."""
        self.repeat.data, self.interval.data = rhythm.kind, str(rhythm.interval)
        self.weekdays.data = [DAYS[day] for day in rhythm.weekdays]
        self.repeat_until.data = rhythm.until.isoformat() if rhythm.until else ""
        self.repeat_count.data = str(rhythm.count or "")

    def _number(self, name: str, most: int) -> int | None:
        text = str(self[name].data or "").strip()
        if not text:
            return None
        if text.isascii() and text.isdigit() and 0 < int(text[:9]) <= most:
            return int(text)
        self.add_error(name, gettext("Write a number from 1 to %(most)d.", most=most))
        return None

    def _day(self, name: str, text: str | None) -> date | None:
        if not text:
            return None
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            message = gettext("Write a day like 2026-12-24.")
            if message not in self[name].errors:
                self.add_error(name, message)
            return None


def all_fields_of(event: Event) -> dict[str, Any]:
    """An event as the whole form shows it for editing."""
    skills = [skill["name"] for skill in event.skills or ()]
    taught = {tag["name"] for tag in trainings.skill_tags(event.skills or (), ())}
    training = event.training or {}
    return {
        **fields_of(event),
        "picture": picture_of(event),
        "skills": skills,
        "tags": [
            str(tag.get("name", "")).lstrip("#") for tag in event.tags or () if tag.get("name") not in taught
        ],
        **{name: training.get(name, "") for name in ("level", "hours", "price", "certificate")},
    }
