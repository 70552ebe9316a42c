"""Direct messages from and to servers of other software, which know nothing of our relay."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.activitypub import keys
from coffee_node.features.articles.models import Note
from coffee_node.features.profiles import relay
from coffee_node.features.profiles.relay_models import Conversation
from coffee_node.federation.actors import find_actor, find_local_actor
from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse, TestNode, load_document
from tests.federation.message_people import (
    WORDS,
    Pair,
    make_pair,
    path_at,
    texts,
)
from tests.federation.neighbours import Neighbour
from tests.web.people_visits import read, send


@pytest.fixture
def pair(fediverse: Fediverse) -> Pair:
    return make_pair(fediverse)


def mastodon(fediverse: Fediverse) -> Neighbour:
    return Neighbour(fediverse, "mastodon", keys.generate_rsa())


def direct(neighbour: Neighbour, to: str, words: str, number: int = 1, **more: Any) -> dict[str, Any]:
    """A direct message as Mastodon sends it."""
    note = {
        **load_document("mastodon/note"),
        "id": f"{neighbour.uri}/statuses/{number}",
        "attributedTo": neighbour.uri,
        "to": [to],
        "cc": [],
        "content": f'<p><a href="{to}" class="u-url mention">@<span>claire</span></a> {words}</p>',
        "contentMap": None,
        "tag": [{"type": "Mention", "href": to, "name": "@claire@lille.example"}],
        **more,
    }
    return neighbour.creates({name: value for name, value in note.items() if value is not None})


def met(fediverse: Fediverse, lille: TestNode, neighbour: Neighbour) -> str:
    lille.follow_actor(neighbour.uri, "claire")
    fediverse.settle()
    accept = {
        "@context": "https://www.w3.org/ns/activitystreams", "id": f"{neighbour.uri}#accepts/1",
        "type": "Accept", "actor": neighbour.uri, "object": neighbour.received[-1],
    }  # fmt: skip
    neighbour.send(lille, accept)
    fediverse.settle()
    return f"{lille.url}/actors/claire"


def test_other_servers_get_and_send_ordinary_direct_messages(fediverse: Fediverse, pair: Pair) -> None:
    lille, _ = pair
    friend = mastodon(fediverse)
    claire = met(fediverse, lille, friend)
    friend.send(lille, direct(friend, claire, "Shall we meet?"))
    fediverse.settle()
    assert texts(lille) == ["Shall we meet?"]
    path = path_at(lille)
    page = read(lille.signed_in("claire"), lille, path)
    assert "Share my address" not in page and "knows no exchange of addresses" in page
    send(lille.signed_in("claire"), lille, path, text=WORDS)
    fediverse.settle()
    note = friend.received[-1]["object"]
    assert note["to"] == [friend.uri] and note["inReplyTo"].endswith("/statuses/1")
    assert note["tag"][0]["href"] == friend.uri
    assert lille.rows(Note) == []


def test_strangers_answer_but_do_not_begin(fediverse: Fediverse, pair: Pair) -> None:
    lille, _ = pair
    friend = mastodon(fediverse)
    claire = f"{lille.url}/actors/claire"
    friend.send(lille, direct(friend, claire, "Cheap watches"))
    fediverse.settle()
    assert texts(lille) == [] and lille.rows(Note) == [] and lille.rows(Notification) == []
    assert friend.received == [], "a stranger learns nothing"
    with lille.context():
        author, reader = find_local_actor("claire"), find_actor(friend.uri)
        assert author is not None and reader is not None
        relay.send_first(author, reader, WORDS)
    fediverse.settle()
    friend.send(lille, direct(friend, claire, "Gladly", 2))
    fediverse.settle()
    assert texts(lille) == [WORDS, "Gladly"]


def test_a_message_is_changed_and_deleted_by_its_author_only(fediverse: Fediverse, pair: Pair) -> None:
    lille, _ = pair
    friend = mastodon(fediverse)
    claire = met(fediverse, lille, friend)
    created = direct(friend, claire, "Tuesday")
    friend.send(lille, created)
    changed = direct(friend, claire, "Wednesday", updated="2026-11-24T10:00:00Z")
    friend.send(lille, {**changed, "id": f"{friend.uri}#updates/1", "type": "Update"})
    fediverse.settle()
    assert texts(lille) == ["Wednesday"]
    context = "https://www.w3.org/ns/activitystreams"
    gone = {"@context": context, "id": f"{friend.uri}#delete/1", "type": "Delete", "actor": friend.uri}
    friend.send(lille, {**gone, "object": {"id": created["object"]["id"], "type": "Tombstone"}})
    fediverse.settle()
    assert texts(lille) == []


def test_followers_only_notes_are_no_messages(fediverse: Fediverse, pair: Pair) -> None:
    lille, _ = pair
    friend = mastodon(fediverse)
    claire = met(fediverse, lille, friend)
    followers = friend.actor["followers"]
    note = direct(friend, claire, "For my followers")
    friend.send(lille, {**note, "object": {**note["object"], "to": [followers], "cc": [claire]}})
    fediverse.settle()
    assert texts(lille) == []


def test_an_address_that_comes_unasked_is_not_kept(fediverse: Fediverse, pair: Pair) -> None:
    lille, _ = pair
    friend = mastodon(fediverse)
    claire = met(fediverse, lille, friend)
    friend.send(lille, direct(friend, claire, "Hello"))
    friend.send(
        lille, direct(friend, claire, "I agree", 2, sharesAddress=True, emailAddress="spam@spam.example")
    )
    fediverse.settle()
    [talk] = lille.rows(Conversation)
    assert talk.told_address == "" and talk.starter_shares != talk.other_shares
    assert texts(lille) == ["Hello"]
