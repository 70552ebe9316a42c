"""Pages with a secret that is shown this once: no browser and no proxy keeps them."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template


def page_shown_once(template: str, **values: Any) -> Response:
    """The page, not to be stored anywhere."""
    response = Response(render_template(template, **values))
    response.headers["Cache-Control"] = "no-store"
    return response
