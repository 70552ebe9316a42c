"""What the search has to do on both databases; each test file runs these with its own."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete, func, select, text

from coffee_node.base.database import db, write
from coffee_node.federation import search_query
from coffee_node.federation.search_models import SearchBacklog, SearchEntry, SearchWord
from coffee_node.federation.search_upkeep import count_words, read_older
from coffee_node.testing import Fediverse, TestNode, event_document, need_document


def found(node: TestNode, question: str) -> tuple[str, list[str]]:
    """In which way everybody finds something, and what, the best first."""
    with node.context():
        where = search_query.may_find(None)
        sought = search_query.resolve(question, where)
        if sought is None:
            return "", []
        hits = search_query.best(sought, where, 50)
        tables = {one.model.__tablename__: one.model for one in node.node.registry.types()}
        rows = [db.session.get(tables[hit.kind], hit.object_id) for hit in hits]
        return sought.way, [row.name for row in rows if row is not None]


def counts(node: TestNode) -> tuple[int, int]:
    """How many entries and texts there are: always the same number."""
    with node.context():
        texts = db.session.scalar(text("SELECT count(*) FROM search_text"))
        return db.session.scalar(select(func.count()).select_from(SearchEntry)) or 0, int(texts or 0)


def times_known(node: TestNode, word: str) -> int:
    """In how many public texts a word is known to stand."""
    with node.context():
        return db.session.scalar(select(SearchWord.documents).where(SearchWord.word == word)) or 0


def words_are_folded_and_formed(fediverse: Fediverse) -> None:
    """Accents, capitals, plurals and small words do not matter; all words must be there."""
    lille = fediverse.node("lille")
    text = "<p>Pour les artisans de Wallonie, l\u2019été</p>"
    lille.post(event_document(name="Atelier numérique", content=text))
    lille.post(event_document(name="Atelier de cuisine", content="<p>Un cœur d\u2019artichaut</p>"))
    assert found(lille, "NUMERIQUE ateliers") == ("all", ["Atelier numérique"])
    assert found(lille, "l'atelier de la cuisine") == ("all", ["Atelier de cuisine"])
    assert found(lille, "coeur") == ("all", ["Atelier de cuisine"])
    assert found(lille, "wall") == ("all", ["Atelier numérique"])
    assert sorted(found(lille, "atelier")[1]) == ["Atelier de cuisine", "Atelier numérique"]
    assert found(lille, " ,;- ") == ("", [])
    assert found(lille, "\"' OR * NEAR(a) -x tags:y )(") == ("nothing", [])


def every_language_is_searched(fediverse: Fediverse) -> None:
    """What is written in four languages is found in each."""
    lille = fediverse.node("lille")
    names = {"fr": "Petit-déjeuner", "nl": "Ontbijt", "de": "Frühstück", "en": "Breakfast"}
    lille.post(event_document(name=names["fr"], nameMap=names))
    for word in ("dejeuner", "ontbijt", "fruhstuck", "breakfasts"):
        assert found(lille, word)[1] == [names["fr"]], word


def errors_are_forgiven(fediverse: Fediverse) -> None:
    """A misspelt word finds its neighbour; what has only some of the words is the last resort."""
    lille = fediverse.node("lille")
    lille.post(event_document(name="Menuiserie pour tous", content="<p>bois</p>"))
    lille.post(event_document(name="Comptabilité simple", content="<p>chiffres</p>"))
    for word in ("menuisreie", "menuisrie", "menuizerie", "mneuiserie"):
        assert found(lille, word) == ("corrected", ["Menuiserie pour tous"]), word
    assert found(lille, "menuizerie bois")[0] == "corrected"
    assert found(lille, "menuiserie chiffres")[0] == "any"
    assert len(found(lille, "menuiserie chiffres")[1]) == 2
    assert found(lille, "quatorze") == ("nothing", [])


def a_name_counts_more_than_a_text(fediverse: Fediverse) -> None:
    """What is called so stands before what only mentions it."""
    lille = fediverse.node("lille")
    lille.post(event_document(name="Robotique", content="<p>autre chose</p>"))
    lille.post(event_document(name="Autre chose", content="<p>robotique</p>"))
    assert found(lille, "robotique")[1] == ["Robotique", "Autre chose"]


def the_index_follows_its_objects(fediverse: Fediverse) -> None:
    """Created, changed and deleted, here and at a partner: the index and its words are never behind."""
    lille, tournai = fediverse.node("lille"), fediverse.node("tournai")
    fediverse.connect(lille, tournai)
    before = counts(tournai)
    made = lille.object_of(lille.post(event_document(name="Soudure", content="<p>metal</p>")))
    fediverse.settle()
    assert found(tournai, "soudure")[1] == found(lille, "soudure")[1] == ["Soudure"]
    assert counts(tournai) == (before[0] + 1, before[1] + 1)
    with tournai.context():
        count_words()
    assert times_known(tournai, "soudure") == 1
    lille.post({"type": "Update", "object": {"id": made["id"], "type": "Event", "name": "Poterie"}})
    fediverse.settle()
    assert found(tournai, "soudure")[1] == []
    assert found(tournai, "poterie")[1] == ["Poterie"]
    assert times_known(tournai, "soudure") == 0
    lille.post({"type": "Delete", "object": made["id"]})
    fediverse.settle()
    for node in (lille, tournai):
        assert found(node, "poterie") == ("nothing", [])
        assert times_known(node, "poterie") == 0
    assert counts(tournai) == before


def what_is_hidden_is_not_found(fediverse: Fediverse) -> None:
    """Not by its words, and not by a word near to them."""
    lille = fediverse.node("lille")
    lille.post(need_document(name="Sabotage secret", to=[], cc=[]))
    assert found(lille, "sabotage") == ("nothing", [])
    assert found(lille, "sabotgae") == ("nothing", [])
    assert times_known(lille, "sabotage") == 0


def older_objects_are_read_in_steps(fediverse: Fediverse) -> None:
    """What was there before the index is read by the task; nothing of it twice."""
    lille = fediverse.node("lille")
    for number in range(3):
        lille.post(event_document(name=f"Ancien {number}"))
    before = counts(lille)
    with lille.context():
        with write() as session:
            session.execute(text("DELETE FROM search_entry"))
            session.execute(delete(SearchWord))
            for kind in ("event", "space", "plugin_gone"):
                session.add(SearchBacklog(kind=kind, done_id=0, last_id=100))
        assert counts(lille) == (0, 0)
        read_older()
        count_words()
        assert [row.kind for row in db.session.scalars(select(SearchBacklog))] == ["plugin_gone"]
    assert counts(lille) == before
    assert len(found(lille, "ancien")[1]) == 3
    assert found(lille, "ancein")[0] == "corrected"


STORIES: tuple[Callable[[Fediverse], None], ...] = (
    words_are_folded_and_formed,
    every_language_is_searched,
    errors_are_forgiven,
    a_name_counts_more_than_a_text,
    the_index_follows_its_objects,
    what_is_hidden_is_not_found,
    older_objects_are_read_in_steps,
)
