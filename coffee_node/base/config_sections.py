"""The sections of instance.cfg: every key with its type, its default and one line that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from types import MappingProxyType
from typing import Any

import marshmallow

from coffee_node.base.config_fields import DEFAULT_PORTS as DEFAULT_PORTS
from coffee_node.base.config_fields import (
    BaseUrl,
    Words,
    has_scheme,
    is_email,
    one_of,
    setting,
    text,
    whole_number,
    yes_or_no,
)
from coffee_node.base.config_fields import normal_base_url as normal_base_url

LANGUAGES = ("fr", "nl", "en", "de")
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
    """How the node is reached, and how it reaches others."""

    host: str = setting("127.0.0.1", "Address to listen on.", text("a host name or an IP address", bool))
    port: int = setting(8000, "Port to listen on.", whole_number(1, 65535))
    workers: int = setting(1, "Web processes.", whole_number(1, 64))
    trusted_proxies: int = setting(0, "Reverse proxies in front of the node.", whole_number(0, 8))
    transport: str = setting(
        "requests",
        "What posts to other servers; curl is faster and needs coffee-node[curl].",
        one_of("requests", "curl"),
    )
    deliveries_at_once: int = setting(
        8, "Servers that are posted to at the same time; slow ones do not count.", whole_number(1, 64)
    )


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
    inbox_per_minute: int = setting(
        300, "Activities read from one server in a minute.", whole_number(1, 1000000)
    )
    partner_inbox_per_minute: int = setting(
        6000, "Activities read from a partner in a minute.", whole_number(1, 1000000)
    )
    objects_per_host: int = setting(
        2000, "Objects kept of one server that is no partner.", whole_number(1, 10000000)
    )
    objects_per_partner: int = setting(50000, "Objects kept of one partner.", whole_number(1, 10000000))
    new_actors_per_day: int = setting(
        500, "Unknown actors of one domain that are met in a day.", whole_number(1, 1000000)
    )
    pictures_per_host: int = setting(
        5000, "Small copies kept of one server's pictures at most.", whole_number(0, 1000000)
    )
    picture_megabytes_per_host: int = setting(
        200, "What these copies of one server may take up, in megabytes.", whole_number(0, 100000)
    )
    send_blocks: bool = setting(False, "Tell other servers when somebody here blocks.", yes_or_no())
    backfill_objects: int = setting(
        1000, "Objects read from a new partner's past at most.", whole_number(0, 100000)
    )
    backfill_months: int = setting(12, "Months of a new partner's past that are read.", whole_number(0, 120))


@dataclass(frozen=True)
class MailSection:
    """How mail leaves."""

    url: str = setting(
        "",
        "Mail server; empty: no mail leaves. file:FOLDER keeps mails as files instead.",
        text("empty, smtp(s)://USER:PASSWORD@HOST:PORT or file:FOLDER", has_scheme("smtp", "smtps", "file")),
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
    registration: str = setting(
        "invitation",
        "Who gets an account: who is invited; who asks (open); who asks and is approved by a manager.",
        one_of("invitation", "open", "approved"),
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
