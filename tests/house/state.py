"""Where state may live: not in modules, and written by few."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tests.house.imports import called_name
from tests.house.sources import Module

PLAIN_CONTAINERS = {"dict", "list", "set", "bytearray", "defaultdict", "OrderedDict", "Counter", "deque"}
WEAK_CONTAINERS = {"WeakValueDictionary", "WeakKeyDictionary", "WeakSet"}
THREAD_THINGS = {"local", "Lock", "RLock", "Event", "Semaphore", "Thread", "Queue", "SimpleQueue"}
CONTAINERS = PLAIN_CONTAINERS | WEAK_CONTAINERS | THREAD_THINGS
CACHES = {"cache", "lru_cache", "cached"}
GROWING = {"add", "append", "appendleft", "extend", "insert", "setdefault", "update"}
SHRINKING = {"clear", "discard", "pop", "popitem", "popleft", "remove"}
MUTATORS = GROWING | SHRINKING | {"sort"}


def module_state(module: Module) -> dict[str, str]:
    """Signs of state kept by a module (changed containers, locks, caches, `global`): name to place."""
    found = dict(_global_statements(module.tree)) | dict(_caches(module.tree))
    containers = dict(_containers(module.tree))
    for name, value in containers.items():
        if is_empty(value) and name != "__all__":
            found[name] = f"{value.lineno} {name} is an empty container that waits to be filled"
    for name, line in _changes(module.tree):
        if name in containers:
            found[name] = f"{line} {name} is changed inside a function"
    return {f"{module.name}.{name}": f"{module.path}:{place}" for name, place in found.items()}


def _global_statements(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield from ((name, f"{node.lineno} global {name}") for name in node.names)


def _caches(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                if _last_name(decorator.func if isinstance(decorator, ast.Call) else decorator) in CACHES:
                    yield node.name, f"{node.lineno} {node.name} is cached for the whole process"


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _containers(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if (
            isinstance(node, ast.Assign | ast.AnnAssign)
            and node.value is not None
            and _is_container(node.value)
        ):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value


def _is_container(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return called_name(value) in CONTAINERS
    return isinstance(value, ast.Dict | ast.List | ast.Set | ast.DictComp | ast.ListComp | ast.SetComp)


def is_empty(value: ast.expr) -> bool:
    """True for `{}`, `[]`, `dict()`, locks and the like: nothing to read, so something to be written."""
    if isinstance(value, ast.Call):
        return called_name(value) in ("defaultdict", "deque") or not (value.args or value.keywords)
    return (isinstance(value, ast.Dict) and not value.keys) or (
        isinstance(value, ast.List) and not value.elts
    )


def _changes(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        local = _local_names(function)
        for node in ast.walk(function):
            for name in _changed_names(node):
                if name not in local:
                    yield name, getattr(node, "lineno", function.lineno)


def _local_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    arguments = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
    names = (node for node in ast.walk(function) if isinstance(node, ast.Name))
    return arguments | {name.id for name in names if isinstance(name.ctx, ast.Store)}


def _changed_names(node: ast.AST) -> Iterator[str]:
    changed: ast.expr | None = None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
        changed = node.func.value
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        changed = node.value
    if isinstance(changed, ast.Name):
        yield changed.id


def calls(modules: Mapping[str, Module], *names: str) -> Iterator[tuple[str, str]]:
    """The calls of these methods or functions, as (module, place)."""
    for module in modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and called_name(node) in names:
                yield module.name, f"{module.path}:{node.lineno} calls {called_name(node)}()"
