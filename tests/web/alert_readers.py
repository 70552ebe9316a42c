"""Readers who save searches and press the buttons of pages, for the tests of saved searches."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from coffee_node.base.mail import Mail
from coffee_node.testing import TestNode
from coffee_node.web.alert_matching import look

HTML = {"Accept": "text/html", "Accept-Language": "en"}
NEEDS = "/offers?purpose=request"


class Reader:
    """Somebody with a browser of their own, signed in or not, who presses the buttons of pages."""

    def __init__(self, node: TestNode, handle: str = "") -> None:
        self.node = node
        self.browser = node.signed_in(handle) if handle else node.client

    def read(self, path: str, status: int = 200) -> str:
        answer = self.browser.get(path, base_url=self.node.url, headers=HTML)
        assert answer.status_code == status, answer.text
        return str(answer.text)

    def press(self, page: str, action: str, status: int = 303, **fields: str) -> Any:
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', self.read(page))
        assert token is not None
        sent = {"csrf_token": token[1], **fields}
        headers = {**HTML, "Referer": self.node.url + page}
        answer = self.browser.post(action, data=sent, base_url=self.node.url, headers=headers)
        assert answer.status_code == status, answer.text
        return answer

    def save(self, address: str = NEEDS, rhythm: str = "now", status: int = 303, **fields: str) -> Any:
        page = f"/alerts/new?list={quote(address)}"
        return self.press(page, "/alerts/new", status, list=address, rhythm=rhythm, **fields)


def look_at(node: TestNode) -> str:
    with node.context():
        return look()


def links(node: TestNode, pattern: str = "/alerts/") -> list[str]:
    """The paths of the links in every mail of a node, oldest first."""
    texts = "\n".join(mail.text for mail in node.rows(Mail))
    return re.findall(rf"{re.escape(node.url)}({pattern}\S+)", texts)


def confirmed(node: TestNode, reader: Reader) -> None:
    [path] = links(node, "/alerts/confirm/")
    reader.press(path, path)
