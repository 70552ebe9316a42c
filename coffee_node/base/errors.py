"""Every error a person or a program can meet, with its HTTP status and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar


class CoffeeError(Exception):
    """An error told as one sentence for the administrator, plus the next step where there is one."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = HTTPStatus.INTERNAL_SERVER_ERROR.phrase

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "status" in cls.__dict__ and "title" not in cls.__dict__:
            cls.title = HTTPStatus(cls.status).phrase

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message, next_step)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.message, self.next_step) if part)


class ConfigError(CoffeeError):
    """The configuration cannot be used: names the key, the value and what is allowed."""


class DatabaseError(CoffeeError):
    """The database cannot be opened or migrated."""


class PluginError(CoffeeError):
    """A plugin cannot be used: names the plugin."""


class PendingMigrations(CoffeeError):
    """The database is older than the program."""


class HomeInUse(CoffeeError):
    """The home folder already holds a node."""


class _FieldErrors(CoffeeError):
    """An error with a list of messages for each property that is wrong."""

    def __init__(
        self, message: str, next_step: str = "", *, fields: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        super().__init__(message, next_step)
        self.fields: dict[str, list[str]] = {name: list(texts) for name, texts in (fields or {}).items()}


class InvalidDocument(_FieldErrors):
    """A document that cannot be read; `fields` names the properties."""

    status = 400


class Unauthorized(CoffeeError):
    """Nobody we know signed this request."""

    status = 401


class NotSigned(Unauthorized):
    """The request carries no signature or token at all."""


class Forbidden(CoffeeError):
    """The caller is known and may not do this."""

    status = 403


class NotFound(CoffeeError):
    """Nothing is here for this caller."""

    status = 404


class MethodNotAllowed(CoffeeError):
    """The address exists, but not for this method."""

    status = 405


class Conflict(CoffeeError):
    """What is asked contradicts what exists."""

    status = 409


class Gone(CoffeeError):
    """It was here and has been deleted."""

    status = 410


class TooSlow(CoffeeError):
    """The body did not arrive in the time it has."""

    status = 408


class TooLarge(CoffeeError):
    """The body is larger than this node reads."""

    status = 413
    title = "Content Too Large"


class UnsupportedMedia(CoffeeError):
    """The body is of a type this address does not read."""

    status = 415


class Unprocessable(_FieldErrors):
    """The document can be read, but its values do not fit; `fields` names the properties."""

    status = 422
    title = "Unprocessable Content"


class _RetryLater(CoffeeError):
    """An error that passes: `retry_after` is a number of seconds."""

    def __init__(self, message: str, next_step: str = "", *, retry_after: int = 5) -> None:
        super().__init__(message, next_step)
        self.retry_after = retry_after


class TooManyRequests(_RetryLater):
    """The caller asks faster than it may."""

    status = 429


class Unavailable(_RetryLater):
    """Something this node needs does not answer at the moment."""

    status = 503


class FetchError(CoffeeError):
    """A document of another server could not be had; `temporary` says whether to ask again later."""

    status = 502

    def __init__(
        self, message: str, next_step: str = "", *, temporary: bool = False, http_status: int | None = None
    ) -> None:
        super().__init__(message, next_step)
        self.temporary = temporary
        self.http_status = http_status


class AddressNotAllowed(FetchError):
    """The address leads where this node does not connect (loopback, private network, odd scheme or port)."""

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message, next_step, temporary=False)


def problem(error: CoffeeError) -> dict[str, Any]:
    """The RFC 9457 problem document of an error, with `errors` by property where there are any."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": str(error),
    }
    if isinstance(error, _FieldErrors) and error.fields:
        document["errors"] = error.fields
    return document
