"""Where a page of the directory begins: after a name or a distance, and a row."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

LAST = float("inf")


def write_cursor(value: Any, row_id: int) -> str:
    """The cursor of the people after this one."""
    return base64.urlsafe_b64encode(f"{row_id}|{value!s}".encode()).decode().rstrip("=")


def read_cursor(page: str, kind: Callable[[str], Any]) -> tuple[Any, int] | None:
    """The value and the row in a cursor; None when it cannot be one."""
    try:
        text = base64.urlsafe_b64decode(page + "=" * (-len(page) % 4)).decode()
        number, _bar, value = text.partition("|")
        found = kind(value)
        row_id = int(number)
    except (ValueError, OverflowError, binascii.Error):
        return None
    is_usable = abs(row_id) < 2**31 and "\x00" not in value and (kind is str or abs(found) < LAST)
    return (found, row_id) if is_usable else None
