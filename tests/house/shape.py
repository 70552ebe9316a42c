"""How large things may grow and how they may be called."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.house.sources import Module

MAX_FILE, MAX_FUNCTION, MAX_DEPTH = 300, 40, 3
FORBIDDEN_WORDS = frozenset({"utils", "util", "helpers", "helper", "manager", "common", "misc"})
ALLOWED_NAMES = frozenset({"plugin_manager", "test_plugin_manager"})


def long_files(modules: Mapping[str, Module]) -> list[str]:
    """Files that have to be scrolled for too long."""
    lengths = {module.path: len(module.text.splitlines()) for module in modules.values()}
    return [f"{path}: {length} lines" for path, length in lengths.items() if length > MAX_FILE]


def long_functions(modules: Mapping[str, Module]) -> list[str]:
    """Functions over the limit, counted from `def` to their last line."""
    found = []
    for module in modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MAX_FUNCTION:
                    found.append(f"{module.path}:{node.lineno} {node.name}: {length} lines")
    return found


def deep_packages(modules: Mapping[str, Module]) -> list[str]:
    """Packages nested deeper than a reader can keep in mind."""
    packages = {name if module.is_package else name.rpartition(".")[0] for name, module in modules.items()}
    return sorted(name for name in packages if len(name.split(".")) > MAX_DEPTH)


def forbidden_names(paths: Iterable[Path]) -> list[str]:
    """Files and folders whose name says nothing about what is in them."""
    found = set()
    for path in paths:
        for part in (*path.parent.parts, path.stem):
            words = set(part.lower().replace("-", "_").split("_"))
            if words & FORBIDDEN_WORDS and part not in ALLOWED_NAMES:
                found.add(f"{path}: {part}")
    return sorted(found)


def without_docstring(modules: Mapping[str, Module]) -> list[str]:
    """Modules that do not begin with a sentence saying what they are for."""
    return sorted(str(module.path) for module in modules.values() if not ast.get_docstring(module.tree))
