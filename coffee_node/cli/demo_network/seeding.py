"""Fills a demo node through the same services as its forms do, and tells what it published."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from coffee_node.activitypub.schemas import place_columns
from coffee_node.base import clock
from coffee_node.base.database import write
from coffee_node.cli.demo_network.content import SEED, Place, end_of_day, names_of, start_of, texts_of
from coffee_node.features.articles.service import publish_article
from coffee_node.features.events.service import announce_event
from coffee_node.features.profiles.companies import open_company
from coffee_node.features.profiles.schemas import CONSENT_FIELDS
from coffee_node.features.profiles.service import change_profile, profile_of, publish_profile
from coffee_node.features.proposals.service import offer, skill_tags
from coffee_node.features.spaces.service import open_space
from coffee_node.federation import accounts
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

AVAILABILITY_LEVELS = ("public", "network", "space")


@dataclass(frozen=True)
class Made:
    """Something public that every node of the network should hold; `list_name` says in which list."""

    list_name: str
    uri: str
    name: str


class Seeding:
    """One node being filled: half of everything before it has partners, the other half afterwards."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.now = clock.utcnow()
        self._random = random.Random(f"{SEED}/{place.slug}")  # noqa: S311 - a demo that is the same every time

    def furnish(self) -> list[Made]:
        """Describe the space and make the people and companies; the space alone is public so far."""
        space = self._actor(self.place.slug)
        described = dict(self.place.content["space"])
        values = texts_of(described, "fr", column="summary")
        values |= {
            name: described[name] for name in ("opening_hours", "services", "prices", "desks", "website")
        }
        values |= {"place": self.place.location, "timezone": self.place.timezone, "language": "fr"}
        open_space(space, values | {"name": self.place.name, "tags": hashtags(described["tags"])})
        for person in self._entries("people"):
            self._add_person(person, space)
        for company in self._entries("companies"):
            self._add_company(company)
        return [Made("spaces", space.uri, self.place.name)]

    def publish(self, half: int) -> list[Made]:
        """Publish one half (0 or 1) of the people, events, offers and articles."""
        makers = {
            "people": self._publish_person,
            "events": self._announce,
            "offers": self._offer,
            "articles": self._write,
        }
        return [
            Made(name, make(entry), entry["name"])
            for name, make in makers.items()
            for number, entry in enumerate(self._entries(name))
            if number % 2 == half and self._is_public(entry, make)
        ]

    def _is_public(self, entry: Mapping[str, Any], make: Any) -> bool:
        """Whether everybody may see an entry; what is for partners alone is published and not counted."""
        if entry.get("visibility", "public") == "public":
            return True
        make(entry)
        return False

    def _entries(self, name: str) -> Iterator[Mapping[str, Any]]:
        yield from self.place.content.get(name, ())

    def _actor(self, slug: str) -> Actor:
        actor = find_local_actor(slug)
        if actor is None:
            raise LookupError(f"{slug} publishes something in the demo, but is nobody at {self.place.name}")
        return actor

    def _add_person(self, person: Mapping[str, Any], space: Actor) -> None:
        handle = person["handle"]
        with write():
            account = accounts.create_account(
                handle, person["name"], email=f"{handle}@{self.place.slug}.example"
            )
            account.language = person["language"]
            accounts.join_space(account, space, person["role"])
        values = {
            "name": person["name"],
            "headline": person["headline"],
            "language": person["language"],
            "languages": person["languages"],
            "skills_offered": [{"name": skill} for skill in person["offers"]],
            "skills_sought": [{"name": skill} for skill in person["seeks"]],
            "availability": person["availability"],
            "links": person.get("links", []),
            "place": self.place.home_of(person),
            **texts_of(person, person["language"], column="summary"),
        }
        levels = dict.fromkeys(CONSENT_FIELDS, "public")
        levels["availability"] = self._random.choice(AVAILABILITY_LEVELS)
        change_profile(profile_of(self._actor(handle)), values, levels)

    def _add_company(self, company: Mapping[str, Any]) -> None:
        values = {
            "name": company["name"],
            "language": company["language"],
            "languages": company["languages"],
            "skills_offered": [{"name": skill} for skill in company["offers"]],
            "skills_sought": [{"name": skill} for skill in company["seeks"]],
            "place": self.place.location,
            **texts_of(company, company["language"], column="summary"),
        }
        row = open_company(company["handle"], values)
        manager = next(person for person in self._entries("people") if person["role"] == "manager")
        with write():
            accounts.join_space(accounts.account_named(manager["handle"]), row.actor, "manager")

    def _publish_person(self, person: Mapping[str, Any]) -> str:
        return publish_profile(profile_of(self._actor(person["handle"])), is_listed=True).uri

    def _announce(self, entry: Mapping[str, Any]) -> str:
        start = start_of(entry, self.now, self.place.zone)
        values = names_of(entry) | texts_of(entry, entry["language"])
        values |= {
            "start_time": start,
            "end_time": later(start, entry["minutes"]),
            "timezone": self.place.timezone,
            "category": entry["category"],
            "join_mode": entry.get("join_mode", "free"),
            "tags": hashtags(entry.get("tags", ())),
        }
        if "online_url" in entry:
            values |= {"online_url": entry["online_url"], "is_online": True}
        else:
            values |= {"place": self.place.location} | place_columns(self.place.location)
        if "capacity" in entry:
            taken = self._random.randrange(entry["capacity"])
            values |= {
                "capacity": entry["capacity"],
                "participant_count": taken,
                "remaining_capacity": entry["capacity"] - taken,
            }
        return announce_event(self._actor(entry["by"]), values, entry.get("visibility", "public")).uri

    def _offer(self, entry: Mapping[str, Any]) -> str:
        values = names_of(entry) | texts_of(entry, entry["language"])
        values["content_map"].pop(entry["language"], None)
        salary = entry.get("salary")
        values |= {
            "purpose": entry["purpose"],
            "kind": entry["kind"],
            "tags": skill_tags(entry.get("skills", []), entry["purpose"], entry["kind"]),
            "unit": entry.get("unit", ""),
            "amount": entry.get("amount", ""),
            "available_quantity": entry.get("available", ""),
            "price": entry.get("price", ""),
            "is_remote": entry.get("remote", False),
            "employment_type": entry.get("employment_type", ""),
            "title": entry.get("title", ""),
            "work_hours": entry.get("work_hours", ""),
            "job_start_date": self._day(entry["starts_in_days"]) if "starts_in_days" in entry else None,
            "end_time": end_of_day(self.now, entry["days"], self.place.zone),
            "timezone": self.place.timezone,
            "place": self.place.location,
            **place_columns(self.place.location),
        }
        if salary:
            values |= {"salary_min": float(salary[0]), "salary_max": float(salary[1])}
            values |= {"salary_currency": "EUR", "salary_unit": "MONTH"}
        return offer(self._actor(entry["by"]), values).uri

    def _write(self, entry: Mapping[str, Any]) -> str:
        values = names_of(entry) | texts_of(entry, entry["language"], headings=True)
        values |= {
            "summary": f"<p>{entry['summary']}</p>",
            "kind": entry["kind"],
            "countries": entry.get("countries", []),
            "review_by": self._day(entry["review_in_days"]) if "review_in_days" in entry else None,
            "tags": hashtags(entry.get("tags", ())),
        }
        return publish_article(self._actor(entry["by"]), values).uri

    def _day(self, days: int) -> date:
        return (self.now + timedelta(days=days)).date()


def later(moment: datetime, minutes: int) -> datetime:
    """So many minutes later on the clocks of the place, also where these change in between."""
    return moment + timedelta(minutes=minutes)


def hashtags(words: Any) -> list[dict[str, str]]:
    """Keywords as tags, with our own pages as their addresses."""
    base = current_node.config.base_url
    return [
        {"type": "Hashtag", "name": f"#{word}", "href": f"{base}/tags/{quote(word, safe='')}"}
        for word in words
    ]
