"""The QR form: what is written fits, what is read is exact, and whatever is wrong has its code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as some

from coffee_pass import base45, cbor, cose, token

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PAYLOAD = {
    1: "https://lille.example.org/pass",
    4: 1_796_338_800,
    6: 1_793_602_800,
    7: bytes(16),
    -65537: 5,
    -65538: [1, 94567],
    -65539: "fwvl",
}


def written(raw: bytes) -> str:
    return token.PREFIX + base45.encode(raw)


def signed(payload: bytes) -> str:
    return written(cose.sign(payload, KEY))


def code_of(text: str, development: bool = False) -> str:
    with pytest.raises(token.TokenError) as caught:
        token.read(text, development=development)
    return caught.value.code


def with_claim(key: int, value: Any) -> str:
    return signed(cbor.encode(PAYLOAD | {key: value}))


def raw_of(world: Any) -> bytes:
    return base45.decode(world.text().removeprefix(token.PREFIX))


def test_a_pass_is_read_as_it_was_written(world: Any) -> None:
    claims = world.claims(not_before=world.now, label="Ж. Ü")
    read = token.read(" \r\n\t" + token.issue(claims, world.home_key) + "\n")
    assert read.claims == claims
    assert read.envelope.is_signed_by(world.home_key.public_key())
    assert not read.envelope.is_signed_by(world.host_key.public_key())
    assert read.envelope.kid == cose.key_id(world.home_key.public_key())


def test_a_start_at_the_time_of_issue_is_left_out(world: Any) -> None:
    claims = world.claims(not_before=world.claims().issued_at)
    assert token.payload_of(claims) == token.payload_of(world.claims())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "NOT_A_PASS"),
        ("cf1:ABC", "NOT_A_PASS"),
        ("CF1", "NOT_A_PASS"),
        ("CF\u0661:ABC", "NOT_A_PASS"),
        ("CF11:ABC", "NOT_A_PASS"),
        ("\u00a0CF1:ABC", "NOT_A_PASS"),
        ("\x0bCF1:ABC", "NOT_A_PASS"),
        ("CF2:" + "0" * 1021, "TOO_LONG"),
        ("CF1:" + "0" * 1021, "TOO_LONG"),
        ("CF1:" + "0" * 1020, "BAD_FORMAT"),
        ("CF2:ABC", "NEWER_FORMAT"),
        ("CF0:abc", "NEWER_FORMAT"),
        ("CF1:\ud800", "BAD_ENCODING"),
        ("CF1:A", "BAD_ENCODING"),
        ("CF1:ab0", "BAD_ENCODING"),
        ("CF1:", "BAD_FORMAT"),
        ("CF1:BB8", "BAD_FORMAT"),
    ],
)
def test_the_answers_come_in_the_order_of_the_check(text: str, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw[1:],
        lambda raw: b"\xd9\x00\x12" + raw[1:],
        lambda raw: raw + b"\0",
        lambda raw: raw[:-1],
        lambda raw: raw.replace(b"\xa0\x58", b"\xa1\x00\x00\x58", 1),
        lambda raw: raw.replace(b"\xa0\x58", b"\xa0\x59\x00", 1),
        lambda raw: raw.replace(b"\xa0\x58", b"\xa0\x78", 1),
        lambda raw: raw[:17] + b"\xf6" + raw[-66:],
        lambda raw: raw.replace(b"\x01\x32\x04", b"\x01\x26\x04", 1),
        lambda raw: raw[:-66] + b"\x58\x41" + raw[-64:] + b"\0",
        lambda raw: raw[:20],
    ],
)
def test_everything_wrong_around_the_payload_is_a_bad_format(
    world: Any, change: Callable[[bytes], bytes]
) -> None:
    assert code_of(written(change(raw_of(world)))) == "BAD_FORMAT"


def test_the_older_name_of_the_algorithm_is_read(world: Any) -> None:
    raw = raw_of(world).replace(b"\x01\x32\x04", b"\x01\x27\x04", 1)
    assert token.read(written(raw)).claims == world.claims()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (1, "http://lille.example.org/pass"), (1, b"https://lille.example.org/pass"), (1, ""),
        (1, "https://" + "a" * 93), (4, token.EARLIEST - 1), (4, token.LATEST + 1),
        (4, 1_793_602_800 + 35 * 86_400 + 1), (4, "1796338800"), (5, 1_793_602_800), (5, -1),
        (6, token.EARLIEST - 1), (7, bytes(15)), (7, "0" * 16), (8, {}), (-65537, 0), (-65537, 16),
        (-65537, b"\5"), (-65538, [0, 1]), (-65538, [65_536, 1]), (-65538, [1, 131_072]),
        (-65538, [1, -1]), (-65538, [1]), (-65538, [1, 2, 3]), (-65538, 1), (-65538, ["1", 2]),
        (-65539, ""), (-65539, "a" * 9), (-65540, ""), (-65540, "ü" * 9), (-65540, 1), (99, 1),
    ],
)  # fmt: skip
def test_every_claim_out_of_its_bounds_is_bad(key: int, value: Any) -> None:
    assert code_of(with_claim(key, value)) == "BAD_CLAIMS"


@pytest.mark.parametrize("key", [1, 4, 6, 7, -65537, -65538, -65539])
def test_every_missing_claim_is_bad(key: int) -> None:
    rest = {name: value for name, value in PAYLOAD.items() if name != key}
    assert code_of(signed(cbor.encode(rest))) == "BAD_CLAIMS"


@pytest.mark.parametrize("payload", [b"", b"\x01", b"\x80", b"\xf6", b"\xa0", b"\xff" * 300])
def test_a_payload_that_is_no_map_is_bad(payload: bytes) -> None:
    assert code_of(signed(payload)) == "BAD_CLAIMS"


def test_what_lies_just_within_the_bounds_is_read() -> None:
    values = PAYLOAD | {
        1: "https://" + "a" * 92,
        4: PAYLOAD[6] + 35 * 86_400,
        -65537: 15,
        -65538: [65_535, 131_071],
        -65539: "a" * 8,
        -65540: "ü" * 8,
    }
    claims = token.read(signed(cbor.encode(values))).claims
    assert (claims.quota, claims.list_number, claims.index, claims.label) == (15, 65_535, 131_071, "ü" * 8)


def test_a_node_in_development_has_an_address_on_its_own_machine(world: Any) -> None:
    claims = world.claims(issuer="http://127.0.0.1:8001/pass")
    text = token.issue(claims, world.home_key, development=True)
    assert token.read(text, development=True).claims == claims
    assert code_of(text) == "BAD_CLAIMS"
    assert code_of(with_claim(1, "http://127.0.0.1.evil.example/pass"), development=True) == "BAD_CLAIMS"
    with pytest.raises(token.CannotIssue):
        token.issue(claims, world.home_key)


# --- issuing


@pytest.mark.parametrize("length", [20, 39, 40])
def test_every_pass_of_a_short_address_fits_version_10(world: Any, length: int) -> None:
    text = world.text(
        issuer=("https://" + "a" * length)[: length - 5] + "/pass",
        not_before=world.now,
        list_number=65_535,
        index=131_071,
        zone="a" * 8,
        label="m" * 16,
    )
    assert len(text) <= 310
    code = segno.make(text, error="m", boost_error=False)
    assert isinstance(code.version, int)
    assert code.version <= 10
    assert code.mode == "alphanumeric"


def test_without_its_label_the_longest_pass_has_199_bytes(world: Any) -> None:
    issuer = "https://" + "a" * 27 + "/pass"
    text = world.text(issuer=issuer, not_before=world.now, list_number=65_535, zone="a" * 8, label="")
    assert len(base45.decode(text.removeprefix(token.PREFIX))) == 199


def test_a_label_is_cut_between_characters_until_it_fits(world: Any) -> None:
    issuer = "https://" + "a" * 27 + "/pass"
    cut = token.read(world.text(issuer=issuer, not_before=world.now, label="Zoë Vandamme")).claims.label
    assert "Zoë Vandamme".startswith(cut)
    assert 1 <= len(cut.encode()) <= 5
    combined = token.read(
        world.text(issuer=issuer, not_before=world.now, label="Ze\u0301 e\u0301e\u0301")
    ).claims.label
    assert combined == "Ze\u0301"


def test_a_label_that_does_not_fit_at_all_is_dropped(world: Any) -> None:
    issuer = "https://" + "a" * 27 + "/pass"
    text = world.text(issuer=issuer, not_before=world.now, zone="a" * 8, list_number=65_535, label="🧑‍💻")
    assert token.read(text).claims.label == ""


def test_a_long_address_has_the_room_of_version_12(world: Any) -> None:
    issuer = "https://" + "a" * 87 + "/pass"
    text = world.text(issuer=issuer, not_before=world.now, list_number=65_535, zone="a" * 8, label="m" * 16)
    assert len(base45.decode(text.removeprefix(token.PREFIX))) <= 276
    assert token.read(text).claims.label.startswith("m")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label": "a\nb"}, "label"),
        ({"label": "a\x00"}, "label"),
        ({"label": "a\u2028"}, "label"),
        ({"label": "\ud800"}, "label"),
        ({"label": "m" * 17}, "label"),
        ({"zone": "FWVL"}, "zone"),
        ({"zone": ""}, "zone"),
        ({"expires": 1_793_000_000}, "expires"),
        ({"quota": 16}, "claims"),
        ({"serial": b""}, "claims"),
        ({"issuer": "https://" + "a" * 93}, "claims"),
    ],
)
def test_what_no_pass_may_say_is_not_issued(world: Any, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(token.CannotIssue) as caught:
        world.text(**changes)
    assert list(caught.value.fields) == [field]


# --- anything at all


@given(some.text(max_size=80) | some.text(alphabet=base45.ALPHABET, max_size=400).map("CF1:".__add__))
def test_any_text_gets_an_answer(text: str) -> None:
    assert code_of(text) in {
        "NOT_A_PASS", "TOO_LONG", "NEWER_FORMAT", "BAD_ENCODING", "BAD_FORMAT", "BAD_CLAIMS",
    }  # fmt: skip


@given(some.binary(max_size=200))
def test_any_payload_gets_an_answer(payload: bytes) -> None:
    assert code_of(signed(payload)) == "BAD_CLAIMS"
