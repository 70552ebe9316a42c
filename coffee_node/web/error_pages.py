"""Errors told to whoever asked: a page in the reader's language, or a problem document for a program."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from coffee_node.base import errors
from coffee_node.base.database import as_unavailable, db
from coffee_node.base.i18n import LazyText
from coffee_node.base.i18n import gettext as _
from coffee_node.web.negotiation import problem_response, wants_problem

logger = logging.getLogger(__name__)

TITLES = {
    400: LazyText("This could not be read"),
    401: LazyText("Please sign in first"),
    403: LazyText("This is not open to you"),
    404: LazyText("There is nothing here"),
    405: LazyText("This cannot be done here"),
    409: LazyText("Somebody changed this meanwhile"),
    410: LazyText("Deleted by its author"),
    413: LazyText("This is too large"),
    415: LazyText("This kind of file is not read here"),
    422: LazyText("Something does not fit"),
    429: LazyText("A little too fast"),
    502: LazyText("The other site does not answer as it should"),
    503: LazyText("Not just now"),
}
ADVICE = {
    400: LazyText("Go back to the page before and send it once more."),
    404: LazyText("The address may have a typing error, or the page was taken away. Try the search."),
    405: LazyText("Go back to the page before and use the buttons there."),
    410: LazyText("It was here once. Nothing of it is kept."),
    413: LazyText("Send something smaller."),
    429: LazyText("Wait a moment, then try again."),
    503: LazyText("Try again in a few seconds. Nothing is lost."),
}
BY_STATUS: dict[int, type[errors.CoffeeError]] = {
    400: errors.InvalidDocument,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    409: errors.Conflict,
    410: errors.Gone,
    413: errors.TooLarge,
    415: errors.UnsupportedMedia,
    422: errors.Unprocessable,
    429: errors.TooManyRequests,
    503: errors.Unavailable,
}


def init_error_pages(app: Flask) -> None:
    """Answer every error of this application in the caller's way."""
    app.register_error_handler(errors.CoffeeError, answer)
    app.register_error_handler(CSRFError, _answer_stale_form)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(OperationalError, _answer_database_error)
    app.register_error_handler(PoolTimeout, _answer_database_error)
    app.register_error_handler(DataError, _answer_impossible_value)
    app.register_error_handler(Exception, _answer_surprise)


def answer(error: errors.CoffeeError) -> Response:
    """The answer to an error we raised on purpose; 5xx ones of ours hide what they say from strangers."""
    db.session.rollback()
    if wants_problem(request):
        return problem_response(error)
    retry_after = getattr(error, "retry_after", None)
    title = TITLES.get(error.status)
    page = _page(error.status, str(title) if title else error.title, error.message, error.next_step)
    if retry_after is not None:
        page.headers["Retry-After"] = str(retry_after)
    return page


def _page(status: int, title: str, message: str, next_step: str = "") -> Response:
    advice = next_step or str(ADVICE.get(status, ""))
    words = {"status": status, "heading": title, "message": message, "advice": advice}
    try:
        body = render_template("error.html", **words)
    except Exception:
        # What broke the page may break its frame as well: say it without one.
        logger.exception("The error page itself failed")
        body = render_template("error_plain.html", **words)
    return make_response(body, status)


def _answer_stale_form(error: CSRFError) -> Response:
    return answer(
        errors.InvalidDocument(
            _("This form was open for a long time, or comes from another page."),
            _("Go back to the page before, load it again and send it once more."),
        )
    )


def _answer_http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    kind = BY_STATUS.get(error.code)
    if kind is None:
        return error
    description = "" if error.description == type(error).description else error.description or ""
    if wants_problem(request):
        made = problem_response(kind(description or error.description or error.name))
    else:
        made = answer(kind(description))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            made.headers[name] = value
    return made


def _answer_database_error(error: Exception) -> Response:
    assert isinstance(error, OperationalError | PoolTimeout)  # noqa: S101
    unavailable = as_unavailable(error)
    return answer(unavailable) if unavailable is not None else _answer_surprise(error)


def _answer_impossible_value(error: DataError) -> Response:
    """What PostgreSQL cannot hold or compare (a NUL, a number too large) is the caller's mistake."""
    logger.warning("A value at %s was refused by the database: %s", request.path, error.orig)
    return answer(errors.InvalidDocument(_("There is nothing at this address.")))


def _answer_surprise(error: Exception) -> Response:
    """A 500 with a code to quote; what happened is in the log only."""
    code = secrets.token_hex(4)
    logger.exception("Error %s at %s", code, request.path)
    db.session.rollback()
    told = errors.CoffeeError(
        _("This went wrong on our side (error %(code)s).", code=code),
        _("Try again; if it stays, tell an administrator of this site this number."),
    )
    if wants_problem(request):
        return problem_response(told)
    return _page(500, _("Something went wrong"), told.message, told.next_step)
