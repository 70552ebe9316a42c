"""A short round of the properties in fuzz.py."""

from __future__ import annotations

import pytest

from tests.hostile.fuzz import PROPERTIES, check


@pytest.mark.parametrize("name", PROPERTIES)
def test_whatever_comes_is_read_or_refused(name: str) -> None:
    check(name, 80)
