"""Collections: the documents we serve, and walking those of others within fixed bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coffee_node.activitypub.vocabulary import (
    AS_NAMESPACE,
    as_list,
    id_of,
    same_host,
    short_type,
    strip_nulls,
)

PAGES_LIMIT: Final = 50
ITEMS_LIMIT: Final = 1_000
_PAGE_TYPES: Final = frozenset({"CollectionPage", "OrderedCollectionPage"})
_COUNT_LIMIT: Final = 10**9

Fetch = Callable[[str], dict[str, Any]]


def ordered_collection(uri: str, total: int, first: str = "", context: Any = AS_NAMESPACE) -> dict[str, Any]:
    """Give the document of a collection; without `first` only its size is public."""
    document: dict[str, Any] = strip_nulls(
        {"@context": context, "id": uri, "type": "OrderedCollection", "totalItems": total, "first": first}
    )
    return document


def collection_page(
    uri: str,
    part_of: str,
    items: Sequence[Any],
    next_uri: str = "",
    total: int | None = None,
    context: Any = AS_NAMESPACE,
) -> dict[str, Any]:
    """Give the document of one page; `context` is the union of what its items need."""
    document: dict[str, Any] = strip_nulls(
        {
            "@context": context,
            "id": uri,
            "type": "OrderedCollectionPage",
            "partOf": part_of,
            "totalItems": total,
            "next": next_uri,
        }
    )
    return document | {"orderedItems": list(items)}


def whole_collection(uri: str, items: Sequence[Any], context: Any = AS_NAMESPACE) -> dict[str, Any]:
    """Give the document of a short collection that needs no pages."""
    return ordered_collection(uri, len(items), context=context) | {"orderedItems": list(items)}


def union_context(contexts: Sequence[Any]) -> list[Any]:
    """Give one context that holds the terms of several, for a page whose items differ in kind."""
    addresses: dict[str, None] = {AS_NAMESPACE: None}
    terms: dict[str, Any] = {}
    for one in (part for context in contexts for part in as_list(context)):
        if isinstance(one, dict):
            terms |= one
        else:
            addresses[one] = None
    return [*addresses, terms] if terms else list(addresses)


@dataclass(frozen=True)
class Page:
    """One page of somebody's collection: its items (ids or objects), and where to go on."""

    url: str
    items: list[str | dict[str, Any]]
    next: str
    total: int


def total_items(document: dict[str, Any]) -> int:
    """Give the hint of a collection's size; what is no sensible number is 0."""
    total = document.get("totalItems")
    is_sane = isinstance(total, int) and not isinstance(total, bool) and 0 <= total <= _COUNT_LIMIT
    return int(total) if is_sane and total is not None else 0


def walk(
    fetch: Fetch, url: str, *, max_pages: int = PAGES_LIMIT, max_items: int = ITEMS_LIMIT
) -> Iterator[Page]:
    """Read a collection (or go on at one of its pages) page by page.

    Ends at the limits, at a page seen before and at a page that is not on the collection's host;
    what `fetch` raises passes through, after the pages that were read.
    """
    document = fetch(url)
    total = total_items(document)
    here, items_left, seen = url, max_items, {url}
    for pages_left in reversed(range(max_pages)):
        if not _belongs(document, url):
            return
        items = _items(document)[:items_left]
        items_left -= len(items)
        embedded, following = _following(document)
        if not same_host(following, url) or following in seen or not items_left:
            following, embedded = "", None
        if items or short_type(document.get("type")) in _PAGE_TYPES:
            yield Page(here, items, following, total)
        if not following or not pages_left:
            return
        seen.add(following)
        here, document = following, fetch(following) if embedded is None else embedded


def _following(document: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """Give the next page (or the first of a collection without items), embedded or by its id."""
    is_page = short_type(document.get("type")) in _PAGE_TYPES
    target = document.get("next") or (None if is_page else document.get("first"))
    uri = id_of(target)
    embedded = target if isinstance(target, dict) and _items(target) else None
    if isinstance(target, dict) and not uri:
        uri = f"{id_of(document)}#first"
    return embedded, uri


def _belongs(document: dict[str, Any], url: str) -> bool:
    names = [id_of(document.get(key)) for key in ("id", "partOf")]
    return all(same_host(name, url) for name in names if name)


def _items(document: dict[str, Any]) -> list[str | dict[str, Any]]:
    found = document.get("orderedItems") or document.get("items")
    return [item for item in as_list(found) if isinstance(item, str | dict)]
