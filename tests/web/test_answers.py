"""Answering an offer in the browser at another node, and what its owner decides on the same page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from coffee_node.testing import Fediverse, TestNode, need_document


class Visit:
    """Somebody at a page of a node, pressing its buttons with the token that stands in it."""

    def __init__(self, node: TestNode, handle: str, page: str) -> None:
        self.node, self.page, self.browser = node, page, node.signed_in(handle)

    @property
    def text(self) -> str:
        headers = {"Accept": "text/html", "Accept-Language": "en"}
        answer = self.browser.get(self.page, base_url=self.node.url, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def press(self, action: str, **fields: str) -> int:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.text)
        assert token is not None
        referer = {"Referer": self.node.url + self.page}
        sent = {"csrf_token": token[1], **fields}
        answered = self.browser.post(action, data=sent, base_url=self.node.url, headers=referer)
        return int(answered.status_code)


@pytest.fixture
def need(fediverse: Fediverse) -> tuple[TestNode, TestNode, str]:
    """A need of Lille that is known at Tournai: both nodes and its id."""
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    tournai.add_person("jan", "Jan Peeters")
    uri: str = lille.object_of(lille.post(need_document()))["id"]
    fediverse.settle()
    return lille, tournai, uri


def visits(need: tuple[TestNode, TestNode, str]) -> tuple[Visit, Visit]:
    lille, tournai, uri = need
    here = uri.removeprefix(lille.url)
    return Visit(lille, "admin", here), Visit(tournai, "jan", f"/at/{uri.removeprefix('https://')}")


def decide_action(owner: Visit) -> str:
    found = re.search(r'action="(/offers/answers/\d+)"', owner.text)
    assert found is not None
    return found[1]


def test_a_coworker_answers_and_reads_on_the_same_page_that_it_was_accepted_and_done(
    fediverse: Fediverse, need: tuple[TestNode, TestNode, str]
) -> None:
    owner, coworker = visits(need)
    assert coworker.press("/offers/answer", uri=need[2], message="I have time in January.") == 303
    assert "Sent; no answer yet." in coworker.text
    assert 'name="message"' not in coworker.text
    fediverse.settle()
    assert "I have time in January." in owner.text and "/@jan@tournai.example" in owner.text
    assert owner.press(decide_action(owner), what="accept") == 303
    fediverse.settle()
    assert "Agreed." in coworker.text
    assert owner.press(decide_action(owner), what="done") == 303
    fediverse.settle()
    assert "says that it is done. Please confirm it, too." in coworker.text
    assert coworker.press(decide_action(coworker), what="done") == 303
    fediverse.settle()
    assert "Done." in owner.text
    listed = Visit(need[1], "jan", "/me/answers").text
    assert "Done." in listed and "Looking for a graphic designer" in listed
    assert "/me/answers" in Visit(need[1], "jan", "/offers").text


def test_an_owner_refuses_with_a_reason_that_only_the_two_sides_read(
    fediverse: Fediverse, need: tuple[TestNode, TestNode, str]
) -> None:
    owner, coworker = visits(need)
    coworker.press("/offers/answer", uri=need[2])
    fediverse.settle()
    owner.press(decide_action(owner), what="refuse", reason="Somebody was quicker.")
    fediverse.settle()
    assert "Declined." in coworker.text and "Somebody was quicker." in coworker.text
    assert "Somebody was quicker." not in need[0].page(owner.page)
    assert 'name="message"' in coworker.text


def test_nobody_decides_about_answers_of_others(
    fediverse: Fediverse, need: tuple[TestNode, TestNode, str]
) -> None:
    owner, coworker = visits(need)
    coworker.press("/offers/answer", uri=need[2], message="Only for you.")
    fediverse.settle()
    action = decide_action(owner)
    assert "Only for you." in owner.text
    need[0].add_person("eva")
    stranger = Visit(need[0], "eva", owner.page)
    assert "Only for you." not in stranger.text
    assert stranger.press(action, what="accept") == 404
    assert coworker.press(action, what="accept") == 303
    assert "Only the owner decides." in coworker.text
    assert "Sent; no answer yet." in coworker.text


def test_who_is_not_signed_in_is_asked_to_sign_in_first(need: tuple[TestNode, TestNode, str]) -> None:
    lille, _, uri = need
    page: Any = lille.page(uri.removeprefix(lille.url))
    assert "Sign in to answer" in page and 'name="message"' not in page
