"""The living style page: every component of look.md on one page, in light and in dark."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from coffee_node.web.style_samples import samples

style_pages = Blueprint("style", __name__)

THEMES = ("", "light", "dark")


@style_pages.get("/-/style")
def style() -> str:
    """Every component; `?theme=light` or `dark` holds it against what the system wants."""
    chosen = request.args.get("theme", "")
    return render_template(
        "style_page.html", samples=samples(), chosen=chosen if chosen in THEMES else "", themes=THEMES
    )
