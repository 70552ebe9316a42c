"""The pages on which events are written, for the tests of several of them."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from coffee_node.testing import TestNode

FORM = {
    "name": "Breakfast",
    "language": "en",
    "start_day": "2026-12-01",
    "start_clock": "9:00",
    "end_clock": "11:00",
    "timezone": "Europe/Paris",
    "place_name": "Mutualab",
    "locality": "Lille",
    "country": "FR",
    "category": "",
    "join_mode": "free",
    "visibility": "public",
    "repeat": "",
    "interval": "1",
}


def get(node: TestNode, client: FlaskClient, path: str) -> Any:
    """A page in English."""
    return client.get(path, base_url=node.url, headers={"Accept": "text/html", "Accept-Language": "en"})


def send(node: TestNode, client: FlaskClient, page: str, action: str = "", **fields: Any) -> Any:
    """Press a button of a page with its token; a list is a field that comes several times."""
    text = get(node, client, page).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    assert token is not None, text
    headers = {"Accept": "text/html", "Accept-Language": "en", "Referer": node.url + page}
    data = {"csrf_token": token[1], **fields}
    return client.post(action or page, data=data, base_url=node.url, headers=headers)


def value_of(page: str, name: str) -> str:
    """What a text input of a page holds."""
    field = re.search(rf'<input[^>]* name="{name}"[^>]*>', page)
    assert field is not None, name
    value = re.search(r' value="([^"]*)"', field[0])
    return value[1] if value else ""
