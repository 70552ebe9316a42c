"""What the worker does with the inbox ledger: batches together where it can, one by one where it must.

Everything happens in the order of arrival. Neighbours that are plain (inbox_batch.py) are written together;
whatever else comes, and a batch that could not be written, is handled item by item, each in its savepoint.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy.exc import DataError

from coffee_node.base.database import savepoint, write
from coffee_node.base.errors import CoffeeError, FetchError, InvalidDocument
from coffee_node.federation import handlers, inbox_batch, inbox_ledger, members_view, origin, peers
from coffee_node.federation.actors import find_actor, ref
from coffee_node.federation.inbox_ledger import WORKER_PATIENCE, Item
from coffee_node.federation.incoming import Ignored, NeedsDocument, Refused
from coffee_node.federation.models import Actor
from coffee_node.federation.remote_objects import save_actor
from coffee_node.node import this_node

logger = logging.getLogger(__name__)
BATCH = 100
GATHER_SECONDS = 0.25
STREAM_SECONDS = 1.0
MAX_FETCHES = 10
Outcome = tuple[str, str]
HANDLED: Outcome = ("handled", "")


class InboxJob:
    """The worker's job: one thread at a time handles batches; who calls meanwhile has it look once more.

    Where one batch follows the other, each waits a moment to be larger: most of what a batch costs, it costs
    once. A thread that waits for another server's document has given its turn away.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_running = self._is_called = False
        self._last = -STREAM_SECONDS

    def tell(self) -> bool:
        """Whether a thread of this process is at it, which now knows that there is more."""
        with self._lock:
            self._is_called = self._is_called or self._is_running
            return self._is_running

    def __call__(self) -> None:
        """Handle batches until nothing is left that could be taken now."""
        while not self.tell() and self._begin():
            needy = None
            try:
                needy = self._handle_batches()
            finally:
                self._is_running = False
            if needy is None:
                return
            _handle_with_documents(*needy)

    def _begin(self) -> bool:
        with self._lock:
            is_free = not self._is_running
            self._is_running, self._is_called = True, False
            return is_free

    def _handle_batches(self) -> tuple[Item, NeedsDocument] | None:
        node = this_node()
        is_full = False
        while not node.is_stopping:
            if not is_full and time.monotonic() - self._last < STREAM_SECONDS:
                node.stopping.wait(GATHER_SECONDS)
            self._is_called = False
            taken, batch = _handle_batch(BATCH)
            self._last = time.monotonic() if taken else self._last
            if batch.needy is not None:
                return batch.needy
            is_full = taken == BATCH
            if not is_full and not batch.has_left_over and self._ends():
                return None
        return None

    def _ends(self) -> bool:
        """Whether nobody has called since the last batch was claimed."""
        with self._lock:
            self._is_running = self._is_called
            return not self._is_running


def process_next(limit: int = BATCH) -> int:
    """Handle one batch of what arrived, in order per sender; the number of items taken.

    One that needs a document of another server is fetched for outside the transaction and tried again;
    others that need one are left to the next batch, so that no lease runs out while a slow server is asked.
    """
    taken, batch = _handle_batch(limit)
    if batch.needy is not None:
        _handle_with_documents(*batch.needy)
    return taken


def _handle_batch(limit: int) -> tuple[int, _Batch]:
    claimed = inbox_ledger.claim(limit)
    if not claimed:
        return 0, _Batch([])
    with write(patience=WORKER_PATIENCE):
        batch = _Batch(inbox_ledger.still_waiting(claimed))
        batch.handle()
        peers.note_received(inbox_ledger.hosts_of(claimed))
    return len(claimed), batch


class _Batch:
    """One claimed batch inside its transaction; how its items ended is written when all were looked at."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = [(item, orjson.loads(item.body)) for item in items]
        self._outcomes: dict[Outcome, list[int]] = {}
        self._released: list[int] = []
        self._blocked: set[str] = set()
        self._one_by_one_until = 0
        self.needy: tuple[Item, NeedsDocument] | None = None

    @property
    def has_left_over(self) -> bool:
        """Whether some could be taken again at once."""
        return bool(self._released) or self.needy is not None

    def handle(self) -> None:
        """Look at every item in its turn."""
        position = 0
        while position < len(self._items):
            position += self._together(position) or self._alone(*self._items[position])
        for (state, why), ids in self._outcomes.items():
            inbox_ledger.finish(ids, state, why)
        if self._released:
            inbox_ledger.release(self._released)

    def _together(self, position: int) -> int:
        """Handle the plain items from here on at once; how many, none if the first goes alone."""
        if position < self._one_by_one_until:
            return 0
        run = inbox_batch.plain_run(self._items[position:], self._blocked)
        if len(run) < inbox_batch.WORTH_IT:
            return 0
        try:
            with savepoint():
                outcomes = inbox_batch.handle(run)
        except Exception:
            logger.info("A batch of %d activities is handled one by one", len(run), exc_info=True)
            self._one_by_one_until = position + len(run)
            return 0
        for item_id, outcome in outcomes.items():
            self._outcomes.setdefault(outcome, []).append(item_id)
        return len(outcomes)

    def _alone(self, item: Item, activity: dict[str, Any]) -> int:
        if item.actor_uri in self._blocked:
            self._released.append(item.id)
            return 1
        outcome = _attempt(item, activity, {})
        if isinstance(outcome, NeedsDocument):
            self._blocked.add(item.actor_uri)
            if self.needy is None:
                self.needy = (item, outcome)
            else:
                self._released.append(item.id)
        elif isinstance(outcome, Exception):
            if not inbox_ledger.count_attempt(item, _told(outcome)):
                self._blocked.add(item.actor_uri)
        else:
            self._outcomes.setdefault(outcome, []).append(item.id)
        return 1


def _attempt(item: Item, activity: dict[str, Any], fetched: dict[str, dict[str, Any]]) -> Outcome | Exception:
    """Handle one item in its own savepoint: how it ended, what it needs first, or what went wrong."""
    try:
        with savepoint():
            _dispatch(item, activity, fetched)
    except NeedsDocument as need:
        return need
    except Refused as reason:
        return "refused", str(reason)
    except (Ignored, InvalidDocument) as reason:
        return "ignored", str(reason)
    except DataError as error:
        return "ignored", f"a value does not fit its column: {error.orig}"
    except Exception as error:
        logger.exception("Handling %s failed", item.activity_uri)
        return error
    return HANDLED


def _dispatch(item: Item, activity: dict[str, Any], fetched: dict[str, dict[str, Any]]) -> None:
    sender = _sender(item, fetched)
    origin.check_sender(item.activity_uri, sender)
    who = ref(sender)
    inbox_batch.ask_plugins(activity, who)
    handlers.handle(activity, sender, fetched=fetched, is_post=item.is_post)
    inbox_batch.tell_plugins([(activity, who)])


def _sender(item: Item, fetched: dict[str, dict[str, Any]]) -> Actor:
    """Who did it; an actor first met in an outbox is fetched, one that delivered to us is known."""
    sender = find_actor(item.actor_uri)
    if sender is not None and (sender.is_local or sender.is_met or item.is_post):
        return sender
    if item.is_post:
        raise Ignored("the sender is not known any more")
    if item.actor_uri not in fetched:
        raise NeedsDocument(item.actor_uri)
    document = fetched[item.actor_uri]
    sender = save_actor(document, is_relevant=False)
    sender = save_actor(document, is_relevant=origin.is_relevant(sender))
    members_view.ask_again(sender)
    return sender


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _handle_with_documents(item: Item, need: NeedsDocument) -> None:
    """Fetch what a handler asked for, then handle the item again; at most ten documents deep."""
    activity: dict[str, Any] = orjson.loads(item.body)
    fetched: dict[str, dict[str, Any]] = {}
    problem = "it needs more documents than one activity may"
    for _ in range(MAX_FETCHES):
        try:
            fetched[need.uri] = handlers.fetch(need.uri)
        except FetchError as error:
            problem = f"{need.uri}: {error.message}"
            if error.temporary:
                _end(item, error, problem)
                return
            break
        except CoffeeError as error:
            problem = f"{need.uri}: {error.message}"
            break
        with write(patience=WORKER_PATIENCE):
            if not inbox_ledger.is_waiting(item):
                return
            outcome = _attempt(item, activity, fetched)
            if not isinstance(outcome, NeedsDocument):
                _note(item, outcome)
                return
            inbox_ledger.prolong(item)
        need = outcome
    _end(item, ("ignored", problem))


def _end(item: Item, outcome: Outcome | Exception, why: str = "") -> None:
    with write(patience=WORKER_PATIENCE):
        _note(item, outcome, why)


def _note(item: Item, outcome: Outcome | Exception, why: str = "") -> None:
    if isinstance(outcome, Exception):
        inbox_ledger.count_attempt(item, why or _told(outcome))
    else:
        inbox_ledger.finish([item.id], *outcome)
