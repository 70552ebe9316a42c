"""Rows 43 to 52: the HTTP around an activity: ambiguous framing, hosts, targets and headers."""

from __future__ import annotations

import pytest

from tests.hostile.remote import Sender
from tests.hostile.target import Target
from tests.hostile.wire import USUAL, Answer, Wire, exchange


def closes(answer: Answer) -> bool:
    return answer.status == 0 or answer.headers.get("connection") == "close"


@pytest.mark.parametrize(
    "framing",
    [
        "content-length: {size}\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: {size}",
        "content-length: {size}\r\ncontent-length: 0",
        "content-length: +{size}",
        "content-length: {size}, {size}",
        "content-length: -1",
        "content-length: 0x10",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity",
        "transfer-encoding: xchunked",
        "transfer-encoding : chunked",
        "transfer-encoding:\x0bchunked",
        "content-length: 99999999999999999999999",
    ],
)
def test_h43_request_smuggling(target: Target, evil: Sender, framing: str) -> None:
    """Two framings of one body: refused, or read one way with the connection closed; never two requests."""
    hidden = f"POST {target.inbox} HTTP/1.1\r\nhost: {target.host}\r\n\r\n".encode()
    activity = evil.activity()
    post = target.post(evil, activity).cavage()
    head = "".join(f"{name}: {value}\r\n" for name, value in post.headers.items())
    framed = framing.format(size=len(post.body) + len(hidden))
    data = f"POST {target.inbox} HTTP/1.1\r\n{head}{framed}\r\n\r\n".encode("latin-1") + b"0\r\n\r\n" + hidden
    target.quiet()
    before = target.snapshot()
    wire = Wire(target.address, target.source())
    wire.send(data)
    first = wire.answer()
    second = wire.answer() if not closes(first) else Answer(0, {}, b"", 0)
    wire.close()
    assert first.status in (0, 400, 401, 408, 413, 501) and first.seconds < 12
    assert second.status == 0, "the connection went on after an ambiguous request"
    assert target.snapshot() == before
    target.send(evil, evil.activity()).stored()


@pytest.mark.parametrize(
    ("hosts", "statuses"),
    [
        (["{own}", "{own}"], (400,)),
        (["other.example", "{own}"], (400,)),
        (["{own}", "other.example"], (400,)),
        ([], (400,)),
        ([""], (400, 401)),
        (["{own}, other.example"], (400, 401)),
        (["other.example"], (401,)),
        (["{own}."], (401,)),
        (["user@{own}"], (400, 401)),
        (["["], (400, 401)),
        (["{own}/../x"], (400, 401)),
        (["{own}\x00"], (400, 401)),
    ],
)
def test_h44_host_headers(target: Target, evil: Sender, hosts: list[str], statuses: tuple[int, ...]) -> None:
    """None, two, or one that is not ours: 400 or 401, whatever the signature says."""
    activity = evil.activity()
    post = target.post(evil, activity).cavage().with_headers(host=None)
    data = post.raw(extra=[("host", host.replace("{own}", target.host)) for host in hosts])
    outcome = target.send_raw(data, evil, activity)
    assert outcome.answer.status in statuses, outcome.answer
    outcome.unchanged()
    outcome.works()


@pytest.mark.parametrize(
    "name", ["signature", "digest", "date", "content-type", "content-length", "authorization"]
)
def test_h45_headers_that_stand_twice(target: Target, evil: Sender, name: str) -> None:
    """A second one with another value, after or before the signed one, never wins."""
    activity = evil.activity()
    post = target.post(evil, activity).cavage()
    other = {
        "signature": post.headers["signature"].replace("space", "other"),
        "digest": f"SHA-256={'A' * 43}=",
    }
    other |= {
        "date": "Tue, 24 Nov 2020 09:00:00 GMT",
        "content-type": "text/plain",
        "content-length": "1",
        "authorization": "Bearer x",
    }
    extra = [(name, other[name])] * (2 if name == "authorization" else 1)
    for data in (post.raw(extra=extra), _first(post.raw(), extra)):
        outcome = target.send_raw(data, evil, activity)
        assert outcome.answer.status in (400, 401), outcome.answer
        outcome.unchanged()
    outcome.works()


def _first(data: bytes, extra: list[tuple[str, str]]) -> bytes:
    line, _, rest = data.partition(b"\r\n")
    added = "".join(f"{name}: {value}\r\n" for name, value in extra).encode()
    return line + b"\r\n" + added + rest


def test_h46_absolute_form(target: Target, evil: Sender) -> None:
    """A request line with a whole address: the host that counts is ours, and is the signed one."""
    activity = evil.activity()
    post = target.post(evil, activity).cavage()
    for start, statuses in (
        (f"http://{target.host}", (202, 400, 401)),
        ("http://other.example", (202, 400, 401)),
    ):
        data = post.raw().replace(f"POST {post.path}".encode(), f"POST {start}{post.path}".encode(), 1)
        assert exchange(target.address, data).status in statuses
    post = target.post(evil, activity).cavage(host="other.example")
    data = post.raw().replace(
        f"POST {post.path}".encode(), f"POST http://{target.host}{post.path}".encode(), 1
    )
    target.send_raw(data, evil).refused(401, "host")


@pytest.mark.parametrize(
    "change",
    [
        "//actors/mutualab/inbox",
        "/actors/./mutualab/inbox",
        "/actors/mutualab/inbox/",
        "/actors/mutualab/%2e%2e/mutualab/inbox",
        "/ACTORS/mutualab/inbox",
        "/actors/mutualab/inbox;x",
        "/actors/mutualab%00/inbox",
        "/actors/mutualab/inbox?x=1",
        "/actors/../inbox",
        "/actors/nobody/inbox",
    ],
)
def test_h47_other_spellings_of_the_inbox(target: Target, evil: Sender, change: str) -> None:
    """The signature covers the target; a path spelt otherwise needs another one, or is no inbox."""
    activity = evil.activity()
    post = target.post(evil, activity).cavage()
    post.path = change
    outcome = target.send_raw(post.raw(), evil, activity)
    assert outcome.answer.status in (301, 308, 400, 401, 404, 405), outcome.answer
    outcome.unchanged()
    outcome.works()


@pytest.mark.parametrize("same", ["/actors/mutual%61b/inbox", "/actors/mutualab/inbox#x"])
def test_h47_the_same_address_spelt_otherwise(target: Target, evil: Sender, same: str) -> None:
    """What means the same may be taken for the same, and is the same activity then."""
    activity = evil.activity()
    post = target.post(evil, activity).cavage()
    post.path = same
    outcome = target.send_raw(post.raw(), evil, activity)
    assert outcome.answer.status in (202, 400, 401)
    assert target.send(evil, activity).answer.status == 202
    target.settle(activity["id"])
    assert target.rows("SELECT count(*) FROM inbox_item WHERE activity_uri = ?", activity["id"]) == [(1,)]


def test_h48_expect_100_continue(target: Target, evil: Sender) -> None:
    """A client that waits for leave gets it, and one whose body is too large gets 413 without sending it."""
    activity = evil.activity()
    post = target.post(evil, activity).cavage()
    wire = Wire(target.address)
    wire.send(post.raw(body=b"", extra=[("expect", "100-continue"), ("content-length", str(len(post.body)))]))
    assert wire.socket.recv(100).startswith(b"HTTP/1.1 100")
    wire.send(post.body)
    assert wire.answer().status == 202
    wire.close()
    data = post.raw(body=b"", extra=[("expect", "100-continue"), ("content-length", "9000000")])
    assert exchange(target.address, data).status == 413


@pytest.mark.parametrize(
    "key_id",
    [
        "javascript:alert(1)",
        "data:text/plain,x",
        "file:///etc/passwd",
        "acct:a@b",
        "",
        "x",
        "http://",
        "//a.example/x",
        'http://127.1.1.1/\\"',
        "http://[::1",
        "http://user@127.1.1.1/x",
        "http://a.example/ x",
        "HTTP://127.1.1.1:99999/x",
        "http://127.1.1.1/x\\r\\nX-Evil: 1",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/x",
        "ftp://127.1.1.1/x",
        "http://127.1.1.1/" + "a" * 3000,
    ],
)
def test_h49_key_ids_that_are_no_addresses(target: Target, evil: Sender, key_id: str) -> None:
    """401 and no connection, also where the address leads inside; the log stays one line."""
    activity = evil.activity()
    post = target.post(evil, activity, key_id=key_id).cavage()
    target.send_raw(post.raw(), evil, activity).refused(401)


def test_h49_header_injection_splits_no_log_line(target: Target, evil: Sender) -> None:
    activity = evil.activity()
    post = target.post(evil, activity, key_id="http://127.1.1.1/x").cavage()
    post.headers["signature"] = post.headers["signature"].replace("/x", "/x\x852026 ERROR forged\xa0line")
    target.send_raw(post.raw(), evil, activity).refused(401)


@pytest.mark.parametrize(
    "names",
    [
        f"{USUAL} host",
        f"{USUAL} x-missing",
        "(request-target) host date digest (created)",
        f"{USUAL} (request-target)",
        "",
        f"{USUAL} (other)",
    ],
)
def test_h50_lists_of_signed_headers(target: Target, evil: Sender, names: str) -> None:
    """A header named twice, one that is not there, a made-up one, none at all: 401."""
    activity = evil.activity()
    post = target.post(evil, activity)
    post.signed_as |= {"x-missing": "", "(created)": "", "(other)": ""}
    target.send_raw(post.cavage(names).raw(), evil, activity).refused(401)


@pytest.mark.parametrize(
    "name",
    [
        "accept-language",
        "cookie",
        "user-agent",
        "referer",
        "x-forwarded-for",
        "accept",
        "if-none-match",
        "range",
    ],
)
def test_h51_huge_or_odd_ordinary_headers(target: Target, name: str) -> None:
    """Twenty kilobytes of commas, quotes and stars in any header are no error of the server."""
    for value in (",;q=" * 5000, "*" * 20_000, '"' * 20_000, "\xff" * 1000, "bytes=0-,1-,2-" * 1000):
        data = f"GET /about HTTP/1.1\r\nhost: {target.host}\r\n{name}: {value}\r\n\r\n".encode("latin-1")
        answer = exchange(target.address, data, target.source())
        assert answer.status in (200, 206, 304, 400, 406, 416) and answer.seconds < 2, (
            name,
            value[:20],
            answer,
        )


@pytest.mark.parametrize(
    "path",
    [
        "/-/static/../../../../etc/passwd",
        "/-/static/%2e%2e/%2e%2e/shell.py",
        "/-/static/..%2f..%2fapp.py",
        "/-/static//etc/passwd",
        "/-/static/%00",
        "/static/../node.sqlite3",
        "/media/../../secret",
        "/-/static/..\\..\\app.py",
        "/instance.cfg",
        "/.git/config",
        "/sign-in?back=https://[",
        "/sign-in?back=//evil.example",
        "/objects/..%2f..",
        "/@../x",
        "/events?page=%00",
        "/search?q=%ff%fe",
        "/%ff%fe",
        "/events?page=99999999999999999999999",
        "/activities/" + "a" * 5000,
    ],
)
def test_h52_paths_that_climb_or_break(target: Target, path: str) -> None:
    """Nothing outside the static folders is read, and no odd path or argument is a 500."""
    data = f"GET {path} HTTP/1.1\r\nhost: {target.host}\r\naccept: text/html\r\n\r\n".encode("latin-1")
    answer = exchange(target.address, data, target.source())
    assert answer.status in (200, 301, 303, 308, 400, 404, 405, 414), answer
    assert (
        b"root:" not in answer.body and b"import" not in answer.body and b"SQLite format" not in answer.body
    )
    assert not answer.headers.get("location", "").startswith(("//", "http://evil"))
