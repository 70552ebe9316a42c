"""RFC 9421 signatures: what we send verifies, and everything hostile is refused by its named check."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.activitypub.body_digest import body_digest, content_digest
from coffee_node.activitypub.keys import PublicKey
from coffee_node.activitypub.message_signatures import read_rfc9421, sign_rfc9421
from coffee_node.activitypub.signed_request import SignatureError, Signer, target_of
from tests.unit.activitypub.conftest import NOW
from tests.unit.activitypub.samples import BODY, HOSTS, INBOX, arrived, rfc9421

Headers = dict[str, str]
KEY = "https://evil.example/actors/space#main-key"
SECONDS = int(NOW.timestamp())
USUAL = '"@method" "@target-uri" "content-digest"'
VALUES = {
    "@method": "POST",
    "@target-uri": INBOX,
    "@authority": "lille.example",
    "@path": "/actors/mutualab/inbox",
    "@query": "?",
    "@scheme": "https",
    "@request-target": "/actors/mutualab/inbox",
    "content-digest": content_digest(body_digest(BODY)),
}


def read(headers: Headers, **changes: Any) -> Any:
    return read_rfc9421(arrived(headers, **changes), now=NOW, hosts=HOSTS)


def hand_signed(
    signer: Signer,
    components: str = USUAL,
    parameters: str = f';created={SECONDS};keyid="{KEY}"',
    values: Headers | None = None,
    label: str = "sig1",
) -> Headers:
    """A request signed by somebody who chooses every part himself."""
    known = {**VALUES, **(values or {})}
    names = re.findall('"([^"]*)"', components)
    text = "\n".join(f'"{name}": {known[name]}' for name in names if name in known)
    member = f"({components}){parameters}"
    signature = signer.sign(f'{text}\n"@signature-params": {member}')
    sent = {name: value for name, value in known.items() if not name.startswith("@")}
    return sent | {"Signature-Input": f"{label}={member}", "Signature": f"{label}=:{signature}:"}


def refused(headers: Headers, check: str, **changes: Any) -> None:
    with pytest.raises(SignatureError) as caught:
        read(headers, **changes)
    assert caught.value.check == check


def test_h00_what_we_sign_verifies(signer: Signer, public_key: PublicKey, now: datetime) -> None:
    headers = rfc9421(signer)
    signature = read(headers)
    assert signature.key_id == KEY
    assert signature.scheme == "rfc9421"
    assert signature.covered == ("@method", "@target-uri", "content-digest", "content-type")
    assert 'alg="rsa-v1_5-sha256"' in headers["Signature-Input"]
    assert signature.verify(public_key)


def test_a_get_is_signed_without_a_digest(signer: Signer, public_key: PublicKey, now: datetime) -> None:
    headers = sign_rfc9421("GET", INBOX + "?page=1", {}, None, signer)
    target = target_of(INBOX + "?page=1")
    assert read(headers, method="GET", target=target, body=b"").verify(public_key)
    assert not read(headers, method="GET", target=target[:-1] + "2", body=b"").verify(public_key)


def test_an_ed25519_key_signs_and_verifies(now: datetime) -> None:
    secret = ed25519.Ed25519PrivateKey.generate()
    headers = rfc9421(Signer(KEY, secret))
    assert 'alg="ed25519"' in headers["Signature-Input"]
    assert read(headers).verify(secret.public_key())
    assert not read(headers).verify(ed25519.Ed25519PrivateKey.generate().public_key())


def test_h10f_an_ed25519_key_under_an_rsa_label_does_not_verify() -> None:
    secret = ed25519.Ed25519PrivateKey.generate()
    parameters = f';created={SECONDS};keyid="{KEY}";alg="rsa-v1_5-sha256"'
    assert not read(hand_signed(Signer(KEY, secret), parameters=parameters)).verify(secret.public_key())


def test_the_algorithm_may_be_left_out(signer: Signer, public_key: PublicKey) -> None:
    assert read(hand_signed(signer)).verify(public_key)


@pytest.mark.parametrize("algorithm", ["rsa-pss-sha512", "hmac-sha256", "ecdsa-p256-sha256", "none"])
def test_another_algorithm_is_refused(signer: Signer, algorithm: str) -> None:
    refused(
        hand_signed(signer, parameters=f';created={SECONDS};keyid="{KEY}";alg="{algorithm}"'), "algorithm"
    )


@pytest.mark.parametrize(
    "components",
    [
        '"@method" "@authority" "@path" "@query" "content-digest"',
        '"@method" "@authority" "@path" "content-digest"',
        '"@scheme" "@request-target" "@method" "@target-uri" "content-digest"',
    ],
)
def test_other_ways_to_cover_the_target_are_read(
    signer: Signer, public_key: PublicKey, components: str
) -> None:
    assert read(hand_signed(signer, components)).verify(public_key)


@pytest.mark.parametrize(
    "components",
    [
        pytest.param('"@method" "@target-uri"', id="h02c no content-digest"),
        pytest.param('"@target-uri" "content-digest"', id="no method"),
        pytest.param('"@method" "content-digest"', id="no target"),
        pytest.param('"@method" "@path" "content-digest"', id="no authority"),
        pytest.param('"@method" "@target-uri" "content-digest";sf', id="parameters"),
        pytest.param('"@method" "@target-uri" "content-digest" "x-missing"', id="missing header"),
        pytest.param('"@method" "@target-uri" "content-digest" "@status"', id="unknown component"),
        pytest.param("", id="nothing"),
    ],
)
def test_h02_a_signature_covers_method_target_and_digest(signer: Signer, components: str) -> None:
    refused(hand_signed(signer, components), "coverage")


def test_the_query_must_be_covered_where_there_is_one(signer: Signer) -> None:
    headers = hand_signed(signer, '"@method" "@authority" "@path" "content-digest"')
    refused(headers, "coverage", target="/actors/mutualab/inbox?a=b")


def test_h02d_a_digest_that_is_not_sent_is_refused(signer: Signer) -> None:
    headers = hand_signed(signer)
    del headers["content-digest"]
    refused(headers, "digest")


def test_h03c_another_body_is_refused(signer: Signer, now: datetime) -> None:
    refused(rfc9421(signer), "digest", body=BODY + b" ")


@pytest.mark.parametrize(
    "value",
    ["sha-256=abc", "sha-512=:aaaa:", "sha-256=::", "sha-256=:aaaa:, sha-256=:aaaa:", "sha-256=:", "", ":"],
)
def test_h04_a_content_digest_that_does_not_hold_is_refused(signer: Signer, value: str) -> None:
    refused(hand_signed(signer, values={"content-digest": value}), "digest")


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param(f';keyid="{KEY}"', id="f no created"),
        pytest.param(f';created={SECONDS - 2 * 86_400};keyid="{KEY}"', id="f created two days ago"),
        pytest.param(f';created={SECONDS + 3_660};keyid="{KEY}"', id="created in an hour"),
        pytest.param(f';created={SECONDS};expires={SECONDS - 60};keyid="{KEY}"', id="e expired"),
        pytest.param(f';created={SECONDS};expires="never";keyid="{KEY}"', id="expires is no number"),
        pytest.param(f';created=999999999999999;keyid="{KEY}"', id="created beyond all years"),
        pytest.param(f';created=abc;keyid="{KEY}"', id="created is no number"),
    ],
)
def test_h05_a_signature_outside_its_time_is_refused(signer: Signer, parameters: str) -> None:
    refused(hand_signed(signer, parameters=parameters), "date")


def test_a_signature_that_will_expire_is_accepted(signer: Signer, public_key: PublicKey) -> None:
    parameters = f';created={SECONDS - 3_500};expires={SECONDS + 10};keyid="{KEY}"'
    assert read(hand_signed(signer, parameters=parameters)).verify(public_key)


def test_h07_a_signature_for_another_request_does_not_verify(signer: Signer, public_key: PublicKey) -> None:
    other = hand_signed(signer, values={"@target-uri": INBOX.replace("mutualab", "other")})
    assert not read(other).verify(public_key)
    assert not read(hand_signed(signer, values={"@method": "PUT"})).verify(public_key)
    refused(hand_signed(signer), "host", authority="tournai.example")


def test_the_scheme_of_the_target_is_that_of_the_node(signer: Signer, public_key: PublicKey) -> None:
    assert not read(hand_signed(signer), scheme="http").verify(public_key)


def test_the_first_signature_that_covers_enough_counts(signer: Signer, public_key: PublicKey) -> None:
    weak = hand_signed(signer, '"@method"', label="weak")
    good = hand_signed(signer, label="good")
    both = good | {
        "Signature-Input": f"{weak['Signature-Input']}, {good['Signature-Input']}",
        "Signature": f"{weak['Signature']}, {good['Signature']}",
    }
    assert read(both).verify(public_key)


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda text: "", "format"),
        (lambda text: "garbage", "format"),
        (lambda text: "sig1=", "format"),
        (lambda text: "sig1=(", "format"),
        (lambda text: 'sig1=("@method"', "format"),
        (lambda text: text.replace("sig1", "sig2"), "format"),
        (lambda text: text.replace("(", "").replace(")", ""), "format"),
        (lambda text: text + f';keyid="{KEY}"', "format"),
        (lambda text: text + " x", "format"),
        (lambda text: text + "x" * 9_000, "format"),
        (lambda text: text.replace('"@method"', '"@method" "@method"'), "format"),
        (lambda text: text.replace('"@method"', '"@method" ' * 50), "format"),
        (lambda text: text.replace(KEY, "urn:x"), "key"),
        (lambda text: text.replace(f';keyid="{KEY}"', ""), "key"),
    ],
)
def test_a_malformed_header_is_refused_by_name(
    signer: Signer, change: Callable[[str], str], check: str
) -> None:
    headers = hand_signed(signer)
    refused(headers | {"Signature-Input": change(headers["Signature-Input"])}, check)


@given(st.text(max_size=300) | st.text('sig1=("@method") ;created,keyid:*-0', max_size=200))
def test_nothing_but_our_errors_comes_out_of_a_header(text: str) -> None:
    for member in (text, f"sig1=({text})", f'sig1=("@method"{text}', f'sig1=("@method" "@target-uri"){text}'):
        for signature in (text, "sig1=:aaaa:", f"sig1=:{text}:"):
            with pytest.raises(SignatureError):
                read({"Signature-Input": member, "Signature": signature})


def test_the_signature_says_when_it_was_made(signer: Signer, now: datetime) -> None:
    made = NOW + timedelta(0)
    assert f"created={int(made.timestamp())};" in rfc9421(signer)["Signature-Input"]
