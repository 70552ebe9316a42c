"""Documents as a client posts them, small and valid; tests change what they are about."""

from __future__ import annotations

from typing import Any


def event_document(**changes: Any) -> dict[str, Any]:
    """A small Event as a client posts it."""
    document = {
        "type": "Event",
        "name": "Breakfast on both banks",
        "content": "<p>Coffee, bread, and who needs what.</p>",
        "startTime": "2026-12-03T08:30:00+01:00",
        "endTime": "2026-12-03T10:00:00+01:00",
        "timezone": "Europe/Paris",
        "inLanguage": "en",
    }
    return document | changes


def need_document(**changes: Any) -> dict[str, Any]:
    """A small need as a client posts it: a Note with the properties of FEP-0837."""
    document = {
        "type": "Note",
        "purpose": "request",
        "kind": "mission",
        "name": "Looking for a graphic designer",
        "content": "<p>Two days in January, Lille or Tournai.</p>",
        "inLanguage": "en",
        "publishes": {
            "type": "Intent",
            "action": "deliverService",
            "resourceQuantity": {"hasUnit": "day", "hasNumericalValue": "2"},
        },
        "endTime": "2027-01-15T23:59:59+01:00",
    }
    return document | changes


def article_document(**changes: Any) -> dict[str, Any]:
    """A small Article as a client posts it."""
    document = {
        "type": "Article",
        "kind": "legal",
        "name": "Working three days across the border",
        "content": "<h2>Social security</h2><p>Ask for the A1 form first.</p>",
        "countries": ["FR", "BE"],
        "reviewBy": "2027-11-23",
        "inLanguage": "en",
    }
    return document | changes


def note_document(**changes: Any) -> dict[str, Any]:
    """A plain Note as a client posts it."""
    return {"type": "Note", "content": "<p>Closed on the first of May.</p>", "inLanguage": "en"} | changes
