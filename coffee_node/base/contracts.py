"""The frozen values and protocols that the core and plugins exchange; hooks never carry database rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, Protocol

Document = dict[str, Any]


@dataclass(frozen=True)
class ActorRef:
    """Somebody who acts, here or elsewhere, as plugins see them."""

    uri: str
    type: str
    name: str
    host: str
    is_local: bool
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class ObjectType:
    """One federated type: its wire form, its table and the services that change it.

    `accepts` decides between types that share a name on the wire; `create(actor, values, visibility)`,
    `update(row, values)` and `delete(row)` open their own write; without them the generic ones are used.
    `page(row)` gives the HTML answer of an object's address. With `is_actor` the row describes an actor:
    its `uri` is the actor's, and the document on the wire is the actor's document; `derive(row)` then brings
    what a feature derives from a copy up to date, inside the caller's write. With
    `receive(document, author)` what arrives is given to the feature, in the worker's transaction, instead of
    being kept as a copy (a vote, say); it raises Ignored when nothing may change, NotMine when
    another type of that name may have it. `serve(uri, reader)` gives
    a document that only some may fetch, None to everybody else; `describe(document)` says in the words of
    schema.org what a public document is about. `searched(row)` gives the columns whose texts may be searched
    by everybody, where that is not all of them.
    """

    name: str
    schema: Any
    model: type[Any]
    accepts: Callable[[Document], bool] | None = None
    aliases: tuple[str, ...] = ()
    create: Callable[..., Any] | None = None
    update: Callable[..., Any] | None = None
    delete: Callable[..., Any] | None = None
    page: Callable[[Any], Any] | None = None
    list_path: str = ""
    is_actor: bool = False
    receive: Callable[[Document, ActorRef], None] | None = None
    serve: Callable[[str, ActorRef], Document | None] | None = None
    describe: Callable[[Mapping[str, Any]], Document] | None = None
    searched: Callable[[Any], Mapping[str, Any]] | None = None
    derive: Callable[[Any], None] | None = None


@dataclass(frozen=True)
class Link:
    """An entry of the navigation; `active_prefix` is the path under which it shows as current."""

    label: Any
    url: str
    order: int = 100
    active_prefix: str = ""


@dataclass(frozen=True)
class Badge:
    """A short mark on a row of a list."""

    text: Any
    kind: str = "neutral"


@dataclass(frozen=True)
class Task:
    """Work the worker repeats, one at a time; `run` answers a sentence that is shown.

    `is_behind` says whether pages lack something until it has run, as after an upgrade: /readyz names it.
    """

    name: str
    every: timedelta
    run: Callable[[], str]
    is_behind: Callable[[], bool] | None = None


@dataclass(frozen=True)
class NoticeKind:
    """What people can be told of; each chooses on the page or not, and in which rhythm by mail.

    `rhythm` (now, daily, weekly or never) is what counts until somebody chooses.
    """

    name: str
    title: Any
    rhythm: Literal["now", "daily", "weekly", "never"] = "weekly"
    order: int = 100


@dataclass(frozen=True)
class CheckResult:
    """What a check found: a sentence, and what to do when it is not `ok`."""

    state: Literal["ok", "warn", "fail"]
    sentence: str
    next_step: str = ""


@dataclass(frozen=True)
class Check:
    """A question the doctor and the administration page ask."""

    name: str
    run: Callable[[], CheckResult]


def no_rows(start: date, end: date) -> Iterable[Document] | None:
    """The rows of an indicator that shows its figure alone."""
    return None


@dataclass(frozen=True)
class Indicator:
    """A figure for reports over some days, with the rows behind it where they may be shown."""

    name: str
    title: Any
    definition: Any
    unit: str
    measure: Callable[[date, date], Decimal]
    rows: Callable[[date, date], Iterable[Document] | None] = no_rows


@dataclass(frozen=True)
class Match:
    """How well a candidate answers a need: 0 to 100, and why."""

    uri: str
    score: int
    explanation: Document


@dataclass(frozen=True)
class PassVerdict:
    """The answer at the door: the colour, a reason code and the sentence to show."""

    colour: Literal["green", "amber", "red"]
    reason: str
    label: str
    holder_label: str | None = None
    used: int | None = None
    left: int | None = None


@dataclass(frozen=True)
class IssuedPass:
    """A pass just made: the text of its QR code and its document."""

    text: str
    document: Document
    serial: str
    expires_at: datetime


Sharing = Literal["none", "metadata", "full"]
JobKind = Literal["job", "internship", "apprenticeship", "freelance", "volunteer"]


@dataclass(frozen=True)
class SourceInfo:
    """A job board: its licence, its pace and how much of it may be federated."""

    id: str
    name: str
    countries: tuple[str, ...]
    licence: str
    licence_url: str
    attribution_template: str
    federate: Sharing
    min_interval: timedelta
    max_rps: float
    needs_secrets: tuple[str, ...] = ()
    robots_note: str = ""
    enabled_by_default: bool = False


@dataclass(frozen=True)
class SkillRef:
    """A skill named by a board, with its code where the board uses a scheme."""

    label: str
    scheme: str = ""
    code: str = ""
    required: bool = False


@dataclass(frozen=True)
class Attribution:
    """Who must be named beside an imported offer."""

    name: str
    licence: str
    licence_url: str
    fetched_at: datetime
    must_link: bool = True


@dataclass(frozen=True)
class JobRecord:
    """An offer of a board in the node's own words; `raw_hash` says whether it changed."""

    source_id: str
    source_ref: str
    url: str
    title: str
    lang: str
    kind: JobKind
    attribution: Attribution
    federate: Sharing
    raw_hash: str
    description_html: str | None = None
    posted_at: datetime | None = None
    updated_at: datetime | None = None
    expires_at: datetime | None = None
    contract_raw: str = ""
    hours: str = ""
    employer: str = ""
    places: tuple[Document, ...] = ()
    remote: str = ""
    salary: Document | None = None
    languages: tuple[str, ...] = ()
    skills: tuple[SkillRef, ...] = ()
    occupation: str = ""
    positions: int | None = None


@dataclass(frozen=True)
class JobBatch:
    """One page of a board; `complete` marks a full listing, where what is unseen is gone."""

    records: Sequence[Mapping[str, Any]]
    next_cursor: str | None = None
    complete: bool = False
    gone: tuple[str, ...] = field(default=())


class JobSource(Protocol):
    """A connector to a job board; the host brings the HTTP client, the pace and the storage."""

    info: SourceInfo

    def fetch(self, cursor: str | None, query: Mapping[str, Any], http: Any) -> Iterator[JobBatch]:
        """Read the board from a cursor on, batch by batch."""

    def normalise(self, raw: Mapping[str, Any]) -> JobRecord | None:
        """The record of a raw entry; None drops it."""

    def expire(self, record: JobRecord, seen_at: datetime) -> bool:
        """Whether a record last seen then is over."""

    def map_skills(self, record: JobRecord) -> Sequence[SkillRef]:
        """The skills a record asks for."""
