"""What is read of JSON: one object within the limits, and nothing that costs time or memory."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.activitypub.limits import ActivityShape, activity_shape, parse_json
from coffee_node.base.errors import CoffeeError, InvalidDocument, TooLarge


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


@pytest.mark.parametrize(
    ("letter", "body"),
    [
        ("a: depth 10 000", b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
        ("a: depth 33", nested(33)),
        ("a: 500 000 brackets", b"[" * 500_000 + b"]" * 500_000),
        ("b: 1 001 keys", json.dumps({str(number): 0 for number in range(1_001)}).encode()),
        ("b: 100 000 keys", json.dumps({str(number): 0 for number in range(80_000)}).encode()),
        ("b: 10 001 items", json.dumps({"a": list(range(10_001))}).encode()),
        ("c: duplicate key", b'{"actor":"https://a.example/1","actor":"https://b.example/1"}'),
        ("c: duplicate key deep", b'{"object":{"tag":[{"a":1,"a":2}]}}'),
        ("c: duplicate key in another spelling", b'{"actor":1,"\\u0061ctor":2}'),
        ("d: NaN", b'{"a":NaN}'),
        ("d: Infinity", b'{"a":Infinity}'),
        ("d: -Infinity", b'{"a":-Infinity}'),
        ("d: infinite number", b'{"a":1e999}'),
        ("e: integer of 5 000 digits", b'{"a":' + b"1" * 5_000 + b"}"),
        ("e: integer of 21 digits", b'{"a":-123456789012345678901}'),
        ("f: invalid UTF-8", b'{"a":"\xff"}'),
        ("f: UTF-16", '{"a":1}'.encode("utf-16")),
        ("h: lone surrogate", b'{"a":"\\ud800"}'),
        ("h: encoded surrogate", b'{"a":"\xed\xa0\x80"}'),
        ("i: not JSON", b"hello"),
        ("i: empty", b""),
        ("i: two objects", b"{}{}"),
        ("i: bracket missing", b'{"a":[1,2}'),
        ("j: a list", b"[]"),
        ("j: a text", b'"a"'),
        ("j: null", b"null"),
    ],
)
def test_h27_what_cannot_be_one_document_is_refused(letter: str, body: bytes) -> None:
    with pytest.raises(InvalidDocument):
        parse_json(body)


def test_h26_a_body_over_one_mebibyte_is_too_large() -> None:
    with pytest.raises(TooLarge):
        parse_json(b'{"a":"' + b"x" * 1024 * 1024 + b'"}')


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b"{}", {}),
        (b'\xef\xbb\xbf{"a":1}', {"a": 1}),
        (b'{"a":"\\u0000"}', {"a": "\0"}),
        (b'{"a":12345678901234567890}', {"a": 12345678901234567890}),
        (b'{"a":1.5e300,"b":[true,null]}', {"a": 1.5e300, "b": [True, None]}),
        (b'{"a":"123456789012345678901234567890"}', {"a": "123456789012345678901234567890"}),
        (b'{"a":"[[[{{{:::\\"[[\\\\","b":"\\\\\\""}', {"a": '[[[{{{:::"[[\\', "b": '\\"'}),
        (b'{"":"","a":""}', {"": "", "a": ""}),
    ],
)
def test_what_is_one_document_is_read(body: bytes, document: dict[str, Any]) -> None:
    assert parse_json(body) == document


def test_brackets_in_texts_are_no_depth() -> None:
    assert parse_json(json.dumps({"a": "[{" * 50_000}).encode())["a"].startswith("[{[{")


def test_a_depth_of_32_is_read() -> None:
    assert parse_json(nested(32))


CHARACTERS = st.characters(exclude_categories=["Cs"])
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(CHARACTERS),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(CHARACTERS), inner, max_size=5),
    max_leaves=20,
)


@given(
    st.dictionaries(st.text(CHARACTERS), json_values, max_size=8),
    st.booleans(),
)
def test_every_ordinary_document_is_read_as_it_was_written(
    document: dict[str, Any], ascii_only: bool
) -> None:
    assert parse_json(json.dumps(document, ensure_ascii=ascii_only).encode()) == document


@given(st.binary() | st.text('{}[]":,\\ an0u1eE+-.').map(str.encode))
def test_nothing_but_our_errors_comes_out(body: bytes) -> None:
    with suppress(CoffeeError):
        assert isinstance(parse_json(body), dict)


GOOD = {"id": "https://evil.example/1", "type": "Create", "actor": "https://evil.example/a"}


@pytest.mark.parametrize(
    ("change", "shape"),
    [
        ({}, ActivityShape("https://evil.example/1", "Create", "https://evil.example/a")),
        ({"type": ["Create"]}, ActivityShape("https://evil.example/1", "Create", "https://evil.example/a")),
        ({"type": "as:Create"}, ActivityShape("https://evil.example/1", "Create", "https://evil.example/a")),
        ({"type": "Nonsense"}, ActivityShape("https://evil.example/1", "Nonsense", "https://evil.example/a")),
        (
            {"actor": {"id": "https://evil.example/a", "type": "Person"}},
            ActivityShape("https://evil.example/1", "Create", "https://evil.example/a"),
        ),
        ({"@included": [], "@reverse": {}}, ActivityShape("https://evil.example/1", "Create", GOOD["actor"])),
        ({"@context": "https://evil.example/context"}, ActivityShape(GOOD["id"], "Create", GOOD["actor"])),
    ],
)
def test_an_activity_states_id_type_and_actor(change: dict[str, Any], shape: ActivityShape) -> None:
    assert activity_shape({**GOOD, **change}) == shape


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({**GOOD, "@graph": []}, id="h31a graph"),
        pytest.param({"id": GOOD["id"], "type": "Create", "akteur": GOOD["actor"]}, id="h31d renamed actor"),
        pytest.param({"@id": GOOD["id"], "@type": "Create", "actor": GOOD["actor"]}, id="h31h keywords"),
        pytest.param({**GOOD, "id": None}, id="h27k no id"),
        pytest.param({**GOOD, "id": 5}, id="id is a number"),
        pytest.param({**GOOD, "id": ["https://evil.example/1"]}, id="id is a list"),
        pytest.param({**GOOD, "id": "1"}, id="id is local"),
        pytest.param({"id": GOOD["id"], "actor": GOOD["actor"]}, id="h32f no type"),
        pytest.param({**GOOD, "type": []}, id="h32g empty list"),
        pytest.param({**GOOD, "type": 5}, id="h32g number"),
        pytest.param({**GOOD, "type": {"id": "Create"}}, id="h32g object"),
        pytest.param({**GOOD, "type": ["Create", 5]}, id="h32g mixed list"),
        pytest.param({**GOOD, "actor": None}, id="no actor"),
        pytest.param({**GOOD, "actor": [GOOD["actor"]]}, id="actor is a list"),
        pytest.param({**GOOD, "actor": {"id": 5}}, id="actor without an id"),
    ],
)
def test_h31_h32_another_shape_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(InvalidDocument):
        activity_shape(document)
