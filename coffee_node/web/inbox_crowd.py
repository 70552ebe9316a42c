"""Requests to the inboxes that came together: what is plainly good is accepted in one transaction.

A busy node spends most of its time here. Whatever needs a closer look (an unknown key, a refusal, an error)
is left to the door of the inboxes (inbox_door.py), which judges it again from the beginning.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from flask import Flask

from coffee_node.activitypub.signed_request import IncomingRequest
from coffee_node.base import i18n
from coffee_node.base.errors import Unavailable
from coffee_node.federation import arrival_limits, inbox
from coffee_node.node import current_node
from coffee_node.web.inbox_door import PATHS, REFUSAL
from coffee_node.web.protocol import BODY_TYPES, MAX_BODY, local_actor
from coffee_node.web.proxies import behind_proxies

logger = logging.getLogger(__name__)
Environ = dict[str, Any]


class InboxCrowd:
    """What a server calls with all the POSTs to inboxes that wait at a moment."""

    def __init__(self, app: Flask, hops: int) -> None:
        self._app = app
        self._heed_proxies = behind_proxies(lambda environ, start_response: (), hops)

    @staticmethod
    def is_for(method: str, path: str) -> bool:
        """Whether a request belongs here."""
        return method == "POST" and PATHS.fullmatch(path) is not None

    def take(self, crowd: Sequence[Environ]) -> list[bool]:
        """Accept requests with whole bodies; True for 202, False for one that the application answers."""
        with self._app.app_context():
            i18n.activate(current_node.catalogues, i18n.SOURCE_LANGUAGE)
            found = [self._judged(dict(environ)) for environ in crowd]
            good = [one for one in found if one is not None]
            try:
                inbox.keep(good)
            except Unavailable as error:
                # It has been waited for as long as a sender waits: the application only says so.
                for environ in crowd:
                    environ[REFUSAL] = error
                return [False] * len(crowd)
            except Exception:
                logger.info("A crowd of %d activities is taken one by one", len(good), exc_info=True)
                return [False] * len(crowd)
            return [one is not None for one in found]

    def _judged(self, environ: Environ) -> inbox.Judged | None:
        self._heed_proxies(environ, lambda *_: None)
        try:
            arrival_limits.refuse_noisy(environ["REMOTE_ADDR"])
            path = PATHS.fullmatch(environ["PATH_INFO"])
            if path is not None and path[1] is not None:
                local_actor(path[1])
            request = _request(environ)
            return None if request is None else inbox.judged_at_once(request)
        except Exception:
            return None  # the door of the inboxes meets the same, and tells of it


def _request(environ: Environ) -> IncomingRequest | None:
    """The request as it was signed; None for a body of another kind, whose refusal needs words."""
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    is_plain = environ.get("HTTP_CONTENT_ENCODING", "identity") == "identity"
    if kind not in BODY_TYPES or not is_plain or int(environ["CONTENT_LENGTH"]) > MAX_BODY:
        return None
    headers = {
        name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")
    }
    headers["content-type"] = environ["CONTENT_TYPE"]
    body = environ["wsgi.input"].getvalue()
    scheme = "https" if current_node.config.is_https else "http"
    target = environ["RAW_URI"] if environ["QUERY_STRING"] else environ["RAW_URI"].rstrip("?")
    return IncomingRequest("POST", target, headers, body, headers.get("HOST", ""), scheme)
