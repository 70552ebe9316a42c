"""The colours keep their contrast, in light and in dark, and the components use tokens only."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[3] / "coffee_node" / "web"
PAIR = re.compile(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
TOKENS = {name: (light, dark) for name, light, dark in PAIR.findall((WEB / "static/tokens.css").read_text())}
TEXTS = [
    ("ink", "paper"), ("ink", "card"), ("ink-2", "paper"), ("ink-2", "card"), ("roast", "paper"),
    ("roast", "card"), ("roast", "roast-soft"), ("roast-deep", "card"), ("on-roast", "roast"),
    ("on-roast", "roast-deep"), ("bank", "paper"), ("bank", "bank-soft"), ("ok", "ok-soft"),
    ("wait", "wait-soft"), ("bad", "bad-soft"), ("bad", "paper"), ("ink", "roast-soft"), ("ink", "ok-soft"),
    ("ink", "wait-soft"), ("ink", "bad-soft"),
]  # fmt: skip


def luminance(colour: str) -> float:
    """The relative luminance of WCAG."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_stands_out_from_its_ground(text: str, ground: str) -> None:
    ratios = [contrast(TOKENS[text][mode], TOKENS[ground][mode]) for mode in (0, 1)]
    assert min(ratios) >= 5.1, ratios


def test_components_name_colours_by_token_only() -> None:
    for name in ("coffee.css", "components.css", "forms.css"):
        rules = re.sub(r'url\("[^"]*"\)', "", (WEB / "static" / name).read_text())
        found = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)) - {"#fff"}
        assert found == set(), name


# Modules of ours that a page may do without, and data that no browser runs.
OF_OUR_OWN = re.compile(
    r"""<script type="module" src="\{\{ asset\('[a-z-]+\.js'\) \}\}"></script>"""
    r"""|<script type="application/ld\+json">"""
)


def test_templates_hold_no_inline_style_or_script() -> None:
    for file in (WEB / "templates").rglob("*.html"):
        text = re.sub(OF_OUR_OWN, "", file.read_text())
        assert not re.search(r"<script|\sstyle=|\son[a-z]+=", text), file.name


def test_the_glossary_has_every_term_in_every_language() -> None:
    with (WEB / "translations/glossary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"place", "partner", "delivery"} <= {row["term"] for row in rows}
    assert all(row[language].strip() for row in rows for language in ("fr", "nl", "de"))
