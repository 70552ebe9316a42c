"""The search page: results of all types, true filters, marks, pages, other forms, and nothing found."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from sqlalchemy import delete
from sqlalchemy import event as sql_event

from coffee_node.base.database import db, write
from coffee_node.federation.search_models import SearchBacklog
from coffee_node.testing import Fediverse, TestNode, article_document, event_document, need_document

MOST_QUERIES = 12


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    return fediverse.node("lille")


def titles(page: str) -> list[str]:
    """The titles of the results, without their marks."""
    return [
        unescape(re.sub("<[^>]+>", "", found)).strip()
        for found in re.findall(r'<h2 class="row-title">(.*?)</h2>', page, re.DOTALL)
    ]


def facet_of(page: str, title: str) -> dict[str, int]:
    """The choices of one filter with their counts."""
    part = re.search(rf"<h3>{title}</h3>(.*?)</div>", page, re.DOTALL)
    found = re.findall(r"<span>([^<]+)</span><span class=\"count\">(\d+)</span>", part[1] if part else "")
    return {label: int(number) for label, number in found}


def test_results_of_all_types_stand_together_with_their_type_and_their_words_marked(lille: TestNode) -> None:
    lille.post(event_document(name="Soirée robotique"))
    lille.post(need_document(name="Robotique : on cherche une formatrice"))
    lille.post(article_document(name="Fiche", content="<p>Tout sur la robotique, en Wallonie.</p>"))
    page = lille.page("/search?q=robotiqu")
    assert set(titles(page)) == {"Soirée robotique", "Robotique : on cherche une formatrice", "Fiche"}
    assert "Soirée <mark>robotique</mark>" in page
    assert "Tout sur la <mark>robotique</mark>, en Wallonie." in page
    assert sum(facet_of(page, "Type").values()) == 3
    assert "3 results" in page


def test_a_filter_leaves_what_its_count_says(lille: TestNode) -> None:
    for number in range(3):
        lille.post(event_document(name=f"Poterie {number}", inLanguage="fr"))
    lille.post(event_document(name="Poterie vier", inLanguage="nl"))
    page = lille.page("/search?q=poterie")
    assert facet_of(page, "Language") == {"French": 3, "Dutch": 1}
    for path, number in (("&lang=nl", 1), ("&lang=fr", 3), ("&type=events", 4), ("&source=-", 4)):
        filtered = lille.page(f"/search?q=poterie{path}")
        assert len(titles(filtered)) == number, path
        assert facet_of(filtered, "Language").get("Dutch", 0) in (0, 1)
    assert facet_of(lille.page("/search?q=poterie&lang=nl"), "Language") == {"French": 3, "Dutch": 1}


def test_what_came_from_elsewhere_can_be_chosen_by_its_site(fediverse: Fediverse) -> None:
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    lille.post(event_document(name="Poterie ici"))
    tournai.post(event_document(name="Poterie là-bas"))
    fediverse.settle()
    page = lille.page("/search?q=poterie")
    assert facet_of(page, "From which site") == {"This site": 1, "COFFEE Tournai": 1}
    assert titles(lille.page("/search?q=poterie&source=tournai.example")) == ["Poterie là-bas"]
    assert titles(lille.page("/search?q=poterie&scope=local")) == ["Poterie ici"]


def test_a_misspelt_word_is_told_and_answered(lille: TestNode) -> None:
    lille.post(event_document(name="Menuiserie pour tous"))
    page = lille.page("/search?q=menuisreie")
    assert titles(page) == ["Menuiserie pour tous"]
    assert "Nothing for “menuisreie”" in page
    assert "<strong>menuiserie</strong>" in page
    loose = lille.page("/search?q=menuiserie+quatorze")
    assert "Nothing has all these words" in loose


def test_every_page_of_the_results_is_another_and_together_they_are_all(lille: TestNode) -> None:
    with lille.context(), write():
        pass
    for number in range(23):
        lille.post(event_document(name=f"Vannerie {number}"))
    first = lille.get_json("/search.json?q=vannerie")
    assert first["total"] == 23
    second = lille.get_json(first["next"].removeprefix(lille.url))
    assert second["next"] is None
    seen = [item["id"] for item in (*first["items"], *second["items"])]
    assert len(seen) == len(set(seen)) == 23
    assert "This page of the list is not known" in lille.page("/search?q=vannerie&page=nonsense")


def test_the_other_forms_hold_the_same(lille: TestNode) -> None:
    made = lille.object_of(lille.post(event_document(name="Reliure à la main")))
    assert [item["id"] for item in lille.get_json("/search.json?q=reliure")["items"]] == [made["id"]]
    table = lille.client.get("/search.csv?q=reliure", base_url=lille.url).text
    assert [row["id"] for row in csv.DictReader(io.StringIO(table.lstrip("\ufeff")))] == [made["id"]]
    assert "Reliure" in lille.client.get("/search.rss?q=reliure", base_url=lille.url).text


def test_a_skill_leads_to_everything_that_bears_it(lille: TestNode) -> None:
    tag = {"type": "Hashtag", "name": "#soudage", "href": "https://lille.example/tags/soudage"}
    lille.post(event_document(name="Du métal", tag=[tag]))
    lille.post(event_document(name="Soudage", tag=[]))
    answer = lille.client.get("/tags/soudage", base_url=lille.url)
    assert titles(lille.page(answer.headers["Location"])) == ["Du métal"]


def test_nothing_found_says_what_to_do(lille: TestNode) -> None:
    lille.post(event_document(name="Poterie"))
    page = lille.page("/search?q=introuvable")
    assert "Nothing found for “introuvable”" in page
    assert 'href="/events"' in page
    assert "Search without filters" in lille.page("/search?q=poterie&country=DE")
    assert "One or two words are enough" in lille.page("/search")


def test_a_list_finds_by_words_too(lille: TestNode) -> None:
    lille.post(event_document(name="Café & code", content="<p>Pour les curieux</p>"))
    for path in ("/events.json?q=cafe", "/events.json?q=curieux+code", "/events.json?q=cur"):
        assert lille.get_json(path)["total"] == 1, path
    for path in ("/events.json?q=thé", "/events.json?q=%3F%3F"):
        assert lille.get_json(path)["total"] == 0, path


def test_what_a_person_keeps_to_themselves_is_not_found_nor_shown(lille: TestNode) -> None:
    lille.add_person("ana", "Ana Exemple")
    browser = lille.signed_in("ana")
    assert browser.get("/me/profile", base_url=lille.url).status_code == 200
    assert titles(lille.page("/search?q=exemple")) == []


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
def test_the_page_speaks_the_language_of_its_reader(lille: TestNode, language: str) -> None:
    lille.post(event_document(name="Poterie"))
    for path in ("/search", "/search?q=poterie", "/search?q=rien"):
        assert f'<html lang="{language}"' in lille.page(path, language)


def test_old_objects_that_are_still_being_read_are_mentioned(lille: TestNode) -> None:
    with lille.context(), write() as session:
        session.add(SearchBacklog(kind="event", done_id=0, last_id=10))
    assert "still reading" in lille.page("/search?q=poterie")
    with lille.context(), write() as session:
        session.execute(delete(SearchBacklog))
    assert "still reading" not in lille.page("/search?q=poterie")


@pytest.mark.parametrize("path", ["/search?q=poterie", "/events?q=poterie", "/events?country=FR&lang=fr"])
def test_a_page_asks_the_database_a_dozen_times_at_most(lille: TestNode, path: str) -> None:
    for number in range(12):
        lille.post(event_document(name=f"Poterie {number}"))
        lille.post(need_document(name=f"Poterie {number}"))
    lille.page(path)
    asked: list[str] = []
    with lille.context():
        sql_event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    lille.page(path)
    questions = [one for one in asked if one.lstrip().upper().startswith(("SELECT", "WITH"))]
    assert len(questions) <= MOST_QUERIES, "\n".join(questions)
