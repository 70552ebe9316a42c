"""What a handler is given: one verified activity, its sender and the documents fetched for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from coffee_node.federation.models import Actor


class Ignored(Exception):
    """What arrived is fine but changes nothing here; the message says why and is kept in the ledger."""


class NotMine(Exception):
    """What arrived looks like something of a feature but is nothing of it: others may know it."""


class Refused(Exception):
    """A plugin does not want what arrived; the message says why and is kept in the ledger."""


class NeedsDocument(Exception):
    """A handler needs a document of another server; it is fetched outside the transaction."""

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self.uri = uri


@dataclass(frozen=True)
class Incoming:
    """One activity with its verified sender and the documents that were fetched for it."""

    activity: dict[str, Any]
    sender: Actor
    fetched: dict[str, dict[str, Any]]
    is_post: bool = True

    @property
    def object(self) -> Any:
        """The object property as it came: an id, a document or nothing."""
        return self.activity.get("object")

    def document(self, uri: str) -> dict[str, Any]:
        """A document of another server; asks for it to be fetched when it is not there yet."""
        if uri not in self.fetched:
            raise NeedsDocument(uri)
        return self.fetched[uri]
