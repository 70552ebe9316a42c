"""Lists of very many rows: counts that may be a minute old, and still every row that belongs there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import ColumnElement

from coffee_node.base import clock, row_sets
from coffee_node.base.database import db, write
from coffee_node.base.keyed_memory import KeyedMemory
from coffee_node.features.events.models import Event
from coffee_node.features.profiles.models import ProfileTerm
from coffee_node.features.profiles.service import change_profile, profile_of, publish_profile
from coffee_node.federation import accounts, long_tables
from coffee_node.testing import Fediverse, TestNode, event_document, need_document
from coffee_node.web.list_facets import facet_counts, joint_counts
from coffee_node.web.list_query import ListQuery

HTML = {"Accept": "text/html", "Accept-Language": "en"}


@pytest.fixture
def lille(fediverse: Fediverse, monkeypatch: pytest.MonkeyPatch) -> TestNode:
    """A node on which three rows are very many."""
    monkeypatch.setattr(long_tables, "MANY", 3)
    return fediverse.node("lille")


def told(node: TestNode, path: str = "/events") -> int:
    """The number of results that a list names."""
    found = re.search(r"(\d+) (?:event|result)s?\b", node.page(path))
    assert found, "the page names no number"
    return int(found[1])


def test_a_short_list_is_counted_at_each_question(lille: TestNode) -> None:
    for number in range(1, 4):
        lille.post(event_document(name=f"Poterie {number}"))
        assert told(lille) == number


def test_the_count_of_a_long_list_is_at_most_a_minute_old(fediverse: Fediverse, lille: TestNode) -> None:
    for number in range(5):
        lille.post(event_document(name=f"Poterie {number}"))
    assert told(lille) == 5
    lille.post(event_document(name="Poterie de plus"))
    assert told(lille) == 5
    assert told(lille, "/events?q=poterie") == 6, "other filters are another count"
    assert "Poterie de plus" in lille.page("/events"), "rows are never from memory"
    fediverse.clock.advance(seconds=61)
    assert told(lille) == 6


def test_who_comes_while_somebody_counts_anew_is_not_kept_waiting(fediverse: Fediverse) -> None:
    memory: KeyedMemory[int] = KeyedMemory(timedelta(seconds=60))
    grace = timedelta(seconds=5)
    memory.put("events", 5)
    assert memory.claim("events", grace) == 5
    fediverse.clock.advance(seconds=61)
    assert memory.claim("events", grace) is None, "the first one counts"
    assert memory.claim("events", grace) == 5, "the second one does not wait for it"
    fediverse.clock.advance(seconds=6)
    assert memory.claim("events", grace) is None, "the first one may have failed"
    memory.put("events", 6)
    assert memory.claim("events", grace) == 6
    fediverse.clock.advance(seconds=121)
    assert [memory.claim("events", grace) for _ in range(2)] == [None, None], "too old for anybody"


def test_a_count_is_remembered_for_its_reader_alone(lille: TestNode) -> None:
    for number in range(5):
        lille.post(event_document(name=f"Poterie {number}"))
    hidden = event_document(name="Entre partenaires", to=["https://lille.example/actor/followers"], cc=[])
    lille.post(hidden)
    assert told(lille) == 5
    page = lille.signed_in().get("/events", base_url=lille.url).text
    assert "Entre partenaires" in page
    assert re.search(r"6 (?:event|result)s", page)


def test_a_long_agenda_still_shows_what_began_long_ago_and_goes_on(
    fediverse: Fediverse, lille: TestNode
) -> None:
    now = clock.utcnow()
    times = {
        "Passé": (now - timedelta(days=40), now - timedelta(days=39)),
        "Exposition": (now - timedelta(days=30), now + timedelta(days=30)),
        "Demain": (now + timedelta(days=1), now + timedelta(days=1, hours=2)),
        "Plus tard": (now + timedelta(days=2), now + timedelta(days=2, hours=2)),
        "Encore": (now + timedelta(days=3), now + timedelta(days=3, hours=2)),
    }
    for name, (start, end) in times.items():
        lille.post(event_document(name=name, startTime=clock.rfc3339(start), endTime=clock.rfc3339(end)))
    for _visit in range(2):
        page = lille.page("/events")
        assert [name for name in times if f">{name}</a>" in page] == list(times)[1:]


def test_facets_counted_together_are_those_counted_alone(lille: TestNode) -> None:
    for number, (language, category) in enumerate(
        [("fr", "LEARNING"), ("fr", "BUSINESS"), ("nl", "LEARNING"), ("nl", "LEARNING"), ("de", "")]
    ):
        lille.post(event_document(name=f"Poterie {number}", inLanguage=language, category=category))
    columns = {"lang": "language", "category": "category"}
    choices: list[dict[str, str]] = [{}, {"lang": "nl"}, {"lang": "fr", "category": "LEARNING"}]
    for args in choices:
        with lille.app.test_request_context("/events"):
            query = ListQuery.from_args(args, ("category",))

            def where(without: str, query: ListQuery = query) -> list[ColumnElement[bool]]:
                chosen = query.extra.get("category") if without != "category" else ""
                return [Event.category == chosen] if chosen else []

            joint = joint_counts(Event, query, columns, where)
            alone = {
                param: facet_counts(Event, column, query, param, where(param))
                for param, column in columns.items()
            }
        assert joint == alone, args


CHOICES = (
    "/events",
    "/events?lang=fr",
    "/events?lang=fr&skill=tour1&country=FR",
    "/events?space=lille&online=no",
    "/offers",
    "/offers?kind=skill&lang=nl",
    "/offers?purpose=request&skill=poterie",
    "/people",
    "/people?skill=poterie",
    "/people?skill=poterie&lang=fr&available=1",
    "/people?lang=nl&level=B1",
    "/people?q=maes",
)


def shown_counts(page: str) -> list[tuple[str, str]]:
    """Every choice that a list shows with its number, and the numbers in its sentences."""
    choices = re.findall(r"<span>([^<]+)</span><span class=\"count\">(\d+)", page)
    return [*sorted(choices), *re.findall(r"(\d+) (event|result|people|person)", page)]


def some_rows(node: TestNode) -> None:
    """Rows with different values of everything that can be chosen."""
    for number, language in enumerate(("fr", "fr", "nl", "nl-BE", "de", "fr")):
        tags = [
            {"type": "Hashtag", "name": name} for name in ("#poterie", f"#tour{number % 2}", f"#x{number}")
        ]
        node.post(event_document(name=f"Poterie {number}", inLanguage=language, tag=tags))
        node.post(need_document(name=f"Besoin {number}", inLanguage=language, tag=tags))
        node.add_person(f"person{number}", f"Maes {number}")
        with node.context():
            actor = accounts.account_named(f"person{number}").actor
            assert actor is not None
            values = {
                "skills_offered": [{"name": "Poterie"}, {"name": f"Tour {number % 2}", "level": 2}],
                "languages": [language[:2]],
                "language_levels": {language[:2]: "B2" if number % 2 else "A1"},
                "availability": "available" if number % 3 else "",
                "is_listed": number != 4,
            }
            levels = dict.fromkeys(("skills_offered", "languages", "availability"), "public")
            levels |= {"availability": "space"} if number == 1 else {}
            change_profile(profile_of(actor), values, levels, is_published=number != 5)


@pytest.mark.parametrize("handle", ["", "person0"])
def test_a_long_list_shows_the_numbers_of_a_short_one(
    fediverse: Fediverse, monkeypatch: pytest.MonkeyPatch, handle: str
) -> None:
    lille = fediverse.node("lille")
    some_rows(lille)
    browser = lille.signed_in(handle) if handle else lille.client
    seen = []
    for many in (2000, 3):
        monkeypatch.setattr(long_tables, "MANY", many)
        texts = [browser.get(path, base_url=lille.url, headers=HTML).text for path in CHOICES]
        seen.append({path: shown_counts(text) for path, text in zip(CHOICES, texts, strict=True)})
    assert seen[0] == seen[1]
    assert len(seen[0]["/people"]) > 5, "numbers were found at all"


def test_a_long_list_counts_what_changed_after_a_minute(fediverse: Fediverse, lille: TestNode) -> None:
    uris = [
        lille.object_of(lille.post(event_document(name=f"Poterie {number}", inLanguage="fr")))["id"]
        for number in range(5)
    ]
    assert 'French</span><span class="count">5' in lille.page("/events")
    changed = event_document(name="Poterie", inLanguage="nl") | {"id": uris[0]}
    lille.post({"type": "Update", "object": changed})
    lille.post({"type": "Delete", "object": uris[1]})
    fediverse.clock.advance(seconds=61)
    page = lille.page("/events")
    assert 'French</span><span class="count">3' in page
    assert 'Dutch</span><span class="count">1' in page


def test_who_withdraws_everything_is_counted_no_more_after_an_hour(
    fediverse: Fediverse, lille: TestNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_rows(lille)
    monkeypatch.setattr(long_tables, "MANY", 3)
    before = dict(shown_counts(lille.page("/people")))
    with lille.context():
        actor = accounts.account_named("person0").actor
        assert actor is not None
        row = profile_of(actor)
        with write():
            row.affiliation = row.affiliation_name = ""
        change_profile(row, {"skills_offered": [], "languages": [], "availability": ""}, levels={})
        publish_profile(row, is_listed=True)
        assert db.session.query(ProfileTerm).filter_by(profile_id=row.id).count() == 0
    fediverse.clock.advance(minutes=61)
    after = dict(shown_counts(lille.page("/people")))
    assert int(after["Poterie"]) == int(before["Poterie"]) - 1


def test_rare_values_of_a_long_list_are_counted_by_the_database(
    fediverse: Fediverse, lille: TestNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_sets, "MOST_VALUES", 1)
    some_rows(lille)
    assert {("French", "3"), ("Dutch", "1"), ("German", "1")} <= set(shown_counts(lille.page("/events")))
