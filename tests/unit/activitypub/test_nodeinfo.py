"""NodeInfo: ours as the contract has it, and what others say about themselves."""

from __future__ import annotations

from typing import Any, cast

import pytest

from coffee_node.activitypub.http_client import HttpClient
from coffee_node.activitypub.nodeinfo import NodeInfo, nodeinfo_document, nodeinfo_links, read_nodeinfo
from coffee_node.base.errors import FetchError

BASE = "https://tournai.example"
SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"


def ours(version: str) -> dict[str, Any]:
    return nodeinfo_document(
        version,
        software_version="0.1.0",
        users_total=42,
        users_active_month=17,
        users_active_halfyear=31,
        local_posts=118,
        node_name="COFFEE Lille",
        languages=("fr", "nl", "en"),
        features=["profiles", "spaces", "events", "proposals", "articles"],
        region="Hauts-de-France",
        taxonomies=[{"scheme": "esco", "version": "1.2.1", "languages": ["fr", "nl"]}],
        repository="https://git.example/coffee-node",
        homepage="https://coffee.example",
    )


def test_our_document_is_that_of_the_contract() -> None:
    assert ours("2.1") == {
        "version": "2.1",
        "software": {
            "name": "coffee-node",
            "version": "0.1.0",
            "repository": "https://git.example/coffee-node",
            "homepage": "https://coffee.example",
        },
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": ["rss2.0"]},
        "openRegistrations": False,
        "usage": {
            "users": {"total": 42, "activeMonth": 17, "activeHalfyear": 31},
            "localPosts": 118,
            "localComments": 0,
        },
        "metadata": {
            "nodeName": "COFFEE Lille",
            "region": "Hauts-de-France",
            "languages": ["fr", "nl", "en"],
            "features": ["profiles", "spaces", "events", "proposals", "articles"],
            "taxonomies": [{"scheme": "esco", "version": "1.2.1", "languages": ["fr", "nl"]}],
        },
    }


def test_the_older_version_says_less_about_the_software() -> None:
    assert ours("2.0") == ours("2.1") | {
        "version": "2.0",
        "software": {"name": "coffee-node", "version": "0.1.0"},
    }


def test_our_links_name_both_versions_and_the_actor() -> None:
    assert nodeinfo_links(BASE) == {
        "links": [
            {"rel": f"{SCHEMA}2.1", "href": f"{BASE}/nodeinfo/2.1"},
            {"rel": f"{SCHEMA}2.0", "href": f"{BASE}/nodeinfo/2.0"},
            {"rel": "https://www.w3.org/ns/activitystreams#Application", "href": f"{BASE}/actor"},
        ]
    }


class Web:
    """An HttpClient that answers from a table."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def fetch_json(self, url: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self.asked.append(url)
        return cast("dict[str, Any]", self.answers[url])


def read(links: Any, document: Any = None) -> tuple[NodeInfo, Web]:
    web = Web(
        {
            f"{BASE}/.well-known/nodeinfo": links,
            f"{BASE}/nodeinfo/2.1": document,
            f"{BASE}/nodeinfo/2.0": document,
        }
    )
    return read_nodeinfo(cast(HttpClient, web), BASE), web


def test_what_we_say_is_read_back() -> None:
    info, web = read(nodeinfo_links(BASE), ours("2.1"))
    assert info == NodeInfo("coffee-node", "0.1.0", "COFFEE Lille", f"{BASE}/actor")
    assert web.asked[1] == f"{BASE}/nodeinfo/2.1"


def test_a_server_with_the_older_version_only_is_read() -> None:
    info, _ = read(
        {"links": [{"rel": f"{SCHEMA}2.0", "href": f"{BASE}/nodeinfo/2.0"}]}, {"software": {"name": "Gancio"}}
    )
    assert info == NodeInfo("gancio", "", "", "")


@pytest.mark.parametrize(
    "links",
    [
        {},
        {"links": None},
        {"links": [5, {}]},
        {"links": [{"rel": f"{SCHEMA}2.1", "href": "https://127.0.0.1/nodeinfo"}]},
        {"links": [{"rel": f"{SCHEMA}2.1", "href": "https://victim.example/nodeinfo/2.1"}]},
        {"links": [{"rel": f"{SCHEMA}2.1", "href": "file:///etc/passwd"}]},
        {"links": [{"rel": f"{SCHEMA}1.0", "href": f"{BASE}/nodeinfo/1.0"}]},
    ],
)
def test_h25_links_to_other_hosts_are_not_followed(links: Any) -> None:
    with pytest.raises(FetchError):
        read(links)


@pytest.mark.parametrize(
    "document", [{}, {"software": None, "metadata": []}, {"software": {"name": 5, "version": {}}}]
)
def test_a_server_may_say_nothing_about_itself(document: dict[str, Any]) -> None:
    info, _ = read(nodeinfo_links(BASE), document)
    assert info == NodeInfo("", "", "", f"{BASE}/actor")


def test_h33_names_are_texts_of_a_sensible_length() -> None:
    document = {"software": {"name": "<b>x</b>\0"}, "metadata": {"nodeName": "n" * 100_000}}
    info, _ = read(nodeinfo_links(BASE), document)
    assert info.software == "x"
    assert len(info.name) == 300
