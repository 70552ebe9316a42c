"""Is the process alive, can it serve, how much waits: for the supervisor, the proxy and monitoring."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from coffee_node.base.database import db
from coffee_node.base.errors import Forbidden
from coffee_node.base.migration_owners import Owner, behind, newest_revisions, owners_of
from coffee_node.federation.metrics import prometheus_text
from coffee_node.node import current_node
from coffee_node.web.client_views import bearer_token
from coffee_node.web.negotiation import json_response

operation_pages = Blueprint("operation", __name__)

READINESS = "coffee_node.readiness"
KEPT_SECONDS = 1.0
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


@dataclass
class Readiness:
    """What the last look at the database gave, for a second; `problem` is empty when all is well."""

    newest: dict[Owner, str | None] = field(default_factory=dict)
    looked_at: float = float("-inf")
    problem: str = ""
    behind: list[str] = field(default_factory=list)


@operation_pages.get("/livez")
def livez() -> Response:
    """The process answers."""
    return json_response({"status": "ok"})


@operation_pages.get("/readyz")
def readyz() -> Response:
    """The database answers and has all migrations; 503 with the reason when not.

    Work that an upgrade has left to the worker is named: pages are served meanwhile, some with less.
    """
    readiness = _readiness()
    if time.monotonic() - readiness.looked_at > KEPT_SECONDS:
        readiness.problem = _problem(readiness)
        readiness.behind = [] if readiness.problem else _tasks_behind()
        readiness.looked_at = time.monotonic()
    if readiness.problem:
        return json_response({"status": "unready", "reason": readiness.problem}, 503)
    working = {"working_on": readiness.behind} if readiness.behind else {}
    return json_response({"status": "ok", **working})


@operation_pages.get("/metrics")
def metrics() -> Response:
    """Figures in the text format of Prometheus: from this machine, else with an administrator's token."""
    if not _is_from_this_machine() and not bearer_token().account.is_admin:
        raise Forbidden("Metrics are for administrators.", "Use the token of an administrator.")
    return Response(prometheus_text(), content_type=PROMETHEUS)


def _is_from_this_machine() -> bool:
    """A direct connection over loopback, by a loopback name; what a proxy here passes on is not one."""
    if any(name in request.headers for name in FORWARDED):
        return False
    asked = urlsplit(f"//{request.host}").hostname or ""
    return _is_loopback(request.remote_addr or "") and (asked == "localhost" or _is_loopback(asked))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _readiness() -> Readiness:
    found = current_app.extensions.get(READINESS)
    if not isinstance(found, Readiness):
        found = Readiness(newest_revisions(owners_of(current_node.plugins)))
        current_app.extensions[READINESS] = found
    return found


def _problem(readiness: Readiness) -> str:
    try:
        with db.engine.connect() as connection:
            waiting = behind(connection, readiness.newest)
    except SQLAlchemyError:
        return "The database does not answer."
    return "The database waits for: coffee-node upgrade" if waiting else ""


def _tasks_behind() -> list[str]:
    """The tasks without which pages lack something."""
    return [task.name for task in current_node.tasks if task.is_behind is not None and task.is_behind()]
