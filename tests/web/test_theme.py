"""An administrator gives the site two colours and a welcome; what cannot be read is refused in words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from coffee_node.testing import Fediverse, TestNode

HTML = {"Accept": "text/html", "Accept-Language": "en"}
PAGE = "/admin/theme"


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def send(node: TestNode, browser: FlaskClient, **fields: str) -> Any:
    page = browser.get(PAGE, base_url=node.url, headers=HTML).text
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert token
    headers = {**HTML, "Referer": f"{node.url}{PAGE}"}
    return browser.post(PAGE, base_url=node.url, data={"csrf_token": token[1], **fields}, headers=headers)


def test_the_page_is_for_administrators(lille: TestNode) -> None:
    lille.add_person("claire")
    assert lille.client.get(PAGE, base_url=lille.url, headers=HTML).status_code == 303
    claire = lille.signed_in("claire")
    assert claire.get(PAGE, base_url=lille.url, headers=HTML).status_code == 403


def test_a_pale_colour_is_refused_with_the_nearest_that_can_be_read(lille: TestNode) -> None:
    browser = lille.signed_in()
    answer = send(lille, browser, roast="#ffd24a", bank="0b6660")
    assert answer.status_code == 422
    assert 'value="#ffd24a"' in answer.text and 'value="0b6660"' in answer.text
    proposed = re.search(r"nearest that can be: (#[0-9a-f]{6})", answer.text)
    assert proposed
    assert send(lille, browser, roast=proposed[1]).status_code == 303


def test_what_is_no_colour_is_refused_and_never_reaches_the_style_sheet(lille: TestNode) -> None:
    browser = lille.signed_in()
    answer = send(lille, browser, roast="red;} body{display:none", bank="brown")
    assert answer.status_code == 422 and answer.text.count("Write a colour like") == 4
    assert "theme.css" not in lille.page("/")


def test_two_colours_change_every_page_in_light_and_dark(lille: TestNode) -> None:
    assert "theme.css" not in lille.page("/")
    assert send(lille, lille.signed_in(), roast="#1d4f91", bank="#7a1f5c").status_code == 303
    address = re.search(r'href="(/theme\.css\?v=[0-9a-f]+)"', lille.page("/"))
    assert address
    sheet = lille.client.get(address[1], base_url=lille.url)
    assert sheet.content_type.startswith("text/css") and "immutable" in sheet.headers["Cache-Control"]
    assert "--roast: light-dark(#1d4f91, #" in sheet.text and "--bank: light-dark(#7a1f5c, #" in sheet.text
    assert send(lille, lille.signed_in()).status_code == 303
    assert "theme.css" not in lille.page("/"), "left empty, the house's own look is back"


def test_the_welcome_is_read_in_the_reader_s_language(lille: TestNode) -> None:
    words = {"welcome-fr": "Bienvenue au bord de la Deûle <b>", "welcome-nl": "Welkom aan de Deule"}
    assert send(lille, lille.signed_in(), **words).status_code == 303
    assert "Bienvenue au bord de la Deûle &lt;b&gt;" in lille.page("/", "fr")
    assert "Welkom aan de Deule" in lille.page("/", "nl")
    assert send(lille, lille.signed_in(), **{"welcome-fr": "x" * 501}).status_code == 422
