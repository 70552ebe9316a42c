"""draft-cavage signatures: what we send verifies, and everything hostile is refused by its named check."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.activitypub.keys import PublicKey
from coffee_node.activitypub.signatures import Signer, sign_cavage
from coffee_node.activitypub.signed_request import SignatureError, http_date, target_of
from coffee_node.base import clock
from tests.unit.activitypub.cavage_by_hand import (
    KEY,
    USUAL,
    digest,
    hand_signed,
    plain,
    read,
    refused,
)
from tests.unit.activitypub.conftest import NOW
from tests.unit.activitypub.samples import BODY, INBOX, cavage


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


@pytest.mark.parametrize(
    "names", ["(request-target) host date", "host date digest", "(request-target) date digest"]
)
def test_h02_a_signature_covers_target_host_and_digest(signer: Signer, names: str) -> None:
    refused(hand_signed(signer, names, plain()), "coverage")


def test_h02a_a_post_without_digest_is_refused(signer: Signer) -> None:
    refused(
        hand_signed(signer, "(request-target) host date", {"host": "lille.example", "date": http_date(NOW)}),
        "coverage",
    )
    headers = hand_signed(signer, USUAL, plain())
    del headers["digest"]
    refused(headers, "digest")


def test_h03_another_body_than_the_signed_one_is_refused(signer: Signer, now: datetime) -> None:
    refused(cavage(signer), "digest", body=BODY.replace(b"Create", b"Delete"))
    refused(hand_signed(signer, USUAL, plain(digest=digest(b"another"))), "digest")


def test_h07a_a_signature_for_another_target_does_not_verify(signer: Signer, public_key: PublicKey) -> None:
    assert not read(hand_signed(signer, USUAL, plain(), target="post /other")).verify(public_key)
    assert not read(hand_signed(signer, USUAL, plain(), target="put /actors/mutualab/inbox")).verify(
        public_key
    )


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
def test_the_usual_labels_all_mean_the_same(
    signer: Signer, public_key: PublicKey, algorithm: str | None
) -> None:
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
        (
            lambda text: text.replace("host date", " ".join(f"h{n}" for n in range(40)) + " host date"),
            "format",
        ),
    ],
)
def test_a_malformed_header_is_refused_by_name(
    signer: Signer, change: Callable[[str], str], check: str
) -> None:
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
    for headers in (
        {"signature": text},
        {**plain(), "Signature": text},
        plain(date=text),
        plain(digest=text),
    ):
        with pytest.raises(SignatureError):
            read({"Signature": f'keyId="{KEY}",headers="{USUAL}",signature="{text}"', "date": "x", **headers})


def test_the_signature_says_when_it_was_made(signer: Signer, now: datetime) -> None:
    assert cavage(signer)["Date"] == "Mon, 23 Nov 2026 09:00:00 GMT"
    assert clock.utcnow() == NOW
