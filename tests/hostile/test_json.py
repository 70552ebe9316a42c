"""Rows 27, 31 and 32: JSON that is broken, ambiguous or dressed up as JSON-LD, and odd types."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.hostile.remote import AS2, Sender
from tests.hostile.target import Target, note_rows
from tests.hostile.wire import ACTIVITY

QUICK = 1.0
DEEP = b'{"id": "http://a.example/1", "type": "Create", "actor": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
MANY_KEYS = b"{" + b",".join(b'"%d":1' % number for number in range(100_000)) + b"}"


def head(evil: Sender) -> str:
    return f'"id": "{evil.new_id("activities")}", "type": "Create", "actor": "{evil.uri}"'


def test_h27_a_text_that_is_good_otherwise(target: Target, evil: Sender) -> None:
    """The frame of the rows below: without the odd part it is taken."""
    body = f'{{{head(evil)}, "object": {json.dumps(evil.note())}}}'.encode()
    assert target.send(evil, body).answer.status == 202


BROKEN: dict[str, Any] = {
    "a-depth": lambda evil: DEEP,
    "a-depth-33": lambda evil: f'{{{head(evil)}, "object": {"[" * 33}{"]" * 33}}}'.encode(),
    "b-keys": lambda evil: MANY_KEYS,
    "b-keys-1001": lambda evil: (
        f"{{{head(evil)}, {', '.join(f'{chr(34)}k{n}{chr(34)}: 1' for n in range(1001))}}}".encode()
    ),
    "c-actor-twice": lambda evil: (
        f'{{{head(evil)}, "actor": "http://127.1.1.1/a", "object": "http://a.b/1"}}'.encode()
    ),
    "c-nested-twice": lambda evil: (
        f'{{{head(evil)}, "object": {{"id": "http://a.b/1", "id": "http://a.b/2"}}}}'.encode()
    ),
    "c-escaped-twice": lambda evil: (
        f'{{{head(evil)}, "\\u0061ctor": "http://127.1.1.1/a", "object": "http://a.b/1"}}'.encode()
    ),
    "d-nan": lambda evil: f'{{{head(evil)}, "object": NaN}}'.encode(),
    "d-infinity": lambda evil: f'{{{head(evil)}, "object": -Infinity}}'.encode(),
    "e-digits": lambda evil: f'{{{head(evil)}, "object": {"9" * 5000}}}'.encode(),
    "f-invalid-utf8": lambda evil: f'{{{head(evil)}, "object": "'.encode() + b'\xff\xfe"}',
    "f-overlong": lambda evil: f'{{{head(evil)}, "object": "'.encode() + b'\xc0\xaf"}',
    "f-utf16": lambda evil: f'{{{head(evil)}, "object": "x"}}'.encode("utf-16"),
    "f-utf32": lambda evil: f'{{{head(evil)}, "object": "x"}}'.encode("utf-32"),
    "i-empty": lambda evil: b"",
    "i-html": lambda evil: b"<html></html>",
    "i-two": lambda evil: f"{{{head(evil)}}}{{{head(evil)}}}".encode(),
    "i-garbage-after": lambda evil: f'{{{head(evil)}, "object": "x"}} garbage'.encode(),
    "i-comment": lambda evil: f'{{/* */ {head(evil)}, "object": "x"}}'.encode(),
    "i-single-quotes": lambda evil: f'{{{head(evil)}, "object": "x"}}'.replace('"', "'").encode(),
    "j-list": lambda evil: f"[{{{head(evil)}}}]".encode(),
    "j-text": lambda evil: b'"text"',
    "j-null": lambda evil: b"null",
    "k-no-id": lambda evil: f'{{"type": "Create", "actor": "{evil.uri}", "object": "x"}}'.encode(),
    "k-id-number": lambda evil: f'{{"id": 7, "type": "Create", "actor": "{evil.uri}"}}'.encode(),
    "k-id-list": lambda evil: f'{{"id": ["{evil.url}/1"], "type": "Create", "actor": "{evil.uri}"}}'.encode(),
    "k-two-actors": lambda evil: (
        f'{{"id": "{evil.url}/1", "type": "Create", "actor": ["{evil.uri}", "{evil.uri}2"]}}'.encode()
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_h27_broken_json(target: Target, evil: Sender, name: str) -> None:
    outcome = target.send(evil, BROKEN[name](evil))
    assert outcome.answer.seconds < QUICK
    outcome.refused(400)


def test_h27_a_byte_order_mark_is_stripped(target: Target, evil: Sender) -> None:
    note = evil.note()
    activity = evil.activity("Create", note)
    outcome = target.send(evil, b"\xef\xbb\xbf" + json.dumps(activity).encode())
    assert outcome.answer.status == 202
    target.settle(activity["id"])
    assert note_rows(target, note["id"])


def test_h27_nul_in_a_text_is_taken_out(target: Target, evil: Sender) -> None:
    note = evil.note(name="before\u0000after", content="<p>a\u0000b\u0007c</p>")
    target.send(evil, evil.activity("Create", note)).stored()
    (row,) = note_rows(target, note["id"])
    assert not any(sign in text for text in row for sign in "\0\7")


def test_h27_a_lone_surrogate(target: Target, evil: Sender) -> None:
    note = f'{{"id": "{evil.new_id()}", "type": "Note", "content": "\\ud800"}}'
    body = f'{{{head(evil)}, "object": {note}}}'.encode()
    outcome = target.send(evil, body)
    if outcome.answer.status == 400:
        outcome.refused(400)
    else:
        assert outcome.answer.status == 202
        outcome.works()


@pytest.mark.parametrize("type_", ["Event", "Article"])
def test_h27_an_embedded_object_without_id(target: Target, evil: Sender, type_: str) -> None:
    object_ = {"type": type_, "name": "No id", "attributedTo": evil.uri, "startTime": "2026-12-03T08:30:00Z"}
    target.send(evil, evil.activity("Create", object_)).dropped("no id")


def test_h31_graph(target: Target, evil: Sender) -> None:
    target.send(evil, evil.activity() | {"@graph": [evil.activity()]}).refused(400)


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("b", {"@included": [{"id": "http://127.1.1.1/1", "type": "Note", "content": "included"}]}),
        ("c", {"@reverse": {"object": {"id": "http://127.1.1.1/1", "type": "Create"}}}),
        ("e", {"@context": [AS2, "{evil}/context.jsonld"]}),
        ("f", {"@context": ...}),
        ("g", {"@context": [{f"t{number}": f"http://a.b/{number}"} for number in range(1000)]}),
        ("nest", {"@nest": {"actor": "http://127.1.1.1/other"}}),
        ("base", {"@context": [AS2, {"@base": "http://127.1.1.1/", "@vocab": "http://127.1.1.1/"}]}),
    ],
)
def test_h31_json_ld_that_is_not_expanded(
    target: Target, evil: Sender, name: str, extra: dict[str, Any]
) -> None:
    note = evil.note()
    activity = json.loads(
        json.dumps(evil.activity("Create", note) | {k: v for k, v in extra.items() if v is not ...}).replace(
            "{evil}", evil.url
        )
    )
    if extra.get("@context") is ...:
        del activity["@context"]
    target.send(evil, activity).stored(fetches=0)
    assert len(note_rows(target, note["id"])) == 1
    assert target.rows("SELECT 1 FROM note WHERE content LIKE '%included%'") == []


@pytest.mark.parametrize(
    "renamed",
    [
        pytest.param(lambda activity: ("actor", "who", {"who": "as:actor"}), id="d"),
        pytest.param(lambda activity: ("type", "@type", {}), id="h-type"),
        pytest.param(lambda activity: ("id", "@id", {}), id="h-id"),
    ],
)
def test_h31_names_are_plain(target: Target, evil: Sender, renamed: Any) -> None:
    activity = evil.activity()
    old, new, context = renamed(activity)
    activity[new] = activity.pop(old)
    activity["@context"] = [AS2, context]
    target.send(evil, activity).refused(400)


@pytest.mark.parametrize(
    ("type_", "stored_as"),
    [
        pytest.param(["Note"], "Note", id="a"),
        pytest.param(["Whatever", "Note"], "Note", id="b-first-known"),
        pytest.param("as:Note", "Note", id="d"),
        pytest.param(f"{AS2}#Note", "Note", id="d-iri"),
    ],
)
def test_h32_types_of_an_object(target: Target, evil: Sender, type_: Any, stored_as: str) -> None:
    note = evil.note(type=type_)
    target.send(evil, evil.activity("Create", note)).stored()
    assert note_rows(target, note["id"])[0][0] == stored_as


OFFER = {
    "purpose": "request",
    "name": "A designer",
    "publishes": {"type": "Intent", "action": "deliverService"},
}


@pytest.mark.parametrize("type_", ["Proposal", ["Proposal", "Note"]], ids=["h", "b"])
def test_h32_a_proposal_is_read_as_an_offer(target: Target, evil: Sender, type_: Any) -> None:
    note = evil.note(type=type_, **OFFER)
    target.send(evil, evil.activity("Create", note)).stored()
    assert target.rows("SELECT purpose FROM proposal WHERE uri = ?", note["id"]) == [("request",)]


@pytest.mark.parametrize(
    "type_", ["create", "CREATE", "Proposition", "Crea\u0442e", "Create "], ids=[*"ccee", "e-space"]
)
def test_h32_unknown_types_of_an_activity(target: Target, evil: Sender, type_: str) -> None:
    target.send(evil, evil.activity(type_)).dropped()


@pytest.mark.parametrize("type_", ["note", "Proposition", "http://evil.example/ns#Note"])
def test_h32_unknown_types_of_an_object(target: Target, evil: Sender, type_: str) -> None:
    target.send(evil, evil.activity("Create", evil.note(type=type_))).dropped()


@pytest.mark.parametrize("type_", ["as:Create", f"{AS2}#Create", ["Create"], ["Whatever", "Create"]])
def test_h32_an_activity_by_its_full_name(target: Target, evil: Sender, type_: Any) -> None:
    note = evil.note()
    target.send(evil, evil.activity(type_, note)).stored()
    assert note_rows(target, note["id"])


@pytest.mark.parametrize("type_", [..., [], 7, {"id": "Create"}, None, "", [["Create"]], [7, "Create"]])
def test_h32_types_of_a_wrong_kind(target: Target, evil: Sender, type_: Any) -> None:
    target.send(evil, evil.activity(type_)).refused(400)


@pytest.mark.parametrize(
    "media_type", ["text/plain", "", "application/xml", "multipart/form-data; boundary=x"]
)
def test_a_media_type_that_is_not_read(target: Target, evil: Sender, media_type: str) -> None:
    activity = evil.activity()
    post = target.post(evil, activity, content_type=media_type).cavage()
    target.send_raw(post.raw(), evil, activity).refused(415)


@pytest.mark.parametrize(
    "media_type", [ACTIVITY, "application/json", f'application/ld+json; profile="{AS2}"']
)
def test_media_types_that_are_read(target: Target, evil: Sender, media_type: str) -> None:
    activity = evil.activity()
    target.send(evil, activity, content_type=media_type).stored()
