"""Every route in every role against the table of rights, and no page that says a word of what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from coffee_node.activitypub.request_signatures import sign_request
from coffee_node.activitypub.signed_request import Signer
from coffee_node.federation import objects
from coffee_node.federation.actors import node_signer
from coffee_node.testing import Fediverse, TestNode
from tests.house.access import ROLES, RULES, TABLE
from tests.house.access_world import DOCUMENTS, LEVELS, World, make_world, marker

ACTIVITY = "application/activity+json"
HTML = {"Accept": "text/html", "Accept-Language": "en"}
# Who sees what the space publishes at each level (design.md, "Visibility"); servers ask with a signature.
SEES = {
    "public": {*ROLES, "stranger", "partner"},
    "network": {*ROLES, "partner"} - {"visitor"},
    "space": {"member", "host", "manager", "administrator"},
    "private": {"manager", "administrator"},
}
SAMPLES: dict[str, Any] = {
    "slug": "lille", "handle": "lille", "host": "tournai.example", "path": "objects/x", "secret": "guessed",
    "token": "guessed", "key": "guessed", "form": "rss", "which": "followers", "what": "pause",
    "code": "fr", "name": "people", "version": "2.1", "filename": "coffee.css",
}  # fmt: skip
SAMPLES_OF: dict[str, dict[str, Any]] = {
    "intents.show_object": {"what": "join"},
    "search.tagged": {"name": "python"},
    "media.picture": {"name": "guessed"},
}
MISSING = 999_999
ABSENT = "0" * 36


@pytest.fixture
def world(fediverse: Fediverse) -> World:
    return make_world(fediverse)


def rules(world: World) -> Iterator[Rule]:
    yield from world.node.app.url_map.iter_rules()


def path_of(world: World, rule: Rule) -> str:
    """The address of a route with sample values: the space's public thing, or a row that does not exist."""
    kind = {"articles": "Article", "notes": "plain Note", "offers": "Note"}.get(
        rule.rule.split("/")[1], "Event"
    )
    values: dict[str, Any] = {}
    for name in rule.arguments:
        if name == "uuid":
            values[name] = world.uuid(kind)
        elif name in SAMPLES_OF.get(rule.endpoint, {}):
            values[name] = SAMPLES_OF[rule.endpoint][name]
        elif name in SAMPLES:
            values[name] = SAMPLES[name]
        else:
            values[name] = MISSING
    if rule.endpoint.endswith("static"):
        values["filename"] = "coffee.css"
    built = rule.build(values, append_unknown=False)
    assert built is not None, rule.rule
    return str(built[1])


def token(browser: FlaskClient, node: TestNode) -> str:
    page = browser.get("/sign-in", base_url=node.url, headers=HTML).text
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert found
    return found[1]


def is_denied(answer: Any) -> bool:
    """Whether somebody was kept out: by name, by 404, for guessing too often, or to the sign-in page."""
    if answer.status_code in (401, 403, 404, 410, 429):
        return True
    return answer.status_code in (302, 303) and "/sign-in" in answer.headers.get("Location", "")


def test_every_route_has_an_entry(world: World) -> None:
    endpoints = {rule.endpoint for rule in rules(world)}
    assert sorted(endpoints - set(TABLE)) == [], "say in tests/house/access.py who may call these"
    assert sorted(set(TABLE) - endpoints) == [], "these are gone"


def test_nobody_gets_in_where_the_table_says_no(world: World) -> None:
    wrong = []
    for rule in rules(world):
        allowed = RULES[TABLE[rule.endpoint]]
        path = path_of(world, rule)
        for role in ROLES:
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                answer = ask(world, role, method, path)
                if answer.status_code >= 500 and path != "/readyz":
                    wrong.append(f"{role} {method} {path}: {answer.status_code}")
                elif role not in allowed and not (is_denied(answer) or answer.status_code in (400, 415, 422)):
                    wrong.append(
                        f"{role} {method} {path} ({rule.endpoint}): let in with {answer.status_code}"
                    )
                elif role in allowed and answer.status_code in (401, 403):
                    wrong.append(f"{role} {method} {path} ({rule.endpoint}): kept out")
    assert wrong == []


def ask(world: World, role: str, method: str, path: str) -> Any:
    """One request of one role; what it would end (a session, say) is asked for by a browser of its own."""
    browser = world.browser(role)
    if method == "GET":
        return browser.get(path, base_url=world.node.url, headers=HTML, buffered=True)
    if path in ("/sign-out", "/me/security/sessions/end-others"):
        handle = "admin" if role == "administrator" else role
        browser = world.node.client if role == "visitor" else world.node.signed_in(handle)
        world.browsers.pop(role, None)
    data = {"csrf_token": token(browser, world.node)}
    headers = {**HTML, "Referer": f"{world.node.url}/sign-in"}
    return browser.post(path, base_url=world.node.url, data=data, headers=headers)


@pytest.mark.parametrize("level", LEVELS)
def test_a_thing_is_read_by_whom_its_level_names_and_is_the_same_404_for_all_others(
    world: World, level: str
) -> None:
    absent = world.browser("visitor").get(f"/objects/{ABSENT}", base_url=world.node.url, headers=HTML)
    for kind in DOCUMENTS:
        for role in ROLES:
            path = f"/objects/{world.uuid(kind, level)}"
            answer = world.browser(role).get(path, base_url=world.node.url, headers=HTML)
            expected = 200 if role in SEES[level] else 404
            assert answer.status_code == expected, f"{role} reads {kind} ({level}): {answer.status_code}"
            if role == "visitor" and expected == 404:
                uuid = world.uuid(kind, level)
                assert answer.text.replace(uuid, "") == absent.text.replace(ABSENT, "")


@pytest.mark.parametrize("level", LEVELS)
def test_servers_are_served_what_their_level_allows(world: World, level: str) -> None:
    for kind in DOCUMENTS:
        for asker in ("stranger", "partner"):
            answer = signed_get(world, asker, f"/objects/{world.uuid(kind, level)}")
            expected = 200 if asker in SEES[level] else 404
            assert answer.status_code == expected, f"{asker} reads {kind} ({level})"


def signed_get(world: World, asker: str, path: str) -> Any:
    url, headers = f"{world.node.url}{path}", {"Accept": ACTIVITY}
    signer = _signer(world, asker)
    headers |= sign_request("cavage", "GET", url, headers, None, signer)
    return world.node.client.get(path, base_url=world.node.url, headers=headers)


def _signer(world: World, asker: str) -> Signer:
    if asker == "stranger":
        return next(iter(world.stranger.signers.values()))
    with world.partner.context():
        return node_signer()


@pytest.mark.parametrize("level", ["network", "space", "private"])
@pytest.mark.parametrize("what", ["edit", "delete", "cancel"])
def test_changing_is_404_where_it_is_hidden_and_403_where_it_is_only_seen(
    world: World, level: str, what: str
) -> None:
    prefixes = {"Event": "events", "Article": "articles", "Note": "offers", "plain Note": "notes"}
    for kind, prefix in prefixes.items():
        if (what == "cancel" and kind != "Event") or (what == "delete" and kind == "Note"):
            continue
        for role in ROLES:
            path = f"/{prefix}/{world.uuid(kind, level)}/{what}"
            answer = world.browser(role).get(path, base_url=world.node.url, headers=HTML)
            if role == "visitor":
                assert is_denied(answer), path
            elif role in ("manager", "administrator"):
                assert answer.status_code == 200, f"{role} {path}: {answer.status_code}"
            else:
                expected = 403 if role in SEES[level] else 404
                assert answer.status_code == expected, f"{role} {path} ({level}): {answer.status_code}"


@pytest.mark.parametrize("role", [*ROLES, "stranger", "partner"])
def test_no_page_says_a_word_of_what_its_reader_may_not_see(world: World, role: str) -> None:
    hidden = [marker(kind, level) for level in LEVELS if role not in SEES[level] for kind in DOCUMENTS]
    leaks = []
    for path in pages(world):
        if role in ("stranger", "partner"):
            answer = signed_get(world, role, path)
        else:
            answer = world.browser(role).get(path, base_url=world.node.url, headers=HTML)
        leaks += [f"{path}: {word}" for word in hidden if word in answer.text]
    assert leaks == []


def pages(world: World) -> Iterator[str]:
    """Every GET of the node with its samples, each list in every form, and a search for what is hidden."""
    for rule in rules(world):
        if "GET" in (rule.methods or set()) and not rule.endpoint.endswith("static"):
            yield path_of(world, rule)
    for kind in DOCUMENTS:
        for level in LEVELS:
            uuid = world.uuid(kind, level)
            yield f"/objects/{uuid}"
            yield f"/lookup?q={world.things[(kind, level)]}"
    for level in LEVELS:
        yield f"/events/{world.uuid('Event', level)}.ics"
        yield f"/objects/{world.uuid('Event', level)}/attendees"
        yield f"/events/{world.uuid('Event', level)}/register"
    # The beginning of a hidden word, so that a page which repeats the question says nothing by it.
    yield from (f"/{name}?q=zz" for name in ("search", "search.json", "events", "offers", "articles"))
    yield from (
        "/actors/lille/outbox?page=1",
        "/@lille.atom",
        "/events.atom",
        "/offers.atom",
        "/articles.atom",
    )


def test_what_the_table_relies_on_is_there(world: World) -> None:
    with world.node.context():
        found = {uri for uri in world.things.values() if objects.find_object(uri) is not None}
    assert found == set(world.things.values()) and len(found) == len(DOCUMENTS) * len(LEVELS)
