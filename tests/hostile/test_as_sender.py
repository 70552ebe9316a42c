"""Row 42: the node as sender, and every way in which another server may answer what is delivered to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.hostile.followers import ENDLESS_BODY, ENDLESS_HEAD, FINE, Follower, never, scheme_of
from tests.hostile.remote import Network, Received, Reply
from tests.hostile.target import SECONDS, Target, running
from tests.hostile.wire import exchange
from tests.house.real_nodes import wait_for

ABOUT_TEN = (8.5, 11.5)
Make = Callable[[], Follower]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory, network: Network) -> Iterator[Target]:
    """The node that sends; it looks every second for what is due."""
    home = tmp_path_factory.mktemp("sender") / "mutualab"
    with running(home, network, COFFEE_QUEUE_SWEEP_SECONDS="1") as made:
        yield made


@pytest.fixture
def follower(ours: Target) -> Iterator[Make]:
    """Makes followers, who leave at the end of the test."""
    made: list[Follower] = []

    def make() -> Follower:
        made.append(Follower(ours))
        return made[-1]

    yield make
    served(ours)
    for one in made:
        one.leave()


@pytest.fixture
def far(follower: Make) -> Follower:
    """The follower whose server answers badly."""
    return follower()


def publish(ours: Target, number: int = 1) -> None:
    for _ in range(number):
        ours.node.publish({"type": "Note", "content": "<p>For all who follow.</p>"})


def served(ours: Target) -> None:
    """Whatever is on its way, readers and senders are answered in time."""
    space = ours.space
    began = time.monotonic()
    ours.node.get_json("/livez")
    data = ours.post(space, space.activity("Create", space.known)).cavage().raw()
    assert exchange(ours.address, data, ours.source()).status == 202
    assert time.monotonic() - began < SECONDS


def heard(ours: Target, near: Follower, number: int) -> None:
    """A server that answers has so many deliveries long before a slow one is given up."""
    wait_for(lambda: len(near.posted) == number, 4)
    served(ours)


@pytest.mark.parametrize("letter", ["a", "i"])
def test_h42_a_server_that_holds_the_line_is_cut_off(ours: Target, follower: Make, letter: str) -> None:
    """Away, no try used up; others hear at once meanwhile, and it hears all in order when it answers."""
    slow, near = [follower() for _ in range(2)], follower()
    ways = {"a": (never, never), "i": (ENDLESS_HEAD, ENDLESS_BODY)}
    for one, way in zip(slow, ways[letter], strict=True):
        one.hold(way)
    for number in (1, 2):
        publish(ours)
        heard(ours, near, number)
    for one in slow:
        wait_for(one.held.copy, 15)
        one.become("waiting", "waiting")
        assert one.held[0] < ABOUT_TEN[1] and (letter == "a" or one.held[0] > ABOUT_TEN[0]), one.held
        assert (one.attempts(), one.peer("failures")) == ([0, 0], (1,))
    for one in slow:
        one.decide = lambda request: FINE
        one.pass_time(1)
        one.become("sent", "sent")
        assert one.follow_state() == "accepted"


def test_h42b_404_fails_the_activity_and_keeps_the_follower(ours: Target, far: Follower) -> None:
    far.answer(404)
    publish(ours, 2)
    far.become("refused", "sent")
    assert (far.attempts(), far.follow_state()) == ([1, 0], "accepted")
    assert far.peer("failures", "away_until") == (0, None)


def test_h42c_500_is_tried_five_times_then_the_next_activity_is_delivered(
    ours: Target, far: Follower, follower: Make
) -> None:
    near = follower()
    poison: list[str] = []

    def decide(request: Received) -> Reply:
        poison.append(request.document["id"])
        return Reply(b"", 500) if request.document["id"] == poison[0] else FINE

    far.decide = decide
    publish(ours, 2)
    heard(ours, near, 2)
    for tries in (1, 2, 3, 4):
        far.use_up(tries, 0)
        far.become("waiting", "waiting")
        far.pass_time(180)
    far.become("gave_up", "sent")
    assert (far.attempts(), len(far.posted)) == ([5, 0], 6)
    assert far.follow_state() == "accepted"


def test_h42c_503_for_ever_uses_up_no_try(ours: Target, far: Follower) -> None:
    far.decide = lambda request: Reply(b"", 503)
    publish(ours)
    for failures in range(1, 5):
        far.fail(failures)
        far.become("waiting")
        far.pass_time(61)
    assert far.attempts() == [0]
    far.decide = lambda request: FINE
    far.pass_time(61)
    far.become("sent")
    assert far.peer("failures", "away_until") == (0, None)


def test_h42d_410_of_an_inbox_whose_actor_lives_keeps_the_follower(ours: Target, far: Follower) -> None:
    far.answer(410)
    publish(ours, 2)
    far.become("refused", "sent")
    path = far.uri.removeprefix(far.url)
    wait_for(lambda: far.network.asked(far.host).count(f"GET {path}") == 2, 5)
    assert far.follow_state() == "accepted"


@pytest.mark.parametrize("form", ["410", "tombstone"])
def test_h42e_410_of_inbox_and_actor_removes_the_follower(ours: Target, far: Follower, form: str) -> None:
    far.decide = lambda request: Reply(b"", 410)
    tombstone = {"id": far.uri, "type": "Tombstone", "formerType": "Organization"}
    far.network.put(far.uri, Reply(b"", 410) if form == "410" else tombstone)
    publish(ours)
    wait_for(lambda: far.follow_state() == "undone", 5)
    far.become("gone")
    assert ours.rows("SELECT gone_at IS NOT NULL FROM actor WHERE uri = ?", far.uri) == [(1,)]
    publish(ours)
    assert far.states()[1:] == ["gone"]
    assert len(far.posted) == 1


def knocked(request: Received) -> Reply:
    return FINE if scheme_of(request) == "rfc9421" else Reply(b"", 401)


def test_h42f_401_to_draft_cavage_and_202_to_rfc_9421(ours: Target, far: Follower) -> None:
    """A second knock at once, which is remembered: the next delivery needs one request."""
    far.decide = knocked
    publish(ours)
    far.become("sent")
    assert far.schemes == ["cavage", "rfc9421"]
    assert far.posted[0].body == far.posted[1].body
    days = "ROUND(julianday(scheme_until) - julianday('now'))"
    assert far.peer("signature_scheme", days, "refusals") == ("rfc9421", 30.0, 0)
    publish(ours)
    far.become("sent", "sent")
    assert far.schemes[2:] == ["rfc9421"]


def test_h42f_401_to_both_is_a_refusal(ours: Target, far: Follower) -> None:
    far.decide = lambda request: Reply(b"", 401)
    publish(ours, 3)
    far.become("refused", "refused", "refused")
    assert far.schemes == ["cavage", "rfc9421"] * 3
    assert far.peer("state", "refusals") == ("refuses", 3)
    far.decide = lambda request: FINE
    publish(ours)
    far.become("refused", "refused", "refused", "sent")
    assert far.peer("state", "refusals") == ("ok", 0)


def test_h42g_500_to_rfc_9421_has_draft_cavage_tried(ours: Target, far: Follower) -> None:
    far.decide = knocked
    publish(ours)
    far.become("sent")
    far.decide = lambda request: Reply(b"", 500) if scheme_of(request) == "rfc9421" else FINE
    publish(ours, 2)
    far.become("sent", "sent", "sent")
    assert far.schemes[2:] == ["rfc9421", "cavage", "cavage"]
    assert far.attempts() == [0, 0, 0]
    assert far.peer("signature_scheme") == ("cavage",)


def test_h42h_429_is_left_alone_as_long_as_it_asks(ours: Target, far: Follower, follower: Make) -> None:
    near = follower()
    far.answer(429, retry_after="3600")
    publish(ours)
    far.become("waiting")
    minutes = "SELECT ROUND((julianday(next_try_at) - julianday('now')) * 1440) FROM delivery WHERE host = ?"
    assert ours.rows(f"{minutes} AND state = 'waiting'", far.host) == [(60.0,)]
    heard(ours, near, 1)
    far.pass_time(58)
    publish(ours)
    heard(ours, near, 2)
    assert (len(far.posted), far.attempts()) == (1, [0, 0])
    far.pass_time(2)
    far.become("sent", "sent")


@pytest.mark.parametrize("wish", ["99999999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "nonsense", "-1", ""])
def test_h42h_a_wish_that_makes_no_sense_is_held_within_a_day(ours: Target, far: Follower, wish: str) -> None:
    far.answer(429, retry_after=wish)
    publish(ours)
    far.become("waiting")
    far.pass_time(24 * 60)
    far.become("sent")


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wish", ["0", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_h42h_a_wish_to_be_asked_at_once_makes_no_storm(
    ours: Target, far: Follower, follower: Make, status: int, wish: str
) -> None:
    near = follower()
    far.decide = lambda request: Reply(b"", status, {"retry-after": wish})
    publish(ours)
    far.become("waiting")
    publish(ours)
    heard(ours, near, 2)
    assert (len(far.posted), far.attempts()) == (1, [0, 0])


@pytest.mark.parametrize("status", [302, 307, 308])
def test_h42_a_redirect_of_a_delivery_is_not_followed(
    ours: Target, far: Follower, follower: Make, status: int
) -> None:
    """What is for one inbox is never posted to where that one points."""
    victim = follower()
    far.answer(status, location=f"{victim.uri}/secret")
    publish(ours)
    far.become("refused")
    heard(ours, victim, 1)
    assert victim.network.posted(f"{victim.uri}/secret") == []


BROKEN = {
    "closed": lambda connection: connection.close(),
    "garbage": lambda connection: connection.sendall(b"\x00\xff" * 500),
    "no-status": lambda connection: connection.sendall(b"HTTP/1.1 abc Fine\r\n\r\n"),
    "huge-head": lambda connection: connection.sendall(b"HTTP/1.1 202 X\r\n" + b"a: b\r\n" * 20_000),
    "short": lambda connection: connection.sendall(b"HTTP/1.1 500 X\r\ncontent-length: 900\r\n\r\nno"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_h42_an_answer_that_is_none(ours: Target, far: Follower, follower: Make, name: str) -> None:
    """Trouble of that server: it is tried again, and everybody else has heard meanwhile."""
    near = follower()
    far.hold(BROKEN[name])
    publish(ours)
    heard(ours, near, 1)
    wait_for(far.held.copy, 5)
    far.become("waiting")
    far.decide = lambda request: FINE
    far.pass_time(180)
    far.become("sent")
