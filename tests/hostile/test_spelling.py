"""Row 34: one host in many spellings: blocked in each, one and the same in each, and never another."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.hostile.remote import Network, Sender
from tests.hostile.target import Outcome, Target, note_rows

ADDRESS = "127.67.0.1"
FULL_WIDTH = "\uff11\uff12\uff17.67.0.1"
IDEOGRAPHIC = "127\u300267\u30020\u30021"
# What a manager writes, and the domain that is meant.
WRITTEN = {
    "https://BAD.example:443/about": "bad.example",
    "*.wild.example": "wild.example",
    "dot.example.": "dot.example",
    "wide\uff0eexample": "wide.example",
    "b\u00fccher.example": "xn--bcher-kva.example",
    IDEOGRAPHIC: ADDRESS,
}
SPELLINGS = [
    "bad.example",
    "BAD.Example",
    "bad.example.",
    "bad.example:80",
    "bad.example:8443",
    "x.bad.example",
    "x.y.WILD.example.",
    "DOT.example",
    "wide.example.:8443",
    "xn--bcher-kva.example",
    "XN--BCHER-KVA.EXAMPLE",
    ADDRESS,
    f"{ADDRESS}.",
    f"{ADDRESS}:8443",
]
OTHER_LETTERS = [
    "bad\uff0eexample",
    "bad\u3002example",
    "\u24d1ad.example",
    "b\uff41d.example",
    "x.wild\uff61example",
    "B\u00dcCHER.example",
    "bu\u0308cher.example",
    FULL_WIDTH,
    IDEOGRAPHIC,
]
NO_HOSTS = [
    "exa\u2100mple.org",
    "bad.example..",
    "bad%2eexample",
    "x@bad.example",
    "bad.example:99999",
    "bad.example:x",
    "[::1",
    "\u2025.example",
    "xn--\u00fc.example",
    "a" * 300 + ".example",
]


@pytest.fixture(scope="module", autouse=True)
def decided(target: Target) -> None:
    """The list of blocked servers."""
    target.block(*WRITTEN)


@pytest.fixture
def blocked(network: Network) -> list[str]:
    """The one blocked host that could be reached, in each spelling."""
    return [f"{name}:{network.port}" for name in (ADDRESS, f"{ADDRESS}.", FULL_WIDTH, IDEOGRAPHIC)]


def on_the_wire(text: str) -> str:
    """A text that `Post` writes as UTF-8, although headers are Latin-1."""
    return text.encode().decode("latin-1")


def test_h34_the_block_list_holds_one_spelling_of_each(target: Target) -> None:
    found = json.loads(target.node.run("peer", "blocks", "list", "--json"))
    assert {row["host"] for row in found} >= set(WRITTEN.values())
    assert not {row["host"] for row in found} & (set(WRITTEN) - set(WRITTEN.values()))


@pytest.mark.parametrize("spelling", SPELLINGS + OTHER_LETTERS)
def test_h34_an_actor_of_a_blocked_domain(target: Target, evil: Sender, spelling: str) -> None:
    actor = f"http://{spelling}/actors/space"
    activity = evil.activity(actor=actor, id=f"{actor}/1")
    target.send(evil, activity).refused(403, "suspended", fetches=0)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_h34_a_key_of_a_blocked_domain(target: Target, evil: Sender, spelling: str) -> None:
    key_id = f"http://{spelling}/actors/space#main-key"
    target.send(evil, evil.activity(), key_id=key_id).refused(403, "suspended", fetches=0)


@pytest.mark.parametrize("spelling", OTHER_LETTERS)
def test_h34_a_key_named_in_letters_a_header_cannot_hold(target: Target, evil: Sender, spelling: str) -> None:
    """Sent as UTF-8 it is no header at all, so the request is not signed."""
    key_id = on_the_wire(f"http://{spelling}/actors/space#main-key")
    target.send(evil, evil.activity(), key_id=key_id).refused(401, "missing", fetches=0)


def about_a_note(target: Target, evil: Sender, type_: str, host: str) -> Outcome:
    note = evil.note(id=f"http://{host}/objects/1", attributedTo=f"http://{host}/actors/space")
    return target.send(evil, evil.activity(type_, note))


@pytest.mark.parametrize("number", range(4))
def test_h34_an_object_of_a_blocked_domain(
    target: Target, evil: Sender, blocked: list[str], number: int
) -> None:
    host = blocked[number]
    for type_ in ("Create", "Update", "Announce"):
        about_a_note(target, evil, type_, host).dropped("suspended", fetches=0)
        outcome = target.send(evil, evil.activity(type_, f"http://{host}/objects/1"))
        outcome.dropped("suspended", fetches=0)
    move = evil.activity("Move", evil.uri, target=f"http://{host}/actors/space")
    target.send(evil, move).dropped("suspended", fetches=1)
    assert target.network.asked(blocked[0]) == []


@pytest.mark.parametrize("number", range(4))
def test_h34_a_mention_of_somebody_of_a_blocked_domain(
    target: Target, evil: Sender, blocked: list[str], number: int
) -> None:
    """What comes from elsewhere is kept without a question, what somebody writes here goes nowhere."""
    uri = f"http://{blocked[number]}/actors/space"
    note = evil.note(tag=[{"type": "Mention", "href": uri, "name": f"@space@{blocked[number]}"}], cc=[uri])
    target.send(evil, evil.activity("Create", note)).stored(fetches=0)
    answer = target.node.post({"type": "Note", "content": "<p>You too.</p>", "to": [uri]})
    assert answer.status_code < 500, answer.text
    target.quiet()
    assert target.rows("SELECT state FROM delivery WHERE state = 'sent' AND host LIKE ?", f"{ADDRESS}%") == []
    assert target.network.connections[blocked[0]] == 0


@pytest.mark.parametrize("name", NO_HOSTS)
def test_h34_what_is_no_host_in_any_spelling(target: Target, evil: Sender, name: str) -> None:
    uri = f"http://{name}/actors/space"
    target.send(evil, evil.activity(actor=uri)).refused(400, "actor", fetches=0)
    target.send(evil, evil.activity(id=f"{uri}/1")).refused(400, "id", fetches=0)
    key_id = on_the_wire(f"{uri}#main-key")
    check = "'key'" if name.isascii() else "'missing'"
    target.send(evil, evil.activity(), key_id=key_id).refused(401, check, fetches=0)
    for object_ in (uri, evil.note(id=uri), evil.note(attributedTo=uri)):
        target.send(evil, evil.activity("Create", object_)).dropped(fetches=0)
        target.send(evil, evil.activity("Announce", object_)).dropped(fetches=1)


@pytest.mark.parametrize("address", [f"{ADDRESS}1", f"{ADDRESS}00", "127.67.1.1", "127.167.0.1"])
def test_h34_other_hosts_that_look_like_a_blocked_one(target: Target, evil: Sender, address: str) -> None:
    other = Sender(target.network, target.keys[1], f"{address}:{target.network.port}")
    outcome = target.send(other, other.activity())
    outcome.sender = evil
    outcome.dropped("nobody here follows", fetches=1)


def respelt(sender: Sender, text: str, kind: str) -> str:
    """The same address with the sender's host in another spelling."""
    name, _, port = sender.host.partition(":")
    spelt = {"dot": f"{name}.", "wide": name.replace(".", "\u3002"), "digits": name.replace("1", "\uff11")}
    return text.replace(sender.host, f"{spelt[kind]}:{port}")


KINDS = ["dot", "wide", "digits"]


@pytest.mark.parametrize("kind", KINDS)
def test_h34_another_spelling_is_no_second_identity(target: Target, evil: Sender, kind: str) -> None:
    uri = respelt(evil, evil.uri, kind)
    assert uri != evil.uri
    target.send(evil, evil.activity(actor=uri)).refused(401, "owner", fetches=0)
    key_id = on_the_wire(f"{uri}#main-key")
    check = "'key'" if uri.isascii() else "'missing'"
    target.send(evil, evil.activity(actor=uri), key_id=key_id).refused(401, check, fetches=2)
    target.send(evil, evil.activity("Create", evil.note(attributedTo=uri))).dropped("another author")
    target.send(evil, evil.activity("Delete", uri)).works()
    known = "SELECT uri, gone_at FROM actor WHERE uri IN (?, ?)"
    assert target.rows(known, evil.uri, uri) == [(evil.uri, None)]


@pytest.mark.parametrize("kind", KINDS)
def test_h34_an_object_named_in_another_spelling_counts_for_its_host(
    target: Target, evil: Sender, kind: str
) -> None:
    note = evil.note()
    note["id"] = respelt(evil, note["id"], kind)
    target.send(evil, evil.activity("Create", note)).stored(fetches=0)
    assert target.rows("SELECT origin FROM note WHERE uri = ?", note["id"]) == [(evil.host,)]


def test_h34_a_name_is_asked_for_in_its_one_spelling(target: Target) -> None:
    """Whatever the letters of a reference, one host is asked, and what it calls itself is what is kept."""
    loud = target.followed(Sender(target.network, target.keys[1], f"localhost:{target.network.port}"))
    note = loud.note()
    target.network.put(note["id"], note)
    reference = note["id"].replace("localhost", "LocalHost.")
    heard = len(target.network.requests)
    target.send(loud, loud.activity("Create", reference)).stored(fetches=2)
    assert [len(note_rows(target, uri)) for uri in (note["id"], reference)] == [1, 0]
    request = (loud.host, "GET", note["id"].removeprefix(loud.url))
    assert [one for one in target.network.requests[heard:] if "nodeinfo" not in one[2]] == [request] * 2


def ours(target: Target, kind: str, path: str) -> str:
    name, _, port = target.host.partition(":")
    spelt = {"dot": f"{name}.", "wide": name.replace(".", "\uff0e"), "digits": name.replace("7", "\uff17")}
    return f"http://{spelt[kind]}:{port}{path}"


@pytest.mark.parametrize("kind", KINDS)
def test_h34_our_own_host_in_another_spelling_is_ours(target: Target, evil: Sender, kind: str) -> None:
    """Nobody describes what is ours, and nobody makes us ask ourselves."""
    uri = target.node.publish({"type": "Note", "content": "<p>Ours.</p>"})
    forged = evil.note(id=ours(target, kind, uri.removeprefix(target.node.url)))
    rows: list[tuple[str, Any, str]] = [
        ("Create", forged, "ours"),
        ("Update", forged, "ours"),
        ("Delete", forged["id"], "only the owner"),
        ("Announce", forged["id"], "nothing of ours"),
        ("Like", forged["id"], "nothing of ours"),
        ("Follow", ours(target, kind, f"/actors/{target.node.slug}"), "not ours"),
    ]
    for type_, object_, reason in rows:
        target.send(evil, evil.activity(type_, object_)).dropped(reason, fetches=0)
    assert note_rows(target, uri)[0][1] == "<p>Ours.</p>"


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
def test_h34_our_host_in_another_spelling_is_the_one_that_was_signed(
    target: Target, evil: Sender, scheme: str
) -> None:
    """The host counts in its one spelling, the signature for the letters that were sent."""
    name, _, port = target.host.partition(":")
    activity = evil.activity()
    post = target.post(evil, activity, host=f"{name}.:{port}")
    signed = post.rfc9421() if scheme == "rfc9421" else post.cavage()
    target.send_raw(signed.raw(), evil, activity).stored(fetches=0)
    target.send_raw(signed.with_headers(host=target.host).raw(), evil).refused(401, "signature", fetches=1)
