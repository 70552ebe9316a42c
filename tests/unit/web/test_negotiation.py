"""Programs get documents and problems, people get pages."""

from __future__ import annotations

import json

import pytest
from flask import Flask, request

from coffee_node.base.errors import InvalidDocument, TooManyRequests, Unauthorized
from coffee_node.web.negotiation import (
    document_response,
    is_program_post,
    problem_response,
    wants_document,
    wants_problem,
)

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "document"),
    [
        (BROWSER, False),
        ("*/*", False),
        ("", False),
        ("application/activity+json", True),
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', True),
        ("application/activity+json, application/ld+json", True),
        ("application/json", True),
        ("text/html, application/json", False),
        ("text/html;q=0.5, application/activity+json", True),
        ("text/html, application/activity+json;q=0.5", False),
    ],
)
def test_the_accept_header_decides(app: Flask, accept: str, document: bool) -> None:
    with app.test_request_context("/", headers={"Accept": accept}):
        assert wants_document(request) is document


@pytest.mark.parametrize(
    ("path", "headers", "program"),
    [
        ("/events", {"Accept": BROWSER}, False),
        ("/events", {"Accept": "*/*"}, False),
        ("/events.json", {"Accept": BROWSER}, True),
        ("/.well-known/webfinger", {}, True),
        ("/events", {"Accept": "application/json"}, True),
        ("/events", {"Authorization": "Bearer x", "Accept": "*/*"}, True),
    ],
)
def test_errors_go_to_programs_as_problems(
    app: Flask, path: str, headers: dict[str, str], program: bool
) -> None:
    with app.test_request_context(path, headers=headers):
        assert wants_problem(request) is program


@pytest.mark.parametrize(
    ("content_type", "program"),
    [
        ("application/activity+json", True),
        ("application/json", True),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("text/plain", False),
        ("", False),
    ],
)
def test_forms_are_told_from_documents(app: Flask, content_type: str, program: bool) -> None:
    with app.test_request_context("/", method="POST", headers={"Content-Type": content_type}):
        assert is_program_post(request) is program


def test_a_document_carries_its_context_first() -> None:
    response = document_response({"id": "x"}, "https://www.w3.org/ns/activitystreams")
    assert response.content_type == "application/activity+json"
    assert response.headers["Vary"] == "Accept"
    assert list(json.loads(response.data)) == ["@context", "id"]


def test_problems_say_which_property_and_when_to_come_back() -> None:
    bad = problem_response(InvalidDocument("No.", "Send a name.", fields={"name": ["missing"]}))
    assert bad.content_type == "application/problem+json"
    assert json.loads(bad.data)["errors"] == {"name": ["missing"]}
    assert problem_response(TooManyRequests("Slow.", retry_after=7)).headers["Retry-After"] == "7"
    assert problem_response(Unauthorized("Who?")).headers["WWW-Authenticate"] == "Bearer"
