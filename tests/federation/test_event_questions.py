"""An organiser asks questions: people of other nodes read them, and their answers arrive as answers."""

from __future__ import annotations

import pytest

from coffee_node.features.events.participations import Participation
from coffee_node.features.events.questions import QUESTIONS
from coffee_node.federation.models import Activity
from coffee_node.testing import Fediverse, TestNode
from tests.federation.neighbour_events import announce, join, people
from tests.web.event_visits import Visit, register_visitor

ASKED = [
    {"text": "What do you eat?", "choices": ["everything", "no meat"], "is_required": True},
    {"text": "Which language", "choices": [], "is_required": False},
]


@pytest.fixture
def pair(fediverse: Fediverse) -> tuple[TestNode, TestNode]:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    tournai.add_person("jan", "Jan Peeters")
    return lille, tournai


def test_the_answers_of_another_node_arrive_as_answers(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    event = announce(fediverse, lille, questions=ASKED)
    document = lille.get_json(event.removeprefix(lille.url), "application/activity+json")
    assert [one["name"] for one in document[QUESTIONS]] == ["What do you eat?", "Which language"]
    jan = Visit(tournai, "jan", f"/at/{event.removeprefix('https://')}")
    assert "What do you eat?" in jan.text and "no meat" in jan.text
    refused = jan.post("/events/join", {"uri": event, "answer1": "Dutch", "note": "See you."})
    assert refused.status_code == 422
    assert "The organiser needs this answer." in refused.text and 'value="Dutch"' in refused.text
    assert tournai.rows(Participation) == []
    jan.press("/events/join", uri=event, answer0="no meat", answer1="Dutch", note="See you.")
    fediverse.settle()
    [sent] = tournai.rows(Activity, type="Join")
    assert sent.document["participationMessage"] == (
        "What do you eat?: no meat\nWhich language: Dutch\nSee you."
    )
    for node in pair:
        [row] = node.rows(Participation)
        assert row.answers == [
            {"question": "What do you eat?", "answer": "no meat"},
            {"question": "Which language", "answer": "Dutch"},
        ]
        assert (row.note, row.state) == ("See you.", "accepted")
    assert "no meat" in Visit(tournai, "jan", "/me/events").text
    desk = Visit(lille, "admin", f"/events/{event[-36:]}/participants")
    assert "no meat" in desk.text
    table = desk.browser.get(f"{desk.page}.csv", base_url=lille.url).text
    assert "What do you eat?" in table.splitlines()[0]


def test_what_fits_no_question_stays_in_the_message(
    fediverse: Fediverse, pair: tuple[TestNode, TestNode]
) -> None:
    lille, tournai = pair
    [guest] = people(tournai, 1)
    event = announce(fediverse, lille, questions=ASKED)
    said = "What do you eat?: stones\nWhich language: Dutch\nI come at nine: late."
    join(tournai, guest, event, participationMessage=said)
    fediverse.settle()
    [row] = lille.rows(Participation)
    assert row.answers == [{"question": "Which language", "answer": "Dutch"}]
    assert row.note == "What do you eat?: stones\nI come at nine: late."


def test_visitors_are_asked_the_same(fediverse: Fediverse, pair: tuple[TestNode, TestNode]) -> None:
    lille, _ = pair
    event = announce(fediverse, lille, questions=ASKED)
    form = Visit(lille, "", f"/events/{event[-36:]}/register")
    said = {"name": "Zoe", "email": "zoe@visitors.example", "consent": "y"}
    assert form.post(form.page, said).status_code == 422
    own = register_visitor(lille, event, "Zoe", answer0="everything")
    assert [row.answers for row in lille.rows(Participation)] == [
        [{"question": "What do you eat?", "answer": "everything"}]
    ]
    assert "everything" in Visit(lille, "", own).text
