"""What an answer to a delivery means: a pure function of federation.md, section 14."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from coffee_node.activitypub.http_client import DeliveryResult

LATER = frozenset({408, 425, 429})
AWAY = frozenset({502, 503, 504})
RETRY_MINUTES = (1, 5, 30, 120)
MAX_ATTEMPTS = 5
MAX_WAIT = timedelta(hours=24)
FIRST_PAUSE = timedelta(seconds=10)
OPEN_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
FAILURES_TO_OPEN = 3

REFUSALS_TO_FLAG = 3
SCHEME_LIFE = timedelta(days=30)

State = Literal["waiting", "sent", "superseded", "refused", "gone", "gave_up"]


@dataclass(frozen=True)
class Outcome:
    """The next state of a delivery; `is_host_away` pauses everything for the host until `next_try_at`."""

    state: State
    attempts: int
    next_try_at: datetime | None = None
    is_host_away: bool = False
    error: str = ""
    status: int | None = None


def outcome_of(result: DeliveryResult, attempts: int, now: datetime) -> Outcome:
    """Judge one answer; `attempts` counts the answers that refused so far."""
    return replace(_judge(result, attempts, now), status=result.status)


def _judge(result: DeliveryResult, attempts: int, now: datetime) -> Outcome:
    status = result.status
    if status is None or status in AWAY:
        return Outcome("waiting", attempts, _wait(result, now), True, _say(result))
    if 200 <= status < 300:
        return Outcome("sent", attempts)
    if status in LATER:
        return Outcome(
            "waiting", attempts, _wait(result, now) or now + timedelta(minutes=1), error=_say(result)
        )
    if status >= 500:
        return _poisonous(result, attempts + 1, now)
    return Outcome("refused", attempts + 1, error=_say(result))


def _poisonous(result: DeliveryResult, attempts: int, now: datetime) -> Outcome:
    """The server fails on this message: five tries, then the queue of that host moves on."""
    if attempts >= MAX_ATTEMPTS:
        return Outcome("gave_up", attempts, error=_say(result))
    pause = timedelta(minutes=RETRY_MINUTES[attempts - 1]) * random.uniform(0.8, 1.2)  # noqa: S311
    return Outcome("waiting", attempts, _wait(result, now) or now + pause, error=_say(result))


def _wait(result: DeliveryResult, now: datetime) -> datetime | None:
    """Until when the server wants to be left alone; who says `0` is not asked again without a pause."""
    if result.retry_after is None:
        return None
    return now + min(max(timedelta(seconds=result.retry_after), FIRST_PAUSE), MAX_WAIT)


def _say(result: DeliveryResult) -> str:
    if result.status is None:
        return result.error
    return f"HTTP {result.status}{': ' + result.error if result.error else ''}"


def pause_after(failures: int) -> timedelta:
    """How long a host that did not answer `failures` times in a row is left alone."""
    if failures < FAILURES_TO_OPEN:
        return FIRST_PAUSE
    doubled: timedelta = OPEN_PAUSE * 2 ** min(failures - FAILURES_TO_OPEN, 10)
    return min(doubled, LONGEST_PAUSE)


def needs_second_knock(result: DeliveryResult, scheme: str) -> bool:
    """Whether the other signature scheme should be tried at once (federation.md, section 11)."""
    return _is_about_signature(result, scheme)


def answer_of_knocks(
    first: DeliveryResult, second: DeliveryResult, second_scheme: str
) -> tuple[DeliveryResult, bool]:
    """The answer that counts after a second knock, and whether the second signature was understood.

    A second answer that is about the activity or the host, no longer about the signature, says more.
    """
    if _is_about_signature(second, second_scheme):
        return first, False
    return second, second.status is not None and 200 <= second.status < 300


def _is_about_signature(result: DeliveryResult, scheme: str) -> bool:
    return result.status in (400, 401) or (scheme == "rfc9421" and result.status == 500)


def is_signature_refused(outcome: Outcome) -> bool:
    """Whether both knocks were refused as if the signature were wrong."""
    return outcome.state == "refused" and outcome.status in (400, 401)


def needs_second_look(status: int) -> bool:
    """Whether the owner of the inbox has to be asked where it is: 410 says gone, a redirect says moved."""
    return status == 410 or 300 <= status < 400
