"""Feeds as they are found in the wild are read; what is none, or wants to harm, is refused in words."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.base.errors import InvalidDocument
from coffee_node.features.articles.feed_reader import ENTRIES, Feed, read_feed

ADDRESS = "https://ministry.example/feeds/work.xml"
RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Work &amp; law</title>
<item><title>New form A1</title><link>/news/a1?x=1&amp;y=2</link><guid>a1</guid>
<description>&lt;p&gt;The form &lt;b&gt;changes&lt;/b&gt;.&lt;/p&gt;
&lt;script&gt;x()&lt;/script&gt;</description>
<pubDate>Tue, 24 Nov 2026 09:30:00 +0100</pubDate></item>
<item><title>Without an address</title></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Chamber</title>
<entry><title>Night of trades</title><id>tag:chamber,1</id>
<link rel="self" href="https://chamber.example/1.atom"/>
<link href="https://chamber.example/1"/><summary>Come.</summary><updated>2026-11-23T10:00:00Z</updated></entry></feed>"""


def test_an_rss_feed_gives_plain_text_and_whole_addresses() -> None:
    feed = read_feed(RSS, ADDRESS)
    [entry] = feed.entries
    assert (feed.title, entry.title, entry.guid) == ("Work & law", "New form A1", "a1")
    assert entry.url == "https://ministry.example/news/a1?x=1&y=2"
    assert entry.text == "The form changes."
    assert entry.published == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def test_an_atom_feed_gives_the_page_and_not_the_feed_itself() -> None:
    [entry] = read_feed(ATOM, ADDRESS).entries
    assert (entry.url, entry.guid, entry.text) == ("https://chamber.example/1", "tag:chamber,1", "Come.")
    assert entry.published == datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>no feed</body></html>",
        b'{"version": "https://jsonfeed.org/version/1"}',
        b'<!DOCTYPE r [<!ENTITY a "aaaa">]><rss><channel><title>&a;</title></channel></rss>',
        b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><rss/>',
        b"<rss><channel>",
        b'<?xml version="1.0" encoding="nonsense"?><rss/>',
    ],
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidDocument):
        read_feed(body, ADDRESS)


def test_a_very_long_feed_is_cut() -> None:
    item = b"<item><title>x</title><link>https://a.example/</link></item>"
    assert len(read_feed(b"<rss><channel>" + item * 500 + b"</channel></rss>", ADDRESS).entries) == ENTRIES


@pytest.mark.parametrize("date", ["yesterday", "Tue, 99 Nov 2026 25:00:00 GMT", "0001-01-01T00:00:00", ""])
def test_a_date_that_cannot_be_read_is_left_out(date: str) -> None:
    item = f"<item><title>x</title><link>https://a.example/</link><pubDate>{date}</pubDate></item>"
    body = f"<rss><channel>{item}</channel></rss>"
    assert read_feed(body.encode(), ADDRESS).entries[0].published is None


@given(
    st.binary(max_size=300)
    | st.text(max_size=100).map(lambda text: f"<rss>{text}</rss>".encode("utf-8", "replace"))
)
def test_anything_is_a_feed_or_refused(body: bytes) -> None:
    with contextlib.suppress(InvalidDocument):
        assert isinstance(read_feed(body, ADDRESS), Feed)
