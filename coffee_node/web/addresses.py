"""Addresses inside this node: where to go back to, names of cookies, files that may be kept for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from flask import current_app, request, url_for

from coffee_node.node import current_node

STATIC = Path(__file__).parent / "static"


def cookie_name(what: str) -> str:
    """The name of one of our cookies; it carries the port, because browsers share cookies between ports."""
    base = urlsplit(current_node.config.node.base_url)
    port = base.port or (443 if base.scheme == "https" else 80)
    return f"coffee_{what}_{port}"


def safe_back(target: str | None, otherwise: str = "/") -> str:
    """The target when it is a plain path on this node, else the other one: nobody is sent elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    if any(ord(char) < 33 or char == "\\" for char in target):
        return otherwise
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else otherwise


def here() -> str:
    """The path and query of this page, as `safe_back` accepts it."""
    return request.full_path.rstrip("?") if request.query_string else request.path


def language_href(code: str) -> str:
    """The link that switches this page to another language."""
    back = here() if request.method == "GET" else request.path
    return f"/language/{code}?{urlencode({'back': back})}"


def sign_in_href() -> str:
    """The link to the sign-in page that comes back to this one."""
    return "/sign-in" if request.path in ("/", "/sign-in") else f"/sign-in?{urlencode({'back': here()})}"


def asset(name: str) -> str:
    """The address of a file of ours, with its content in the query, so that browsers may keep it for ever."""
    hashes: dict[str, str] = current_app.extensions.setdefault("coffee_assets", {})
    if name not in hashes or current_app.debug:
        hashes[name] = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return url_for("shell.static", filename=name, v=hashes[name])
