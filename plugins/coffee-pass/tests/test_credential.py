"""The portable form and proofs of documents: verified with known contexts, and every change is seen."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from coffee_pass.credential import CredentialError, make_credential, read_credential
from coffee_pass.proof import CREDENTIAL_CONTEXT, WIRE_CONTEXT, NotProven, check_proof, with_proof

METHOD = "https://lille.example.org/pass#key-2026-1"


@pytest.fixture
def credential(world: Any) -> dict[str, Any]:
    return make_credential(world.claims(label=""), world.home_key, METHOD, world.now)


@pytest.fixture
def keys(world: Any) -> dict[str, Any]:
    return {key.id: key for key in world.keys}


def test_a_credential_says_what_the_code_says(world: Any, credential: Any, keys: Any) -> None:
    assert read_credential(credential, keys) == world.claims(label="")
    assert credential["credentialStatus"]["id"] == "https://lille.example.org/pass/status/1#94567"


def put(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


CHANGES = [
    put("credentialSubject", "days", value=15),
    put("credentialSubject", "days", value=5.0),
    put("credentialSubject", "days", value=True),
    put("credentialSubject", "days", value="5"),
    put("credentialSubject", "zone", value=None),
    put("credentialSubject", "type", value="Other"),
    put("credentialSubject", value=None),
    put("credentialSubject", value=[]),
    put("id", value="urn:uuid:1"),
    put("id", value="urn:uuid:00010203-0405-0607-0809-0A0B0C0D0E0F"),
    put("id", value=3),
    put("type", value=["VerifiableCredential"]),
    put("issuer", value="https://evil.example/pass"),
    put("issuer", value={"id": "https://lille.example.org/pass"}),
    put("validFrom", value="2026-11-01"),
    put("validUntil", value="2026-12-01T07:00:00Z"),
    put("validUntil", value="2027-12-01T07:00:00Z"),
    put("credentialStatus", "statusListIndex", value="094567"),
    put("credentialStatus", "statusListIndex", value=94567),
    put("credentialStatus", "statusPurpose", value="suspension"),
    put("credentialStatus", "statusListCredential", value="https://evil.example/pass/status/1"),
    put("credentialStatus", "statusListCredential", value=None),
    put("credentialStatus", "id", value="https://lille.example.org/pass/status/1#1"),
    put("credentialStatus", value="x"),
    put("extra", value="unsigned"),
    put("extra", value=0.5),
    put("signature", value={"unsigned": "member"}),
    put("@context", value=["https://www.w3.org/ns/credentials/v2"]),
    put("@context", value="https://www.w3.org/ns/credentials/v2"),
    put("proof", value=None),
    put("proof", value=[]),
    put("proof", "proofValue", value="z1"),
    put("proof", "proofValue", value=None),
    put("proof", "created", value="now"),
    put("proof", "created", value="2026-11-09T08:00:01Z"),
    put("proof", "cryptosuite", value="eddsa-rdfc-2022"),
    put("proof", "proofPurpose", value="authentication"),
    put("proof", "verificationMethod", value="https://tournai.example.net/pass#key-2026-1"),
    put("proof", "verificationMethod", value=["x"]),
    put("proof", "@context", value=["https://www.w3.org/ns/credentials/v2"]),
    put("proof", "extra", value="unsigned"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_a_credential_is_seen(credential: Any, keys: Any, change: Any) -> None:
    changed = copy.deepcopy(credential)
    change(changed)
    with pytest.raises(CredentialError):
        read_credential(changed, keys)


def test_another_context_is_refused_although_it_was_signed(world: Any, credential: Any, keys: Any) -> None:
    foreign = {name: value for name, value in credential.items() if name != "proof"}
    foreign["@context"] = [*CREDENTIAL_CONTEXT, "https://evil.example/v1"]
    with pytest.raises(CredentialError, match="context"):
        read_credential(with_proof(foreign, world.home_key, METHOD, world.now), keys)


def test_a_key_that_was_withdrawn_or_retired_vouches_for_nothing(world: Any, credential: Any) -> None:
    for times in ({"revoked": 1}, {"expires": world.claims().expires - 1}):
        with pytest.raises(CredentialError):
            read_credential(credential, {METHOD: world.key(world.home, world.home_key, **times)})


def test_claims_out_of_bounds_are_refused_although_they_were_signed(world: Any, keys: Any) -> None:
    wide = make_credential(world.claims(quota=16), world.home_key, METHOD, world.now)
    with pytest.raises(CredentialError, match="bounds"):
        read_credential(wide, keys)


# --- proofs of other documents


def test_an_object_inside_an_activity_has_its_context_in_the_proof(world: Any, keys: Any) -> None:
    document = {"@context": list(WIRE_CONTEXT), "type": "PassAgreement", "id": "x", "quotaDays": 5}
    signed = with_proof(document, world.home_key, METHOD, world.now)
    embedded = {name: value for name, value in signed.items() if name != "@context"}
    for each in (signed, embedded):
        assert check_proof(each, world.home, keys, [WIRE_CONTEXT]).id == METHOD
    with pytest.raises(NotProven, match="signature"):
        check_proof({**embedded, "quotaDays": 6}, world.home, keys, [WIRE_CONTEXT])
    with pytest.raises(NotProven, match="list"):
        check_proof(embedded, world.host, keys, [WIRE_CONTEXT])


def test_a_float_is_neither_signed_nor_read(world: Any) -> None:
    with pytest.raises(NotProven, match="whole"):
        with_proof({"@context": [], "a": [{"b": 1.5}]}, world.home_key, METHOD, world.now)
    nested: Any = 1
    for _ in range(20):
        nested = [nested]
    with pytest.raises(NotProven, match="deep"):
        with_proof({"@context": [], "a": nested}, world.home_key, METHOD, world.now)
