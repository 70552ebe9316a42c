"""Keys of passes (section 6): Multikeys of the pass actor, found by their short id at the door."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from coffee_node.activitypub.keys import UnusableKey, multikey_decode, multikey_encode

from coffee_pass import cose

MULTIKEY: Final = "Multikey"
MULTIKEY_LENGTH: Final = 64
KEYS_LIMIT: Final = 50
# A new key is known everywhere before it signs: lists and actors are pulled at least daily.
PUBLISHED_BEFORE_USE: Final = 24 * 3600

_FRAGMENT: Final = re.compile(r"key-(\d{4})-([1-9]\d{0,5})", re.ASCII)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True)
class PassKey:
    """A public key that a pass actor announces; times in seconds, None where it does not say."""

    id: str
    controller: str
    public: Ed25519PublicKey = field(compare=False)
    kid: bytes
    expires: int | None = None
    revoked: int | None = None

    def vouches_for(self, pass_expires: int) -> bool:
        """Whether a pass that ends then is good (step 10): the key is not compromised, nor retired before."""
        return self.revoked is None and (self.expires is None or self.expires >= pass_expires)

    def is_listed_at(self, now: int) -> bool:
        """Whether the actor still announces it: until its last pass has expired; compromised ones as well."""
        return self.expires is None or self.expires > now

    @property
    def document(self) -> dict[str, str]:
        """The key as it stands in `assertionMethod` of the pass actor (FEP-521a)."""
        times = {"expires": self.expires, "revoked": self.revoked}
        return {
            "id": self.id,
            "type": MULTIKEY,
            "controller": self.controller,
            "publicKeyMultibase": multikey_encode(self.public),
            **{name: time_text(value) for name, value in times.items() if value is not None},
        }


@dataclass(frozen=True)
class KeyIndex:
    """The keys that a door trusts, by kid; a kid that two actors announce is trusted for neither."""

    keys: Mapping[bytes, PassKey]
    contested: frozenset[bytes] = frozenset()

    def find(self, kid: bytes) -> PassKey | None:
        """Give the key of a kid, or None when no partner, or more than one, announces it."""
        return self.keys.get(kid)


def index_of(keys: Iterable[PassKey]) -> KeyIndex:
    """Arrange the keys of the own actor and of all partners; `contested` is for the manager's eyes."""
    found: dict[bytes, PassKey] = {}
    contested = set()
    for key in keys:
        held = found.setdefault(key.kid, key)
        if held.controller != key.controller:
            contested.add(key.kid)
        # Announced twice by one actor: the entry that says more against it counts.
        elif held.revoked is None and key.revoked is not None:
            found[key.kid] = key
    usable = {kid: key for kid, key in found.items() if kid not in contested}
    return KeyIndex(usable, frozenset(contested))


def make_key(method: str, public: Ed25519PublicKey, **times: int | None) -> PassKey:
    """Describe a key by the id of its verification method, `<actor>#<fragment>`."""
    return PassKey(method, method.partition("#")[0], public, cose.key_id(public), **times)


def read_keys(actor: Mapping[str, Any]) -> list[PassKey]:
    """Read the usable pass keys of an actor's document; entries that mean nothing are passed over."""
    listed = actor.get("assertionMethod")
    entries = listed if isinstance(listed, list) else [listed]
    found = [_read_key(entry, actor.get("id")) for entry in entries[:KEYS_LIMIT]]
    return [key for key in found if key is not None]


def _read_key(entry: Any, owner: Any) -> PassKey | None:
    if not isinstance(entry, Mapping) or not isinstance(owner, str) or entry.get("type") != MULTIKEY:
        return None
    method, text = entry.get("id"), entry.get("publicKeyMultibase")
    if entry.get("controller") != owner or not isinstance(method, str) or not method.startswith(owner + "#"):
        return None
    if not isinstance(text, str) or len(text) > MULTIKEY_LENGTH:
        return None
    try:
        public = multikey_decode(text)
        times = {name: read_time(entry[name]) for name in ("expires", "revoked") if name in entry}
    except (UnusableKey, ValueError):
        return None
    return make_key(method, public, **times) if isinstance(public, Ed25519PublicKey) else None


def next_fragment(year: int, used: Iterable[str]) -> str:
    """Name a new key, `key-<year>-<n>`, with a number that was never used that year."""
    found = (_FRAGMENT.fullmatch(name) for name in used)
    numbers = [int(match[2]) for match in found if match is not None and int(match[1]) == year]
    return f"key-{year}-{max(numbers, default=0) + 1}"


def may_sign_now(published_at: int, now: int, reachable: Iterable[str], acknowledged: Iterable[str]) -> bool:
    """Whether a new key may take over: published for a day, and known to every partner that is reachable."""
    return now - published_at >= PUBLISHED_BEFORE_USE and set(reachable) <= set(acknowledged)


def time_text(seconds: int) -> str:
    """Write a time as documents have it: `2026-11-02T07:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(text: Any) -> int:
    """Read a time of a document as whole seconds; ValueError when it names no moment."""
    if not isinstance(text, str) or _TIME.fullmatch(text) is None:
        raise ValueError("not a time")
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except OverflowError as error:
        raise ValueError("not a time") from error
