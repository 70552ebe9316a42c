"""What the tests about pictures in articles share: the form, the button, and what came of it."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from coffee_node.features.articles.models import Article
from coffee_node.federation.media_models import Media
from coffee_node.testing import TestNode
from tests.web.people_visits import picture, send

NEW = "/articles/new"
FORM: dict[str, Any] = {
    "name": "A desk by the river",
    "kind": "good-practice",
    "language": "en",
    "content": "First.\n\nLast.",
    "visibility": "public",
}
ALT = "A desk [oak] by the “river”"


def typed(page: str, name: str = "content") -> str:
    """What stands in a text area of a page."""
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>\s*(.*?)</textarea>', page, re.S)
    assert found
    return found[1].replace("&#34;", '"').strip()


def line_of(text: str) -> str:
    """The Markdown of the picture in a text."""
    found = re.search(r"!\[.*\]\(/media/[0-9a-f]{32}\.webp\)", text)
    assert found, text
    return found[0]


def put(node: TestNode, client: FlaskClient, path: str = NEW, status: int = 200, **fields: Any) -> str:
    """Press the button that puts a picture into the text; the page that follows."""
    sent = {**FORM, "picture": picture(), "picture-alt": ALT, "insert": "1", **fields}
    return send(client, node, path, status, **sent)


def publish(node: TestNode, handle: str = "claire", **fields: Any) -> Article:
    """An article with a picture."""
    client = node.signed_in(handle)
    text = typed(put(node, client))
    send(client, node, NEW, 303, **{**FORM, "content": text, **fields})
    return node.rows(Article)[-1]


def path_of(media: Media) -> str:
    return f"/media/{media.name}.webp"


def status(node: TestNode, path: str, client: FlaskClient | None = None) -> int:
    return int((client or node.client).get(path, base_url=node.url).status_code)
