"""Whichever scheme a request uses: it is found, RFC 9421 first, and either suffices only if it covers all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from coffee_node.activitypub.keys import PublicKey, load_private, load_public
from coffee_node.activitypub.request_signatures import read_signature, sign_request
from coffee_node.activitypub.signed_request import IncomingRequest, SignatureError, Signer
from tests.unit.activitypub.conftest import NOW
from tests.unit.activitypub.samples import BODY, HOSTS, INBOX, arrived, cavage, rfc9421


def read(headers: dict[str, str], **changes: Any) -> Any:
    return read_signature(arrived(headers, **changes), now=NOW, hosts=HOSTS)


def both(signer: Signer) -> dict[str, str]:
    first, second = cavage(signer), rfc9421(signer)
    return {**first, **second, "Signature": f"{first['Signature']}, {second['Signature']}"}


def test_h01_a_request_without_signature_is_refused() -> None:
    for headers in ({}, {"Signature": ""}, {"Signature-Input": "sig1=()"}):
        with pytest.raises(SignatureError) as caught:
            read(headers)
        assert caught.value.check == "missing"


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
def test_either_scheme_is_read(signer: Signer, public_key: PublicKey, now: datetime, scheme: str) -> None:
    own = {"Content-Type": "application/activity+json"}
    headers = own | sign_request(scheme, "POST", INBOX, own, BODY, signer)
    signature = read(headers)
    assert signature.scheme == scheme
    assert signature.verify(public_key)


def test_where_both_are_present_the_standard_goes_first(
    signer: Signer, public_key: PublicKey, now: datetime
) -> None:
    signature = read(both(signer))
    assert signature.scheme == "rfc9421"
    assert signature.verify(public_key)


def test_where_both_are_present_either_suffices(signer: Signer, public_key: PublicKey, now: datetime) -> None:
    headers = both(signer)
    broken_input = headers | {"Signature-Input": headers["Signature-Input"].replace('"content-digest"', "")}
    assert read(broken_input).scheme == "cavage"
    assert read(broken_input).verify(public_key)
    assert not read(headers | {"Content-Type": "text/plain"}).verify(public_key)
    no_date = {name: value for name, value in headers.items() if name != "Date"}
    assert read(no_date).scheme == "rfc9421"
    assert read(no_date).verify(public_key)


def test_where_both_are_wrong_the_request_is_refused(signer: Signer, now: datetime) -> None:
    headers = both(signer)
    del headers["Digest"], headers["Content-Digest"]
    with pytest.raises(SignatureError):
        read(headers)


def test_a_second_signature_of_another_key_does_not_count(
    signer: Signer, rsa_pair: tuple[str, str], now: datetime
) -> None:
    other = Signer("https://evil.example/actors/mallory#main-key", load_private(rsa_pair[0]))
    first, second = cavage(other), rfc9421(signer)
    headers = {**first, **second, "Signature": f"{first['Signature']}, {second['Signature']}"}
    assert read(headers).key_id == signer.key_id
    assert read(headers).verify(load_public(rsa_pair[1]))


def test_headers_are_found_in_any_case(signer: Signer, public_key: PublicKey, now: datetime) -> None:
    headers = {name.upper(): value for name, value in cavage(signer).items()}
    assert read(headers).verify(public_key)


def test_the_host_is_the_authority_even_without_a_header() -> None:
    request = IncomingRequest("GET", "/", {}, b"", "lille.example")
    assert request.header("Host") == "lille.example"
    assert not request.needs_body
