"""The sections of instance.cfg: every key with its type, its default and one line that explains it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import marshmallow
from marshmallow import ValidationError, validate

LANGUAGES = ("fr", "nl", "en", "de")
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


URL_ALLOWED = "an address like https://space.example, without path (plain http only with development = yes)"
DATABASE_ALLOWED = "empty, sqlite:////FILE or postgresql://USER:PASSWORD@HOST/NAME"


@dataclass(frozen=True)
class NodeSection:
    """Who this node is."""

    name: str = setting(
        "", "Name of the node, shown on its pages.", text("a name", bool), example="My coworking space"
    )
    base_url: str = setting(
        "",
        "Public address; it is in every id and cannot change later.",
        BaseUrl(metadata={"allowed": URL_ALLOWED}),
        example="https://space.example",
    )
    language: str = setting("fr", "Language of the node where a reader has not chosen.", one_of(*LANGUAGES))
    admin_email: str = setting(
        "", "Where people and other nodes reach the manager.", text("an e-mail address or empty", is_email)
    )


@dataclass(frozen=True)
class DatabaseSection:
    """Where rows are kept."""

    url: str = setting(
        "",
        "Empty for the file node.sqlite3 in the home folder, or a PostgreSQL address.",
        text(DATABASE_ALLOWED, has_scheme("sqlite", "postgresql", "postgresql+psycopg")),
    )
    durability: str = setting(
        "normal",
        "normal survives a killed process, full also a power cut (slower; SQLite only).",
        one_of("normal", "full"),
    )


@dataclass(frozen=True)
class QueueSection:
    """What wakes the workers."""

    engine: str = setting("sqlite", "What carries wake-ups to the workers.", one_of("sqlite", "redis"))
    url: str = setting(
        "",
        "Address of Redis when the engine is redis.",
        text("empty or redis://HOST:PORT/NUMBER", has_scheme("redis", "rediss", "unix")),
    )
    threads: int = setting(4, "Worker threads of one process.", whole_number(1, 64))
    lease_seconds: int = setting(
        30, "Seconds after which work of a killed worker is taken up by another.", whole_number(15, 3600)
    )
    sweep_seconds: int = setting(5, "Seconds between two looks for work that is due.", whole_number(1, 60))


@dataclass(frozen=True)
class HttpSection:
    """How the node is reached."""

    host: str = setting("127.0.0.1", "Address to listen on.", text("a host name or an IP address", bool))
    port: int = setting(8000, "Port to listen on.", whole_number(1, 65535))
    workers: int = setting(1, "Web processes.", whole_number(1, 64))
    trusted_proxies: int = setting(0, "Reverse proxies in front of the node.", whole_number(0, 8))


@dataclass(frozen=True)
class FederationSection:
    """Whom the node talks to."""

    mode: str = setting(
        "open",
        "open: public content is served to all; partners only: no other server is served or heard.",
        one_of("open", "partners only"),
    )
    development: bool = setting(
        False, "Allow plain http and peers on this machine; never on a public address.", yes_or_no()
    )
    authorized_fetch: bool = setting(False, "Serve documents to signed requests only.", yes_or_no())
    accept_partners: str = setting(
        "manual", "Whether a manager confirms new partners.", one_of("manual", "automatic")
    )
    backfill_objects: int = setting(
        1000, "Objects read from a new partner's past at most.", whole_number(0, 100000)
    )
    backfill_months: int = setting(12, "Months of a new partner's past that are read.", whole_number(0, 120))


@dataclass(frozen=True)
class MailSection:
    """How mail leaves."""

    url: str = setting(
        "",
        "Mail server; nothing sends mail yet.",
        text("empty, smtp://USER:PASSWORD@HOST:PORT or the same with smtps://", has_scheme("smtp", "smtps")),
    )
    sender: str = setting("", "Address mail comes from.", text("an e-mail address or empty", is_email))


@dataclass(frozen=True)
class WebSection:
    """What the pages offer."""

    languages: tuple[str, ...] = setting(
        LANGUAGES, "Languages of the pages, in the order they are offered.", Words(LANGUAGES)
    )
    site_name: str = setting(
        "", "Name on the pages where it differs from the node's.", text("a name or empty")
    )


@dataclass(frozen=True)
class PluginsSection:
    """Which plugins run."""

    disabled: tuple[str, ...] = setting((), "Installed plugins that are switched off.", Words())
    required: tuple[str, ...] = setting((), "Plugins without which the node does not start.", Words())


SECTIONS: Mapping[str, type[Any]] = MappingProxyType(
    {
        "node": NodeSection,
        "database": DatabaseSection,
        "queue": QueueSection,
        "http": HttpSection,
        "federation": FederationSection,
        "mail": MailSection,
        "web": WebSection,
        "plugins": PluginsSection,
    }
)


@dataclass(frozen=True)
class Setting:
    """One key as documents and messages show it."""

    section: str
    key: str
    default: Any
    comment: str
    kind: marshmallow.fields.Field[Any]
    example: str

    @property
    def allowed(self) -> str:
        """What the key takes, in words."""
        return str(self.kind.metadata["allowed"])

    @property
    def choices(self) -> tuple[str, ...]:
        """The words it takes, where they can be counted."""
        return tuple(self.kind.metadata.get("choices", ()))

    @property
    def variable(self) -> str:
        """The environment variable that beats the file."""
        return f"COFFEE_{self.section}_{self.key}".upper()


def _setting(section: str, column: Field[Any]) -> Setting:
    default = None if column.default is MISSING else column.default
    return Setting(section, column.name, default, **column.metadata)


SETTINGS: Mapping[tuple[str, str], Setting] = MappingProxyType(
    {
        (name, column.name): _setting(name, column)
        for name, kind in SECTIONS.items()
        for column in fields(kind)
    }
)


def as_text(value: Any) -> str:
    """A value as instance.cfg writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(value)
    return str(value)
