"""One lane on its way: what one actor sends to one host, in order, with a second knock where it can help.

Nothing here touches the database or the clock of leases; whoever drives a lane answers its requests.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field

from coffee_node.activitypub.delivery_request import DeliveryRequest, DeliveryResult, Knocks
from coffee_node.activitypub.signed_request import Signer
from coffee_node.base import clock
from coffee_node.base.errors import CoffeeError, FetchError, Unavailable
from coffee_node.federation.delivery_outcomes import (
    Outcome,
    answer_of_knocks,
    needs_second_knock,
    outcome_of,
)

OTHER_SCHEME = {"cavage": "rfc9421", "rfc9421": "cavage"}
LATER_HERE = 425
NO_KEY = "the sender has no key any more"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What sending one delivery needs, read once: nothing is looked up while the network is asked."""

    id: int
    inbox: str
    recipient_uri: str
    attempts: int
    body: bytes
    digest: str
    signer: Signer | None
    extra_headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Lane:
    """The claimed deliveries of one actor to one host in the order they must leave."""

    host: str
    actor_id: int
    parcels: list[Parcel]
    scheme: str = "cavage"
    is_host_known: bool = True
    has_failed: bool = False

    @property
    def key(self) -> tuple[str, int]:
        """What tells lanes apart."""
        return self.host, self.actor_id


@dataclass(frozen=True, slots=True)
class Report:
    """How one delivery ended; `scheme` is the signature that its host newly understood."""

    delivery_id: int
    lane: tuple[str, int]
    outcome: Outcome
    inbox: str
    is_resolved: bool = False
    scheme: str = ""
    is_host_known: bool = True

    @property
    def host(self) -> str:
        """Where it went."""
        return self.lane[0]


@dataclass(frozen=True)
class Surroundings:
    """What a lane asks of who drives it."""

    report: Callable[[Report], None]
    resolve: Callable[[str], str]
    may_go_on: Callable[[Lane], bool]


def steps(lane: Lane, around: Surroundings) -> Knocks:
    """Yield each request of a lane and take its answer; ends where the next one must wait."""
    for parcel in lane.parcels:
        if not around.may_go_on(lane):
            return
        report = yield from _send(lane, parcel, around)
        if report is None:
            return
        around.report(report)
        if report.outcome.state == "waiting":
            return


def drive(knocks: Knocks, deliver: Callable[[DeliveryRequest], DeliveryResult]) -> None:
    """Let a transport that waits for each answer make the requests of a lane."""
    try:
        request = next(knocks)
        while True:
            request = knocks.send(deliver(request))
    except StopIteration:
        return


def _send(
    lane: Lane, parcel: Parcel, around: Surroundings
) -> Generator[DeliveryRequest, DeliveryResult, Report | None]:
    """Send one delivery; None when the second knock could not be made in time, so that nothing is known."""
    if parcel.signer is None:
        return _report(lane, parcel, Outcome("gave_up", parcel.attempts, error=NO_KEY), parcel.inbox)
    inbox, trouble = _inbox_of(parcel, around)
    if trouble is not None:
        return _report(lane, parcel, outcome_of(trouble, parcel.attempts, clock.utcnow()), parcel.inbox)
    result = yield _request(parcel, parcel.signer, inbox, lane.scheme)
    understood = ""
    if needs_second_knock(result, lane.scheme):
        if not around.may_go_on(lane):
            return None
        other = OTHER_SCHEME[lane.scheme]
        second = yield _request(parcel, parcel.signer, inbox, other)
        result, is_understood = answer_of_knocks(result, second, other)
        if is_understood:
            lane.scheme = understood = other
    outcome = outcome_of(result, parcel.attempts, clock.utcnow())
    return _report(lane, parcel, outcome, inbox, understood)


def _inbox_of(parcel: Parcel, around: Surroundings) -> tuple[str, DeliveryResult | None]:
    """The inbox of an actor that was never met, or why it has none."""
    if not parcel.recipient_uri:
        return parcel.inbox, None
    try:
        return around.resolve(parcel.recipient_uri), None
    except FetchError as error:
        status = None if error.temporary else error.http_status or 404
        return "", DeliveryResult(status, error=error.message)
    except Unavailable as error:
        return "", DeliveryResult(LATER_HERE, error=error.message)
    except CoffeeError as error:
        return "", DeliveryResult(404, error=error.message)


def _request(parcel: Parcel, signer: Signer, inbox: str, scheme: str) -> DeliveryRequest:
    return DeliveryRequest(inbox, parcel.body, parcel.digest, signer, scheme, parcel.extra_headers)


def _report(lane: Lane, parcel: Parcel, outcome: Outcome, inbox: str, scheme: str = "") -> Report:
    is_resolved = bool(parcel.recipient_uri) and inbox != parcel.inbox
    return Report(parcel.id, lane.key, outcome, inbox, is_resolved, scheme, lane.is_host_known)
