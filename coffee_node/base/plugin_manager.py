"""One plugin manager per node: who is loaded, and calls that know whose code they run."""

from __future__ import annotations

import difflib
import importlib.metadata
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pluggy
from pluggy import HookImpl, PluginValidationError

from coffee_node.base import clock, hookspecs
from coffee_node.base.errors import PluginError

logger = logging.getLogger(__name__)

PROJECT = "coffee_node"
ENTRY_POINT_GROUP = "coffee_node.plugins"
KEPT_PROBLEMS = 100


@dataclass(frozen=True)
class Problem:
    """A failure of a plugin that the node survived; `at` is the last of `count` times."""

    plugin: str
    hook: str
    error: str
    at: datetime
    count: int = 1


@dataclass(frozen=True)
class PluginDistribution:
    """The installed distribution a plugin comes from."""

    plugin: str
    name: str
    version: str


class NodePlugins:
    """The core features and plugins of one node, called implementation by implementation."""

    def __init__(self) -> None:
        self._plugins = pluggy.PluginManager(PROJECT)
        self._plugins.add_hookspecs(hookspecs)
        self._distributions: dict[str, PluginDistribution] = {}
        self._problems: OrderedDict[tuple[str, str, str], Problem] = OrderedDict()
        self._lock = threading.Lock()

    def block(self, name: str) -> None:
        """Keep a plugin from being loaded."""
        self._plugins.set_blocked(name)

    def is_blocked(self, name: str) -> bool:
        """Whether a plugin is switched off."""
        return self._plugins.is_blocked(name)

    def add(self, name: str, plugin: object) -> None:
        """Register a module or object under its owner's name; PluginError when its hooks do not fit."""
        if self._plugins.has_plugin(name):
            raise PluginError(f'There are two plugins called "{name}".', "Uninstall one of them.")
        try:
            self._plugins.register(plugin, name)
        except (PluginValidationError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise PluginError(
                f'Plugin "{name}" cannot be registered: {reason}.', _switch_off(name)
            ) from error

    def add_entry_point(self, entry: importlib.metadata.EntryPoint) -> None:
        """Import an installed plugin and register it; PluginError names it when that fails."""
        try:
            plugin = entry.load()
        except Exception as error:
            raise PluginError(
                f'Plugin "{entry.name}" ({entry.value}) cannot be loaded: {_told(error)}.',
                _switch_off(entry.name),
            ) from error
        self.add(entry.name, plugin)
        if entry.dist is not None:
            self._distributions[entry.name] = PluginDistribution(
                entry.name, entry.dist.metadata["Name"], entry.dist.version
            )

    def unload(self, name: str, hook: str, error: Exception) -> None:
        """Take a plugin out again and keep the reason."""
        self._plugins.unregister(name=name)
        self.report(name, hook, error)

    def check_hook_names(self) -> None:
        """Refuse implementations of hooks that do not exist, naming the plugin and the nearest hook."""
        for name in self.names():
            for caller in self._plugins.get_hookcallers(self._plugins.get_plugin(name)) or ():
                if caller.has_spec():
                    continue
                near = difflib.get_close_matches(caller.name, hook_names(), n=1, cutoff=0.0)[0]
                raise PluginError(
                    f'Plugin "{name}" implements a hook "{caller.name}" that does not exist.',
                    f'Did you mean "{near}"?',
                )

    def names(self) -> list[str]:
        """The loaded owners in the order they were registered, core features first."""
        return [name for name, plugin in self._plugins.list_name_plugin() if plugin is not None]

    def distributions(self) -> list[PluginDistribution]:
        """The installed distributions behind the loaded plugins."""
        loaded = set(self.names())
        return [found for name, found in self._distributions.items() if name in loaded]

    @property
    def problems(self) -> list[Problem]:
        """What failed and was survived, the latest last; repeated failures are counted."""
        with self._lock:
            return list(self._problems.values())

    def collect(self, hook_name: str, make_register: Callable[[str], Callable[..., None]]) -> None:
        """Call a register_* hook of every owner with a callback of its own; PluginError names who failed."""
        for implementation in self._implementations(hook_name):
            owner = implementation.plugin_name
            try:
                _call(implementation, {"register": make_register(owner)})
            except Exception as error:
                raise PluginError(
                    f'Plugin "{owner}" failed in {hook_name}: {_told(error)}', _switch_off(owner)
                ) from error

    def notify(self, hook_name: str, **values: Any) -> None:
        """Tell everybody; a plugin that fails is reported and stops nobody else."""
        self.ask_all(hook_name, **values)

    def ask_all(self, hook_name: str, **values: Any) -> list[tuple[str, Any]]:
        """The answers as (owner, answer), without those who have none; failing plugins are reported."""
        answers = []
        for implementation in self._implementations(hook_name):
            try:
                answer = _call(implementation, values)
            except Exception as error:
                self.report(implementation.plugin_name, hook_name, error)
                continue
            if answer is not None:
                answers.append((implementation.plugin_name, answer))
        return answers

    def demand_all(self, hook_name: str, **values: Any) -> None:
        """Have everybody do their duty; PluginError names the first who cannot, and ends the asking."""
        for implementation in self._implementations(hook_name):
            owner = implementation.plugin_name
            try:
                _call(implementation, values)
            except Exception as error:
                self.report(owner, hook_name, error)
                raise PluginError(f'"{owner}" failed in {hook_name}: {_told(error)}') from error

    def first(self, hook_name: str, **values: Any) -> Any:
        """The first answer, the latest registered asked first, or None; a failing plugin raises PluginError.

        The questions asked this way decide who gets in: whoever asks treats the error as a refusal.
        """
        for implementation in reversed(self._implementations(hook_name)):
            try:
                answer = _call(implementation, values)
            except Exception as error:
                self.report(implementation.plugin_name, hook_name, error)
                raise PluginError(
                    f'Plugin "{implementation.plugin_name}" failed in {hook_name}: {_told(error)}'
                ) from error
            if answer is not None:
                return answer
        return None

    def listens(self, hook_name: str) -> bool:
        """Whether anybody implements this hook, so that work for nobody can be left out."""
        return bool(self._implementations(hook_name))

    def report(self, plugin: str, hook: str, error: Exception) -> None:
        """Keep a failure for the administration page and the log."""
        logger.error("Plugin %s failed in %s", plugin, hook, exc_info=error)
        key = (plugin, hook, _told(error))
        with self._lock:
            known = self._problems.pop(key, None)
            now = clock.utcnow()
            self._problems[key] = (
                replace(known, at=now, count=known.count + 1) if known else Problem(*key, at=now)
            )
            while len(self._problems) > KEPT_PROBLEMS:
                self._problems.popitem(last=False)

    def _implementations(self, hook_name: str) -> list[HookImpl]:
        caller: pluggy.HookCaller = getattr(self._plugins.hook, hook_name)
        return caller.get_hookimpls()


def hook_names() -> list[str]:
    """The names of all hooks of the contract."""
    return [name for name, value in vars(hookspecs).items() if hasattr(value, f"{PROJECT}_spec")]


def _call(implementation: HookImpl, values: dict[str, Any]) -> Any:
    return implementation.function(**{name: values[name] for name in implementation.argnames})


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__


def _switch_off(name: str) -> str:
    return f"Mend or uninstall it, or switch it off with `coffee-node plugin disable {name}`."


def installed() -> list[importlib.metadata.EntryPoint]:
    """The installed plugins by name, loaded or not."""
    return sorted(importlib.metadata.entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name)


def build_plugin_manager(
    core: Sequence[tuple[str, object]],
    disabled: Collection[str],
    entry_points: bool = True,
    extra: Sequence[tuple[str, object]] = (),
) -> NodePlugins:
    """Load core features, then installed plugins by name, then `extra`; PluginError names a culprit."""
    plugins = NodePlugins()
    for name in disabled:
        plugins.block(name)
    for name, feature in core:
        plugins.add(name, feature)
    for entry in installed() if entry_points else ():
        if not plugins.is_blocked(entry.name):
            plugins.add_entry_point(entry)
    for name, plugin in extra:
        plugins.add(name, plugin)
    plugins.check_hook_names()
    return plugins
