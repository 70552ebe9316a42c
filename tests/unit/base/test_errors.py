"""Errors carry their status and become problem documents."""

from __future__ import annotations

import pytest

from coffee_node.base import errors
from coffee_node.base.errors import CoffeeError, problem


@pytest.mark.parametrize(
    ("kind", "status", "title"),
    [
        (errors.ConfigError, 500, "Internal Server Error"),
        (errors.InvalidDocument, 400, "Bad Request"),
        (errors.Unauthorized, 401, "Unauthorized"),
        (errors.NotSigned, 401, "Unauthorized"),
        (errors.Forbidden, 403, "Forbidden"),
        (errors.NotFound, 404, "Not Found"),
        (errors.MethodNotAllowed, 405, "Method Not Allowed"),
        (errors.Conflict, 409, "Conflict"),
        (errors.Gone, 410, "Gone"),
        (errors.TooLarge, 413, "Content Too Large"),
        (errors.UnsupportedMedia, 415, "Unsupported Media Type"),
        (errors.Unprocessable, 422, "Unprocessable Content"),
        (errors.TooManyRequests, 429, "Too Many Requests"),
        (errors.Unavailable, 503, "Service Unavailable"),
        (errors.FetchError, 502, "Bad Gateway"),
        (errors.AddressNotAllowed, 502, "Bad Gateway"),
    ],
)
def test_every_error_knows_its_status_and_title(kind: type[CoffeeError], status: int, title: str) -> None:
    assert problem(kind("It is so.")) == {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": "It is so.",
    }


def test_the_text_of_an_error_ends_with_the_next_step() -> None:
    error = errors.HomeInUse("There is a node in /srv/lille.", "Choose another folder.")
    assert str(error) == "There is a node in /srv/lille. Choose another folder."


@pytest.mark.parametrize("kind", [errors.InvalidDocument, errors.Unprocessable])
def test_a_problem_names_the_properties_that_are_wrong(
    kind: type[errors.InvalidDocument] | type[errors.Unprocessable],
) -> None:
    error = kind("The event cannot be read.", fields={"startTime": ["Not a time."]})
    assert problem(error)["errors"] == {"startTime": ["Not a time."]}


@pytest.mark.parametrize("kind", [errors.TooManyRequests, errors.Unavailable])
def test_an_error_that_passes_says_when(
    kind: type[errors.TooManyRequests] | type[errors.Unavailable],
) -> None:
    assert kind("Busy.", retry_after=7).retry_after == 7


def test_a_fetch_error_says_whether_to_ask_again() -> None:
    error = errors.FetchError("Tournai answers 503.", temporary=True, http_status=503)
    assert (error.temporary, error.http_status) == (True, 503)


def test_an_address_that_is_not_allowed_is_never_asked_again() -> None:
    assert errors.AddressNotAllowed("10.0.0.1 is private.").temporary is False
