"""What one running node owns; there is no other state in a process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from flask import current_app

from coffee_node.base.contracts import NoticeKind, Task
from coffee_node.base.group_commit import GroupCommit
from coffee_node.base.keyed_memory import KeyedMemory
from coffee_node.base.rate_limits import RateLimits
from coffee_node.base.row_sets import RenewedMemory
from coffee_node.base.short_memory import CountMemory, ShortMemory

if TYPE_CHECKING:
    from huey import Huey

    from coffee_node.activitypub.http_client import HttpClient
    from coffee_node.activitypub.keys import KeyCache
    from coffee_node.activitypub.registry import Registry
    from coffee_node.base.config import NodeConfig
    from coffee_node.base.i18n import Catalogues
    from coffee_node.base.plugin_manager import NodePlugins

EXTENSION = "coffee_node"
FAILURES_LIFE = timedelta(minutes=5)
SENDERS_LIFE = timedelta(seconds=10)
OFFERED_LIFE = timedelta(minutes=5)
COUNTS_LIFE = timedelta(seconds=60)
TEXTS_LIFE = timedelta(hours=1)
logger = logging.getLogger(__name__)


@dataclass
class Node:
    """Everything a node owns besides its database; `settings` holds the checked settings by plugin."""

    config: NodeConfig
    plugins: NodePlugins
    registry: Registry
    http: HttpClient
    queue: Huey
    catalogues: Catalogues
    keys: KeyCache
    tasks: list[Task] = field(default_factory=list)
    notice_kinds: dict[str, NoticeKind] = field(default_factory=dict)
    last_runs: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    key_failures: KeyedMemory[Exception] = field(default_factory=lambda: KeyedMemory(FAILURES_LIFE))
    senders: KeyedMemory[Any] = field(default_factory=lambda: KeyedMemory(SENDERS_LIFE))
    offered_keys: KeyedMemory[Any] = field(default_factory=lambda: KeyedMemory(OFFERED_LIFE, 200))
    partners: ShortMemory[frozenset[str]] = field(default_factory=ShortMemory)
    counts: KeyedMemory[Any] = field(default_factory=lambda: KeyedMemory(COUNTS_LIFE, 1_000))
    texts: KeyedMemory[bytes] = field(default_factory=lambda: KeyedMemory(TEXTS_LIFE, 20_000))
    row_sets: RenewedMemory = field(default_factory=lambda: RenewedMemory(COUNTS_LIFE))
    arrivals: GroupCommit = field(default_factory=GroupCommit)
    rate_limits: RateLimits = field(default_factory=RateLimits)
    site_settings: ShortMemory[Any] = field(default_factory=ShortMemory)
    decisions: ShortMemory[Any] = field(default_factory=ShortMemory)
    held_objects: CountMemory = field(default_factory=CountMemory)
    wakers: dict[str, Callable[[], object]] = field(default_factory=dict)
    has_worker: bool = False
    stopping: threading.Event = field(default_factory=threading.Event)

    def wake(self, job: str) -> None:
        """Tell the workers that there is work; a lost call costs at most one sweep."""
        waker = self.wakers.get(job)
        if waker is None:
            return
        try:
            waker()
        except Exception:
            logger.warning("The queue did not take a wake-up; the next sweep finds the work", exc_info=True)

    @property
    def is_stopping(self) -> bool:
        """Whether the process is about to end, so that no new work should begin."""
        return self.stopping.is_set()


def this_node() -> Node:
    """The node of the current application itself, for callbacks that run after its context is gone."""
    return cast(Node, current_app._get_current_object().extensions[EXTENSION])  # type: ignore[attr-defined]


class _CurrentNode:
    """Stands for the node of the current application; a plain proxy, asked twenty times an activity."""

    def __getattr__(self, name: str) -> Any:
        return getattr(this_node(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(this_node(), name, value)


current_node: Node = cast(Node, _CurrentNode())
