"""Finds import cycles: the strongly connected components of a graph (Tarjan, without recursion limits)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class _Search:
    """The bookkeeping of one run of Tarjan's algorithm."""

    def __init__(self, graph: Mapping[str, set[str]]) -> None:
        self.graph = graph
        self.index: dict[str, int] = {}
        self.low: dict[str, int] = {}
        self.stack: list[str] = []
        self.found: list[list[str]] = []

    def visit(self, start: str) -> None:
        """Walk everything reachable from a node with an explicit stack."""
        work: list[tuple[str, Iterator[str]]] = [self.enter(start)]
        while work:
            node, neighbours = work[-1]
            following = next(neighbours, None)
            if following is None:
                work.pop()
                self.leave(node, work[-1][0] if work else None)
            elif following not in self.index:
                work.append(self.enter(following))
            elif following in self.stack:
                self.low[node] = min(self.low[node], self.index[following])

    def enter(self, node: str) -> tuple[str, Iterator[str]]:
        """Number a node and put it on the stack."""
        self.index[node] = self.low[node] = len(self.index)
        self.stack.append(node)
        return node, iter(sorted(self.graph.get(node, ())))

    def leave(self, node: str, parent: str | None) -> None:
        """Close a node; the root of a component takes the component off the stack."""
        if parent is not None:
            self.low[parent] = min(self.low[parent], self.low[node])
        if self.low[node] == self.index[node]:
            position = self.stack.index(node)
            self.found.append(sorted(self.stack[position:]))
            del self.stack[position:]


def cycles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of nodes that reach each other, each sorted; a node that points at itself counts."""
    search = _Search(graph)
    for node in sorted(graph):
        if node not in search.index:
            search.visit(node)
    return [group for group in search.found if len(group) > 1 or group[0] in graph.get(group[0], ())]
