"""The other end of our deliveries: a follower whose inbox answers as a test wants it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

from tests.hostile.remote import Received, Reply, Sender
from tests.hostile.target import Target
from tests.hostile.wire import ACTIVITY, exchange
from tests.house.real_nodes import wait_for

Decide = Callable[[Received], Reply]
FINE = Reply(b"", 202)


def scheme_of(request: Received) -> str:
    """How a delivery is signed."""
    return "rfc9421" if "signature-input" in request.headers else "cavage"


class Follower(Sender):
    """A remote actor that follows the node's space; `decide` answers what is posted to its inbox."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.network, target.keys[1])
        self.target = target
        self.inbox = f"{self.uri}/inbox"
        self.decide: Decide = lambda request: FINE
        self.held: list[float] = []
        target.network.put(self.inbox, lambda request: self.decide(request))
        self._follow = self.activity("Follow", target.actor, to=[target.actor])
        self.say(self._follow)
        wait_for(lambda: self.states() == ["sent"], 10)

    def leave(self) -> None:
        """Answer plainly again and follow no longer."""
        self.decide = lambda request: FINE
        self.say(self.activity("Undo", self._follow, to=[self.target.actor]))

    def say(self, activity: dict[str, Any]) -> None:
        """Send an activity, whatever the worker is busy with, and wait until it was handled."""
        data = self.target.post(self, activity).cavage().raw()
        answer = exchange(self.target.address, data, self.target.source())
        assert answer.status in (202, 401) and answer.seconds < 2, answer
        self.target.settle(activity["id"])

    def answer(self, *statuses: int, **headers: str) -> None:
        """Answer the next deliveries with these statuses and headers, all others with 202."""
        left = list(statuses)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.decide = lambda request: Reply(b"", left.pop(0), named) if left else FINE

    def hold(self, act: Callable[[socket.socket], None]) -> None:
        """Keep the connection of each delivery busy; `held` says for how many seconds we were borne with."""

        def timed(connection: socket.socket) -> None:
            began = time.monotonic()
            try:
                act(connection)
            finally:
                self.held.append(time.monotonic() - began)

        self.decide = lambda request: Reply(act=timed)

    @property
    def posted(self) -> list[Received]:
        """What came to the inbox but the Accept at the beginning."""
        return self.network.posted(self.inbox)[1:]

    @property
    def schemes(self) -> list[str]:
        """How each of these was signed."""
        return [scheme_of(request) for request in self.posted]

    def states(self) -> list[str]:
        """What became of each delivery to this host, the Accept included."""
        query = "SELECT state FROM delivery WHERE host = ? ORDER BY id"
        return [state for (state,) in self.target.rows(query, self.host)]

    def become(self, *states: str) -> None:
        """Wait until the deliveries after the Accept are in these states; what waits was tried before."""
        wait_for(lambda: self.states()[1:] == list(states) and self._is_tried("waiting" in states), 10)

    def _is_tried(self, is_waiting: bool) -> bool:
        query = "SELECT 1 FROM delivery WHERE host = ? AND state = 'waiting' AND last_error != ''"
        return not is_waiting or bool(self.target.rows(query, self.host))

    def attempts(self) -> list[int]:
        """How many tries each delivery after the Accept has used up."""
        query = "SELECT attempts FROM delivery WHERE host = ? ORDER BY id"
        return [number for (number,) in self.target.rows(query, self.host)][1:]

    def use_up(self, *attempts: int) -> None:
        """Wait until the deliveries after the Accept have used up so many tries."""
        wait_for(lambda: self.attempts() == list(attempts), 10)

    def fail(self, times: int) -> None:
        """Wait until the host was found away so many times in a row."""
        wait_for(lambda: self.peer("failures") == (times,), 10)

    def peer(self, *columns: str) -> tuple[Any, ...]:
        """What is known of this host."""
        query = f"SELECT {', '.join(columns)} FROM peer WHERE host = ?"  # noqa: S608
        return tuple(self.target.rows(query, self.host)[0])

    def follow_state(self) -> str:
        """Whether it still counts as a follower."""
        query = "SELECT f.state FROM follow f JOIN actor a ON a.id = f.follower_id WHERE a.uri = ?"
        return str(self.target.rows(query, self.uri)[0][0])

    def pass_time(self, minutes: int) -> None:
        """Let that much time pass for what waits for this host."""
        earlier = f"-{minutes} minutes"
        moved = "strftime('%Y-%m-%d %H:%M:%f000', {0}, ?)"
        waiting = f"UPDATE delivery SET next_try_at = {moved.format('next_try_at')}"  # noqa: S608
        self.target.change(f"{waiting} WHERE host = ? AND state = 'waiting'", earlier, self.host)
        away = f"UPDATE peer SET away_until = {moved.format('away_until')} WHERE host = ?"  # noqa: S608
        self.target.change(away, earlier, self.host)


def never(connection: socket.socket) -> None:
    """Answer nothing until the other side hangs up."""
    connection.settimeout(30)
    connection.recv(1)


def dripping(first: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    """Answer a beginning, then a little again and again, until the other side hangs up."""

    def act(connection: socket.socket) -> None:
        connection.sendall(first)
        connection.settimeout(0.5)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            connection.sendall(drop)
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                continue

    return act


ENDLESS_HEAD = dripping(b"HTTP/1.1 202 Accepted\r\nx: ", b"x")
ENDLESS_BODY = dripping(
    f"HTTP/1.1 202 Accepted\r\ncontent-type: {ACTIVITY}\r\ncontent-length: 9000\r\n\r\n".encode(), b"x"
)
