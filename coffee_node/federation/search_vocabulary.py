"""The words that are known from public texts, counted, so that a misspelt one finds its neighbours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from coffee_node.base.database import db, write
from coffee_node.federation.search import fold, words_of
from coffee_node.federation.search_engine import add_counts, texts_of
from coffee_node.federation.search_models import SearchEntry, SearchWord
from coffee_node.federation.search_spelling import distance, letters_of, most_errors, one_error_from

SHORTEST, LONGEST = 4, 30
STEP = 2_000
STEPS = 20
CANDIDATES = 4_000
NEIGHBOURS = 3
WORKER_PATIENCE = 30.0
ENTRY, WORD = SearchEntry.__table__, SearchWord.__table__


def add(connection: Connection, texts: Iterable[tuple[str, ...]]) -> None:
    """Count the words of some texts, each once a text."""
    counts = _counted(texts)
    rows = [
        {
            "word": word,
            "first": word[0],
            "length": len(word),
            "letters": letters_of(word),
            "documents": number,
        }
        for word, number in counts.items()
    ]
    add_counts(connection, WORD, rows)  # type: ignore[arg-type]


def take_back(connection: Connection, ids: Sequence[int]) -> None:
    """Uncount the words of entries that go; a word that stands nowhere else is forgotten."""
    if not ids:
        return
    counts = _counted(texts_of(connection, ids))
    if not counts:
        return
    fewer = update(WORD).where(WORD.c.word == bindparam("gone"))  # type: ignore[arg-type]
    fewer = fewer.values(documents=WORD.c.documents - bindparam("number"))
    connection.execute(fewer, [{"gone": word, "number": counts[word]} for word in sorted(counts)])
    empty = delete(WORD).where(WORD.c.word == bindparam("gone"), WORD.c.documents <= 0)  # type: ignore[arg-type]
    connection.execute(empty, [{"gone": word} for word in sorted(counts)])


def _counted(texts: Iterable[tuple[str, ...]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for parts in texts:
        words = {word for part in parts for word in words_of(fold(part))}
        found.update(word for word in words if SHORTEST <= len(word) <= LONGEST and word.isalpha())
    return found


def count_new() -> int:
    """Count the words of entries that are not counted yet, in steps; how many entries there were."""
    total = 0
    for _ in range(STEPS):
        with write(patience=WORKER_PATIENCE) as session:
            connection = session.connection()
            waiting = select(ENTRY.c.id, ENTRY.c.visibility).where(ENTRY.c.is_counted.is_(False)).limit(STEP)
            rows = connection.execute(waiting.order_by(ENTRY.c.id)).all()
            add(connection, texts_of(connection, [row.id for row in rows if row.visibility == "public"]))
            counted = update(ENTRY).where(ENTRY.c.id.in_([row.id for row in rows]))  # type: ignore[arg-type]
            connection.execute(counted.values(is_counted=True))
        total += len(rows)
        if len(rows) < STEP:
            break
    return total


def neighbours(word: str) -> list[str]:
    """The known words nearest to one, the nearest and then the most frequent first; at most three.

    They begin with the same letter, or with the second one where two letters changed places.
    """
    most = most_errors(word)
    if not most:
        return []
    return _one_error_away(word) or (_two_errors_away(word) if most > 1 else [])


def _one_error_away(word: str) -> list[str]:
    query = select(WORD.c.word).where(WORD.c.word.in_(sorted(one_error_from(word))))
    query = query.order_by(WORD.c.documents.desc(), WORD.c.word).limit(NEIGHBOURS)
    return list(db.session.connection().scalars(query))


def _two_errors_away(word: str) -> list[str]:
    """Compare with every word of about this shape, which takes longer."""
    shape = (
        WORD.c.first.in_(set(word[:2])),
        WORD.c.length.between(len(word) - 2, len(word) + 2),
    )
    query = select(WORD.c.word, WORD.c.letters, WORD.c.documents).where(*shape)
    rows = db.session.connection().execute(query.limit(CANDIDATES)).all()
    mask = letters_of(word)
    like = [row for row in rows if (row[1] ^ mask).bit_count() <= 4]
    found = [(-documents, known) for known, _, documents in like if distance(word, known, 2) == 2]
    return [known for _documents, known in sorted(found)[:NEIGHBOURS]]
