"""Is the process alive, can it serve: for the supervisor, the proxy and the tests."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from flask import Blueprint, Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from coffee_node.base.database import db
from coffee_node.base.migration_owners import Owner, behind, newest_revisions, owners_of
from coffee_node.node import current_node
from coffee_node.web.negotiation import json_response

operation_pages = Blueprint("operation", __name__)

READINESS = "coffee_node.readiness"
KEPT_SECONDS = 1.0


@dataclass
class Readiness:
    """What the last look at the database gave, for a second; `problem` is empty when all is well."""

    newest: dict[Owner, str | None] = field(default_factory=dict)
    looked_at: float = float("-inf")
    problem: str = ""


@operation_pages.get("/livez")
def livez() -> Response:
    """The process answers."""
    return json_response({"status": "ok"})


@operation_pages.get("/readyz")
def readyz() -> Response:
    """The database answers and has all migrations; 503 with the reason when not."""
    readiness = _readiness()
    if time.monotonic() - readiness.looked_at > KEPT_SECONDS:
        readiness.problem = _problem(readiness)
        readiness.looked_at = time.monotonic()
    if readiness.problem:
        return json_response({"status": "unready", "reason": readiness.problem}, 503)
    return json_response({"status": "ok"})


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
