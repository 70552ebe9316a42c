"""Collections: ours as the contract has them, those of others within bounds."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.activitypub.collections import (
    collection_page,
    ordered_collection,
    total_items,
    union_context,
    walk,
    whole_collection,
)
from coffee_node.activitypub.vocabulary import AS_NAMESPACE, EVENT_CONTEXT, OFFER_CONTEXT
from coffee_node.base.errors import FetchError

OUTBOX = "https://lille.example/actors/mutualab/outbox"


def test_a_collection_names_its_first_page() -> None:
    assert ordered_collection(OUTBOX, 118, f"{OUTBOX}?page=1") == {
        "@context": AS_NAMESPACE,
        "id": OUTBOX,
        "type": "OrderedCollection",
        "totalItems": 118,
        "first": f"{OUTBOX}?page=1",
    }
    assert ordered_collection(OUTBOX, 0) == {
        "@context": AS_NAMESPACE, "id": OUTBOX, "type": "OrderedCollection", "totalItems": 0,
    }  # fmt: skip


def test_a_page_embeds_its_items_and_names_the_next() -> None:
    item = {"id": "https://lille.example/activities/1", "type": "Create", "cc": []}
    page = collection_page(f"{OUTBOX}?page=1", OUTBOX, [item], f"{OUTBOX}?before=0192f3c1")
    assert page == {
        "@context": AS_NAMESPACE,
        "id": f"{OUTBOX}?page=1",
        "type": "OrderedCollectionPage",
        "partOf": OUTBOX,
        "next": f"{OUTBOX}?before=0192f3c1",
        "orderedItems": [item],
    }
    assert collection_page(OUTBOX, OUTBOX, [])["orderedItems"] == []
    assert whole_collection(OUTBOX, ["a", "b"])["totalItems"] == 2


def test_the_context_of_a_page_holds_the_terms_of_all_its_items() -> None:
    merged = union_context([EVENT_CONTEXT, OFFER_CONTEXT, AS_NAMESPACE])
    assert merged[0] == AS_NAMESPACE
    assert len(merged) == 3
    assert {"ev", "vf", "Hashtag"} <= set(merged[-1])
    assert union_context([]) == [AS_NAMESPACE]


class Host:
    """Documents by address, and what was asked for."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self.documents = documents
        self.asked: list[str] = []

    def __call__(self, url: str) -> dict[str, Any]:
        self.asked.append(url)
        if url not in self.documents:
            raise FetchError("no such page", temporary=True)
        return dict(self.documents[url])


def page(number: int, *items: Any, after: str | None = None, **more: Any) -> dict[str, Any]:
    url = f"{OUTBOX}?page={number}"
    following = f"{OUTBOX}?page={number + 1}" if after is None else after
    return {
        "id": url,
        "type": "OrderedCollectionPage",
        "partOf": OUTBOX,
        "next": following,
        "orderedItems": list(items),
        **more,
    }


def collection(**more: Any) -> dict[str, Any]:
    return {"id": OUTBOX, "type": "OrderedCollection", "totalItems": 3, "first": f"{OUTBOX}?page=1", **more}


def test_a_walk_goes_from_the_first_page_to_the_last() -> None:
    host = Host(
        {
            OUTBOX: collection(),
            f"{OUTBOX}?page=1": page(1, "a", "b"),
            f"{OUTBOX}?page=2": page(2, "c", after=""),
        }
    )
    pages = list(walk(host, OUTBOX))
    assert [one.items for one in pages] == [["a", "b"], ["c"]]
    assert [one.next for one in pages] == [f"{OUTBOX}?page=2", ""]
    assert pages[0].url == f"{OUTBOX}?page=1"
    assert pages[0].total == 3


def test_a_walk_goes_on_at_the_page_where_it_stopped_and_never_back_to_the_first() -> None:
    last = page(2, "c", after="") | {"first": f"{OUTBOX}?page=1", "next": None}
    host = Host({f"{OUTBOX}?page=2": last, f"{OUTBOX}?page=1": page(1, "a")})
    assert [one.items for one in walk(host, f"{OUTBOX}?page=2")] == [["c"]]


@pytest.mark.parametrize(
    "first", [page(1, "a", after=""), {"type": "OrderedCollectionPage", "orderedItems": "a"}]
)
def test_an_embedded_first_page_is_not_fetched(first: dict[str, Any]) -> None:
    host = Host({OUTBOX: collection(first=first)})
    assert [one.items for one in walk(host, OUTBOX)] == [["a"]]
    assert host.asked == [OUTBOX]


@pytest.mark.parametrize("name", ["items", "orderedItems"])
def test_items_may_stand_in_the_collection_itself(name: str) -> None:
    document = collection(first=None) | {name: ["a", {"id": "b"}, None, 5, ["c"]]}
    assert [one.items for one in walk(Host({OUTBOX: document}), OUTBOX)] == [["a", {"id": "b"}]]


def test_h28a_an_endless_collection_ends_after_fifty_pages() -> None:
    host = Host({OUTBOX: collection(), **{f"{OUTBOX}?page={n}": page(n, "a") for n in range(100)}})
    assert len(list(walk(host, OUTBOX))) == 49
    assert len(host.asked) == 50


def test_h28b_pages_that_point_at_each_other_are_read_once() -> None:
    host = Host({
        OUTBOX: collection(),
        f"{OUTBOX}?page=1": page(1, "a"),
        f"{OUTBOX}?page=2": page(2, "b", after=f"{OUTBOX}?page=1"),
    })  # fmt: skip
    assert [one.items for one in walk(host, OUTBOX)] == [["a"], ["b"]]
    assert len(host.asked) == 3


def test_h28c_no_more_than_a_thousand_items_are_read() -> None:
    many = [f"https://lille.example/{number}" for number in range(10_000)]
    host = Host({OUTBOX: collection(), f"{OUTBOX}?page=1": page(1, *many), f"{OUTBOX}?page=2": page(2, "x")})
    pages = list(walk(host, OUTBOX))
    assert [len(one.items) for one in pages] == [1_000]
    assert pages[0].next == ""
    few = {f"{OUTBOX}?page={n}": page(n, *many[:600]) for n in (1, 2, 3)}
    assert [len(one.items) for one in walk(Host({OUTBOX: collection(), **few}), OUTBOX)] == [600, 400]


@pytest.mark.parametrize("total", [-1, "5", 1e300, 10**30, True, None, [], {}])
def test_h28d_a_size_that_is_none_is_shown_as_zero(total: Any) -> None:
    assert total_items({"totalItems": total}) == 0


@pytest.mark.parametrize(
    "following", ["https://victim.example/page", "https://lille.example.evil.example/", "javascript:x", 5]
)
def test_h28f_pages_of_another_host_are_not_followed(following: Any) -> None:
    host = Host({OUTBOX: collection(first=following)})
    assert list(walk(host, OUTBOX)) == []
    host = Host({OUTBOX: collection(), f"{OUTBOX}?page=1": page(1, "a", after=following)})
    assert [one.items for one in walk(host, OUTBOX)] == [["a"]]
    assert all(url.startswith(OUTBOX) for url in host.asked)


@pytest.mark.parametrize(
    "change", [{"id": "https://victim.example/"}, {"partOf": "https://victim.example/outbox"}]
)
def test_h28f_a_page_that_belongs_to_another_host_ends_the_walk(change: dict[str, Any]) -> None:
    host = Host({OUTBOX: collection(), f"{OUTBOX}?page=1": page(1, "a", **change)})
    assert list(walk(host, OUTBOX)) == []


def test_h28_what_was_read_before_a_failure_is_kept() -> None:
    host = Host({OUTBOX: collection(), f"{OUTBOX}?page=1": page(1, "a")})
    walking = walk(host, OUTBOX)
    assert next(walking).items == ["a"]
    with pytest.raises(FetchError):
        next(walking)
