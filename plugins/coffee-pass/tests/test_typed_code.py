"""The code in letters: read as people type it, and every single slip is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from coffee_pass import typed_code

CODE = "2NEYNXFEE3S"


def fault_of(text: str) -> str:
    with pytest.raises(typed_code.MistypedCode) as caught:
        typed_code.read(text)
    return caught.value.fault


def test_a_code_is_shown_in_groups() -> None:
    assert typed_code.code_of(bytes(range(16))) == CODE
    assert typed_code.shown(CODE) == "2NEYN-XFEE3-S"


@pytest.mark.parametrize("text", ["2neyn-xfee3-s", " 2NEYN XFEE3 S ", CODE, "2-NEYNXFEE3S"])
def test_case_spaces_and_hyphens_do_not_matter(text: str) -> None:
    assert typed_code.read(text) == CODE


def test_letters_that_look_like_digits_are_digits() -> None:
    code = next(
        found for number in range(99) if {"0", "1"} <= set(found := typed_code.code_of(bytes([number] * 16)))
    )
    assert typed_code.read(code.replace("0", "O").replace("1", "l")) == code
    assert typed_code.read(code.replace("0", "o").replace("1", "I")) == code


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "length"),
        (CODE[:-1], "length"),
        (CODE + "0", "length"),
        ("2NEYNXFEE3U", "symbol"),
        ("2NEYNXFEE3ſ", "symbol"),
        ("2NEYNXFEE3!", "symbol"),
        ("2NEYNXFEE3T", "check"),
    ],
)
def test_what_is_wrong_is_told(text: str, fault: str) -> None:
    assert fault_of(text) == fault


@given(
    some.binary(min_size=16, max_size=16),
    some.integers(0, typed_code.LENGTH - 1),
    some.sampled_from(typed_code.SYMBOLS),
)
def test_one_wrong_symbol_is_always_seen(serial: bytes, at: int, symbol: str) -> None:
    code = typed_code.code_of(serial)
    if code[at] != symbol:
        assert fault_of(code[:at] + symbol + code[at + 1 :]) == "check"
