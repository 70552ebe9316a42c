"""A node that knows very much: events, people and offers of many hosts, written by set-based statements.

Words follow Zipf's law over an invented vocabulary with the real stop words of four languages in front, as
in real texts; everything comes from one seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from coffee_node.app import create_app
from coffee_node.base import clock
from coffee_node.base.config import load_config
from coffee_node.base.database import db, write
from coffee_node.features.events.models import CATEGORIES, Event
from coffee_node.features.profiles.models import Profile, ProfileTerm
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation import search_index, search_vocabulary
from coffee_node.federation.models import Actor, ObjectTag
from coffee_node.federation.search import search_text, tag_rows
from coffee_node.federation.search_words import STOP_WORDS
from tests.house.real_nodes import RealNode

SEED = 20261123
CHUNK = 2_000
VOCABULARY = 40_000
SKILLS = 400
SPACES = 200
SYLLABLES = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "u", "an", "er", "on", "ie")]
TOWNS = [
    ("Lille", "FR", 50.63, 3.06), ("Roubaix", "FR", 50.69, 3.17), ("Dunkerque", "FR", 51.03, 2.37),
    ("Tournai", "BE", 50.61, 3.39), ("Mons", "BE", 50.45, 3.95), ("Charleroi", "BE", 50.41, 4.44),
    ("Gent", "BE", 51.05, 3.72), ("Namur", "BE", 50.47, 4.87), ("Aachen", "DE", 50.78, 6.08),
]  # fmt: skip


class Words:
    """Words as texts have them: a few very often, most of them hardly ever."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        made = {"".join(rng.choices(SYLLABLES, k=rng.choice((2, 3, 3, 4)))) for _ in range(VOCABULARY)}
        self.content = sorted(made)
        rng.shuffle(self.content)
        self._all = [*sorted(STOP_WORDS), *self.content]
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self._all))))
        self._own = list(accumulate(1 / (rank + 2.7 + len(STOP_WORDS)) for rank in range(len(self.content))))

    def text(self, number: int) -> str:
        """Some running words."""
        return " ".join(self._rng.choices(self._all, cum_weights=self._weights, k=number))

    def said(self, number: int) -> list[str]:
        """Some words that say something, as people search for them."""
        return self._rng.choices(self.content, cum_weights=self._own, k=number)


class BigNode:
    """The home of a node and what is written into it; its size is given as numbers of each sort."""

    def __init__(self, home: Path, settings: Mapping[str, str]) -> None:
        self.node = RealNode(home / "lille", "lille", settings=settings).init()
        self.app = create_app(load_config(self.node.home, self.node.environment))
        self.rng = random.Random(SEED)  # noqa: S311 - made up, not secret
        self.words = Words(self.rng)
        self.skills = self.words.content[5_000 : 5_000 + SKILLS]
        self._skill_weights = list(accumulate(1 / (rank + 3) for rank in range(SKILLS)))
        self._spaces: list[int] = []
        self.samples: list[str] = []

    def fill(self, events: int, people: int, offers: int) -> None:
        """Write it all, and let the worker's own code count the words."""
        with self.app.app_context():
            self._spaces = self._actors("Organization", SPACES)
            self._write(Event, events, self._event, self._by_spaces)
            self._write(Profile, people, self._person, lambda rows: self._actors("Person", len(rows), rows))
            self._write(Proposal, offers, self._offer, self._by_spaces)
            while search_vocabulary.count_new():
                pass

    def _actors(self, type_: str, number: int, rows: list[dict[str, Any]] | None = None) -> list[int]:
        made = [
            {
                "uri": rows[place]["uri"] if rows else f"https://host{place % 50}.example/actors/{place}",
                "type": type_,
                "kind": "" if rows else "space",
                "slug": rows[place]["uri"].rsplit("/", 1)[-1] if rows else f"space{place}",
                "host": f"host{place % 50}.example",
                "name": rows[place]["name"] if rows else f"Space {place}",
                "inbox": "https://host.example/inbox",
            }
            for place in range(number)
        ]
        with write():
            db.session.execute(insert(Actor), made)
            found = select(Actor.id, Actor.uri).where(Actor.uri.in_([one["uri"] for one in made]))
            ids = {uri: id_ for id_, uri in db.session.execute(found)}
        return [ids[one["uri"]] for one in made]

    def _by_spaces(self, rows: list[dict[str, Any]]) -> list[int]:
        return self.rng.choices(self._spaces, k=len(rows))

    def _write(
        self,
        model: type[Any],
        number: int,
        make: Callable[[int], dict[str, Any]],
        authors: Callable[[list[dict[str, Any]]], list[int]],
    ) -> None:
        for start in range(0, number, CHUNK):
            rows = [make(place) for place in range(start, min(start + CHUNK, number))]
            for row, author in zip(rows, authors(rows), strict=True):
                row["actor_id"] = author
            with write():
                db.session.execute(insert(model.__table__), rows)
                db.session.execute(insert(ObjectTag.__table__), list(self._tag_rows(rows)))  # type: ignore[arg-type]
                self._write_terms(model, rows)
                texts = {row["uri"]: search_text(row) for row in rows}
                search_index.put(model.__table__, texts)

    def _write_terms(self, model: type[Any], rows: list[dict[str, Any]]) -> None:
        """What a directory of people finds them by, as the feature derives it from what they publish."""
        if model is not Profile:
            return
        found = select(Profile.uri, Profile.id).where(Profile.uri.in_([row["uri"] for row in rows]))
        ids = {uri: id_ for uri, id_ in db.session.execute(found)}
        terms = [
            {
                "profile_id": ids[row["uri"]],
                "kind": kind,
                "value": value,
                "label": value,
                "rank": 0,
                "reach": 3,
            }
            for row in rows
            for kind, value in self._terms(row)
        ]
        db.session.execute(insert(ProfileTerm.__table__), terms)  # type: ignore[arg-type]

    def _terms(self, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
        yield "country", row["country"]
        yield from (("language", code) for code in row["languages"])
        yield from (("skill", tag["name"].lstrip("#")) for tag in row["tags"])
        if row["availability"]:
            yield "available", "1"

    def _tag_rows(self, rows: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
        for row in rows:
            yield from tag_rows(row["uri"], row["tags"])

    def _object(self, path: str, number: int, name: str) -> dict[str, Any]:
        rng = self.rng
        host = f"host{number % 50}.example"
        uri = f"https://{host}/{path}/{number}"
        skills = dict.fromkeys(rng.choices(self.skills, cum_weights=self._skill_weights, k=3))
        content = f"<p>{self.words.text(45)}</p><p>{self.words.text(20)}</p>"
        tags = [
            {"type": "Hashtag", "name": f"#{skill}", "href": f"https://{host}/tags/{skill}"}
            for skill in skills
        ]
        if number % 97 == 0:
            self.samples.append(f"{name} {content}")
        document = {"id": uri, "type": path, "name": name, "content": content, "tag": tags}
        return {
            "uri": uri,
            "url": uri,
            "type": path,
            "origin": host,
            "name": name,
            "content": content,
            "document": document,
            "tags": tags,
            "visibility": rng.choices(("public", "network", "private"), (88, 10, 2))[0],
            "language": rng.choices(("fr", "nl", "en", "de"), (50, 25, 15, 10))[0],
            "published": clock.utcnow() - timedelta(minutes=rng.randrange(500_000)),
        }

    def _place(self) -> dict[str, Any]:
        town, country, latitude, longitude = self.rng.choice(TOWNS)
        return {
            "place": {"name": f"Salle {town}", "address": {"locality": town, "country": country}},
            "country": country,
            "latitude": latitude + self.rng.uniform(-0.2, 0.2),
            "longitude": longitude + self.rng.uniform(-0.2, 0.2),
        }

    def _event(self, number: int) -> dict[str, Any]:
        start = clock.utcnow() + timedelta(minutes=self.rng.randrange(-250_000, 250_000))
        return (
            self._object("events", number, " ".join(self.words.said(4)).capitalize())
            | self._place()
            | {
                "type": "Event",
                "start_time": start,
                "end_time": start + timedelta(hours=2),
                "timezone": "Europe/Paris",
                "category": self.rng.choice(list(CATEGORIES)),
                "is_online": self.rng.random() < 0.2,
            }
        )

    def _person(self, number: int) -> dict[str, Any]:
        name = " ".join(self.words.said(2)).title()
        place = self._place()
        return {
            **self._object("people", number, name),
            **place,
            "type": "Person",
            "visibility": "public",
            "headline": " ".join(self.words.said(3)),
            "is_listed": True,
            "list_reach": 3,
            "sort_name": name.lower(),
            "near_latitude": place["latitude"],
            "near_longitude": place["longitude"],
            "near_reach": 3,
            "languages": self.rng.sample(["fr", "nl", "en", "de"], 2),
            "availability": self.rng.choice(("", "available", "soon")),
        }

    def _offer(self, number: int) -> dict[str, Any]:
        return (
            self._object("offers", number, " ".join(self.words.said(4)).capitalize())
            | self._place()
            | {
                "type": "Note",
                "purpose": self.rng.choice(("offer", "request")),
                "kind": self.rng.choice(("skill", "mission", "desk", "job")),
                "end_time": clock.utcnow() + timedelta(days=self.rng.randrange(-20, 90)),
            }
        )
