"""Keys: round trips, the published vectors, and what is too weak or no key at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.activitypub import keys
from coffee_node.base.errors import CoffeeError

VECTORS = Path(__file__).parents[3].parent / "shared" / "vectors" / "fep.json"


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    if not VECTORS.exists():
        pytest.skip("the folder shared/vectors with the published vectors is not beside this project")
    return dict(json.loads(VECTORS.read_text()))


def test_the_vectors_of_fep_521a_hold(vectors: dict[str, Any]) -> None:
    ed, rsa_vector = vectors["fep-521a"]
    text = ed["multikey"]["publicKeyMultibase"]
    key = keys.multikey_decode(text)
    assert isinstance(key, ed25519.Ed25519PublicKey)
    assert key.public_bytes_raw().hex() == ed["hex"]
    assert keys.multikey_encode(key) == text
    text = rsa_vector["multikey"]["publicKeyMultibase"]
    key = keys.multikey_decode(text)
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.public_bytes(Encoding.DER, PublicFormat.PKCS1).hex() == rsa_vector["hex"]
    assert keys.multikey_encode(key) == text


def test_the_secret_key_of_fep_8b32_is_that_of_its_actor(vectors: dict[str, Any]) -> None:
    scenario = vectors["fep-8b32"]
    secret = keys.multikey_decode_private(scenario["ed25519_secret_key_multibase"])
    listed = scenario["actor"]["assertionMethod"][0]["publicKeyMultibase"]
    assert keys.multikey_encode(secret.public_key()) == listed


def test_a_generated_rsa_pair_belongs_together(rsa_pair: tuple[str, str]) -> None:
    private = keys.load_private_rsa(rsa_pair[0])
    assert private.key_size == 2048
    assert keys.public_pem(private.public_key()) == rsa_pair[1]
    assert keys.public_pem(keys.load_public(rsa_pair[1])) == rsa_pair[1]


def test_a_generated_ed25519_pair_belongs_together() -> None:
    private, public = keys.generate_ed25519()
    loaded = keys.load_private(private)
    assert keys.multikey_encode(loaded.public_key()) == public
    assert keys.multikey_encode(keys.load_public(public)) == public


def test_a_pem_may_be_pkcs1(rsa_pair: tuple[str, str]) -> None:
    key = keys.load_public(rsa_pair[1])
    old = key.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    assert keys.public_pem(keys.load_public(old)) == rsa_pair[1]


def test_h10e_an_rsa_key_of_1024_bits_is_refused() -> None:
    weak = rsa.generate_private_key(public_exponent=65_537, key_size=1024).public_key()  # noqa: S505
    with pytest.raises(keys.UnusableKey, match="1024"):
        keys.load_public(keys.public_pem(weak))
    with pytest.raises(keys.UnusableKey, match="1024"):
        keys.load_public(keys.multikey_encode(weak))


def test_a_key_of_another_kind_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(keys.UnusableKey):
        keys.load_public(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "zz",
        "z0OIl",
        "z111",
        "-----BEGIN PUBLIC KEY-----",
        "hello",
        "\ud800",
        "z" + "2" * 9_000,
        "x" * 9_000,
        "z" + keys.base58_encode(b"\xed\x01" + b"\0" * 31),
        "z" + keys.base58_encode(b"\x85\x24" + b"\x30\x03"),
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(keys.UnusableKey):
        keys.load_public(text)


@given(st.text())
def test_nothing_but_our_errors_comes_out_of_reading_a_key(text: str) -> None:
    for candidate in (text, "z" + text):
        with pytest.raises(CoffeeError):
            keys.load_public(candidate)


@given(st.binary(max_size=100))
def test_base58_is_read_as_it_was_written(raw: bytes) -> None:
    assert keys.base58_decode(keys.base58_encode(raw)) == raw


def test_base58_knows_the_usual_example() -> None:
    assert keys.base58_encode(b"Hello World!") == "2NEpo7TZRRrLZSi2U"
    assert keys.base58_encode(b"\0\0\x01") == "112"


def test_a_broken_private_key_is_told_with_the_next_step() -> None:
    with pytest.raises(CoffeeError, match="backup"):
        keys.load_private("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    with pytest.raises(CoffeeError, match="not an RSA key"):
        keys.load_private_rsa(keys.generate_ed25519()[0])


def test_a_key_is_parsed_once(rsa_pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    load = keys.load_private

    def counted(pem: str) -> keys.PrivateKey:
        parsed.append(pem)
        return load(pem)

    monkeypatch.setattr(keys, "load_private", counted)
    cache = keys.KeyCache()
    assert len({id(cache.private(rsa_pair[0])) for _ in range(100)}) == 1
    assert len(parsed) == 1


def test_a_forgotten_key_is_parsed_again(rsa_pair: tuple[str, str]) -> None:
    cache = keys.KeyCache()
    first = cache.public(rsa_pair[1])
    cache.forget(rsa_pair[1])
    assert cache.public(rsa_pair[1]) is not first


def test_h37_the_cache_keeps_its_size_and_the_keys_in_use() -> None:
    cache = keys.KeyCache(size=2)
    one, two, three = (keys.generate_ed25519()[1] for _ in range(3))
    kept = cache.public(one)
    cache.public(two)
    assert cache.public(one) is kept
    cache.public(three)
    assert cache.public(one) is kept
    assert cache.public(two) is not None


def test_a_key_that_cannot_be_used_is_not_kept() -> None:
    cache = keys.KeyCache()
    for _ in range(2):
        with pytest.raises(keys.UnusableKey):
            cache.public("nonsense")
