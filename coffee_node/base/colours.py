"""Colours of a theme: read, compared by the contrast of WCAG 2.2, and everything that follows from one."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

NEEDED: Final = 4.5
WANTED_DARK: Final = 6.0
PAPER: Final = "#fbf8f3"
DARK_PAPER: Final = "#1b1613"
DARK_INK: Final = "#23150c"
WHITE: Final = "#ffffff"

_HEX: Final = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_STEPS: Final = 200
Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Shades:
    """One colour of a theme in light and in dark, with what is written on it and its soft ground."""

    light: str
    light_deep: str
    light_soft: str
    dark: str
    dark_deep: str
    dark_soft: str
    on_light: str = WHITE
    on_dark: str = DARK_INK


def parse(text: str) -> str:
    """A colour as `#rrggbb`; ValueError for anything that is no colour."""
    found = _HEX.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(colour: str) -> float:
    """How well a colour can be read on paper, and white on it: the worse of the two."""
    return min(contrast(colour, PAPER), contrast(colour, WHITE))


def nearest_readable(colour: str) -> str:
    """The colour itself where it can be read, else the same hue just dark enough."""
    return _until(colour, 0.0, lambda one: least_contrast(one) >= NEEDED)


def shades(colour: str) -> Shades:
    """Everything that follows from a colour that can be read on paper."""
    dark = _until(colour, 1.0, lambda one: contrast(one, DARK_PAPER) >= WANTED_DARK)
    return Shades(
        light=colour,
        light_deep=_mixed(colour, "#000000", 0.25),
        light_soft=_soft(colour, WHITE, 0.87),
        dark=dark,
        dark_deep=_mixed(dark, WHITE, 0.3),
        dark_soft=_soft(dark, DARK_PAPER, 0.78),
    )


def _until(colour: str, towards: float, is_enough: Callable[[str], bool]) -> str:
    """Change the lightness step by step towards black (0) or white (1) until it is enough."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    for step in range(_STEPS + 1):
        tried = lightness + (towards - lightness) * step / _STEPS
        found = colour if step == 0 else _hex(colorsys.hls_to_rgb(hue, tried, saturation))
        if is_enough(found):
            return found
    return "#000000" if towards == 0 else WHITE


def _soft(colour: str, ground: str, share: float) -> str:
    """The colour mixed with so much of its ground, or more, until the colour itself can be read on it."""
    for step in range(_STEPS + 1):
        found = _mixed(colour, ground, share + (1 - share) * step / _STEPS)
        if contrast(colour, found) >= NEEDED:
            return found
    return ground


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(_rgb(colour), _rgb(other), strict=True)
    red, green, blue = (one + (two - one) * share for one, two in pairs)
    return _hex((red, green, blue))


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _rgb(colour)
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)
