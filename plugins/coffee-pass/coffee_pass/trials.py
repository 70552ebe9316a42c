"""Trials of the codes: `python -m coffee_pass.trials` breaks a good one and times the check."""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coffee_pass import base45, simulation, status_list, token
from coffee_pass.bundle import Bundle, Partner
from coffee_pass.check import RED, check
from coffee_pass.keys import index_of, make_key
from coffee_pass.list_credential import HeldList, list_url
from coffee_pass.period import local_time

MUTATIONS: Final = 100_000
ROUNDS: Final = 2_000
PARTNERS: Final = 50
HOST: Final = "https://host.example.org/pass"
_SPACE: Final = " \t\r\n"


@dataclass(frozen=True)
class Sample:
    """A code that is good at a door at a time."""

    text: str
    bundle: Bundle
    now: int


def sample(random: Random, partners: int = 1) -> Sample:
    """Make a door with so many partners, and a good pass of the last of them."""
    issuers = [f"https://partner-{number}.example.org/pass" for number in range(partners)]
    keys = {issuer: Ed25519PrivateKey.from_private_bytes(random.randbytes(32)) for issuer in issuers}
    start = simulation.PERIOD.starts_at(simulation.ZONE)
    now = start + 10 * 3600
    known = {issuer: _partner(issuer, now) for issuer in issuers}
    index = index_of(make_key(f"{issuer}#key-2026-1", key.public_key()) for issuer, key in keys.items())
    issuer = issuers[-1]
    claims = token.Claims(
        issuer=issuer,
        issued_at=start,
        expires=start + 30 * 86_400,
        serial=random.randbytes(token.SERIAL_LENGTH),
        quota=5,
        list_number=1,
        index=94_567,
        zone="fwvl",
        label="Z. V.",
    )
    return Sample(token.issue(claims, keys[issuer]), Bundle(HOST, "Host", index, known), now)


def _partner(issuer: str, now: int) -> Partner:
    revoked, used = status_list.revocation_bits(()), status_list.usage_bits({})
    today = local_time(now, simulation.ZONE).date()
    revocation = HeldList("revocation", list_url("revocation", issuer, 1), now, revoked)
    usage = HeldList("usage", list_url("usage", issuer, 1), now, used, today)
    standing = simulation.model_standing(HOST, issuer)
    return Partner(issuer, issuer, (standing,), {1: revocation}, {1: usage})


def mutants(text: str, random: Random) -> Iterator[str]:
    """Give codes that are almost this one, each different also after stripping, without end."""
    breaks = (_flip_bytes, _flip_text, _splice, _substitute, _delete)
    while True:
        broken = random.choice(breaks)(text, random)
        if broken.strip(_SPACE) != text.strip(_SPACE):
            yield broken


def _raw(text: str) -> bytearray:
    return bytearray(base45.decode(text.removeprefix(token.PREFIX)))


def _text(raw: bytes | bytearray) -> str:
    return token.PREFIX + base45.encode(bytes(raw))


def _flip_bytes(text: str, random: Random) -> str:
    raw = _raw(text)
    for _ in range(random.randint(1, 3)):
        raw[random.randrange(len(raw))] ^= 1 << random.randrange(8)
    return _text(raw)


def _flip_text(text: str, random: Random) -> str:
    at = random.randrange(len(text))
    return text[:at] + chr(ord(text[at]) ^ 1 << random.randrange(8)) + text[at + 1 :]


def _splice(text: str, random: Random) -> str:
    raw = _raw(text)
    start, end = sorted(random.sample(range(len(raw)), 2))
    at = random.randrange(len(raw))
    return _text(raw[:at] + raw[start:end] + raw[at + (end - start) * random.randint(0, 1) :])


def _substitute(text: str, random: Random) -> str:
    at = random.randrange(len(text))
    return text[:at] + random.choice(base45.ALPHABET) + text[at + 1 :]


def _delete(text: str, random: Random) -> str:
    start = random.randrange(len(text))
    return text[:start] + text[start + random.randint(1, 4) :]


def judge_mutants(count: int, seed: int) -> Counter[str]:
    """Check so many mutants of one pass; how many got which answer, `ACCEPTED` for any that is not red."""
    random = Random(seed)  # noqa: S311  a trial, no secret
    good = sample(random)
    found: Counter[str] = Counter()
    broken = mutants(good.text, random)
    for _ in range(count):
        verdict = check(next(broken), good.bundle, good.now, {})
        found[verdict.code if verdict.colour == RED else "ACCEPTED"] += 1
    return found


def measure(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median and 95th percentile of a piece of work, in milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def speeds(rounds: int) -> dict[str, tuple[float, float]]:
    """How long it takes to read and verify a code, and to check it whole with 50 partners."""
    one = sample(Random(1))  # noqa: S311
    many = sample(Random(1), PARTNERS)  # noqa: S311
    key = next(iter(one.bundle.keys.keys.values()))
    return {
        "verify": measure(lambda: token.read(one.text).envelope.is_signed_by(key.public), rounds),
        f"check, {PARTNERS} partners": measure(lambda: check(many.text, many.bundle, many.now, {}), rounds),
    }


def main(count: int) -> int:
    """Print both trials; 1 when a broken code was accepted."""
    found = judge_mutants(count, seed=1)
    for code, number in found.most_common():
        sys.stdout.write(f"{number:8} {code}\n")
    for name, (median, late) in speeds(ROUNDS).items():
        sys.stdout.write(f"{name}: median {median:.3f} ms, p95 {late:.3f} ms\n")
    return 1 if found["ACCEPTED"] else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MUTATIONS))
