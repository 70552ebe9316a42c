"""Row 0: what is right is taken, by both schemes; else every other row would pass for the wrong reason."""

from __future__ import annotations

import pytest

from tests.hostile.remote import Sender
from tests.hostile.target import Target, note_rows


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
def test_h00_base_case_is_stored(target: Target, evil: Sender, scheme: str) -> None:
    note = evil.note()
    outcome = target.send(evil, evil.activity("Create", note), scheme)
    outcome.stored(fetches=0)
    assert note_rows(target, note["id"]) == [("Note", "<p>A plain note.</p>", "")]
    outcome.works()
