"""What is kept of a person among registrations is given out whole and erased whole."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect, text

from coffee_node.base.database import db
from coffee_node.features.events.participations import Participation
from coffee_node.federation import accounts
from coffee_node.federation.actors import find_local_actor, ref
from coffee_node.node import current_node
from coffee_node.testing import Fediverse, TestNode
from tests.federation.neighbour_events import announce, join
from tests.web.event_visits import Visit, link_in, mails_to

ADDRESS = "claire.unique@lille.example"
ASKED = [{"text": "What do you eat?", "choices": [], "is_required": False}]


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    with node.context():
        accounts.create_account("claire", "Claire", email=ADDRESS)
    return node


def register_by_mail(node: TestNode, event: str) -> None:
    form = Visit(node, "", f"/events/{event[-36:]}/register")
    said = {"name": "Clairette", "email": ADDRESS, "consent": "y", "answer0": "Moonfish"}
    assert form.post(form.page, said).status_code == 200
    confirm = link_in(node, mails_to(node, ADDRESS)[-1])
    Visit(node, "", confirm).press(confirm)


def places_of(node: TestNode, needle: str) -> list[str]:
    """Every table in which a text still stands."""
    with node.context():
        tables = inspect(db.engine).get_table_names()
        return [
            table
            for table in tables
            for row in db.session.execute(text(f'SELECT * FROM "{table}"'))  # noqa: S608
            if needle in str(tuple(row))
        ]


def test_an_export_holds_registrations_made_with_and_without_signing_in(
    fediverse: Fediverse, lille: TestNode
) -> None:
    first, second = (announce(fediverse, lille, questions=ASKED) for _ in range(2))
    join(lille, "claire", first, participationMessage="What do you eat?: Seaweed")
    fediverse.settle()
    register_by_mail(lille, second)
    with lille.context():
        claire = find_local_actor("claire")
        assert claire is not None
        found = str(current_node.plugins.ask_all("export_personal_data", actor=ref(claire)))
    for piece in ("Seaweed", "Moonfish", ADDRESS, first, second):
        assert piece in found


def test_nothing_of_a_person_is_left_among_the_registrations(fediverse: Fediverse, lille: TestNode) -> None:
    event = announce(fediverse, lille, questions=ASKED)
    register_by_mail(lille, event)
    assert {"event_visitor", "mail", "mail_link", "event_participation"} <= {
        *places_of(lille, "Moonfish"),
        *places_of(lille, ADDRESS),
    }
    with lille.context():
        claire = find_local_actor("claire")
        assert claire is not None
        current_node.plugins.ask_all("erase_personal_data", actor=ref(claire))
    assert places_of(lille, "Moonfish") == places_of(lille, "Clairette") == []
    assert set(places_of(lille, ADDRESS)) <= {"account"}, "the account itself is not the registrations'"
    [row] = lille.rows(Participation)
    assert (row.state, row.visitor_id) == ("left", None)
