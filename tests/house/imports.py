"""Who imports whom: every import statement counts, also nested and type-only ones."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tests.house.sources import Module

FLOORS = (
    ("coffee_node.base", "coffee_node.migrations"),
    ("coffee_node.activitypub",),
    ("coffee_node.node",),
    ("coffee_node.federation",),
    ("coffee_node.web",),
    ("coffee_node.features",),
    ("coffee_node.app", "coffee_node.cli", "coffee_node.testing"),
)
PLUGINS_MAY_IMPORT = {
    "coffee_node": {"hookimpl"},
    "coffee_node.node": {"current_node"},
    "coffee_node.base": {"contracts", "database", "clock", "errors", "html", "i18n", "places"},
    "coffee_node.activitypub": {"schemas", "vocabulary", "keys", "http_client", "proofs"},
    "coffee_node.federation": {"actors", "objects", "outbox", "inbox"},
    "coffee_node.federation.models": {"Actor", "FederatedObject", "LocatedObject"},
    "coffee_node.web": {"auth", "forms", "listing", "list_forms", "negotiation"},
}


def imported(module: Module) -> Iterator[tuple[str, int]]:
    """Every dotted name that a module imports, with the line; `from a import b` gives `a.b`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute_base(module, node)
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and called_name(node) in ("import_module", "__import__"):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, node.lineno


def absolute_base(module: Module, node: ast.ImportFrom) -> str:
    """The absolute package of a from-import, relative ones resolved."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    kept = parts[: len(parts) - node.level + module.is_package]
    return ".".join([*kept, node.module] if node.module else kept)


def called_name(call: ast.Call) -> str:
    """The last part of what is called: `importlib.import_module(...)` gives `import_module`."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def is_below(name: str, package: str) -> bool:
    """True if the dotted name is the package or lies in it."""
    return name == package or name.startswith(package + ".")


def is_test_kit(name: str) -> bool:
    """True for `coffee_node.testing` and the modules `coffee_node.testing_...` that it consists of."""
    return bool(re.match(r"coffee_node\.testing(_\w+)?(\.|$)", name))


def floor_of(name: str) -> int | None:
    """The floor of a module of ours; -1 for `coffee_node` itself, None for other people's modules."""
    if is_test_kit(name):
        return len(FLOORS) - 1
    for number, packages in enumerate(FLOORS):
        if any(is_below(name, package) for package in packages):
            return number
    return -1 if is_below(name, "coffee_node") else None


def upward_imports(modules: Mapping[str, Module]) -> list[str]:
    """Imports that go to a higher floor than the importing module's."""
    found = []
    for module in modules.values():
        own = floor_of(module.name)
        for name, line in imported(module):
            target = floor_of(name)
            if own is not None and target is not None and target > own:
                found.append(f"{module.path}:{line} imports {name}, which is above")
    return found


def feature_of(name: str) -> str | None:
    """The feature that a module belongs to, if any."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["coffee_node", "features"] and len(parts) > 2 else None


def feature_meetings(modules: Mapping[str, Module]) -> list[str]:
    """Imports from one feature to another one."""
    return [
        f"{module.path}:{line} imports {name}: features never import each other"
        for module in modules.values()
        for name, line in imported(module)
        if feature_of(module.name) and feature_of(name) and feature_of(name) != feature_of(module.name)
    ]


def forbidden_imports(modules: Mapping[str, Module], importer: str, forbidden: tuple[str, ...]) -> list[str]:
    """Imports of certain packages by the modules below `importer`."""
    return [
        f"{module.path}:{line} imports {name}"
        for module in modules.values()
        if is_below(module.name, importer)
        for name, line in imported(module)
        if any(is_below(name, package) for package in forbidden)
    ]


def plugin_trespasses(modules: Mapping[str, Module]) -> list[str]:
    """Imports of the node by a plugin beyond what the contract opens."""
    found = []
    for module in modules.values():
        for name, line in imported(module):
            if is_below(name, "coffee_node") and not open_to_plugins(name):
                found.append(f"{module.path}:{line} imports {name}, which is not open to plugins")
    return found


def open_to_plugins(name: str) -> bool:
    """True if a plugin may import this dotted name (style: what a plugin may import)."""
    if is_test_kit(name):
        return True
    opened = [f"{package}.{each}" for package, names in PLUGINS_MAY_IMPORT.items() for each in names]
    return name in opened or any(is_below(name, each) for each in opened)


def import_graph(modules: Mapping[str, Module]) -> dict[str, set[str]]:
    """Edges between our modules: the longest module name that an import names."""
    graph: dict[str, set[str]] = {name: set() for name in modules}
    for module in modules.values():
        for name, _line in imported(module):
            target = name if name in modules else name.rpartition(".")[0]
            if target in modules and target != module.name:
                graph[module.name].add(target)
    return graph


def with_what_they_import(modules: Mapping[str, Module], wanted: set[str]) -> dict[str, Module]:
    """The wanted modules and, over any number of steps, what they import inside their own feature."""
    graph = import_graph(modules)
    found: dict[str, Module] = {}
    waiting = sorted(wanted)
    while waiting:
        name = waiting.pop()
        found[name] = modules[name]
        near = (target for target in graph[name] if feature_of(target) == feature_of(name))
        waiting += [target for target in near if target not in found]
    return found
