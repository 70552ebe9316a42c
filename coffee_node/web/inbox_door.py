"""The inboxes, in front of everything that pages need: sessions, form tokens, headers, languages.

Most requests of a busy node come here. Whatever goes wrong is handed to the application behind, whose inbox
views raise it again, so that errors are told in one place.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Request

from coffee_node.base import i18n
from coffee_node.base.errors import CoffeeError, Forbidden, NotFound, TooManyRequests
from coffee_node.federation import arrival_limits, inbox
from coffee_node.node import current_node
from coffee_node.web.protocol import incoming_request, local_actor, read_body

logger = logging.getLogger(__name__)
PATHS = re.compile(r"/inbox|/actor/inbox|/actors/([^/]+)/inbox")
REFUSAL = "coffee_node.refusal"
ACCEPTED = [("Content-Length", "0"), ("X-Content-Type-Options", "nosniff")]
StartResponse = Callable[..., Any]


class InboxDoor:
    """A WSGI application around the one of Flask that answers what is accepted by itself."""

    def __init__(self, app: Flask) -> None:
        self._flask = app
        self._app = app.wsgi_app

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Take a POST to an inbox; leave everything else, and every refusal, to the application."""
        path = PATHS.fullmatch(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] == "POST" else None
        if path is not None and REFUSAL not in environ:
            try:
                self._take(self._flask.request_class(environ), path[1])
            except Exception as error:
                environ[REFUSAL] = error
            else:
                start_response("202 Accepted", list(ACCEPTED))
                return []
        return self._app(environ, start_response)

    def _take(self, request: Request, slug: str | None) -> None:
        with self._flask.app_context():
            i18n.activate(current_node.catalogues, i18n.SOURCE_LANGUAGE)
            if slug is not None:
                local_actor(slug)
            take(request)


def take(request: Request) -> None:
    """Accept the activity of a request, or say in one line of the log why not."""
    address = request.remote_addr or ""
    arrival_limits.refuse_noisy(address)
    try:
        inbox.accept(incoming_request(read_body(request), request))
    except TooManyRequests:
        raise
    except CoffeeError as error:
        if not isinstance(error, Forbidden):
            arrival_limits.count_failure(address)
        why = "".join(sign if sign.isprintable() else " " for sign in error.message[:300])
        logger.warning("Refused an activity from %s with %d: %s", address, error.status, why)
        raise


def refusal_of(request: Request) -> Exception:
    """Why the activity of this request was not accepted."""
    refused = request.environ.get(REFUSAL)
    return refused if isinstance(refused, Exception) else NotFound("There is no such inbox here.")
