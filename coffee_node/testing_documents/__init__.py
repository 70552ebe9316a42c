"""Documents in the shape other servers send them: `load_document("mobilizon/event")`.

They are written after what these servers were seen to send (FEDERATION.md), with names and keys of our own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def document_names() -> list[str]:
    """Every document as `software/kind`, sorted."""
    return sorted(file.relative_to(FOLDER).with_suffix("").as_posix() for file in FOLDER.glob("*/*.json"))


def load_document(name: str) -> dict[str, Any]:
    """A fresh copy of a document; FileNotFoundError names the documents that exist."""
    file = FOLDER / f"{name}.json"
    if name not in document_names():
        raise FileNotFoundError(f"There is no document {name}; there are {', '.join(document_names())}.")
    document: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return document
