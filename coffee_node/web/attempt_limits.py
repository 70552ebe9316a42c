"""How often somebody may try something at a door: per address, per account, and both together."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from coffee_node.base.i18n import gettext as _
from coffee_node.base.rate_limits import too_many
from coffee_node.node import current_node

STRETCH = 15 * 60
SPENT_LINKS = 60
ONE = 10


@dataclass(frozen=True)
class Attempt:
    """One try that was counted; `forget()` takes it back when it turned out right."""

    keys: tuple[str, ...]
    seconds: int

    def forget(self) -> None:
        """Begin anew for whoever tried, as after a sign-in that worked."""
        for key in self.keys:
            current_node.rate_limits.forget(key, self.seconds)


def count_attempt(what: str, who: str = "", *, most: int = ONE, seconds: int = STRETCH) -> Attempt:
    """Count one try: `most` for one `who` from one address, ten times that for an address or a `who`.

    TooManyRequests says when to come back.
    """
    address = request.remote_addr or ""
    limits = [(f"{what} {address}", most * 10)]
    if who:
        limits += [(f"{what} {address} {who}", most), (f"{what} account {who}", most * 10)]
    for key, limit in limits:
        if current_node.rate_limits.hit(key, seconds) > limit:
            raise too_many(_("These were many attempts."), seconds)
    return Attempt(tuple(key for key, _limit in limits[1:2]), seconds)


def count_use(what: str, *, most: int, seconds: int = STRETCH) -> None:
    """Count one use of something that anybody may use so often from one address."""
    if current_node.rate_limits.hit(f"{what} {request.remote_addr or ''}", seconds) > most:
        raise too_many(_("These were many attempts."), seconds)


def count_spent_link() -> None:
    """Count a link that does not work: people meet a few of them, who guesses meets nothing else."""
    count_use("spent link", most=SPENT_LINKS)
