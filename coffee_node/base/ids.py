"""Identifiers that sort by the time they were made, so that new rows land at the end of an index."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime, timedelta

from coffee_node.base import clock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def new_uuid() -> str:
    """A UUID version 7 (RFC 9562) in lower case, ordered by time down to the microsecond."""
    milliseconds, microseconds = divmod((clock.utcnow() - EPOCH) // MICROSECOND, 1000)
    fraction = microseconds * 4096 // 1000
    number = (
        (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    )
    return str(uuid.UUID(int=number))
