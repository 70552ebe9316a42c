"""Polls in the browser: asked by who keeps a place, answered by members, with bars for everybody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from coffee_node.features.polls import service
from coffee_node.features.polls.models import Poll, PollVote
from coffee_node.federation import accounts
from coffee_node.testing import Fediverse, TestNode

FORM = {
    "content": "Quel soir pour l'atelier ?",
    "content_map-nl": "Welke avond voor de workshop?",
    "options": "mardi\n\njeudi\njeudi",
    "language": "fr",
    "visibility": "public",
}


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    node.add_person("claire", "Claire Dubois")
    return node


def get(node: TestNode, client: FlaskClient, path: str) -> Any:
    return client.get(path, base_url=node.url, headers={"Accept": "text/html", "Accept-Language": "en"})


def send(node: TestNode, client: FlaskClient, page: str, action: str = "", **fields: Any) -> Any:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', get(node, client, page).text)
    assert token is not None
    headers = {"Accept": "text/html", "Accept-Language": "en", "Referer": node.url + page}
    sent = {"csrf_token": token[1], **fields}
    return client.post(action or page, data=sent, base_url=node.url, headers=headers)


def asked(node: TestNode, **changes: str) -> Poll:
    answer = send(node, node.signed_in("admin"), "/polls/new", **FORM | changes)
    assert answer.status_code == 303, answer.text
    return node.rows(Poll)[-1]


def test_a_place_asks_and_a_member_votes_once(fediverse: Fediverse, lille: TestNode) -> None:
    row = asked(lille)
    page = row.uri.removeprefix(lille.url)
    assert [option["name"] for option in row.options] == ["mardi", "jeudi"]
    claire = lille.signed_in("claire")
    assert 'type="radio"' in get(lille, claire, page).text
    assert send(lille, claire, page, "/polls/vote", uri=row.uri, option="jeudi").status_code == 303
    fediverse.settle()
    text = get(lille, claire, page).text
    assert "your vote" in text and "100 %" in text and 'type="radio"' not in text
    assert send(lille, claire, page, "/polls/vote", uri=row.uri, option="mardi").status_code == 303
    fediverse.settle()
    assert [option["count"] for option in lille.rows(Poll)[0].options] == [0, 1]


def test_the_question_stands_in_the_reader_s_language_in_the_list(lille: TestNode) -> None:
    asked(lille)
    assert "Welke avond voor de workshop?" in lille.page("/polls", "nl")
    assert "Quel soir" in lille.page("/polls", "fr")
    assert "Quel soir" in lille.page("/@lille", "fr")
    for word in ("atelier", "workshop"):
        assert "Quel soir" in lille.page(f"/polls?q={word}", "fr")
    assert "Quel soir" not in lille.page("/polls?q=other", "fr")
    assert "name" not in lille.get_json("/polls.json")["items"][0]


def test_what_is_missing_in_a_poll_is_said_at_its_field(lille: TestNode) -> None:
    admin = lille.signed_in("admin")
    for changes, message in (
        ({"options": "mardi"}, "between 2 and 20"),
        ({"content": ""}, "Write the question."),
        ({"end_day": "2020-01-01"}, "must be in the future"),
        ({"end_day": "soon"}, "Write a day like"),
    ):
        answer = send(lille, admin, "/polls/new", **FORM | changes)
        assert answer.status_code == 422 and message in answer.text, changes
    assert lille.rows(Poll) == []


def test_a_member_cannot_ask_and_a_poll_of_the_place_is_for_its_members_only(
    fediverse: Fediverse, lille: TestNode
) -> None:
    assert get(lille, lille.signed_in("claire"), "/polls/new").status_code == 403
    row = asked(lille, visibility="space")
    page = row.uri.removeprefix(lille.url)
    assert lille.client.get(page, base_url=lille.url).status_code == 404
    assert 'type="radio"' in get(lille, lille.signed_in("claire"), page).text
    with lille.context():
        accounts.create_account("guest", "Guest")
    guest = lille.signed_in("guest")
    assert get(lille, guest, page).status_code == 404
    assert send(lille, guest, "/polls", "/polls/vote", uri=row.uri, option="mardi").status_code == 404
    document = {"type": "Note", "name": "mardi", "inReplyTo": row.uri}
    answer = lille.client.post(
        "/actors/guest/outbox",
        json=document,
        headers={"Authorization": f"Bearer {lille.token_of('guest')}"},
        base_url=lille.url,
    )
    assert answer.status_code == 422
    assert lille.rows(PollVote) == []


def test_a_deleted_poll_takes_its_votes_along_and_an_old_one_forgets_them(
    fediverse: Fediverse, lille: TestNode
) -> None:
    kept, gone = asked(lille), asked(lille)
    for row in (kept, gone):
        lille.post({"type": "Note", "name": "mardi", "inReplyTo": row.uri}, "claire")
    fediverse.settle()
    admin = lille.signed_in("admin")
    page = gone.uri.removeprefix(lille.url)
    assert send(lille, admin, page, page.replace("/objects/", "/polls/") + "/delete").status_code == 303
    assert [vote.poll_uri for vote in lille.rows(PollVote)] == [kept.uri]
    fediverse.clock.advance(days=38)
    with lille.context():
        service.tell_results()
        assert service.forget_votes() == "1 votes were forgotten."
    assert [option["count"] for option in lille.rows(Poll, uri=kept.uri)[0].options] == [1, 0]
