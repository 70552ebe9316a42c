"""Two people at one PostgreSQL node decide or vote at the same moment: nothing is given or counted twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import pytest
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.errors import CoffeeError
from coffee_node.features.polls import voting
from coffee_node.features.polls.models import Poll, PollVote
from coffee_node.features.proposals import answering
from coffee_node.features.proposals.agreements import Agreement
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Activity
from coffee_node.testing import Fediverse, TestNode, need_document
from tests.house.postgres import temporary_database

pytestmark = pytest.mark.postgres


@pytest.fixture
def node_database_url() -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]))


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    node = fediverse.node("lille")
    for handle in ("jan", "eva"):
        node.add_person(handle)
    return node


def at_once(node: TestNode, *prepared: Callable[[], Callable[[], object]]) -> list[str]:
    """What each act ended with; each has read its rows before any of them writes."""
    start = Barrier(len(prepared))

    def run(prepare: Callable[[], Callable[[], object]]) -> str:
        with node.context():
            try:
                act = prepare()
                start.wait(10)
                act()
            except CoffeeError as error:
                return type(error).__name__
            finally:
                db.session.remove()
        return "done"

    with ThreadPoolExecutor(len(prepared)) as workers:
        return sorted(workers.map(run, prepared))


def accepting(number: int) -> Callable[[], Callable[[], object]]:
    def prepare() -> Callable[[], object]:
        kept = db.session.scalars(select(Agreement).order_by(Agreement.id)).all()[number]
        return lambda: answering.accept(kept)

    return prepare


def asked(fediverse: Fediverse, node: TestNode, *handles: str) -> None:
    """Answers of these people to an offer of two days, each for both days."""
    quantity = {"hasUnit": "day", "hasNumericalValue": "2"}
    intent = {"type": "Intent", "resourceQuantity": quantity, "availableQuantity": quantity}
    offer = node.object_of(node.post(need_document(purpose="offer", kind="desk", publishes=intent)))["id"]
    commitment = {"type": "Commitment", "satisfies": f"{offer}#primary", "resourceQuantity": quantity}
    for handle in handles:
        node.post({"type": "Offer", "object": {"type": "Agreement", "stipulates": commitment}}, handle)
    fediverse.settle()


def test_what_is_left_once_is_not_given_to_two(fediverse: Fediverse, lille: TestNode) -> None:
    asked(fediverse, lille, "jan", "eva")
    assert at_once(lille, accepting(0), accepting(1)) == ["Unprocessable", "done"]
    assert sorted(row.state for row in lille.rows(Agreement)) == ["accepted", "asked"]
    assert lille.rows(Proposal)[0].available_quantity == "0"


def test_one_answer_is_accepted_once(fediverse: Fediverse, lille: TestNode) -> None:
    asked(fediverse, lille, "jan")
    assert at_once(lille, accepting(0), accepting(0)) == ["Conflict", "done"]
    assert len(lille.rows(Activity, type="Accept")) == 1


def test_two_clicks_are_one_vote(fediverse: Fediverse, lille: TestNode) -> None:
    options = [{"type": "Note", "name": name} for name in ("Tuesday", "Thursday")]
    lille.post({"type": "Question", "content": "<p>When?</p>", "oneOf": options})

    def voting_for(name: str) -> Callable[[], Callable[[], object]]:
        def prepare() -> Callable[[], object]:
            row, jan = db.session.scalars(select(Poll)).one(), find_local_actor("jan")
            assert jan is not None
            return lambda: voting.vote(jan, row, [name])

        return prepare

    assert at_once(lille, voting_for("Tuesday"), voting_for("Thursday")) == ["Conflict", "done"]
    fediverse.settle()
    assert sum(option["count"] for option in lille.rows(Poll)[0].options) == len(lille.rows(PollVote)) == 1
