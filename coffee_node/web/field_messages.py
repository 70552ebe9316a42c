"""What schemas and WTForms say of a field, in the words of whoever fills in a form."""

from __future__ import annotations

from types import MappingProxyType

from coffee_node.base.i18n import LazyText

NEEDED = LazyText("Please fill this in.")
ADDRESS = LazyText("Write an address like https://example.org.")
CHOICE = LazyText("This is not one of the choices.")
MOMENT = LazyText("Write a day like 2026-12-24 and a time like 18:00.")

PLAIN_WORDS = MappingProxyType(
    {
        "An event needs a title.": LazyText("Give the event a title."),
        "Field may not be null.": NEEDED,
        "Missing data for required field.": NEEDED,
        "No such moment.": MOMENT,
        "Not a moment with an offset, such as 2026-11-23T09:00:00Z.": MOMENT,
        "Not a text.": LazyText("Write the text."),
        "Not one web address.": ADDRESS,
        "'%(value)s' is not a valid choice for this field.": CHOICE,
        "'%(value)s' are not valid choices for this field.": CHOICE,
        "Not a valid choice.": CHOICE,
        "This field is required.": NEEDED,
    }
)


def in_plain_words(message: str) -> str:
    """What a message means to the reader; empty for one that is plain already."""
    return str(PLAIN_WORDS.get(message, ""))


class FieldMessages:
    """The translations that WTForms asks for its own messages."""

    def gettext(self, string: str) -> str:
        """One message."""
        return in_plain_words(string) or string

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """One message about so many."""
        message = singular if n == 1 else plural
        return in_plain_words(message) or message
