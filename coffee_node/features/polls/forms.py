"""The form of a poll."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired
from wtforms.widgets import DateInput

from coffee_node.base import html, i18n
from coffee_node.base.i18n import _, gettext
from coffee_node.web.choice_fields import RadioField, SelectField
from coffee_node.web.forms import FederatedForm, LanguageMapField, local_moment
from coffee_node.web.language import HOUSE_ZONE


class PollForm(FederatedForm):
    """What a manager says when asking the network something."""

    actor = SelectField(_("Published by"), validate_choice=False)
    content = TextAreaField(_("Question"), [InputRequired(_("Write the question."))])
    language = SelectField(_("Language"), validate_choice=False)
    options = TextAreaField(
        _("Options"),
        [InputRequired(_("Give between 2 and 20 options."))],
        description=_("One per line, at most 20."),
    )
    is_multiple = BooleanField(_("Several options may be chosen"))
    end_day = StringField(
        _("Open until"), widget=DateInput(), description=_("The end of that day. Empty: a week from now.")
    )
    content_map = LanguageMapField(_("Question in other languages"), is_multiline=True)
    visibility = RadioField(
        _("Who may see it and vote"),
        choices=[
            ("public", _("Everybody")),
            ("network", _("The partner sites")),
            ("space", _("This place only")),
        ],
        default="public",
    )

    def offer(self, actors: Sequence[Any]) -> None:
        """Fill the choices that depend on the reader."""
        self.actor.choices = [(actor.uri, actor.name or actor.slug) for actor in actors]
        self.language.choices = [(code, i18n.language_name(code)) for code in i18n.LANGUAGES]

    def read(self) -> dict[str, Any] | None:
        """Give the values for the service, None when something has to be corrected."""
        said = self.values()
        try:
            end = local_moment(self.end_day.data, "23:59", HOUSE_ZONE) if self.end_day.data else None
        except ValueError:
            self.add_error("end_day", gettext("Write a day like 2026-12-24."))
            return None
        language = said["language"] or ""
        texts = {language: said["content"] or "", **self.content_map.data}
        written = {code: html.markdown(text) for code, text in texts.items()}
        return {
            "content": written[language],
            "content_map": written if self.content_map.data else {},
            "language": language,
            "options": str(said["options"] or "").splitlines(),
            "is_multiple": bool(said["is_multiple"]),
            "end_time": end,
        }
