"""How often a page asks the database: as often for many rows as for few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event as sql_event

from coffee_node.base.database import db
from coffee_node.features.profiles.service import profile_of, publish_profile
from coffee_node.federation import accounts, long_tables
from coffee_node.testing import Fediverse, TestNode, article_document, event_document, need_document

FEW, MANY = 3, 12
EVERYBODYS = (
    *(
        "/",
        "/events",
        "/events?view=month",
        "/events?view=map",
        "/events?country=FR&lang=fr&category=MEETING",
    ),
    *("/events.ics", "/events.rss", "/events.atom", "/events.json", "/events.csv"),
    *("/offers", "/offers?kind=skill&lang=fr", "/offers.rss", "/offers.json", "/offers.csv", "/jobs"),
    *("/people", "/people?skill=poterie", "/people?view=map", "/people.rss", "/people.json", "/people.csv"),
    *("/articles", "/articles.rss", "/companies", "/spaces", "/search?q=poterie", "/search.rss?q=poterie"),
    *("/sitemap.xml", "/actor/outbox", "/@lille", "/@person0"),
)
MEMBERS = ("/", "/events", "/offers", "/people", "/search?q=poterie", "/me/notices", "/feed", "/alerts")


def fill(node: TestNode, start: int, end: int) -> None:
    """Some rows of every sort, from several people."""
    for number in range(start, end):
        who = f"person{number}"
        node.add_person(who, f"Personne {number}")
        tags = [
            {"type": "Hashtag", "name": f"#{name}", "href": f"https://lille.example/tags/{name}"}
            for name in ("poterie", f"tour{number}")
        ]
        node.post(event_document(name=f"Poterie {number}", tag=tags), who)
        node.post(need_document(name=f"Poterie, besoin {number}", tag=tags), who)
        node.post(article_document(name=f"Poterie, guide {number}"))
        with node.context():
            actor = accounts.account_named(who).actor
            assert actor is not None
            publish_profile(profile_of(actor), is_listed=True)


@contextmanager
def listening(node: TestNode) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    asked: list[str] = []

    def note(*call: object) -> None:
        asked.append(str(call[2]))

    with node.context():
        engine = db.engine
    sql_event.listen(engine, "before_cursor_execute", note)
    yield asked
    sql_event.remove(engine, "before_cursor_execute", note)


def statements(node: TestNode) -> dict[str, list[str]]:
    """What each page asks, when what one process keeps in memory is there."""
    found = {}
    browsers = {"": (node.client, EVERYBODYS), "member ": (node.signed_in("anna"), MEMBERS)}
    with listening(node) as asked:
        for name, (browser, paths) in browsers.items():
            for path in paths:
                for _visit in range(2):
                    asked.clear()
                    answer = browser.get(path, base_url=node.url, headers={"Accept": "text/html, */*"})
                    assert answer.status_code == 200, f"{path}: {answer.status_code}"
                found[name + path] = list(asked)
    return found


@pytest.mark.parametrize("many", [long_tables.MANY, 2], ids=["short tables", "long tables"])
def test_no_page_asks_more_often_when_it_has_more_rows(
    fediverse: Fediverse, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(long_tables, "MANY", many)
    lille = fediverse.node("lille")
    lille.add_person("anna", "Anna Maes")
    fill(lille, 0, FEW)
    before = statements(lille)
    fill(lille, FEW, MANY)
    fediverse.clock.advance(minutes=2)
    after = statements(lille)
    more = {
        path: "\n".join((Counter(after[path]) - Counter(before[path])).elements())
        for path in before
        if len(after[path]) > len(before[path])
    }
    assert not more, "\n\n".join(f"{path}\n{said}" for path, said in more.items())
