"""The kinds of values that settings take, each with the words that say what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import marshmallow
from marshmallow import ValidationError, validate

DEFAULT_PORTS: Mapping[str, int] = MappingProxyType({"http": 80, "https": 443})


def whole_number(least: int, most: int) -> marshmallow.fields.Field[Any]:
    """A whole number within bounds."""
    return marshmallow.fields.Integer(
        validate=validate.Range(least, most), metadata={"allowed": f"a whole number from {least} to {most}"}
    )


def one_of(*names: str) -> marshmallow.fields.Field[Any]:
    """One of a few words."""
    return marshmallow.fields.String(
        validate=validate.OneOf(names), metadata={"allowed": f"one of: {', '.join(names)}", "choices": names}
    )


def yes_or_no() -> marshmallow.fields.Field[Any]:
    """A switch."""
    return marshmallow.fields.Boolean(metadata={"allowed": "yes or no"})


def text(allowed: str, check: Callable[[str], bool] | None = None) -> marshmallow.fields.Field[Any]:
    """A text; `allowed` says in words what `check` accepts."""

    def refuse(value: str) -> None:
        if check is not None and not check(value):
            raise ValidationError(allowed)

    return marshmallow.fields.String(validate=refuse, metadata={"allowed": allowed})


class Words(marshmallow.fields.Field[tuple[str, ...]]):
    """A list of words, separated by commas."""

    def __init__(self, choices: Sequence[str] = ()) -> None:
        suffix = f" out of: {', '.join(choices)}" if choices else ""
        super().__init__(
            metadata={"allowed": f"words separated by commas{suffix}", "choices": tuple(choices)}
        )
        self.choices = tuple(choices)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, ...]:
        words = tuple(word.strip() for word in str(value).split(",") if word.strip())
        if self.choices and not set(words) <= set(self.choices):
            raise ValidationError("unknown word")
        return words


def setting(default: Any, comment: str, kind: marshmallow.fields.Field[Any], example: str = "") -> Any:
    """A key of a section; one with an `example` has no default and must be given."""
    return field(default=default, metadata={"comment": comment, "kind": kind, "example": example})


def is_email(value: str) -> bool:
    """Whether this is an e-mail address, or nothing."""
    try:
        return not value or bool(validate.Email()(value))
    except ValidationError:
        return False


def has_scheme(*schemes: str) -> Callable[[str], bool]:
    """A check for nothing, or an address with one of these schemes."""
    return lambda value: not value or urlsplit(value).scheme in schemes


def normal_base_url(value: str) -> str:
    """The base URL in its one spelling; ValueError when it is not a plain http(s) address without path."""
    parts = urlsplit(value)
    host, port = parts.hostname, parts.port
    extra = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in DEFAULT_PORTS or not host or extra:
        raise ValueError(value)
    name = f"[{host}]" if ":" in host else host.encode("idna").decode("ascii")
    shown_port = "" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{name}{shown_port}"


class BaseUrl(marshmallow.fields.String):
    """The public address of the node, in its one spelling."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return normal_base_url(str(super()._deserialize(value, attr, data, **kwargs)))
        except ValueError as error:
            raise ValidationError("not a base URL") from error
