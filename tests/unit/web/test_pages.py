"""The pages of the shell, as browsers and programs get them."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coffee_node.base.database import db
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Account, BrowserSession

PASSWORD = "trois mots en file"


class Outline(HTMLParser):
    """What a linter wants to know of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.faults: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids, headings, labels, and what the policy forbids."""
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "script" or "style" in given or any(name.startswith("on") for name in given):
            self.faults.append(f"{tag} {given}")
        if tag in ("link", "img") and str(given.get("href") or given.get("src")).startswith("http"):
            self.faults.append(f"{tag} {given}")
        if tag == "label" and given.get("for"):
            self.labelled.add(str(given["for"]))
        if tag in ("input", "select", "textarea") and given.get("type") not in ("hidden", "submit"):
            self.fields.append(str(given.get("id")))


def sign_in(client: FlaskClient, who: str = "claire", password: str = PASSWORD, **more: str) -> TestResponse:
    """Fill in the form as a person does, with its token."""
    fields = {"csrf_token": token(client), "who": who, "password": password, **more}
    return client.post("/sign-in", data=fields)


def token(client: FlaskClient, path: str = "/sign-in") -> str:
    """The token of the form on a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert found, "the page has no form token"
    return found[1]


@pytest.mark.parametrize(
    "path", ["/", "/search", "/search?q=x", "/network", "/about", "/accessibility", "/privacy", "/sign-in",
             "/-/style", "/nowhere"],
)  # fmt: skip
def test_pages_are_sound_without_scripts(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    outline = Outline(response.text)
    assert response.status_code == (404 if path == "/nowhere" else 200)
    assert outline.faults == []
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(outline.headings))
    assert set(outline.fields) <= outline.labelled
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


def test_readers_without_an_account_get_no_cookie(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/").headers


def test_the_home_page_shows_what_features_add(client: FlaskClient) -> None:
    page = client.get("/").text
    assert "id='sample'" in page
    assert '<a href="/events">Agenda</a>' in page


def test_a_language_is_kept_and_leads_back_to_the_page(client: FlaskClient) -> None:
    link = re.search(r'href="(/language/nl[^"]*)"', client.get("/search?q=tva").text)
    assert link
    response = client.get(link[1].replace("&amp;", "&"))
    assert response.headers["Location"] == "/search?q=tva"
    assert response.headers["Set-Cookie"].startswith("coffee_language_8801=nl;")
    assert '<html lang="nl">' in client.get("/").text


@pytest.mark.parametrize("back", ["https://a.example", "//a.example", "/\\a.example", "javascript:x", ""])
def test_nobody_is_sent_to_another_site(client: FlaskClient, back: str) -> None:
    assert client.get("/language/nl", query_string={"back": back}).headers["Location"] == "/"


def test_signing_in_and_out_makes_and_ends_a_session(app: Flask, client: FlaskClient) -> None:
    response = sign_in(client, who="Claire@mutualab.example", back="/network")
    assert response.headers["Location"] == "/network"
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("coffee_session_8801=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert "Claire" in client.get("/").text
    client.post("/sign-out", data={"csrf_token": token(client, "/network")})
    with app.app_context():
        assert db.session.query(BrowserSession).count() == 0
    assert "Sign in" in client.get("/").text


def test_unknown_names_and_wrong_passwords_get_the_same_answer(client: FlaskClient) -> None:
    wrong = sign_in(client, password="something else").text
    unknown = sign_in(client, who="claire2", password="something else").text
    assert without_tokens(wrong) == without_tokens(unknown.replace("claire2", "claire"))
    assert "Name and password do not fit together" in wrong
    assert "<title>Error:" in wrong


def without_tokens(page: str) -> str:
    """A page without what differs from form to form."""
    return re.sub(r'value="[^"]{40,}"', "", page)


def test_a_form_without_its_token_is_shown_again_filled(client: FlaskClient) -> None:
    response = client.post("/sign-in", data={"who": "claire", "password": PASSWORD})
    assert response.status_code == 422
    assert 'value="claire"' in response.text
    assert "Nothing is lost" in response.text


def test_a_button_without_its_token_does_nothing(client: FlaskClient) -> None:
    sign_in(client)
    response = client.post("/sign-out")
    assert response.status_code == 400
    assert "Claire" in client.get("/").text


def test_a_sign_in_link_works_once(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        secret = accounts.sign_in_link(account())
    assert client.get(f"/sign-in/{secret}").status_code == 303
    assert "Claire" in client.get("/").text
    assert app.test_client().get(f"/sign-in/{secret}").status_code == 410


def account() -> Account:
    """The administrator of the sample node."""
    return accounts.account_named("claire")


def test_the_first_password_is_chosen_once(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        secret = accounts.sign_in_link(account(), purpose="setup")
    page = f"/setup?token={secret}"
    fields = {"csrf_token": token(client, page), "token": secret, "email": "c@mutualab.example"}
    refused = client.post("/setup", data={**fields, "password": "short"})
    assert refused.status_code == 422 and "At least 10 characters, please" in refused.text
    assert client.post("/setup", data={**fields, "password": "quatre mots en file"}).status_code == 303
    assert client.get(page).status_code == 410
    with app.app_context():
        assert accounts.check_password(accounts.find_account("c@mutualab.example"), "quatre mots en file")


def test_pages_of_administrators_ask_others_to_sign_in(client: FlaskClient) -> None:
    response = client.get("/admin/deliveries?state=waiting")
    assert response.headers["Location"] == "/sign-in?back=%2Fadmin%2Fdeliveries%3Fstate%3Dwaiting"
    sign_in(client)
    assert client.get("/admin/deliveries").status_code == 200


def test_programs_get_problem_documents(client: FlaskClient) -> None:
    response = client.get("/nowhere", headers={"Accept": "application/activity+json"})
    assert response.content_type == "application/problem+json"
    assert json.loads(response.data)["status"] == 404


def test_a_surprise_is_told_with_a_code_and_without_its_cause(app: Flask, client: FlaskClient) -> None:
    def broken() -> str:
        raise RuntimeError("the secret cause")

    app.add_url_rule("/broken", view_func=broken)
    response = client.get("/broken")
    assert response.status_code == 500
    assert "the secret cause" not in response.text
    assert re.search(r"error [0-9a-f]{8}", response.text)


def test_files_of_ours_may_be_kept_for_ever(client: FlaskClient) -> None:
    assert "/bootstrap/static/css/bootstrap.min.css?v=" in client.get("/").text
    sheet = re.search(r'href="(/-/static/coffee.css\?v=[0-9a-f]{12})"', client.get("/").text)
    assert sheet
    with client.get(sheet[1]) as response:
        assert "immutable" in response.headers["Cache-Control"]
