"""Somebody at a page of a node, with or without an account, and the mails that the node has written."""

from __future__ import annotations

import re
from typing import Any

from coffee_node.base.mail import Mail
from coffee_node.testing import TestNode


class Visit:
    """Somebody at a page of a node, pressing its buttons with the token that stands in it."""

    def __init__(self, node: TestNode, handle: str, page: str) -> None:
        self.node, self.page = node, page
        self.browser = node.signed_in(handle) if handle else node.client

    @property
    def text(self) -> str:
        answer = self.browser.get(self.page, base_url=self.node.url, headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def press(self, action: str, **fields: Any) -> str:
        """Press a button that must work; where it leads."""
        answer = self.post(action, fields)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])

    def send(self, action: str, **fields: Any) -> str:
        return str(self.post(action, fields).text)

    def post(self, action: str, fields: dict[str, Any]) -> Any:
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', self.text)
        assert token is not None
        sent = {"csrf_token": token[1], **fields}
        referer = {"Referer": self.node.url + self.page}
        return self.browser.post(action, data=sent, base_url=self.node.url, headers=referer)


def mails_to(node: TestNode, address: str) -> list[Mail]:
    """What the node has written to an address, oldest first."""
    return node.rows(Mail, recipient=address)


def link_in(node: TestNode, mail: Mail) -> str:
    """The path of the link to this node that stands in a mail."""
    found = re.search(rf"{re.escape(node.url)}(/events/visitors/\S+)", mail.text)
    assert found is not None, mail.text
    return found[1]


def register_visitor(node: TestNode, event: str, name: str, **fields: Any) -> str:
    """Register somebody without an account and follow the link in the mail; the path of the own page."""
    address = f"{name.lower()}@visitors.example"
    form = Visit(node, "", f"/events/{event[-36:]}/register")
    said = {"name": name, "email": address, "consent": "y", **fields}
    sent = form.post(form.page, said)
    assert sent.status_code == 200, sent.text
    confirm = link_in(node, mails_to(node, address)[-1])
    return Visit(node, "", confirm).press(confirm)
