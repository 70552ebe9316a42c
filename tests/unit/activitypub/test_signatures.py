"""draft-cavage signatures: what we send verifies, and everything hostile is refused by its named check."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.activitypub.keys import PublicKey
from coffee_node.activitypub.signatures import Signer, read_cavage, sign_cavage
from coffee_node.activitypub.signed_request import SignatureError, http_date, target_of
from coffee_node.base import clock
from tests.unit.activitypub.conftest import NOW
from tests.unit.activitypub.samples import BODY, HOSTS, INBOX, arrived, cavage

Headers = dict[str, str]
KEY = "https://evil.example/actors/space#main-key"


def read(headers: Headers, **changes: Any) -> Any:
    return read_cavage(arrived(headers, **changes), now=NOW, hosts=HOSTS)


def hand_signed(
    signer: Signer,
    names: str,
    values: Headers,
    algorithm: str | None = "rsa-sha256",
    extra: str = "",
    target: str = "post /actors/mutualab/inbox",
) -> Headers:
    """A request signed by somebody who chooses every part himself; names in parentheses come from `values`."""
    known = {"(request-target)": target, **values}
    text = "\n".join(f"{name}: {known[name]}" for name in names.split())
    label = "" if algorithm is None else f'algorithm="{algorithm}",'
    signature = f'keyId="{KEY}",{label}{extra}headers="{names}",signature="{signer.sign(text)}"'
    sent = {name: value for name, value in values.items() if not name.startswith("(")}
    return sent | {"Signature": signature}


def digest(body: bytes = BODY, name: str = "SHA-256", method: Callable[[bytes], Any] = hashlib.sha256) -> str:
    return f"{name}={base64.b64encode(method(body).digest()).decode()}"


def plain(moment: datetime = NOW, **changes: str) -> Headers:
    return {"host": "lille.example", "date": http_date(moment), "digest": digest(), **changes}


USUAL = "(request-target) host date digest"


def test_h00_what_we_sign_verifies(signer: Signer, public_key: PublicKey, now: datetime) -> None:
    signature = read(cavage(signer))
    assert signature.key_id == KEY
    assert signature.scheme == "cavage"
    assert signature.covered == ("(request-target)", "host", "date", "digest", "content-type")
    assert signature.verify(public_key)


def test_a_signature_of_another_key_does_not_verify(signer: Signer, now: datetime) -> None:
    other = ed25519.Ed25519PrivateKey.generate().public_key()
    assert not read(cavage(signer)).verify(other)


def test_a_header_of_follower_synchronisation_is_covered(
    signer: Signer, public_key: PublicKey, now: datetime
) -> None:
    headers = cavage(signer, **{"Collection-Synchronization": 'collectionId="x", url="y", digest="z"'})
    signature = read(headers)
    assert "collection-synchronization" in signature.covered
    assert signature.verify(public_key)
    assert not read({**headers, "Collection-Synchronization": "other"}).verify(public_key)


def test_a_get_is_signed_without_a_digest(signer: Signer, public_key: PublicKey, now: datetime) -> None:
    headers = sign_cavage("GET", INBOX, {"Accept": "application/activity+json"}, None, signer)
    assert set(headers) == {"Host", "Date", "Signature"}
    signature = read(headers, method="GET", body=b"")
    assert signature.covered == ("(request-target)", "host", "date")
    assert signature.verify(public_key)


def test_the_query_is_signed(signer: Signer, public_key: PublicKey, now: datetime) -> None:
    url = "https://lille.example/actors/a/outbox?page=1"
    headers = sign_cavage("GET", url, {}, None, signer)
    assert read(headers, method="GET", target=target_of(url)).verify(public_key)
    assert not read(headers, method="GET", target="/actors/a/outbox?page=2").verify(public_key)


def test_a_digest_computed_before_is_used(signer: Signer, now: datetime) -> None:
    assert sign_cavage("POST", INBOX, {}, b"other", signer, digest=digest())["Digest"] == digest()


def test_a_port_that_is_not_the_usual_one_stands_in_the_host(signer: Signer, now: datetime) -> None:
    assert sign_cavage("GET", "http://127.0.0.1:8801/a", {}, None, signer)["Host"] == "127.0.0.1:8801"
    assert sign_cavage("GET", "https://lille.example:443/a", {}, None, signer)["Host"] == "lille.example"


def refused(headers: Headers, check: str, **changes: Any) -> None:
    with pytest.raises(SignatureError) as caught:
        read(headers, **changes)
    assert caught.value.check == check
    assert caught.value.status == 401


@pytest.mark.parametrize("names", ["(request-target) host date", "host date digest", "(request-target) date digest"])
def test_h02_a_signature_covers_target_host_and_digest(signer: Signer, names: str) -> None:
    refused(hand_signed(signer, names, plain()), "coverage")


def test_h02a_a_post_without_digest_is_refused(signer: Signer) -> None:
    refused(hand_signed(signer, "(request-target) host date", {"host": "lille.example", "date": http_date(NOW)}), "coverage")
    headers = hand_signed(signer, USUAL, plain())
    del headers["digest"]
    refused(headers, "digest")


def test_h03_another_body_than_the_signed_one_is_refused(signer: Signer, now: datetime) -> None:
    refused(cavage(signer), "digest", body=BODY.replace(b"Create", b"Delete"))
    refused(hand_signed(signer, USUAL, plain(digest=digest(b"another"))), "digest")


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


def test_h07a_a_signature_for_another_target_does_not_verify(signer: Signer, public_key: PublicKey) -> None:
    assert not read(hand_signed(signer, USUAL, plain(), target="post /other")).verify(public_key)
    assert not read(hand_signed(signer, USUAL, plain(), target="put /actors/mutualab/inbox")).verify(public_key)


def test_h07b_a_signature_for_another_host_does_not_verify(signer: Signer, public_key: PublicKey) -> None:
    headers = hand_signed(signer, USUAL, plain(host="tournai.example"))
    assert not read(headers).verify(public_key)


def test_h07e_a_request_for_another_host_is_refused(signer: Signer, now: datetime) -> None:
    refused(cavage(signer), "host", authority="tournai.example")
    refused(cavage(signer), "host", authority="lille.example.evil.example")
    refused(cavage(signer), "host", authority="lille.example:8443")
    refused(cavage(signer), "host", authority="")


def test_the_host_is_compared_in_its_canonical_form(signer: Signer, public_key: PublicKey) -> None:
    headers = hand_signed(signer, USUAL, plain(host="LILLE.example:443"))
    assert read(headers, authority="LILLE.example:443").verify(public_key)


@pytest.mark.parametrize("algorithm", ["rsa-sha256", "hs2019", "RSA-SHA256", None])
def test_the_usual_labels_all_mean_the_same(signer: Signer, public_key: PublicKey, algorithm: str | None) -> None:
    assert read(hand_signed(signer, USUAL, plain(), algorithm)).verify(public_key)


@pytest.mark.parametrize("algorithm", ["rsa-sha1", "hmac-sha256", "ecdsa-sha256", "ed25519", "none"])
def test_another_algorithm_is_refused(signer: Signer, algorithm: str) -> None:
    refused(hand_signed(signer, USUAL, plain(), algorithm), "algorithm")


@pytest.mark.parametrize("algorithm", ["rsa-sha256", "hs2019"])
def test_h10f_an_ed25519_key_under_an_rsa_label_does_not_verify(algorithm: str) -> None:
    secret = ed25519.Ed25519PrivateKey.generate()
    headers = hand_signed(Signer(KEY, secret), USUAL, plain(), algorithm)
    assert not read(headers).verify(secret.public_key())


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda text: text.replace(KEY, "main-key"), "key"),
        (lambda text: text.replace(KEY, ""), "key"),
        (lambda text: text.replace(KEY, "file:///etc/passwd"), "key"),
        (lambda text: text.replace(KEY, "https://user@evil.example/"), "key"),
        (lambda text: text.replace(f'keyId="{KEY}",', ""), "key"),
        (lambda text: text + f',keyId="{KEY}"', "format"),
        (lambda text: text.replace('"', "'"), "format"),
        (lambda text: text + ",", ""),
        (lambda text: "garbage", "format"),
        (lambda text: "", "key"),
        (lambda text: text + "x" * 10_000, "format"),
        (lambda text: re.sub('signature="[^"]*"', 'signature="%%%"', text), "format"),
        (lambda text: text.replace("host date", "host host date"), "format"),
        (lambda text: text.replace("host date", "host x-missing date"), "coverage"),
        (lambda text: text.replace("host date", " ".join(f"h{n}" for n in range(40)) + " host date"), "format"),
    ],
)
def test_a_malformed_header_is_refused_by_name(signer: Signer, change: Callable[[str], str], check: str) -> None:
    headers = hand_signed(signer, USUAL, plain())
    headers["Signature"] = change(headers["Signature"])
    if check:
        refused(headers, check)
    else:
        assert read(headers).key_id == KEY


def test_an_empty_signature_does_not_verify(signer: Signer, public_key: PublicKey) -> None:
    headers = hand_signed(signer, USUAL, plain())
    headers["Signature"] = re.sub('signature="[^"]*"', 'signature=""', headers["Signature"])
    assert not read(headers).verify(public_key)


@given(st.text(max_size=300) | st.text('keyIdheaders=",( )requst-tagn:;\\', max_size=200))
def test_nothing_but_our_errors_comes_out_of_a_header(text: str) -> None:
    for headers in ({"signature": text}, {**plain(), "Signature": text}, plain(date=text), plain(digest=text)):
        with pytest.raises(SignatureError):
            read({"Signature": f'keyId="{KEY}",headers="{USUAL}",signature="{text}"', "date": "x", **headers})


def test_the_signature_says_when_it_was_made(signer: Signer, now: datetime) -> None:
    assert cavage(signer)["Date"] == "Mon, 23 Nov 2026 09:00:00 GMT"
    assert clock.utcnow() == NOW
