"""Base45 and CBOR have one form for every value, and everything else is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from coffee_pass import base45, cbor

INTEGERS = some.integers(-(2**64), 2**64 - 1)
PLAIN = INTEGERS | some.binary(max_size=300) | some.text(max_size=100)
NESTED = some.recursive(
    PLAIN,
    lambda inner: (
        some.lists(inner, max_size=4) | some.dictionaries(INTEGERS | some.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
        (b"", ""),
    ],
)
def test_the_examples_of_rfc_9285_hold(raw: bytes, text: str) -> None:
    assert base45.encode(raw) == text
    assert base45.decode(text) == raw


@pytest.mark.parametrize("text", ["GGW", ":::", "A", "BB8A", "bb8", "ÀB8", "::", "\ud800BB", "BB8\n"])
def test_what_rfc_9285_cannot_write_is_refused(text: str) -> None:
    with pytest.raises(base45.NotBase45):
        base45.decode(text)


@given(some.binary(max_size=300))
def test_bytes_come_back_from_base45(raw: bytes) -> None:
    assert base45.decode(base45.encode(raw)) == raw


@given(some.text(alphabet=base45.ALPHABET, max_size=30))
def test_base45_is_refused_or_has_one_form(text: str) -> None:
    try:
        raw = base45.decode(text)
    except base45.NotBase45:
        return
    assert base45.encode(raw) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "00"), (23, "17"), (24, "1818"), (255, "18ff"), (256, "190100"), (65536, "1a00010000"),
        (2**32, "1b0000000100000000"), (2**64 - 1, "1bffffffffffffffff"), (-1, "20"), (-100, "3863"),
        (-(2**64), "3bffffffffffffffff"), (b"", "40"), ("ü", "62c3bc"), ([1, [2, 3]], "8201820203"),
        ({2: "b", 1: "a", -1: 0}, "a30161610261622000"), (cbor.Tagged([]), "d280"),
    ],
)  # fmt: skip
def test_values_have_the_bytes_of_rfc_8949(value: cbor.Value, written: str) -> None:
    assert cbor.encode(value).hex() == written
    assert cbor.decode(bytes.fromhex(written)) == value


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "ends too early"),
        ("1817", "not the shortest"),
        ("190017", "not the shortest"),
        ("1a0000ffff", "not the shortest"),
        ("1b00000000ffffffff", "not the shortest"),
        ("5801ff", "not the shortest"),
        ("1c", "reserved"),
        ("5f4101ff", "indefinite"),
        ("9f01ff", "indefinite"),
        ("f5", "simple"),
        ("f6", "simple"),
        ("f90000", "shortest"),
        ("fb3ff0000000000000", "float"),
        ("c100", "a tag"),
        ("d180", "a tag"),
        ("d9001280", "not the shortest"),
        ("0000", "behind"),
        ("4201", "early"),
        ("61ff", "UTF-8"),
        ("62eda0", "UTF-8"),
        ("a201000100", "repeated"),
        ("a202000100", "order"),
        ("a1410000", "key"),
        ("8180808080", "behind"),
        ("818181818100", "deep"),
        ("9affffffff", "early"),
        ("bb0fffffffffffffff", "early"),
        ("5bffffffffffffffff", "early"),
    ],
)
def test_everything_outside_the_subset_is_refused(written: str, why: str) -> None:
    with pytest.raises(cbor.NotCanonical, match=why):
        cbor.decode(bytes.fromhex(written))


@pytest.mark.parametrize("value", [True, 2**64, -(2**64) - 1])
def test_what_the_subset_cannot_write_is_not_written(value: int) -> None:
    with pytest.raises(cbor.NotCanonical):
        cbor.encode(value)


@given(NESTED)
def test_values_come_back_from_cbor(value: cbor.Value) -> None:
    try:
        assert cbor.decode(cbor.encode(value)) == value
    except cbor.NotCanonical as error:
        assert "deep" in str(error)


@given(some.binary(max_size=60))
def test_bytes_are_refused_or_have_one_form(raw: bytes) -> None:
    try:
        value = cbor.decode(raw)
    except cbor.NotCanonical:
        return
    assert cbor.encode(value) == raw
