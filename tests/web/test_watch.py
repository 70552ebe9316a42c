"""A centre reads feeds of others and keeps what matters as its own; articles remember what they said."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from coffee_node.features.articles import watch
from coffee_node.features.articles.models import Article
from coffee_node.features.articles.watch_models import ArticleRevision, FeedEntry, WatchedFeed
from coffee_node.testing import Fediverse, TestNode, article_document, make_response

HTML = {"Accept": "text/html", "Accept-Language": "en"}
FEED = "https://ministry.example/feed.xml"
WATCH = "/me/watch"
ITEM = (
    "<item><title>{0}</title><link>https://ministry.example/{0}</link>"
    "<description>About {0}.</description></item>"
)


class Ministry:
    """Somebody else's feed, with what it was asked."""

    def __init__(self, fediverse: Fediverse) -> None:
        self.titles = ["First"]
        self.status = 200
        self.asked: list[dict[str, str]] = []
        fediverse.hostile["ministry.example"] = self._answer

    def _answer(self, request: requests.PreparedRequest) -> requests.Response:
        self.asked.append(dict(request.headers))
        is_known = request.headers.get("If-None-Match") == f'"{len(self.titles)}"'
        status = 304 if is_known and self.status == 200 else self.status
        items = "".join(ITEM.format(title) for title in self.titles)
        body = f"<rss><channel><title>The ministry</title>{items}</channel></rss>".encode()
        headers = {"Content-Type": "application/rss+xml", "ETag": f'"{len(self.titles)}"'}
        return make_response(request, status, body if status == 200 else b"", headers)


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


@pytest.fixture
def ministry(fediverse: Fediverse) -> Ministry:
    return Ministry(fediverse)


def send(node: TestNode, browser: FlaskClient, page: str, path: str = "", **fields: Any) -> Any:
    """Send a form with the token of its page; the answer."""
    shown = browser.get(page, base_url=node.url, headers=HTML)
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', shown.text)
    assert token, shown.text[:500]
    headers = {**HTML, "Referer": f"{node.url}{page}"}
    data = {"csrf_token": token[1], **fields}
    return browser.post(path or page, base_url=node.url, data=data, headers=headers)


def read_feeds(node: TestNode) -> str:
    with node.context():
        return watch.read_due()


def watched(node: TestNode, browser: FlaskClient) -> WatchedFeed:
    answer = send(node, browser, WATCH, actor=f"{node.url}/actors/lille", url=FEED)
    assert answer.status_code == 303, answer.text
    [feed] = node.rows(WatchedFeed)
    return feed


def test_a_watch_is_for_those_who_publish_for_a_place(lille: TestNode) -> None:
    lille.add_person("claire")
    assert lille.client.get(WATCH, base_url=lille.url, headers=HTML).status_code == 303
    assert lille.signed_in("claire").get(WATCH, base_url=lille.url, headers=HTML).status_code == 403


@pytest.mark.parametrize(
    "address", ["", "not an address", "ftp://ministry.example/feed", "https://localhost/feed"]
)
def test_what_is_no_address_is_told_at_its_field(lille: TestNode, address: str) -> None:
    answer = send(lille, lille.signed_in(), WATCH, actor=f"{lille.url}/actors/lille", url=address)
    assert answer.status_code == 422 and "https://example.org/feed.xml" in answer.text
    assert lille.rows(WatchedFeed) == []


def test_an_entry_becomes_an_article_with_its_source_and_is_told_once(
    lille: TestNode, ministry: Ministry
) -> None:
    browser = lille.signed_in()
    watched(lille, browser)
    assert read_feeds(lille) == "1 feeds were read, 1 entries are new."
    page = browser.get(WATCH, base_url=lille.url, headers=HTML).text
    assert "First" in page and "The ministry" in page
    [entry] = lille.rows(FeedEntry)
    form = browser.get(f"/articles/new?entry={entry.id}", base_url=lille.url, headers=HTML).text
    assert 'value="First"' in form and "&gt; About First." in form
    assert "https://ministry.example/First The ministry" in form
    fields = {
        "actor": f"{lille.url}/actors/lille", "name": "First", "kind": "watch", "language": "en",
        "content": "> About First.\n\nWhy it matters.", "sources": f"{entry.url} The ministry",
        "visibility": "public", "summary": "",
    }  # fmt: skip
    answer = send(lille, browser, f"/articles/new?entry={entry.id}", **fields)
    assert answer.status_code == 303, answer.text
    [article] = lille.rows(Article)
    assert article.kind == "watch" and article.sources[0]["href"] == "https://ministry.example/First"
    assert "First" not in browser.get(WATCH, base_url=lille.url, headers=HTML).text.split("<h2>Feeds")[0]


def test_a_feed_that_has_not_changed_is_not_read_again(
    fediverse: Fediverse, lille: TestNode, ministry: Ministry
) -> None:
    browser = lille.signed_in()
    watched(lille, browser)
    read_feeds(lille)
    assert read_feeds(lille).startswith("0 feeds"), "not due yet"
    fediverse.clock.advance(hours=2)
    assert read_feeds(lille) == "1 feeds were read, 0 entries are new."
    assert ministry.asked[-1]["If-None-Match"] == '"1"'
    ministry.titles.append("Second")
    fediverse.clock.advance(hours=2)
    assert read_feeds(lille) == "1 feeds were read, 1 entries are new."


def test_a_feed_that_fails_is_asked_less_often_and_says_why(
    fediverse: Fediverse, lille: TestNode, ministry: Ministry
) -> None:
    browser = lille.signed_in()
    feed = watched(lille, browser)
    ministry.status = 500
    read_feeds(lille)
    fediverse.clock.advance(hours=1)
    assert read_feeds(lille).startswith("0 feeds"), "two hours after the first failure"
    page = browser.get(WATCH, base_url=lille.url, headers=HTML).text
    assert "not readable" in page and "500" in page
    send(lille, browser, WATCH, f"{WATCH}/feeds/{feed.id}/pause")
    ministry.status = 200
    fediverse.clock.advance(days=2)
    assert read_feeds(lille).startswith("0 feeds"), "paused"
    send(lille, browser, WATCH, f"{WATCH}/feeds/{feed.id}/resume")
    assert read_feeds(lille) == "1 feeds were read, 1 entries are new."
    send(lille, browser, WATCH, f"{WATCH}/feeds/{feed.id}/remove")
    assert not lille.rows(WatchedFeed) and not lille.rows(FeedEntry)


def test_nobody_works_with_another_place_s_feeds(lille: TestNode, ministry: Ministry) -> None:
    watched(lille, lille.signed_in())
    read_feeds(lille)
    [entry] = lille.rows(FeedEntry)
    lille.add_person("claire")
    claire = lille.signed_in("claire")
    assert claire.get(f"/articles/new?entry={entry.id}", base_url=lille.url, headers=HTML).status_code == 403
    assert send(lille, claire, "/", f"{WATCH}/entries/{entry.id}/dismiss").status_code == 403


def test_a_preview_shows_the_text_and_publishes_nothing(lille: TestNode) -> None:
    browser = lille.signed_in()
    fields = {"name": "Title kept", "content": "## A heading\n\n<script>x</script> **bold**", "preview": "1"}
    answer = send(lille, browser, "/articles/new", **fields)
    assert answer.status_code == 200
    assert "<h2>A heading</h2>" in answer.text and "<strong>bold</strong>" in answer.text
    assert "<script>x" not in answer.text and 'value="Title kept"' in answer.text
    assert lille.rows(Article) == []


def test_earlier_versions_are_kept_compared_and_brought_back(lille: TestNode) -> None:
    browser = lille.signed_in()
    uri = lille.object_of(lille.post(article_document(name="One", content="<p>First line</p>")))["id"]
    uuid = uri.rpartition("/")[2]
    update = {
        "type": "Update",
        "object": {"id": uri, "type": "Article", "name": "Two", "content": "<p>Second</p>"},
    }
    lille.post(update)
    [version] = lille.rows(ArticleRevision)
    assert (version.name, version.content) == ("One", "<p>First line</p>")
    page = browser.get(f"/articles/{uuid}/revisions?show={version.id}", base_url=lille.url, headers=HTML).text
    assert "<del>" in page and "First line" in page and "<ins>" in page and "Second" in page
    path = f"/articles/{uuid}/revisions/{version.id}/restore"
    assert send(lille, browser, f"/articles/{uuid}/revisions", path).status_code == 303
    [article] = lille.rows(Article)
    assert (article.name, article.content) == ("One", "<p>First line</p>")
    assert [row.name for row in lille.rows(ArticleRevision)] == ["One", "Two"]
    stranger = lille.client.get(f"/articles/{uuid}/revisions", base_url=lille.url, headers=HTML)
    assert stranger.status_code == 303, "sign in first"


def test_a_translation_stands_beside_the_original_and_is_one_text_of_its_own(lille: TestNode) -> None:
    browser = lille.signed_in()
    document = article_document(name="Travailler en Belgique", content="<p>Le texte.</p>", inLanguage="fr")
    uuid = lille.object_of(lille.post(document))["id"].rpartition("/")[2]
    path = f"/articles/{uuid}/translate?to=nl"
    page = browser.get(path, base_url=lille.url, headers=HTML).text
    assert "Le texte." in page and 'lang="nl"' in page
    empty = send(lille, browser, path, to="nl", name="", content="")
    assert empty.status_code == 422 and lille.rows(Article)[0].content_map in ({}, None)
    answer = send(lille, browser, path, to="nl", name="Werken in België", content="De **tekst**.")
    assert answer.status_code == 303, answer.text
    [article] = lille.rows(Article)
    assert article.name_map == {"fr": "Travailler en Belgique", "nl": "Werken in België"}
    assert "<strong>tekst</strong>" in article.content_map["nl"] and "Le texte" in article.content_map["fr"]
    assert "Werken in België" in lille.page(f"/objects/{uuid}", "nl")
    assert "Travailler en Belgique" in lille.page(f"/objects/{uuid}", "fr")
