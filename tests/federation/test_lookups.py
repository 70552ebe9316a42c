"""Nobody's page waits for another server: what is unknown becomes a row, and the worker asks."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from coffee_node.base.database import db, write
from coffee_node.federation import follows, lookup
from coffee_node.federation.actors import actor_or_stub, find_local_actor
from coffee_node.federation.models import Actor, Follow
from coffee_node.federation.social_models import Lookup
from coffee_node.testing import Fediverse, TestNode
from tests.web.test_follow_pages import published


def follows_of(node: TestNode) -> list[tuple[str, str, bool]]:
    """Every follow here: whom, how it stands, whether that actor was met."""
    with node.context():
        rows = db.session.scalars(select(Follow).order_by(Follow.id))
        return [(row.target.uri, row.state, row.target.is_met) for row in rows]


def test_following_somebody_never_met_asks_nobody_in_the_request(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    them = f"{lille.url}/actors/lille"
    fediverse.requests.clear()
    assert tournai.post({"type": "Follow", "object": them})
    assert fediverse.requests == []
    assert follows_of(tournai) == [(them, "requested", False)]
    fediverse.settle()
    assert follows_of(tournai) == [(them, "accepted", True)]
    assert [row.name for row in tournai.rows(Actor, uri=them)] == ["Lille"]


def test_a_follow_of_nobody_says_on_the_page_what_went_wrong(fediverse: Fediverse) -> None:
    tournai = fediverse.node("tournai")
    fediverse.node("lille")
    tournai.add_person("jan", "Jan")
    nobody = "https://lille.example/actors/nobody"
    with tournai.context(), write():
        jan = find_local_actor("jan")
        assert jan is not None
        follows.request_follow(jan, actor_or_stub(nobody))
    fediverse.settle()
    page = tournai.signed_in("jan").get("/me/follows", base_url=tournai.url).text
    assert "not reached yet" in page and "404" in page
    assert follows_of(tournai) == [(nobody, "requested", False)]


def test_a_follow_waits_for_a_host_that_is_away(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.down.add(lille.host)
    assert tournai.post({"type": "Follow", "object": f"{lille.url}/actors/lille"})
    fediverse.settle()
    assert [state for _uri, state, _met in follows_of(tournai)] == ["requested"]
    fediverse.down.clear()
    fediverse.clock.advance(hours=1)
    fediverse.settle()
    assert [state for _uri, state, _met in follows_of(tournai)] == ["accepted"]


@pytest.mark.parametrize("uri", ["nonsense", "https://tournai.example/actors/nobody", ""])
def test_what_can_be_no_actor_is_refused_at_once(fediverse: Fediverse, uri: str) -> None:
    tournai = fediverse.node("tournai")
    answer = tournai.client.post(
        "/actors/tournai/outbox",
        json={"type": "Follow", "object": uri},
        headers={"Authorization": f"Bearer {tournai.token}", "Content-Type": "application/activity+json"},
        base_url=tournai.url,
    )
    assert answer.status_code in (400, 404)
    assert follows_of(tournai) == []


def test_a_page_asks_waits_and_finds(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    published(lille, "claire", "Claire Dubois")
    tournai.add_person("jan", "Jan")
    jan = tournai.signed_in("jan")
    fediverse.requests.clear()
    asked = jan.get("/lookup?q=claire@lille.example", base_url=tournai.url).headers["Location"]
    waiting = jan.get(asked, base_url=tournai.url).text
    assert fediverse.requests == []
    assert "Asking" in waiting and 'data-wait="2"' in waiting and "Look again now" in waiting
    assert "http-equiv" not in waiting, "a page that reloads by itself takes the reader's place away"
    fediverse.settle()
    assert jan.get(asked, base_url=tournai.url).headers["Location"] == "/@claire@lille.example"

    assert tournai.client.get(asked, base_url=tournai.url).status_code == 404


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("@nobody@lille.example", "lille.example answers, but it knows nobody called @nobody@lille.example"),
        ("@claire@away.example", "The server away.example does not answer"),
        ("https://lille.example/nothing", "leads to nobody"),
        ("https://127.0.0.1/actors/x", "leads to nobody"),
    ],
)
def test_a_page_says_in_words_why_nobody_was_found(fediverse: Fediverse, typed: str, told: str) -> None:
    fediverse.node("lille")
    tournai = fediverse.node("tournai")
    tournai.add_person("jan", "Jan")
    jan = tournai.signed_in("jan")
    asked = jan.get(f"/lookup?q={typed}", base_url=tournai.url).headers["Location"]
    fediverse.settle()
    page = jan.get(asked, base_url=tournai.url).text
    assert told in page and "data-wait" not in page


def test_what_is_no_name_goes_back_with_words(fediverse: Fediverse) -> None:
    tournai = fediverse.node("tournai")
    tournai.add_person("jan", "Jan")
    jan = tournai.signed_in("jan")
    assert jan.get("/lookup?q=hello there", base_url=tournai.url).headers["Location"] == "/search"
    assert tournai.rows(Lookup) == []


def test_nobody_asks_without_end(fediverse: Fediverse) -> None:
    tournai = fediverse.node("tournai")
    tournai.add_person("jan", "Jan")
    jan = tournai.signed_in("jan")
    for number in range(lookup.WAITING_OF_ONE):
        assert jan.get(f"/lookup?q=@a{number}@lille.example", base_url=tournai.url).status_code == 303
    assert jan.get("/lookup?q=@more@lille.example", base_url=tournai.url).status_code == 429


def test_an_answer_that_breaks_the_worker_ends_the_question(
    fediverse: Fediverse, monkeypatch: pytest.MonkeyPatch
) -> None:
    tournai = fediverse.node("tournai")

    def broken(row: Lookup) -> str:
        raise ValueError(row.wanted)

    monkeypatch.setitem(lookup.PURPOSES, "actor", broken)
    with tournai.context():
        lookup.ask("actor", "@a@lille.example")
    fediverse.settle()
    assert [(row.state, row.error) for row in tournai.rows(Lookup)] == [("failed", "nobody")]
