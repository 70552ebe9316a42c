"""Row 26: bodies and headers that are too large, too slow or too short, and who is served meanwhile."""

from __future__ import annotations

import gzip
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.hostile.remote import Reply, Sender
from tests.hostile.target import Target
from tests.hostile.wire import Wire, exchange

MEGABYTE = 1024 * 1024
WAIT = 10.0
DRIPPING = 30


def large(evil: Sender, size: int) -> bytes:
    activity = evil.activity("Create", evil.note(content="x" * size))
    return json.dumps(activity).encode()


def test_h26_two_megabytes(target: Target, evil: Sender) -> None:
    target.send(evil, large(evil, 2 * MEGABYTE)).refused(413)


def test_h26_five_megabytes_in_chunks_without_length(target: Target, evil: Sender) -> None:
    body = large(evil, 5 * MEGABYTE)
    post = target.post(evil, body).cavage()
    parts = [body[start : start + 65536] for start in range(0, len(body), 65536)]
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    data = post.raw(extra=[("transfer-encoding", "chunked")], body=chunked)
    target.send_raw(data, evil).refused(413)


def test_h26_a_small_body_in_chunks_is_fine(target: Target, evil: Sender) -> None:
    activity = evil.activity()
    post = target.post(evil, activity).cavage()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(post.body), post.body)
    data = post.raw(extra=[("transfer-encoding", "chunked")], body=chunked)
    target.send_raw(data, evil, activity).stored()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_h26_compressed_requests(target: Target, evil: Sender, encoding: str) -> None:
    """A megabyte of zeros in a thousand bytes is not unpacked: 415 is said before."""
    post = target.post(evil, gzip.compress(b"0" * MEGABYTE)).cavage()
    target.send_raw(post.raw(extra=[("content-encoding", encoding)]), evil).refused(415)


def test_h26_a_compressed_answer_with_a_ratio_of_a_thousand(target: Target, evil: Sender) -> None:
    note = evil.note()
    bomb = gzip.compress(json.dumps(note | {"content": "x" * 50 * MEGABYTE}).encode())
    headers = {"content-type": "application/activity+json", "content-encoding": "gzip"}
    target.network.put(note["id"], Reply(bomb, 200, headers))
    target.send(evil, evil.activity("Create", note["id"])).dropped("more than", fetches=1)


def drip(target: Target, evil: Sender, number: int) -> float:
    """Send the head of a good request and one byte of its body each second; seconds until it was cut off."""
    post = target.post(evil, evil.activity()).cavage()
    wire = Wire(target.address, f"127.7.0.{number + 1}")
    wire.send(post.raw(body=b"", extra=[("content-length", str(len(post.body)))]))
    for byte in range(3):
        time.sleep(0.5)
        wire.send(post.body[byte : byte + 1])
    answer = wire.answer()
    wire.close()
    assert answer.status in (0, 408), answer
    return answer.seconds


def endless_head(target: Target) -> float:
    """A head that is never finished; seconds until it was cut off."""
    wire = Wire(target.address, "127.7.1.1")
    wire.send(f"POST {target.inbox} HTTP/1.1\r\nhost: {target.host}\r\n".encode())
    answer = wire.answer()
    wire.close()
    assert answer.status in (0, 408), answer
    return answer.seconds


def test_h26_dripping_bodies_do_not_hold_the_node(target: Target, evil: Sender) -> None:
    """Thirty clients drip (d) or send less than they said (e): cut off after 10 s, others served meanwhile.

    One more never ends its headers.
    """
    with ThreadPoolExecutor(DRIPPING + 1) as pool:
        waiting = [pool.submit(drip, target, evil, number) for number in range(DRIPPING)]
        waiting.append(pool.submit(endless_head, target))
        time.sleep(1)
        for path in ("/livez", "/about", "/actor"):
            data = f"GET {path} HTTP/1.1\r\nhost: {target.host}\r\n\r\n".encode()
            answer = exchange(target.address, data)
            assert answer.status in (200, 303) and answer.seconds < 2, answer
        target.send(evil, evil.activity()).stored()
        seconds = [one.result() for one in waiting]
    assert all(WAIT - 1 < taken < WAIT + 2 for taken in seconds), seconds
    target.send(evil, evil.activity()).stored()


def test_h26_a_body_that_ends_too_early(target: Target, evil: Sender) -> None:
    """The client says its side is done before the announced bytes came."""
    import socket

    post = target.post(evil, evil.activity()).cavage()
    wire = Wire(target.address)
    wire.send(post.raw(extra=[("content-length", str(len(post.body) + 50))]))
    wire.socket.shutdown(socket.SHUT_WR)
    answer = wire.answer()
    wire.close()
    assert answer.status in (0, 400) and answer.seconds < 2, answer
    target.send(evil, evil.activity()).stored()


@pytest.mark.parametrize("shape", ["one", "many", "target"])
def test_h26_large_heads(target: Target, evil: Sender, shape: str) -> None:
    filling = {
        "one": "x: " + "y" * 65536,
        "many": "\r\n".join(f"x{n}: y" for n in range(5000)),
        "target": "x: y",
    }
    path = "/" + "a" * 65536 if shape == "target" else target.inbox
    data = f"POST {path} HTTP/1.1\r\nhost: {target.host}\r\n{filling[shape]}\r\n\r\n".encode()
    outcome = target.send_raw(data)
    statuses = (414, 431) if shape == "target" else (431,)
    assert outcome.answer.status in statuses
    outcome.refused(outcome.answer.status, is_logged=False)
