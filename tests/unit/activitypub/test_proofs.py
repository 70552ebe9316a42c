"""Integrity proofs: the published vectors with every value between, and what makes a proof worthless."""

from __future__ import annotations

import copy
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.activitypub import keys, proofs

VECTORS = Path(__file__).parents[3].parent / "shared" / "vectors"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
CONTEXT = ["https://www.w3.org/ns/activitystreams", proofs.CONTEXT]
AUTHOR = "https://lille.example/actors/mutualab"
METHOD = f"{AUTHOR}#ed25519-key"
SECRET = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"\x08" * 32)
KEY = proofs.ProofKey(SECRET.public_key(), AUTHOR)


def vector(name: str) -> Any:
    file = VECTORS / name
    if not file.exists():
        pytest.skip("the folder shared/vectors with the published vectors is not beside this project")
    text = file.read_text("utf-8")
    return json.loads(text) if file.suffix == ".json" else text.rstrip("\n")


def w3c(name: str) -> Any:
    return vector(f"w3c-eddsa-jcs-2022/{name}")


def note(**changes: Any) -> dict[str, Any]:
    document = {
        "@context": CONTEXT,
        "id": "https://lille.example/objects/1",
        "type": "Note",
        "attributedTo": AUTHOR,
        "content": "<p>Bonjour</p>",
    }
    return document | changes


def signed(document: dict[str, Any], key: Ed25519PrivateKey = SECRET, **options: Any) -> dict[str, Any]:
    """A document with a proof whose options were changed before signing."""
    bare = {"@context": CONTEXT, "type": proofs.PROOF_TYPE, "cryptosuite": proofs.CRYPTOSUITE}
    bare |= {
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        "created": "2026-11-23T09:00:00Z",
    }
    options = {name: value for name, value in (bare | options).items() if value is not ...}
    value = "z" + keys.base58_encode(key.sign(proofs.hash_data(document, options)))
    return {**document, "proof": {**options, "proofValue": value}}


def judge(document: dict[str, Any], key: proofs.ProofKey | None = KEY) -> str:
    return proofs.verify(document, lambda method: key if method == METHOD else None, NOW)


def test_the_w3c_vectors_come_out_byte_for_byte_with_all_that_lies_between() -> None:
    document = {name: value for name, value in w3c("signedJCS.json").items() if name != "proof"}
    options = w3c("proofConfigJCS.json")
    assert proofs.canonical(document).decode() == w3c("canonDocJCS.txt")
    assert proofs.canonical(options).decode() == w3c("proofCanonJCS.txt")
    assert hashlib.sha256(proofs.canonical(document)).hexdigest() == w3c("docHashJCS.txt")
    assert hashlib.sha256(proofs.canonical(options)).hexdigest() == w3c("proofHashJCS.txt")
    assert proofs.hash_data(document, options).hex() == w3c("combinedHashJCS.txt")
    pair = w3c("keyPair.json")
    secret = keys.multikey_decode_private(pair["privateKeyMultibase"])
    assert keys.multikey_encode(secret.public_key()) == pair["publicKeyMultibase"]
    signature = secret.sign(proofs.hash_data(document, options))
    assert signature.hex() == w3c("sigHexJCS.txt")
    assert "z" + keys.base58_encode(signature) == w3c("sigBTC58JCS.txt")
    created = datetime.fromisoformat(options["created"])
    made = proofs.sign(document, secret, options["verificationMethod"], created)
    assert {**document, "proof": made} == w3c("signedJCS.json")
    assert proofs.is_signed_by(document, made, secret.public_key())


def test_the_scenario_of_fep_8b32_is_signed_byte_for_byte_and_verifies() -> None:
    scenario = vector("fep.json")["fep-8b32"]
    secret = keys.multikey_decode_private(scenario["ed25519_secret_key_multibase"])
    created = datetime.fromisoformat(scenario["created"])
    proof = proofs.sign(scenario["unsigned"], secret, scenario["verification_method"], created)
    assert {**scenario["unsigned"], "proof": proof} == scenario["signed"]
    listed = scenario["actor"]["assertionMethod"][0]
    key = proofs.ProofKey(keys.multikey_decode(listed["publicKeyMultibase"]), listed["controller"])
    assert proofs.verify(scenario["signed"], {listed["id"]: key}.get, NOW) == "valid"
    broken = copy.deepcopy(scenario["signed"])
    broken["object"]["location"]["latitude"] = 25.273963
    assert proofs.verify(broken, {listed["id"]: key}.get, NOW) == "invalid"


def test_a_credential_of_another_implementation_verifies_and_breaks_with_one_changed_byte() -> None:
    given_ = vector("di-independent.json")
    credential, key = given_["credential"], keys.multikey_decode(given_["public_key_multibase"])
    assert proofs.is_signed_by(credential, credential["proof"], key)
    changed = credential | {"validUntil": "2026-12-24T23:59:59Z"}
    assert not proofs.is_signed_by(changed, credential["proof"], key)


def test_a_document_without_proof_or_with_one_of_another_suite_counts_as_unproven() -> None:
    assert judge(note()) == "none"
    assert judge(signed(note(), cryptosuite="eddsa-rdfc-2022")) == "none"
    assert judge(signed(note(), type="Ed25519Signature2020")) == "none"


def test_a_proof_of_the_author_is_valid_until_it_ends() -> None:
    assert judge(signed(note())) == "valid"
    assert judge(signed(note(), expires="2026-11-24T10:00:00Z")) == "valid"
    assert judge(signed(note(), expires="2026-11-24T08:59:59Z")) == "invalid"
    assert judge(signed(note(), expires="soon")) == "invalid"
    assert judge(signed(note(), created=17)) == "invalid"


@pytest.mark.parametrize(
    "options",
    [
        {"proofPurpose": "authentication"},
        {"verificationMethod": f"{AUTHOR}#another-key"},
        {"verificationMethod": "https://evil.example/actors/x#ed25519-key"},
        {"verificationMethod": "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"},
        {"verificationMethod": ...},
        {"@context": [proofs.CONTEXT]},
    ],
)
def test_a_proof_for_something_else_or_by_a_key_nobody_lists_is_invalid(options: dict[str, Any]) -> None:
    assert judge(signed(note(), **options)) == "invalid"


def test_only_the_authors_key_counts() -> None:
    somebody = proofs.ProofKey(SECRET.public_key(), "https://lille.example/actors/mallory")
    assert judge(signed(note()), somebody) == "invalid"
    assert judge(signed(note()), None) == "invalid"
    assert judge(signed(note(attributedTo=[AUTHOR, AUTHOR]))) == "invalid"
    assert judge(signed(note(attributedTo="https://tournai.example/actors/x"))) == "invalid"
    assert judge(signed(note(), OTHER)) == "invalid"


def test_a_key_that_is_not_ed25519_never_fits(rsa_pair: tuple[str, str]) -> None:
    assert judge(signed(note()), proofs.ProofKey(keys.load_public(rsa_pair[1]), AUTHOR)) == "invalid"


@pytest.mark.parametrize("value", [None, 7, "", "zzz", "z0OIl", "m" + "A" * 86, "z" + "1" * 64, "z" * 9000])
def test_a_signature_that_is_none_is_invalid(value: Any) -> None:
    document = signed(note())
    document["proof"]["proofValue"] = value
    assert judge(document) == "invalid"


def test_a_linked_data_signature_beside_the_proof_changes_nothing() -> None:
    assert judge(signed(note()) | {"signature": {"type": "RsaSignature2017"}}) == "valid"


def test_of_two_proofs_both_must_hold() -> None:
    one, bad = signed(note())["proof"], signed(note(), OTHER)["proof"]
    assert judge(note(proof=[one, one])) == "valid"
    assert judge(note(proof=[one, bad])) == "invalid"
    assert judge(note(proof=[one, "text"])) == "invalid"
    assert judge(note(proof=[one] * 11)) == "invalid"


def test_an_embedded_object_takes_its_context_from_its_proof() -> None:
    document = signed(note())
    del document["@context"]
    assert judge(document) == "valid"
    assert judge(signed(note()) | {"@context": [*CONTEXT, {"x": "urn:x"}]}) == "valid"
    assert judge(signed(note()) | {"@context": "https://www.w3.org/ns/activitystreams"}) == "invalid"


def test_a_peer_may_leave_the_context_out_of_the_proof_that_it_hashed_there() -> None:
    document = signed(note())
    del document["proof"]["@context"]
    assert judge(document) == "valid"


def test_an_actor_proves_its_own_description_only() -> None:
    actor = {
        "@context": CONTEXT,
        "id": AUTHOR,
        "type": "Organization",
        "attributedTo": f"{AUTHOR}/moderators",
    }
    assert judge(signed(actor)) == "valid"
    assert judge(signed(actor | {"id": "https://lille.example/actors/other"})) == "invalid"


@pytest.mark.parametrize("number", [2**53, -(2**60), float("nan")])
def test_a_number_that_has_no_one_form_makes_the_proof_invalid(number: Any) -> None:
    assert judge(signed(note()) | {"count": number}) == "invalid"


numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | st.text(st.characters(codec="utf-8"))
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


@given(documents)
def test_the_fast_way_to_the_canonical_form_is_that_of_rfc_8785(document: Any) -> None:
    assert proofs.canonical(document) == rfc8785.dumps(document)
