"""A browser without scripts for tests: it fills in forms as a person does, and counts screens."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from coffee_node.testing import TestNode

HEADERS = {"Accept": "text/html", "Accept-Language": "en"}
Fields = dict[str, list[str]]


class FormReader(HTMLParser):
    """The forms of a page: their action and what a browser would send if nothing was touched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, Fields]] = []
        self._area = ""
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and their fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        elif self.forms and tag == "input" and given.get("name"):
            self._note_input(given, {name for name, _value in attrs})
        elif self.forms and tag == "textarea":
            self._area = given.get("name", "")
            self._fields.setdefault(self._area, []).append("")
        elif self.forms and tag == "select":
            self._select = given.get("name", "")
        elif self._select and tag == "option":
            chosen = any(name == "selected" for name, _value in attrs)
            if chosen or self._select not in self._fields:
                self._fields[self._select] = [given.get("value", "")]

    def _note_input(self, given: dict[str, str], names: set[str]) -> None:
        kind = given.get("type", "text")
        if kind in ("submit", "button", "file") or (kind in ("radio", "checkbox") and "checked" not in names):
            return
        self._fields.setdefault(given["name"], []).append(given.get("value", "on"))

    def handle_data(self, data: str) -> None:
        """The text of a text area."""
        if self._area:
            self._fields[self._area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        """Leave a text area or a list of choices."""
        if tag == "textarea":
            self._area = ""
        if tag == "select":
            self._select = ""

    @property
    def _fields(self) -> Fields:
        return self.forms[-1][1]


class FormBrowser:
    """One browser at one node; `screens` counts the pages that it has shown."""

    def __init__(self, node: TestNode, client: FlaskClient | None = None) -> None:
        self.node = node
        self.client = client or node.client
        self.path = "/"
        self.page = ""
        self.status = 0
        self.screens = 0
        self.headers = Headers()

    def open(self, path: str) -> str:
        """Open a page and follow where it leads; its text."""
        return self._show(self.client.get(self._local(path), base_url=self.node.url, headers=HEADERS))

    def send(self, action: str = "", **changes: Any) -> str:
        """Send the form of the present page that goes to this action (the first in `main` without one)."""
        target, fields = self._form(action)
        for name, value in changes.items():
            fields[name] = value if isinstance(value, list) else [value]
        headers = HEADERS | {"Referer": self.node.url + self.path}
        sent = self.client.post(target or self.path, data=fields, base_url=self.node.url, headers=headers)
        return self._show(sent)

    def post(self, path: str, **fields: Any) -> str:
        """Send what no form of the page would, with the token of the page, as somebody who tries things."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.page)
        assert token is not None, f"{self.path} has no form"
        headers = HEADERS | {"Referer": self.node.url + self.path}
        data = {"csrf_token": token[1], **fields}
        return self._show(self.client.post(path, data=data, base_url=self.node.url, headers=headers))

    def _form(self, action: str) -> tuple[str, Fields]:
        forms = FormReader(self.page.partition("<main")[2].partition("</main>")[0]).forms
        found = [form for form in forms if not action or form[0].partition("?")[0].endswith(action)]
        assert found, f"{self.path} has no form to {action!r}: {[form[0] for form in forms]}"
        return found[0]

    def _show(self, response: TestResponse) -> str:
        while response.status_code in (302, 303):
            self.path = self._local(response.headers["Location"])
            response = self.client.get(self.path, base_url=self.node.url, headers=HEADERS)
        self.path = response.request.full_path.rstrip("?")
        self.page, self.status, self.headers = response.text, response.status_code, response.headers
        self.screens += 1
        return self.page

    def _local(self, address: str) -> str:
        return address.removeprefix(self.node.url)
