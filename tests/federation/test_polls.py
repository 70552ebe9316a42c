"""A poll asked on one node: votes from both sides count once, and the result reaches the others."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from coffee_node.activitypub.vocabulary import PUBLIC
from coffee_node.base.database import write
from coffee_node.features.polls import service
from coffee_node.features.polls.models import Poll
from coffee_node.features.polls.schemas import QuestionSchema, name_on_the_wire
from coffee_node.federation import outbox
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Activity, InboxItem
from coffee_node.testing import Fediverse, TestNode

CONTRACT = Path(__file__).parents[3] / "shared" / "federation.md"
QUESTION = {
    "type": "Question",
    "content": "<p>Which evening for the workshop?</p>",
    "oneOf": [{"type": "Note", "name": "Tuesday"}, {"type": "Note", "name": "Thursday"}],
    "endTime": "2026-12-01T12:00:00Z",
}


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    lille.add_person("claire")
    tournai.add_person("jan")
    return lille, tournai


def ask(fediverse: Fediverse, node: TestNode, **more: Any) -> str:
    found: str = node.object_of(node.post({**QUESTION, **more}))["id"]
    fediverse.settle()
    return found


def vote(node: TestNode, handle: str, poll: str, option: str) -> None:
    node.post({"type": "Create", "object": {"type": "Note", "name": option, "inReplyTo": poll}}, handle)


def vote_raw(node: TestNode, handle: str, poll: str, option: str, author: str) -> None:
    """Vote without the checks of our own service, as another server would."""
    with node.context(), write():
        actor = find_local_actor(handle)
        assert actor is not None
        document = {
            "id": f"{node.url}/objects/{outbox.new_activity_uri()[-36:]}",
            "type": "Note",
            "attributedTo": actor.uri,
            "name": option,
            "inReplyTo": poll,
            "to": [author],
        }
        outbox.publish(actor, "Create", document, to=[author], visibility="private")


def counts(node: TestNode) -> dict[str, int]:
    [row] = node.rows(Poll)
    return {option["name"]: option["count"] for option in row.options}


def tell(fediverse: Fediverse, node: TestNode) -> None:
    with node.context():
        service.tell_results()
    fediverse.settle()


def test_votes_from_both_sides_are_counted_and_the_result_travels(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    poll = ask(fediverse, lille)
    vote(lille, "claire", poll, "Thursday")
    vote(tournai, "jan", poll, "Thursday")
    fediverse.settle()
    assert counts(lille) == {"Tuesday": 0, "Thursday": 2}
    assert counts(tournai) == {"Tuesday": 0, "Thursday": 0}
    tell(fediverse, lille)
    assert counts(tournai) == {"Tuesday": 0, "Thursday": 2}
    assert tournai.get_json("/polls.json")["items"] == lille.get_json("/polls.json")["items"]
    assert tournai.rows(InboxItem, type="Create")[-1].state == "handled"


def test_voting_twice_counts_once(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> None:
    lille, tournai = pair
    poll = ask(fediverse, lille)
    for option in ("Tuesday", "Thursday", "Tuesday"):
        vote_raw(tournai, "jan", poll, option, f"{lille.url}/actors/lille")
    fediverse.settle()
    assert counts(lille) == {"Tuesday": 1, "Thursday": 0}


def test_several_options_may_be_chosen_where_the_poll_says_so(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    poll = ask(fediverse, lille, oneOf=None, anyOf=QUESTION["oneOf"])
    for option in ("Tuesday", "Thursday", "Tuesday"):
        vote_raw(tournai, "jan", poll, option, f"{lille.url}/actors/lille")
    fediverse.settle()
    assert counts(lille) == {"Tuesday": 1, "Thursday": 1}


def test_a_stranger_votes_once_too_and_unknown_options_do_not_count(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, _ = pair
    mons = fediverse.node("mons")
    mons.add_person("eva")
    poll = ask(fediverse, lille)
    for option in ("Sunday", "Tuesday"):
        vote_raw(mons, "eva", poll, option, f"{lille.url}/actors/lille")
    fediverse.settle()
    assert counts(lille) == {"Tuesday": 1, "Thursday": 0}


def test_after_its_end_nothing_counts_and_everybody_knows_that_it_is_over(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    poll = ask(fediverse, lille)
    fediverse.clock.advance(days=30)
    vote_raw(tournai, "jan", poll, "Tuesday", f"{lille.url}/actors/lille")
    fediverse.settle()
    tell(fediverse, lille)
    assert counts(lille) == {"Tuesday": 0, "Thursday": 0}
    assert tournai.rows(Poll)[0].closed_at is not None
    assert "This poll is over" in tournai.page(f"/at/{poll.removeprefix('https://')}")


def test_h30b_ten_thousand_options_are_cut_to_twenty(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    long = [{"type": "Note", "name": f"{number} " + "x" * 200} for number in range(20)]
    many = [*long, *({"type": "Note", "name": str(number)} for number in range(9_980))]
    with tournai.context(), write():
        space = find_local_actor("tournai")
        assert space is not None
        question = {
            "id": f"{tournai.url}/objects/many",
            "type": "Question",
            "attributedTo": space.uri,
            "content": "<p>Which?</p>",
            "oneOf": many,
        }
        outbox.publish(space, "Create", question, to=[PUBLIC], cc=[f"{tournai.url}/actor/followers"])
    fediverse.settle()
    [row] = lille.rows(Poll)
    assert len(row.options) == 20
    assert all(len(option["name"]) == 100 for option in row.options)
    assert "9979" not in lille.page(f"/at/{row.uri.removeprefix('https://')}")


def test_a_vote_names_an_option_as_its_author_wrote_it(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    whole = "a very long answer " * 10
    document = {"oneOf": [{"type": "Note", "name": "short"}, {"type": "Note", "name": whole}]}
    cut = QuestionSchema().parse({"id": "https://a.example/1", "type": "Question", **document})["options"]
    assert name_on_the_wire(document, cut[1]["name"]) == whole
    assert name_on_the_wire(document, "short") == "short"


def test_who_may_not_read_a_poll_has_no_vote_in_it(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    mons = fediverse.node("mons")
    mons.add_person("eva")
    followers = f"{lille.url}/actor/followers"
    made = lille.post({"type": "Create", "to": [followers], "object": QUESTION})
    fediverse.settle()
    poll = lille.rows(Poll)[0].uri
    assert made and [row.uri for row in tournai.rows(Poll)] == [poll]
    vote(tournai, "jan", poll, "Tuesday")
    vote_raw(mons, "eva", poll, "Thursday", f"{lille.url}/actors/lille")
    vote_raw(lille, "lille", poll, "Thursday", f"{lille.url}/actors/lille")
    fediverse.settle()
    assert counts(lille) == {"Tuesday": 1, "Thursday": 0}


def test_results_are_told_once_however_many_voted(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    poll = ask(fediverse, lille)
    vote(lille, "claire", poll, "Thursday")
    vote(tournai, "jan", poll, "Tuesday")
    fediverse.settle()
    for _ in range(3):
        tell(fediverse, lille)
    fediverse.clock.advance(days=30)
    for _ in range(2):
        tell(fediverse, lille)
    updates = [row for row in lille.rows(Activity, type="Update") if row.object_uri == poll]
    assert [("closed" in row.document["object"]) for row in updates] == [False, True]


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not beside the repository")
def test_a_question_is_written_as_the_contract_says(fediverse: Fediverse) -> None:
    block = re.search(r"```json create-question\n(.*?)```", CONTRACT.read_text("utf-8"), re.S)
    assert block is not None
    expected = json.loads(block[1])["object"]
    lille = fediverse.node("lille")
    given = ("type", "content", "oneOf", "endTime")
    made = lille.object_of(lille.post({name: expected[name] for name in given}))
    options = [{**one, "replies": {"type": "Collection", "totalItems": 0}} for one in expected["oneOf"]]
    for name in ("id", "attributedTo", "cc", "published", "@context", "url"):
        expected.pop(name, None)
        made.pop(name, None)
    assert made == {**expected, "oneOf": options}
