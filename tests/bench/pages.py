"""pages: how long readers wait for lists, filters, details and the search of a very large node (G8).

Run: python -m tests.bench.pages [--quick] [--reps N] [--mode a|b] [--json FILE]. 100,000 events, 100,000
people and 50,000 offers; a real node with a web process for each core, as such a node should have, and 8
connections that ask again as soon as they are answered. Each round asks each sort of page as often; which
filters are asked for follows Zipf's law, as with readers, but for those sorts that say "any": there each
choice of filters is as likely.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.features.events.models import Event
from coffee_node.features.profiles.models import Profile
from coffee_node.features.proposals.models import Proposal
from coffee_node.features.spaces.service import change_space, space_of
from coffee_node.federation.actors import find_local_actor
from tests.bench.big_node import SEED, BigNode
from tests.bench.report import bench_arguments, is_quiet, mode_settings, tell
from tests.bench.search import SIZES, milliseconds, ninety_fifth, questions

CONNECTIONS = 8
MUST = 0.100
PER_SORT = {False: 200, True: 25}
LANGUAGES = ("fr", "nl", "en", "de")
CATEGORIES = ("BUSINESS", "LEARNING", "MEETING")
HOME = {"name": "Lille", "address": {"locality": "Lille", "country": "FR"}}
Taken = dict[str, list[float]]


def main() -> int:
    """Fill a node, serve it, ask it and print one line."""
    arguments = bench_arguments(__doc__)
    with contextlib.ExitStack() as stack:
        settings = mode_settings(arguments.mode, stack)
        if settings is None:
            return tell("pages", "G8", {"ok": None, "reason": "no PostgreSQL or Redis is named"})
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coffee-pages-")))
        quiet = is_quiet()
        big = BigNode(home, {**settings, "COFFEE_HTTP_WORKERS": str(os.cpu_count() or 1)})
        big.fill(*SIZES[arguments.quick])
        paths = readers_paths(big, PER_SORT[arguments.quick])
        big.node.start()
        stack.callback(big.node.stop)
        rounds = [measure(big, paths) for _ in range(arguments.reps + 1)][1:]
    result = judge(rounds, is_quiet=quiet and is_quiet())
    params = {"objects": sum(SIZES[arguments.quick]), "connections": CONNECTIONS}
    return tell("pages", "G8", result | {"mode": arguments.mode, "params": params}, arguments.json)


def readers_paths(big: BigNode, number: int) -> dict[str, list[str]]:
    """For each sort of page the addresses that are asked for, so many of each."""
    rng = random.Random(SEED)  # noqa: S311 - made up, not secret
    with big.app.app_context():
        _settle_down()
        details = {
            name: [_page_of(row) for row in db.session.scalars(_some(model))]
            for name, model in DETAILS.items()
        }
        db.session.remove()
        db.engine.dispose()
    sorts = {
        **{name: _by_zipf(rng, paths, number) for name, paths in _often(big).items()},
        **{name: _by_zipf(rng, paths, number) for name, paths in details.items()},
        **{name: rng.choices(paths, k=number) for name, paths in _any(big).items()},
    }
    return sorts


def _by_zipf(rng: random.Random, paths: list[str], number: int) -> list[str]:
    return rng.choices(paths, [1 / (place + 1) for place in range(len(paths))], k=number)


def _often(big: BigNode) -> dict[str, list[str]]:
    """Lists as most readers ask for them."""
    events = {"country": ("FR", "BE"), "lang": LANGUAGES, "category": CATEGORIES}
    people = {"country": ("FR", "BE"), "lang": ("fr", "nl")}
    offers = {"country": ("FR", "BE"), "kind": ("skill", "desk")}
    return {
        "home": ["/"],
        "events": ["/events"],
        "events with 3 filters": _filtered("/events", events),
        "people": ["/people", *_filtered("/people", people)],
        "offers": ["/offers", *_filtered("/offers", offers)],
        "month": ["/events?view=month"],
        "map": ["/events?view=map"],
        "search": [f"/search?q={quote(one)}" for one in questions(big.samples, 100)],
    }


def _any(big: BigNode) -> dict[str, list[str]]:
    """Lists under some choice of filters out of many, most of which nobody has asked for just now."""
    skills, countries = big.skills[:20], ("FR", "BE", "DE")
    near = {"place": ("Lille", "Tournai", "Mons", "Gent"), "radius": ("10", "25", "50")}
    return {
        "any events": _filtered("/events", {"skill": skills, "country": countries, "lang": LANGUAGES}),
        "any events nearby": _filtered("/events", {**near, "category": CATEGORIES}),
        "any people": _filtered("/people", {"skill": skills, "country": countries, "lang": LANGUAGES}),
        "any people nearby": _filtered("/people", {**near, "lang": LANGUAGES}),
        "any offers": _filtered("/offers", {"skill": skills, "country": countries, "lang": LANGUAGES}),
    }


DETAILS: dict[str, Any] = {"event": Event, "person": Profile, "offer": Proposal}


def _some(model: Any) -> Any:
    return select(model).where(model.visibility == "public").order_by(model.id.desc()).limit(50)


def _page_of(row: Any) -> str:
    actor = row.actor
    return f"/@{actor.slug}@{actor.host}" if row.uri == actor.uri else f"/at/{row.uri.split('://', 1)[1]}"


def _settle_down() -> None:
    """Say where the space of this node is, so that it has a near and a far side."""
    space = find_local_actor("lille")
    assert space is not None
    change_space(space_of(space), {"place": {**HOME, "latitude": 50.63, "longitude": 3.06}})


def _filtered(path: str, choices: Mapping[str, Sequence[str]]) -> list[str]:
    found: list[dict[str, str]] = [{}]
    for name, values in choices.items():
        found = [{**one, name: value} for one in found for value in values]
    return [f"{path}?{urlencode(one)}" for one in found]


def measure(big: BigNode, paths: dict[str, list[str]]) -> tuple[Taken, float]:
    """One round: the seconds of every answer by sort, and the pages per second of the processor."""
    waiting: SimpleQueue[tuple[str, str]] = SimpleQueue()
    asked = [(name, path) for name, some in paths.items() for path in some]
    random.Random(SEED).shuffle(asked)  # noqa: S311 - made up, not secret
    for one in asked:
        waiting.put(one)
    taken: Taken = defaultdict(list)
    before = _cpu(big)
    threads = [threading.Thread(target=_ask, args=(waiting, big.node.url, taken)) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {name: sorted(found) for name, found in taken.items()}, len(asked) / (_cpu(big) - before)


def _ask(waiting: SimpleQueue[tuple[str, str]], url: str, taken: Taken) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    while True:
        try:
            name, path = waiting.get_nowait()
        except Empty:
            break
        started = time.perf_counter()
        connection.request("GET", path, headers={"Accept": "text/html", "Accept-Language": "fr"})
        answer = connection.getresponse()
        answer.read()
        taken[name].append(time.perf_counter() - started)
        assert answer.status == 200, f"{path}: {answer.status}"
    connection.close()


def _cpu(big: BigNode) -> float:
    times = [member.cpu_times() for member in big.node.tree()]
    return float(sum(each.user + each.system for each in times))


def judge(rounds: list[tuple[Taken, float]], *, is_quiet: bool) -> dict[str, Any]:
    """The figures of all rounds and whether they are enough; seconds count only on a quiet machine."""
    names = list(rounds[0][0])
    p95 = {name: statistics.median(ninety_fifth(taken[name]) for taken, _ in rounds) for name in names}
    p50 = {
        name: statistics.median(taken[name][len(taken[name]) // 2] for taken, _ in rounds) for name in names
    }
    rates = [rate for _, rate in rounds]
    result: dict[str, Any] = {
        "ok": max(p95.values()) <= MUST if is_quiet else None,
        "unit": "pages per CPU-second",
        "median": round(statistics.median(rates), 1),
        "min": round(min(rates), 1),
        "max": round(max(rates), 1),
        "p95_ms": {name: milliseconds(value) for name, value in p95.items()},
        "p50_ms": {name: milliseconds(value) for name, value in p50.items()},
        "threshold": f"each p95 <= {MUST * 1000:.0f} ms",
        "rounds": len(rounds),
    }
    return result if is_quiet else result | {"reason": "the machine is not quiet"}


if __name__ == "__main__":
    sys.exit(main())
