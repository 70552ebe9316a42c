"""Following somebody of another site by hand, and deciding who follows oneself."""

from __future__ import annotations

import re
from typing import Any

from coffee_node.features.profiles.service import profile_of, publish_profile
from coffee_node.federation.models import Actor, Follow
from coffee_node.testing import Fediverse, TestNode


def published(node: TestNode, handle: str, name: str) -> Actor:
    """A person with a published profile: others know nobody who has not published anything."""
    person = node.add_person(handle, name)
    with node.context():
        publish_profile(profile_of(person), is_listed=True)
    return person


def press(browser: Any, node: TestNode, page: str, action: str, **fields: str) -> Any:
    """Send a form of a page as a person would, with the token that stands in it."""
    text = browser.get(page, base_url=node.url).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert token is not None, text
    sent = {"csrf_token": token[1], **fields}
    return browser.post(action, data=sent, base_url=node.url, headers={"Referer": node.url + page})


def test_a_person_is_found_asked_and_decides(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    claire = published(lille, "claire", "Claire Dubois")
    tournai.add_person("jan", "Jan Peeters")
    jan, claires_browser = tournai.signed_in("jan"), lille.signed_in("claire")

    asked = jan.get("/lookup?q=@claire@lille.example", base_url=tournai.url).headers["Location"]
    fediverse.settle()
    found = jan.get(asked, base_url=tournai.url)
    assert found.headers["Location"] == "/@claire@lille.example"
    again = jan.get("/lookup?q=claire@lille.example", base_url=tournai.url)
    assert again.headers["Location"] == "/@claire@lille.example"
    press(jan, tournai, "/me/follows", "/follow", uri=claire.uri)
    fediverse.settle()
    assert "waiting for an answer" in jan.get("/me/follows", base_url=tournai.url).text

    page = claires_browser.get("/me/follows", base_url=lille.url).text
    assert "asks to follow you" in page
    [waiting] = [follow for follow in lille.rows(Follow) if follow.state == "requested"]
    press(claires_browser, lille, "/me/follows", f"/me/follows/{waiting.id}", answer="accept")
    fediverse.settle()
    assert [follow.state for follow in tournai.rows(Follow)] == ["accepted"]
    assert "you follow" in jan.get("/me/follows", base_url=tournai.url).text

    press(jan, tournai, "/me/follows", "/unfollow", uri=claire.uri)
    fediverse.settle()
    assert [follow.state for follow in lille.rows(Follow)] == ["undone"]


def test_nobody_answers_for_somebody_else(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    claire = published(lille, "claire", "Claire")
    lille.add_person("mallory")
    tournai.follow_actor(claire.uri)
    fediverse.settle()
    [asked] = lille.rows(Follow)
    answer = press(
        lille.signed_in("mallory"), lille, "/me/follows", f"/me/follows/{asked.id}", answer="accept"
    )
    assert answer.status_code == 404
    assert [follow.state for follow in lille.rows(Follow)] == ["requested"]
