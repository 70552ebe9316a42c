"""What a door knows (section 9.2): keys, agreements and lists of every partner, as the check takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from coffee_pass.agreement import Standing
from coffee_pass.keys import KeyIndex
from coffee_pass.list_credential import HeldList


@dataclass(frozen=True)
class Visit:
    """A visit at the own doors that still counts: cancelled ones are left out by whoever fills the ledger."""

    day: date
    is_override: bool = False
    accepted_at: int | None = None


# The own visits by pseudonym; entries of the device that are not delivered yet are among them.
Ledger: TypeAlias = Mapping[bytes, Sequence[Visit]]


@dataclass(frozen=True)
class Partner:
    """A pass actor with whom there is or was an agreement, and its lists by number."""

    actor: str
    name: str
    standings: tuple[Standing, ...]
    revocation: Mapping[int, HeldList] = field(default_factory=dict)
    usage: Mapping[int, HeldList] = field(default_factory=dict)


@dataclass(frozen=True)
class Bundle:
    """All that a check needs beside the text and the time; `keys` hold the own keys and those of partners."""

    own: str
    own_name: str
    keys: KeyIndex
    partners: Mapping[str, Partner]
    own_revocation: Mapping[int, HeldList] = field(default_factory=dict)
    blocked: frozenset[bytes] = frozenset()
    development: bool = False
