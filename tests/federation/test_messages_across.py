"""A member of Lille writes to the designer of Kortrijk: both read each other, nobody else reads anything."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect, text

from coffee_node.base.database import db
from coffee_node.base.mail import Mail
from coffee_node.features.articles.models import Note
from coffee_node.features.profiles.relay_models import Conversation
from coffee_node.federation import accounts, erasure, erasure_end, notice_mails
from coffee_node.federation.models import Activity, Actor
from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse
from tests.federation.message_people import (
    ADDRESSES,
    PAGE,
    REPLY,
    WORDS,
    Pair,
    first,
    make_pair,
    path_at,
    share,
    shown,
    texts,
)
from tests.web.people_visits import read, send


@pytest.fixture
def pair(fediverse: Fediverse) -> Pair:
    return make_pair(fediverse)


def test_a_message_travels_and_so_does_the_answer(fediverse: Fediverse, pair: Pair) -> None:
    lille, kortrijk = pair
    assert PAGE in read(lille.signed_in("claire"), lille, "/@dries@kortrijk.example")
    path = first(fediverse, lille)
    [told] = kortrijk.rows(Notification, kind="message")
    assert told.title == "Claire Dubois has written to you" and WORDS in told.text
    there = path_at(kortrijk)
    assert told.url == f"{kortrijk.url}{there}"
    dries = kortrijk.signed_in("dries")
    page = read(dries, kortrijk, there)
    assert WORDS in page and "/@claire@lille.example" in page
    send(dries, kortrijk, there, text=f"{REPLY}\nom negen uur")
    fediverse.settle()
    page = read(lille.signed_in("claire"), lille, path)
    assert f"{REPLY}\nom negen uur" in page and "arrived" in page
    assert [row.title for row in lille.rows(Notification)] == ["Dries De Ontwerper has written to you"]
    assert len(lille.rows(Conversation)) == len(kortrijk.rows(Conversation)) == 1
    for node in pair:
        everything = "\n".join(f"{row.title} {row.text}" for row in node.rows(Notification))
        assert not any(address in everything for address in ADDRESSES.values())


def test_the_notice_goes_by_mail_without_an_address_of_the_writer(fediverse: Fediverse, pair: Pair) -> None:
    lille, kortrijk = pair
    first(fediverse, lille)
    fediverse.clock.advance(minutes=1)
    with kortrijk.context():
        notice_mails.write_waiting()
    [mail] = kortrijk.rows(Mail)
    assert mail.recipient == ADDRESSES["dries"] and WORDS in mail.text
    assert path_at(kortrijk) in mail.text
    assert ADDRESSES["claire"] not in mail.text and not mail.reply_to


def test_on_the_wire_it_is_a_private_note_for_one_person(fediverse: Fediverse, pair: Pair) -> None:
    lille, kortrijk = pair
    first(fediverse, lille, f"{WORDS} <b>&amp;</b>")
    [sent] = [row for row in lille.rows(Activity, type="Create") if row.visibility == "private"]
    reader = f"{kortrijk.url}/actors/dries"
    note = sent.document["object"]
    assert sent.document["to"] == note["to"] == [reader]
    assert "cc" not in sent.document and "cc" not in note
    assert (note["type"], note["attributedTo"]) == ("Note", f"{lille.url}/actors/claire")
    assert note["content"] == f"<p>{WORDS} &lt;b&gt;&amp;amp;&lt;/b&gt;</p>"
    mention = {"type": "Mention", "href": reader, "name": "@dries@kortrijk.example"}
    assert note["tag"] == [mention]
    assert texts(kortrijk) == [f"{WORDS} <b>&amp;</b>"]


def test_nobody_else_ever_reads_it(fediverse: Fediverse, pair: Pair) -> None:
    lille, kortrijk = pair
    gent = fediverse.node("gent", partners=[lille])
    fediverse.settle()
    gent.follow_actor(f"{lille.url}/actors/claire")
    fediverse.settle()
    path = first(fediverse, lille)
    [sent] = [row for row in lille.rows(Activity, type="Create") if row.visibility == "private"]
    note = sent.document["object"]["id"]
    for node in (lille, kortrijk, gent):
        with node.context():
            for task in node.node.tasks:
                if task.name == "search index":
                    task.run()
        for page in (
            "/", "/search?q=Zeepaardjes", "/search.json?q=Zeepaardjes", "/articles", "/feed.rss",
            "/offers.json",
            "/actor/outbox?page=1", "/actors/lille/outbox?page=1", "/actors/claire/outbox?page=1",
            "/actors/dries/outbox?page=1", "/@claire", "/@dries", "/@claire.rss", "/sitemap.xml",
        ):  # fmt: skip
            for accept in ("text/html", "application/activity+json"):
                answer = node.client.get(page, base_url=node.url, headers={"Accept": accept})
                assert "kanaal" not in answer.text and note not in answer.text, page
        assert node.rows(Note) == []
    for uri in (note, sent.uri):
        assert lille.client.get(uri.removeprefix(lille.url), base_url=lille.url).status_code == 404
    boss = lille.signed_in("admin")
    for page in (path, "/admin/deliveries", "/admin/reports", "/me/notifications"):
        assert "kanaal" not in boss.get(page, base_url=lille.url, headers={"Accept": "text/html"}).text
    with gent.context():
        names = inspect(db.engine).get_table_names()
        rows = [db.session.execute(text(f'SELECT * FROM "{name}"')).all() for name in names]  # noqa: S608
        assert "kanaal" not in str(rows)


def test_addresses_travel_only_after_both_have_agreed(fediverse: Fediverse, pair: Pair) -> None:
    lille, kortrijk = pair
    first(fediverse, lille)
    share(fediverse, lille, "claire")
    assert shown(kortrijk, "dries") == [] and shown(lille, "claire") == []
    assert "would show you a mail address" in read(kortrijk.signed_in("dries"), kortrijk, path_at(kortrijk))
    assert not any(ADDRESSES["claire"] in str(row.document) for row in lille.rows(Activity))
    assert kortrijk.rows(Conversation)[0].told_address == ""
    share(fediverse, kortrijk, "dries")
    assert shown(lille, "claire") == ["dries"] and shown(kortrijk, "dries") == ["claire"]
    assert texts(lille) == texts(kortrijk) == [WORDS], "an agreement is no message"
    share(fediverse, lille, "claire", "no")
    assert shown(lille, "claire") == [] and shown(kortrijk, "dries") == []
    assert kortrijk.rows(Conversation)[0].told_address == ""
    share(fediverse, lille, "claire")
    assert shown(lille, "claire") == ["dries"] and shown(kortrijk, "dries") == ["claire"]


def test_addresses_of_two_who_agree_at_the_same_moment_travel(fediverse: Fediverse, pair: Pair) -> None:
    lille, kortrijk = pair
    first(fediverse, lille)
    for node, handle in ((lille, "claire"), (kortrijk, "dries")):
        path = path_at(node)
        send(node.signed_in(handle), node, f"{path}/address", page=path, share="yes")
    fediverse.settle()
    assert shown(lille, "claire") == ["dries"] and shown(kortrijk, "dries") == ["claire"]


def test_who_leaves_takes_the_messages_along_at_both_ends(fediverse: Fediverse, pair: Pair) -> None:
    lille, kortrijk = pair
    first(fediverse, lille)
    with lille.context():
        erasure.leave(accounts.account_named("claire"))
    fediverse.settle()
    for node in pair:
        with node.context():
            erasure_end.end_erasures()
    assert texts(lille) == texts(kortrijk) == []
    assert kortrijk.rows(Conversation) == [] and kortrijk.rows(Notification) == []
    assert kortrijk.rows(Actor, slug="claire") == []


def test_who_is_at_home_elsewhere_gets_from_the_page_here_to_the_button_there(
    fediverse: Fediverse, pair: Pair
) -> None:
    lille, kortrijk = pair
    claire = f"{lille.url}/actors/claire"
    assert claire in lille.page("/write/claire")
    dries = kortrijk.signed_in("dries")
    page = read(dries, kortrijk, f"/intents/object?uri={claire}", 404)
    assert "/lookup?q=https%3A//lille.example/actors/claire" in page
    asked = dries.get(f"/lookup?q={claire}", base_url=kortrijk.url).headers["Location"]
    fediverse.settle()
    there = dries.get(asked, base_url=kortrijk.url, headers={"Accept": "text/html"}).headers["Location"]
    assert "/write/claire@lille.example" in read(dries, kortrijk, there)
    answer = dries.get(f"/intents/object?uri={claire}", base_url=kortrijk.url)
    assert answer.headers["Location"] == there == "/@claire@lille.example"
