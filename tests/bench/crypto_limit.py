"""crypto_limit: what the machine's cryptography allows, and that no private key is parsed twice for sending.

Run: python -m tests.bench.crypto_limit [--quick] [--json FILE]. Operations per CPU-second; then 1,000
deliveries by the node's own code with every parse of a private key counted.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from coffee_node.activitypub import keys
from coffee_node.federation.delivery import deliver_due
from tests.bench.crowd import Crowd, rsa_signs_per_second
from tests.bench.report import bench_arguments, tell
from tests.bench.sink import running_sink

SENDS = 1_000


def main() -> int:
    """Measure and print one line."""
    arguments = bench_arguments(__doc__)
    seconds = 0.3 if arguments.quick else 2.0
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coffee-crypto-")))
        crowd = Crowd(home, stack.enter_context(running_sink()), {})
        crowd.add_followers(SENDS, SENDS)
        parses = count_parses(crowd)
    result = {"ok": parses == 1, "threshold": f"1 parse in {SENDS} sends", "parses": parses}
    return tell("crypto_limit", "-", result | operations(seconds), arguments.json)


def operations(seconds: float) -> dict[str, Any]:
    """Operations per CPU-second."""
    private_pem, public_pem = keys.generate_rsa()
    private, public = keys.load_private(private_pem), keys.load_public(public_pem)
    signature = private.sign(b"x", PKCS1v15(), SHA256())  # type: ignore[call-arg]
    verify: Any = public.verify
    return {
        "unit": "operations per CPU-second",
        "rsa_sign": round(rsa_signs_per_second(seconds)),
        "rsa_verify": _rate(lambda: verify(signature, b"x", PKCS1v15(), SHA256()), seconds),
        "parse_private": _rate(lambda: keys.load_private(private_pem), seconds),
        "parse_public": _rate(lambda: keys.load_public(public_pem), seconds),
    }


def _rate(operation: Callable[[], object], seconds: float) -> int:
    number, started = 0, time.process_time()
    while (spent := time.process_time() - started) < seconds:
        operation()
        number += 1
    return round(number / spent)


def count_parses(crowd: Crowd) -> int:
    """Deliver to every host within this process; how often a private key was parsed."""
    parsed = mock.Mock(wraps=keys.load_private)
    with mock.patch.object(keys, "load_private", parsed), crowd.app.app_context():
        crowd.publish_behind_its_back(SENDS, SENDS)
        assert deliver_due() == SENDS
    assert crowd.sink.posts() == SENDS
    return parsed.call_count


if __name__ == "__main__":
    sys.exit(main())
