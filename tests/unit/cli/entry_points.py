"""Installed plugins that are not installed: entry points that give an object, or an error."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any, cast

from coffee_node.base.plugin_manager import ENTRY_POINT_GROUP


class _Pretended:
    """Looks like an entry point whose object is here already."""

    def __init__(self, name: str, plugin: object) -> None:
        self.name, self.value, self.group, self.dist = name, f"coffee_{name}", ENTRY_POINT_GROUP, None
        self._plugin = plugin

    def load(self) -> Any:
        """The plugin, or its error."""
        if isinstance(self._plugin, Exception):
            raise self._plugin
        return self._plugin


def entry_point(name: str, plugin: object) -> EntryPoint:
    """An entry point that loads this object; an exception is raised instead."""
    return cast(EntryPoint, _Pretended(name, plugin))
