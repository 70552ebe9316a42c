"""Digest and time of a signed request: one SHA-256 that holds, within the hour."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from coffee_node.activitypub.keys import PublicKey
from coffee_node.activitypub.signed_request import Signer, http_date
from tests.unit.activitypub.cavage_by_hand import USUAL, Headers, digest, hand_signed, plain, read, refused
from tests.unit.activitypub.conftest import NOW

SHA512 = digest(name="SHA-512", method=hashlib.sha512)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(SHA512, id="a SHA-512 alone"),
        pytest.param(f"{digest()},{digest(b'x', 'SHA-512', hashlib.sha512)}", id="d SHA-512 wrong"),
        pytest.param(f"{digest()},{digest()}", id="e the same twice"),
        pytest.param(f"{digest()},{digest(b'another')}", id="e two values"),
        pytest.param("", id="empty"),
        pytest.param("SHA-256=", id="no value"),
        pytest.param("SHA-256=!!!", id="no base64"),
        pytest.param(digest().rstrip("="), id="cut"),
        pytest.param(",".join(["SHA-1=aaaa"] * 20 + [digest()]), id="many"),
    ],
)
def test_h04_a_digest_that_does_not_hold_is_refused(signer: Signer, value: str) -> None:
    refused(hand_signed(signer, USUAL, plain(digest=value)), "digest")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(f"{SHA512},{digest()}", id="b both right"),
        pytest.param(digest(name="sha-256"), id="c lower case"),
        pytest.param(f"MD5=aaaa, {digest()}", id="one we do not compute"),
    ],
)
def test_h04_a_digest_that_holds_is_accepted(signer: Signer, public_key: PublicKey, value: str) -> None:
    assert read(hand_signed(signer, USUAL, plain(digest=value))).verify(public_key)


@pytest.mark.parametrize(
    ("letter", "date"),
    [
        ("a", http_date(NOW - timedelta(days=2))),
        ("b", http_date(NOW + timedelta(days=1))),
        ("b", http_date(NOW + timedelta(minutes=61))),
        ("d", "2026-11-23T09:00:00Z"),
        ("d", "Monday, 23-Nov-26 09:00:00 GMT"),
        ("d", "Mon Nov 23 09:00:00 2026"),
        ("d", "Mon, 23 Nov 2026 09:00:00 +0100"),
        ("d", "Mon, 31 Feb 2026 09:00:00 GMT"),
        ("d", "Mon, 23 Foo 2026 09:00:00 GMT"),
        ("d", "Mon, 23 Nov 2026 25:00:00 GMT"),
        ("d", "1795424400"),
        ("c", ""),
    ],
)
def test_h05_a_date_outside_the_window_or_in_another_form_is_refused(
    signer: Signer, letter: str, date: str
) -> None:
    refused(hand_signed(signer, USUAL, plain(date=date)), "date")


@pytest.mark.parametrize("minutes", [-59, 0, 59])
def test_h05g_a_date_within_the_hour_is_accepted(signer: Signer, public_key: PublicKey, minutes: int) -> None:
    headers = hand_signed(signer, USUAL, plain(NOW + timedelta(minutes=minutes)))
    assert read(headers).verify(public_key)


def seconds(minutes: int) -> str:
    return str(int((NOW + timedelta(minutes=minutes)).timestamp()))


def created(signer: Signer, minutes: int, expires: int | None = None) -> Headers:
    values = {"host": "lille.example", "digest": digest(), "(created)": seconds(minutes)}
    extra = f"created={seconds(minutes)}," + ("" if expires is None else f"expires={seconds(expires)},")
    return hand_signed(signer, "(request-target) (created) host digest", values, "hs2019", extra)


def test_created_may_stand_for_the_date(signer: Signer, public_key: PublicKey) -> None:
    assert read(created(signer, 0)).verify(public_key)
    assert read(created(signer, 0, expires=5)).verify(public_key)


def test_h05_created_and_expires_are_honoured(signer: Signer) -> None:
    refused(created(signer, -2 * 24 * 60), "date")
    refused(created(signer, 61), "date")
    refused(created(signer, 0, expires=-1), "date")
    refused(hand_signed(signer, USUAL, plain(), extra=f"expires={seconds(-1)},"), "date")
    refused(hand_signed(signer, USUAL, plain(), extra='expires="soon",'), "date")


def test_h05c_without_date_and_created_nothing_says_when(signer: Signer) -> None:
    refused(hand_signed(signer, "(request-target) host digest", plain()), "coverage")
    values = plain() | {"(created)": ""}
    refused(hand_signed(signer, "(request-target) (created) host digest", values), "date")
