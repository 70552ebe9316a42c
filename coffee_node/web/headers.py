"""The headers of every answer: what a page may load, who may frame it, and what browsers may guess."""

from __future__ import annotations

from flask import Flask, Response, request

from coffee_node.node import current_node

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'self'",
    "form-action": "'self'",
}
# With form-action, browsers also block the redirect to another server that answers a form.
LEADS_ELSEWHERE = ("/follow", "/intents/", "/oauth/", "/authorize_interaction")
KEPT_FOR_EVER = "public, max-age=31536000, immutable"


def init_headers(app: Flask) -> None:
    """Add the headers to every answer of this application."""
    app.after_request(add_headers)


def content_policy(path: str) -> str:
    """The Content-Security-Policy of a page."""
    rules = {
        name: value
        for name, value in POLICY.items()
        if name != "form-action" or not path.startswith(LEADS_ELSEWHERE)
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def add_headers(response: Response) -> Response:
    """Set what a view has not set itself."""
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self)" if request.path.startswith("/door") else "camera=()",
    }
    if response.mimetype == "text/html":
        wanted["Content-Security-Policy"] = content_policy(request.path)
        wanted["Cache-Control"] = "private, no-cache"
        response.vary.update(("Accept", "Accept-Language", "Cookie"))
    if current_node.config.is_https:
        wanted["Strict-Transport-Security"] = "max-age=31536000"
    if (request.endpoint or "").endswith("static") and "v" in request.args:
        response.headers["Cache-Control"] = KEPT_FOR_EVER
    for name, value in wanted.items():
        response.headers.setdefault(name, value)
    return response
