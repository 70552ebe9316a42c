"""A picture for a Markdown text: sent with its form, kept at once, and put into the text as a line."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from wtforms import HiddenField

from coffee_node.base.errors import CoffeeError
from coffee_node.base.i18n import _, gettext
from coffee_node.base.images import Picture
from coffee_node.web.forms import FederatedForm, LanguageMapField
from coffee_node.web.image_field import ImageField

BUTTON = "insert"
TEXT = "content"


class IllustratedForm(FederatedForm):
    """A form with a Markdown text `content`, and perhaps a `content_map`, that takes a picture.

    Where a script runs, `into` names the input of the text in which the writer was, and `cursor` the place.
    """

    picture = ImageField(
        _("A picture for the text"), description=_("It is put where you wrote last, or at the end.")
    )
    into = HiddenField()
    cursor = HiddenField()

    def takes_picture(self, keep: Callable[[Picture, str], str]) -> bool:
        """Put an uploaded picture into its text; whether the writer asked for that only.

        `keep(picture, words)` gives its Markdown; what it refuses is told at the field.
        """
        is_asked = BUTTON in request.form
        if not self.picture.must_be_chosen_again:
            if is_asked:
                self.add_error("picture", gettext("Choose a picture first."))
            return is_asked
        is_good = self.picture.validate(self)
        if is_good and self.picture.data is not None and self.is_fresh():
            try:
                self._put(keep(self.picture.data, self.picture.alt))
            except CoffeeError as error:
                self.add_error("picture", str(error))
            else:
                self.picture.clear()
        return is_asked

    def _put(self, line: str) -> None:
        name, _dash, code = str(self.into.data or "").partition("-")
        field = self._fields.get(name)
        if isinstance(field, LanguageMapField) and code in field.data:
            field.data = {**field.data, code: _with_line(field.data[code], line, self.cursor.data)}
        else:
            is_there = name == TEXT
            text = self._fields[TEXT]
            text.data = _with_line(text.data or "", line, self.cursor.data if is_there else "")


def _with_line(text: str, line: str, cursor: str | None) -> str:
    """A text with a paragraph of its own at the cursor, counted with line ends of one character."""
    text = text.replace("\r\n", "\n")
    place = int(cursor) if cursor and cursor.isdecimal() and cursor.isascii() else len(text)
    before, after = text[:place].rstrip("\n"), text[place:].lstrip("\n")
    return "\n\n".join(part for part in (before, line, after) if part)
