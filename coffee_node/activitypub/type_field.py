"""The `type` of a document: read in any spelling, written as the one name of its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from coffee_node.activitypub.vocabulary import short_type


class TypeName(fields.Field[str]):
    """The short name of the type; on the way out always the schema's own `type_name`, if it has one."""

    _CHECK_ATTRIBUTE = False

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return short_type(value) or self._own_name()

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        name = attr or "type"
        held = obj.get(name) if isinstance(obj, Mapping) else getattr(obj, name, None)
        return self._own_name() or held

    def _own_name(self) -> str:
        return str(getattr(self.parent, "type_name", ""))
