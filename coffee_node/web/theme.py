"""The look a manager gives the site: two colours, a logo and a welcome; the rest follows from these.

`/theme.css` replaces the tokens of the two banks and nothing else; without a theme there is no such file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coffee_node.base import colours
from coffee_node.base.i18n import current_language
from coffee_node.federation import site_logo, site_settings

ROAST, BANK, WELCOME = "theme.roast", "theme.bank", "theme.welcome"
DEFAULTS = {ROAST: "#7b3f1e", BANK: "#0b6660"}


@dataclass(frozen=True)
class Theme:
    """What the manager chose; empty where the house's own look stays (`logo`: federation/site_logo.py)."""

    roast: str = ""
    bank: str = ""
    logo: Mapping[str, Any] | None = None
    welcome: Mapping[str, str] | None = None

    @property
    def version(self) -> str:
        """Changes with the style sheet, so that browsers may keep it; empty when there is none."""
        chosen = f"{self.roast}{self.bank}"
        return hashlib.sha256(chosen.encode()).hexdigest()[:12] if chosen else ""

    @property
    def logo_address(self) -> str:
        """The whole web address of the logo; empty when there is none."""
        return site_logo.address_of(self.logo) if self.logo else ""

    @property
    def welcome_text(self) -> str:
        """The welcome in the reader's language, else in any; empty when there is none."""
        texts = self.welcome or {}
        return texts.get(current_language.get()) or next(iter(texts.values()), "")

    @property
    def css(self) -> str:
        """The tokens that this theme replaces."""
        rules: list[str] = []
        if self.roast:
            rules += _rules("roast", colours.shades(self.roast), has_text=True)
        if self.bank:
            rules += _rules("bank", colours.shades(self.bank), has_text=False)
        return ":root {\n" + "\n".join(f"  {rule};" for rule in rules) + "\n}\n"


def _rules(name: str, shades: colours.Shades, *, has_text: bool) -> list[str]:
    rules = [
        f"--{name}: light-dark({shades.light}, {shades.dark})",
        f"--{name}-soft: light-dark({shades.light_soft}, {shades.dark_soft})",
    ]
    if has_text:
        rules.append(f"--{name}-deep: light-dark({shades.light_deep}, {shades.dark_deep})")
        rules.append(f"--on-{name}: light-dark({shades.on_light}, {shades.on_dark})")
    return rules


def current_theme() -> Theme:
    """The theme of this node."""
    chosen: Mapping[str, Any] = site_settings.all_settings()
    return Theme(
        str(chosen.get(ROAST) or ""),
        str(chosen.get(BANK) or ""),
        site_logo.current_logo(),
        chosen.get(WELCOME) or None,
    )
