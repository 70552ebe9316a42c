"""One picture with the words that stand for it, as a field of a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import Field, ValidationError

from coffee_node.base.errors import CoffeeError
from coffee_node.base.i18n import gettext as _
from coffee_node.base.images import BYTES_LIMIT, Picture, read_picture
from coffee_node.web.forms import tidy

ALT_LIMIT = 500
NAME_LIMIT = 100


class ImageField(Field):
    """A file input `<name>`, its words `<name>-alt`, and a box `<name>-remove` for the picture there is.

    `read` makes the upload anew; a decorative picture is not asked for words.
    `data` is the picture as it is kept, None without a new one; give `{"url", "alt"}` of the picture there is
    to the form. Browsers do not send a file again: after an error `file_name` says which one to choose once
    more.
    """

    def __init__(
        self,
        label: Any = "",
        is_decorative: bool = False,
        read: Callable[[bytes], Picture] = read_picture,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.is_decorative = is_decorative
        self._picture_of = read
        self.data: Picture | None = None
        self.alt = ""
        self.is_removed = False
        self.file_name = ""
        self.current: Mapping[str, str] | None = None
        self._problem = ""

    def process(self, formdata: Any, data: Any = None, extra_filters: Sequence[Any] | None = None) -> None:
        """Read the upload; what cannot be read is told by `validate`."""
        self.process_errors = []
        self.current = data if isinstance(data, Mapping) and data.get("url") else None
        self.alt = str((self.current or {}).get("alt") or "")
        if formdata is None:
            return
        if f"{self.name}-alt" in formdata:
            self.alt = tidy(formdata.get(f"{self.name}-alt"))[:ALT_LIMIT]
        self.is_removed = bool(formdata.get(f"{self.name}-remove"))
        uploads = [
            one for one in formdata.getlist(self.name) if isinstance(one, FileStorage) and one.filename
        ]
        if uploads:
            self._read(uploads[-1])

    def _read(self, upload: FileStorage) -> None:
        self.file_name = tidy(upload.filename)[:NAME_LIMIT]
        self.is_removed = False
        with closing(upload) as file:
            content = file.stream.read(BYTES_LIMIT + 1)
        try:
            self.data = self._picture_of(content)
        except CoffeeError as error:
            self._problem = str(error)

    def pre_validate(self, form: Any) -> None:
        """Say why an upload is no picture, and ask for the words."""
        if self._problem:
            raise ValidationError(self._problem)
        if self.data is not None and not self.alt and not self.is_decorative:
            raise ValidationError(_("Say in a few words what the picture shows."))

    def clear(self) -> None:
        """Forget the upload, whose picture is somewhere else now."""
        self.data, self.alt, self.file_name, self.errors = None, "", "", []

    @property
    def must_be_chosen_again(self) -> bool:
        """Whether a file was sent that the page cannot keep."""
        return bool(self.file_name)
