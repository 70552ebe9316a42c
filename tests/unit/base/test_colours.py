"""Whatever colour a manager takes, what follows from it can be read in light and in dark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.base import colours

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_that_of_wcag() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert colours.contrast("#123456", "#123456") == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "read"), [("#ABC", "#aabbcc"), (" 7b3f1e ", "#7b3f1e"), ("#0B6660", "#0b6660")]
)
def test_colours_are_read_as_people_write_them(text: str, read: str) -> None:
    assert colours.parse(text) == read


@pytest.mark.parametrize("text", ["", "brown", "#12345", "#12345g", "url(x)", "#fff;}"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        colours.parse(text)


def test_a_pale_colour_is_proposed_darker_in_its_own_hue() -> None:
    proposed = colours.nearest_readable("#ffd24a")
    assert colours.least_contrast("#ffd24a") < colours.NEEDED <= colours.least_contrast(proposed)
    red, green, blue = (int(proposed[start : start + 2], 16) for start in (1, 3, 5))
    assert red > green > blue, "still a yellow"


@given(COLOURS)
def test_a_readable_colour_stays_as_it_is_and_others_come_near(colour: str) -> None:
    proposed = colours.nearest_readable(colour)
    assert colours.least_contrast(proposed) >= colours.NEEDED
    assert colours.nearest_readable(proposed) == proposed
    if colours.least_contrast(colour) >= colours.NEEDED:
        assert proposed == colour


@given(COLOURS)
def test_all_that_follows_can_be_read(colour: str) -> None:
    found = colours.shades(colours.nearest_readable(colour))
    assert colours.contrast(found.dark, colours.DARK_PAPER) >= colours.NEEDED
    assert colours.contrast(found.on_light, found.light) >= colours.NEEDED
    assert colours.contrast(found.on_dark, found.dark) >= colours.NEEDED
    assert colours.contrast(found.light_deep, colours.PAPER) >= colours.NEEDED
    assert colours.contrast(found.light, found.light_soft) >= colours.NEEDED
    assert colours.contrast(found.dark, found.dark_soft) >= colours.NEEDED
