"""Which feature or plugin answers for a type of object and for an activity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from coffee_node.activitypub.vocabulary import type_names
from coffee_node.base.contracts import ActorRef, ObjectType
from coffee_node.base.errors import PluginError

Handler = Callable[[dict[str, Any], ActorRef], None]
Sender = Callable[[ActorRef, dict[str, Any]], str]
Place = tuple[str, str | None, str | None]
Acts = TypeVar("Acts")


class Registry:
    """The object types and activity handlers of one node, filled at start."""

    def __init__(self) -> None:
        self._types: list[ObjectType] = []
        self._serving: list[ObjectType] = []
        self._by_name: dict[str, list[tuple[str, ObjectType]]] = {}
        self._handlers: dict[Place, tuple[str, Handler]] = {}
        self._senders: dict[Place, tuple[str, Sender]] = {}

    def add_type(self, owner: str, object_type: ObjectType) -> None:
        """Add an object type; PluginError when another one without `accepts` holds one of its names."""
        for name in (object_type.name, *object_type.aliases):
            entries = self._by_name.setdefault(name, [])
            others = [other for other, entry in entries if entry.accepts is None]
            if object_type.accepts is None and others:
                raise PluginError(
                    f"Both {others[0]} and {owner} register the object type {name}.",
                    "Disable one of them in [plugins] disabled, or give one an accepts() function.",
                )
            entries.append((owner, object_type))
        if object_type.receive is None:
            self._types.append(object_type)
        if object_type.serve is not None:
            self._serving.append(object_type)

    def type_for(self, document: dict[str, Any]) -> ObjectType | None:
        """Give the type of a document by its first known name; one that asks for its content goes first."""
        return next(self.types_for(document), None)

    def types_for(self, document: dict[str, Any]) -> Iterator[ObjectType]:
        """Give every type that a document could be, the likeliest first."""
        for name in type_names(document.get("type")):
            entries = [entry for _, entry in self._by_name.get(name, ())]
            yield from (one for one in entries if one.accepts is not None and one.accepts(document))
            yield from (one for one in entries if one.accepts is None)

    def type_for_model(self, model: type[Any]) -> ObjectType:
        """Give the type kept in this table; PluginError when its feature has not registered it."""
        for object_type in self._types:
            if object_type.model is model:
                return object_type
        raise PluginError(f"No object type uses {model.__name__}.", "Register it in register_object_types.")

    def types(self) -> Sequence[ObjectType]:
        """Give every type that is kept as objects, in the order of registration."""
        return tuple(self._types)

    def document_for(self, uri: str, reader: ActorRef) -> dict[str, Any] | None:
        """Give a document that a feature serves to some readers only; None to everybody else."""
        for object_type in self._serving:
            found = object_type.serve(uri, reader) if object_type.serve is not None else None
            if found is not None:
                return found
        return None

    def add_handler(
        self,
        owner: str,
        activity_type: str,
        handler: Handler | None,
        *,
        target: str | None = None,
        of: str | None = None,
        sends: Sender | None = None,
    ) -> None:
        """Add who acts on an activity that arrives (`handler`) and who sends it for a client (`sends`).

        `target` limits it to what is addressed to one actor, `of` to answers to (or the undoing of) that type
        of activity. PluginError when another one holds the same place.
        """
        key = (activity_type, of, target)
        if handler is not None:
            _put(self._handlers, key, owner, handler)
        if sends is not None:
            _put(self._senders, key, owner, sends)

    def handler_for(
        self, activity_type: str, target_uris: Iterable[str] = (), of: str | None = None
    ) -> Handler | None:
        """Give the handler of an activity addressed to these actors; the more limited one goes first."""
        for target in (*target_uris, None):
            for about in dict.fromkeys((of, None)):
                found = self._handlers.get((activity_type, about, target))
                if found is not None:
                    return found[1]
        return None

    def sender_for(self, activity_type: str, of: str | None = None) -> Sender | None:
        """Give who sends an activity for a client: `sends(actor, activity)` answers the activity's id."""
        for about in dict.fromkeys((of, None)):
            found = self._senders.get((activity_type, about, None))
            if found is not None:
                return found[1]
        return None

    def handled_types(self) -> Sequence[str]:
        """Give the names of all activities somebody handles, sorted; `Accept of Join` for answers."""
        return sorted({_described(activity_type, of, None) for activity_type, of, _ in self._handlers})

    def sent_types(self) -> Sequence[str]:
        """Give the names of all activities that clients may send through somebody here, sorted."""
        return sorted({activity_type for activity_type, _, _ in self._senders})


def _put(table: dict[Place, tuple[str, Acts]], key: Place, owner: str, acts: Acts) -> None:
    if key in table:
        raise PluginError(
            f"Both {table[key][0]} and {owner} handle the activity {_described(*key)}.",
            "Disable one of them in [plugins] disabled, or limit one to an actor of its own.",
        )
    table[key] = (owner, acts)


def _described(activity_type: str, of: str | None, target: str | None) -> str:
    return f"{activity_type}{f' of {of}' if of else ''}{f' for {target}' if target else ''}"
