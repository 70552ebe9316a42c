"""Lists as RSS and Atom: whole, well formed, with whole addresses, and nothing the list does not show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from coffee_node.features.profiles.service import profile_of, publish_profile
from coffee_node.federation.notice_models import FeedAddress
from coffee_node.testing import Fediverse, TestNode, article_document, event_document, need_document
from tests.web.test_follow_pages import press

ATOM = "{http://www.w3.org/2005/Atom}"
LISTS = ("/events", "/offers", "/jobs", "/people", "/companies", "/spaces", "/articles", "/polls", "/@lille")


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    node.post(event_document(name="Café <& crème>", tag=[{"type": "Hashtag", "name": "#café"}]))
    node.post(need_document(name="A designer"))
    node.post(article_document(name="A1 form"))
    return node


def fetch(node: TestNode, path: str, client: Any = None, headers: Mapping[str, str] = {}) -> Element:
    """A feed, parsed by a strict parser and checked by the rules of its format."""
    answer = (client or node.client).get(path, base_url=node.url, headers=dict(headers))
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
    root: Element = fromstring(answer.data, forbid_dtd=True)
    if urlsplit(path).path.endswith(".rss"):
        assert answer.mimetype == "application/rss+xml"
        check_rss(root)
    else:
        assert answer.mimetype == "application/atom+xml"
        check_atom(root)
    return root


def check_rss(root: Element) -> None:
    """RSS 2.0: what a channel and an item must have, once each."""
    assert root.tag == "rss" and root.get("version") == "2.0"
    [channel] = root
    for name in ("title", "link", "description", "language", "lastBuildDate"):
        assert len(channel.findall(name)) == 1, name
    assert is_absolute(channel.findtext("link")) and channel.find(f"{ATOM}link") is not None
    guids = [item.findtext("guid") for item in channel.findall("item")]
    assert len(guids) == len(set(guids))
    for item in channel.findall("item"):
        assert item.findtext("title") and is_absolute(item.findtext("link"))
        assert parsedate_to_datetime(item.findtext("pubDate") or "").tzinfo is not None
        guid = item.find("guid")
        assert guid is not None and guid.get("isPermaLink") == "false"


def check_atom(root: Element) -> None:
    """RFC 4287: what a feed and an entry must have, once each."""
    assert root.tag == f"{ATOM}feed"
    for holder in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(holder.findall(f"{ATOM}{name}")) == 1, name
        assert is_absolute(holder.findtext(f"{ATOM}id"))
        moment = datetime.fromisoformat(holder.findtext(f"{ATOM}updated") or "")
        assert moment.tzinfo is not None
        links = {link.get("rel"): link.get("href") for link in holder.findall(f"{ATOM}link")}
        assert is_absolute(links["alternate"])
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))


def is_absolute(address: str | None) -> bool:
    """Whether an address says where it leads without any other."""
    return urlsplit(address or "").scheme == "https"


@pytest.mark.parametrize("path", LISTS)
def test_every_list_is_a_feed_in_both_forms_and_says_so_in_its_head(lille: TestNode, path: str) -> None:
    page = lille.page(path)
    for form in ("rss", "atom"):
        assert f'type="application/{form}+xml"' in page and f'href="{path}.{form}"' in page
        fetch(lille, f"{path}.{form}")


def test_an_entry_says_what_the_list_says(lille: TestNode) -> None:
    [channel] = fetch(lille, "/events.rss")
    [item] = channel.findall("item")
    assert item.findtext("title") == "Café <& crème>"
    assert (item.findtext("link") or "").startswith("https://lille.example/objects/")
    assert [one.text for one in item.findall("category")] == ["café"]
    assert "3 December 2026" in (item.findtext("description") or "")
    assert "who needs what" not in (item.findtext("description") or "")
    assert parsedate_to_datetime(item.findtext("pubDate") or "").isoformat() == "2026-11-24T09:00:00+00:00"


def test_a_feed_holds_the_filtered_list_only(lille: TestNode) -> None:
    lille.post(event_document(name="Ontbijt", inLanguage="nl"))
    titles = [one.text for one in fetch(lille, "/events.rss?lang=nl").iter("title")]
    assert "Ontbijt" in titles and "Café <& crème>" not in titles
    page = lille.page("/events?lang=nl")
    assert 'href="/events.atom?lang=nl"' in page
    atom = fetch(lille, "/events.atom?lang=nl")
    hrefs = {link.get("rel"): link.get("href") for link in atom.findall(f"{ATOM}link")}
    assert hrefs["self"] == "https://lille.example/events.atom?lang=nl"
    assert hrefs["alternate"] == "https://lille.example/events?lang=nl"


def test_a_feed_reader_that_has_it_already_is_told_so(lille: TestNode) -> None:
    first = lille.client.get("/articles.atom", base_url=lille.url)
    again = {"If-None-Match": first.headers["ETag"]}
    answer = lille.client.get("/articles.atom", base_url=lille.url, headers=again)
    assert answer.status_code == 304 and answer.data == b""
    lille.post(article_document(name="Another"))
    assert lille.client.get("/articles.atom", base_url=lille.url, headers=again).status_code == 200


def test_the_feed_of_people_shows_what_everybody_may_see(lille: TestNode) -> None:
    claire, paul = lille.add_person("claire", "Claire Dubois"), lille.add_person("paul", "Paul Hidden")
    with lille.context():
        publish_profile(profile_of(claire), is_listed=True)
    text = lille.client.get("/people.rss", base_url=lille.url).text
    assert "Claire Dubois" in text and "Paul Hidden" not in text
    member = lille.signed_in("paul")
    assert "Paul Hidden" not in member.get("/people.atom", base_url=lille.url).text
    assert paul.slug == "paul"
    assert lille.client.get("/@paul.rss", base_url=lille.url).status_code == 404
    assert lille.client.get("/@nobody.rss", base_url=lille.url).status_code == 404


def test_a_sign_that_xml_does_not_know_breaks_no_feed(lille: TestNode) -> None:
    from coffee_node.web.web_feeds import FeedEntry, WebFeed, web_feed

    with lille.app.test_request_context("/x.rss", base_url=lille.url):
        entry = FeedEntry(
            "https://lille.example/1",
            "/1",
            "a\x00b\x0b\ud800c",
            datetime.fromisoformat("2026-11-24T09:00:00+00:00"),
        )
        for form in ("rss", "atom"):
            assert b"abc" in web_feed(form, WebFeed("x\x01", "/x", [entry])).data


def test_the_feed_of_whom_one_follows_pages_through_everything_once(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    lille.add_person("claire", "Claire")
    claire = lille.signed_in("claire")
    assert "You follow nobody yet" in claire.get("/feed", base_url=lille.url).text
    for number in range(25):
        tournai.post(event_document(name=f"Date {number:02d}"))
    tournai.post(article_document(name="A1 form"))
    shared = lille.object_of(lille.post(need_document(name="Shared need")))["id"]
    lille.post(need_document(name="Not followed"))
    fediverse.settle()
    lille.follow_actor(f"{tournai.url}/actors/tournai", "claire")
    fediverse.clock.advance(minutes=1)
    fediverse.settle()
    tournai.post({"type": "Announce", "object": shared})
    fediverse.settle()
    found: list[str] = []
    path = "/feed"
    while path:
        page = claire.get(path, base_url=lille.url).text
        found += [part.split("</a>")[0].split(">")[-1] for part in page.split('class="row-title">')[1:]]
        path = page.split('rel="next" href="')[1].split('"')[0] if 'rel="next"' in page else ""
    assert sorted(found) == sorted(
        [*(f"Date {number:02d}" for number in range(25)), "A1 form", "Shared need"]
    )
    assert found[0] == "Shared need" and "shared by" in claire.get("/feed", base_url=lille.url).text
    documents = claire.get("/feed.json", base_url=lille.url).get_json()
    assert documents["items"][0]["name"] == "Shared need" and documents["next"].startswith(lille.url)


def test_a_feed_reader_gets_a_secret_address_that_can_be_ended(lille: TestNode) -> None:
    lille.add_person("claire", "Claire")
    lille.follow_actor(f"{lille.url}/actors/lille", "claire")
    claire = lille.signed_in("claire")
    shown = press(claire, lille, "/feed", "/feed/address").text
    address = shown.split(f'href="{lille.url}/feed/')[1].split('"')[0]
    assert lille.client.get(f"/feed/{address}", base_url=lille.url).status_code == 200
    fetch(lille, f"/feed/{address}")
    [row] = lille.rows(FeedAddress)
    assert row.secret_hash not in address and row.last_used_at is not None
    press(claire, lille, "/feed", "/feed/address/end")
    assert lille.client.get(f"/feed/{address}", base_url=lille.url).status_code == 404
    assert lille.client.get("/feed/nothing.atom", base_url=lille.url).status_code == 404
    assert lille.client.get("/feed.rss", base_url=lille.url).status_code in (303, 401)
