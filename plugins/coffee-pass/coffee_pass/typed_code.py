"""The code in letters beside the QR (section 4.4): ten Crockford symbols of the serial and one to check them.

For people without a camera, for screen readers and broken lenses. Alone it proves nothing.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import Final, Literal

SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 11

_DOMAIN: Final = b"coffee-pass-code-v1"
_BITS: Final = 50
_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0", " ": "", "-": ""})
_VALUES: Final = {symbol: value for value, symbol in enumerate(SYMBOLS)}
_GROUPS: Final = (0, 5, 10, LENGTH)

Fault = Literal["symbol", "length", "check"]


class MistypedCode(ValueError):
    """A typed code that cannot be right; `fault` says what to tell while it is typed."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


def code_of(serial: bytes) -> str:
    """Give the code of a pass, without hyphens: `2NEYNXFEE3S`."""
    number = int.from_bytes(hashlib.sha256(_DOMAIN + serial).digest(), "big") >> 256 - _BITS
    body = "".join(SYMBOLS[number >> shift & 31] for shift in range(_BITS - 5, -1, -5))
    return body + check_symbol(body)


def shown(code: str) -> str:
    """Write a code in groups as it stands below the QR: `2NEYN-XFEE3-S`."""
    return "-".join(code[start:end] for start, end in pairwise(_GROUPS))


def check_symbol(body: str) -> str:
    """Give the symbol that Luhn modulo 32 puts behind these."""
    total = 0
    for place, symbol in enumerate(reversed(body)):
        value = _VALUES[symbol] * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return SYMBOLS[-total % 32]


def read(text: str) -> str:
    """Read a code as people type it; MistypedCode for a wrong symbol, length or check symbol."""
    # Letters of other alphabets become ASCII ones when raised (the long s becomes S): they are no symbols.
    raised = text.upper() if text.isascii() else text
    code = raised.strip().translate(_READ_AS)
    if not set(code) <= set(SYMBOLS):
        raise MistypedCode("symbol")
    if len(code) != LENGTH:
        raise MistypedCode("length")
    if check_symbol(code[:-1]) != code[-1]:
        raise MistypedCode("check")
    return code
