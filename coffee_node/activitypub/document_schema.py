"""The base of all schemas: one class per ActivityPub type, reading documents into columns and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing
from marshmallow.error_store import ErrorStore

from coffee_node.activitypub.vocabulary import AS_NAMESPACE, JsonContext, strip_nulls
from coffee_node.base.errors import InvalidDocument


class DocumentSchema(Schema):
    """A type of document: attribute names are columns, `data_key`s are the names on the wire."""

    class Meta:
        unknown = EXCLUDE

    context: ClassVar[JsonContext | str] = AS_NAMESPACE

    def parse(self, document: Any) -> dict[str, Any]:
        """Give a value for every column; absent ones are empty; InvalidDocument names bad ones."""
        if not isinstance(document, dict):
            raise InvalidDocument("This is not a JSON object.")
        present = {name: value for name, value in document.items() if value is not None}
        try:
            loaded: dict[str, Any] = self.load(present)
        except ValidationError as error:
            raise _invalid(error) from error
        return self._empty | loaded

    @cached_property
    def _empty(self) -> dict[str, None]:
        """Every column that a document may leave out."""
        return {
            field.attribute or name: None
            for name, field in self.load_fields.items()
            if field.load_default is not missing or not field.required
        }

    def _deserialize(
        self, data: Any, *, error_store: ErrorStore, many: bool = False, partial: Any = None, **kwargs: Any
    ) -> Any:
        """Read one document as marshmallow does, field by field, without what only its other uses need.

        Half of what an arriving object costs was spent there (tests/bench/inbox.py).
        """
        if many or partial is not None or not isinstance(data, Mapping):
            return super()._deserialize(data, error_store=error_store, many=many, partial=partial, **kwargs)
        loaded = self.dict_class()
        for key, name, field in self._readers:
            try:
                value = field.deserialize(data.get(key, missing), key, data)
            except ValidationError as error:
                error_store.store_error(error.messages, key)  # type: ignore[no-untyped-call]
                continue
            if value is not missing:
                loaded[name] = value
        return loaded

    @cached_property
    def _readers(self) -> list[tuple[str, str, fields.Field[Any]]]:
        """The name on the wire, the column and the field of everything that is read."""
        return [
            (field.data_key or name, field.attribute or name, field)
            for name, field in self.load_fields.items()
        ]

    def render(self, row: Any, audience: str = "public") -> dict[str, Any]:
        """Give the row as on the wire, without nulls, empty values and `@context`.

        A schema with fields that not everybody may see leaves them out by `audience`.
        """
        document: dict[str, Any] = strip_nulls(self.dump(row))
        return document


def _invalid(error: ValidationError) -> InvalidDocument:
    fields: dict[str, list[str]] = {}
    for name, message in _flatten(error.messages, ""):
        fields.setdefault(name, []).append(message)
    listed = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in fields.items())
    return InvalidDocument(f"Properties that cannot be read: {listed}", fields=fields)


def _flatten(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            here = "" if name == "_schema" else str(name)
            yield from _flatten(inner, ".".join(filter(None, (path, here))))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flatten(inner, path)
    else:
        yield path or "document", str(messages)
