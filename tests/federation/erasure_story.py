"""A person who does everything that leaves traces on five nodes, and how to look for what is left of them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from typing import Any

from sqlalchemy import inspect, text

from coffee_node.base.database import db, write
from coffee_node.base.mail import queue_mail, send_next
from coffee_node.features.profiles import relay
from coffee_node.features.profiles.service import change_profile, profile_of, publish_profile
from coffee_node.federation import (
    accounts,
    erasure_end,
    erasure_scan,
    media,
    receipts,
)
from coffee_node.federation.models import Actor
from coffee_node.federation.notice_models import Notification
from coffee_node.federation.object_copies import tombstone_hash
from coffee_node.federation.peer_models import Tombstone
from coffee_node.federation.used_handles import UsedHandle, hash_handle
from coffee_node.testing import Fediverse, TestNode, event_document
from tests.federation.erasure_traces import (
    ADDRESS,
    HANDLE,
    NAME,
    PASSWORD,
    WORDS,
    find_local,
    keep_aside,
    react,
    visit,
    write_across,
)
from tests.federation.neighbour_events import announce, join
from tests.federation.test_agreements import OFFER, agreement
from tests.federation.test_polls import QUESTION
from tests.web.people_visits import picture, read, send

NAMES = ("lille", "tournai", "gent", "brugge", "calais")


def network(fediverse: Fediverse) -> list[TestNode]:
    """Five nodes; the first one is everybody's partner, and writes its mails into a folder."""
    mail = {"url": "file:mails", "sender": "coffee@lille.example"}
    home = fediverse.node(NAMES[0], mail=mail)
    return [home, *(fediverse.node(name, partners=[home]) for name in NAMES[1:])]


def settle(fediverse: Fediverse, nodes: Iterable[TestNode]) -> None:
    """Everything is delivered, and every mail is in its folder."""
    fediverse.settle()
    for node in nodes:
        with node.context():
            while send_next(node.node.config):
                pass


def work_hourly(nodes: Iterable[TestNode]) -> None:
    """The repeated work that ends erasures."""
    for node in nodes:
        with node.context():
            receipts.destroy_keys()
            erasure_end.end_erasures()
            while " 0 names" not in erasure_scan.go_on():
                pass
            for task in node.node.tasks:
                if task.name == "search index":
                    task.run()


def introduce(lille: TestNode) -> Actor:
    """Somebody with an address, a password and a published profile."""
    person = lille.add_person(HANDLE, NAME)
    with lille.context():
        account = accounts.account_named(HANDLE)
        with write():
            account.email = ADDRESS
            accounts.set_password(account, PASSWORD)
        row = profile_of(person)
        change_profile(row, {"headline": WORDS["headline"], "summary": WORDS["summary"]}, levels={})
        publish_profile(row, is_listed=True)
    return person


def live(fediverse: Fediverse, nodes: list[TestNode]) -> str:
    """A person who has done everything that leaves traces; the id of the person."""
    lille, tournai, gent = nodes[:3]
    person = introduce(lille)
    settle(fediverse, nodes)
    lille.post(event_document(name=WORDS["event"], attributedTo=person.uri), HANDLE)
    offer = lille.object_of(lille.post({**OFFER, "name": WORDS["offer"]}, HANDLE))["id"]
    theirs = tournai.object_of(tournai.post(OFFER))["id"]
    evening = announce(fediverse, tournai)
    settle(fediverse, nodes)
    join(lille, HANDLE, evening, participationMessage=WORDS["joined"])
    lille.post({**agreement(theirs), "content": f"<p>{WORDS['answered']}</p>"}, HANDLE)
    jan = tournai.add_person("jan", "Jan Peeters")
    tournai.post(agreement(offer), "jan")
    tournai.follow_actor(person.uri, "jan")
    gent.follow_actor(person.uri)
    lille.follow_actor(jan.uri, HANDLE)
    lille.follow_actor(f"{gent.url}/actors/gent", HANDLE)
    settle(fediverse, nodes)
    with lille.context():
        lilian = accounts.create_account("lilian", "Lilian", email="lilian@lille.example")
        assert lilian.actor is not None
        talk = relay.send_first(lilian.actor, find_local(HANDLE), WORDS["message"])
        relay.send(talk, find_local(HANDLE), WORDS["reply"])
    react(lille, evening, tournai.object_of(tournai.post(QUESTION))["id"], fediverse)
    write_across(fediverse, lille, tournai)
    keep_aside(lille, evening)
    visit(lille, gent)
    tell(lille, HANDLE, WORDS["notice"], "own")
    tell(lille, "admin", f"{NAME} follows you", person.uri)
    tell(tournai, "jan", f"{NAME} offers {WORDS['offer']}", "other")
    send_picture(lille)
    settle(fediverse, nodes)
    return person.uri


def tell(node: TestNode, handle: str, title: str, key: str) -> None:
    """A notice on somebody's page, and a mail to the person and one about the person."""
    with node.context(), write():
        account = accounts.account_named(handle)
        db.session.add(Notification(account_id=account.id, kind="follow", key=key, title=title, text=title))
        others = f"{title} ({NAME}, {HANDLE})" if handle != HANDLE else f"{NAME} is at {node.url}/@{HANDLE}"
        queue_mail("somebody@else.example", "News", others, message_id=f"{node.name}-{key[-5:]}-about")
        own = ADDRESS if node.name == NAMES[0] else "jan@tournai.example"
        queue_mail(own, "News", f"Dear {NAME}, {title}", message_id=f"{node.name}-{key[-5:]}-to")


def send_picture(node: TestNode) -> None:
    with node.context(), write():
        media.keep(picture()[0].read(), find_local(HANDLE), alt=WORDS["alt"])


def marks(uri: str) -> list[str]:
    """What must be found nowhere: names, handle, address, id, and every word."""
    return [HANDLE, NAME, "Quirina", ADDRESS, uri, *WORDS.values()]


def where(nodes: Iterable[TestNode], needles: Iterable[str]) -> list[str]:
    """Every table of every node, and every file below every home, in which one of the words stands."""
    wanted = [needle.casefold() for needle in needles]
    found = []
    for node in nodes:
        for place, words in [*table_texts(node), *file_texts(node)]:
            found += [f"{node.name}: {place}: {one}" for one in wanted if one in words]
    return found


def table_texts(node: TestNode) -> list[tuple[str, str]]:
    with node.context():
        names = inspect(db.engine).get_table_names()
        rows = [(name, db.session.execute(text(f'SELECT * FROM "{name}"')).all()) for name in names]  # noqa: S608
        return [(name, "\n".join(_words(tuple(row)) for row in some)) for name, some in rows]


def _words(row: tuple[Any, ...]) -> str:
    parts = [value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in row]
    return " ".join(parts).casefold()


def file_texts(node: TestNode) -> list[tuple[str, str]]:
    """Files beside the database, whose content is looked at table by table."""
    home = node.node.config.home
    files = [file for file in home.rglob("*") if file.is_file() and ".db" not in file.name]
    return [
        (file.name, f"{file.name} {file.read_bytes().decode('utf-8', 'replace')}".casefold())
        for file in files
    ]


def downloaded(node: TestNode) -> dict[str, str]:
    """The ZIP of the person, by name of the file."""
    browser = node.signed_in(HANDLE)
    token = re.search(r'name="csrf_token" value="([^"]+)"', read(browser, node, "/me/data"))
    assert token is not None
    sent = {"csrf_token": token[1]}
    headers = {"Referer": f"{node.url}/me/data"}
    answer = browser.post("/me/data/export", data=sent, base_url=node.url, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        return {name: packed.read(name).decode("utf-8", "replace") for name in packed.namelist()}


def leave(node: TestNode) -> str:
    """Leave through the page; the path of the page that is left."""
    browser = node.signed_in(HANDLE)
    return send(browser, node, "/me/data/leave", current=PASSWORD, is_sure="y")


def leave_no_trace(fediverse: Fediverse, nodes: list[TestNode]) -> None:
    """Live, take the file along, leave: nothing of it is anywhere."""
    uri = live(fediverse, nodes)
    lille = nodes[0]
    assert where(nodes[1:2], [HANDLE, NAME, WORDS["event"]]), "the partners know the person"
    file = downloaded(lille)
    everything = "\n".join(file.values())
    assert [mark for mark in marks(uri) if mark not in everything] == []
    assert "password_hash" not in everything and "BEGIN PRIVATE KEY" not in everything
    assert {"README.txt", "account.json", "actor.jsonld", "tables/account.csv"} <= set(file)
    assert any(name.startswith("media/") for name in file)

    goodbye = leave(lille)
    settle(fediverse, nodes)
    assert "erased at 4 of 4 partners" in lille.page(goodbye)
    assert HANDLE not in lille.page(goodbye)
    work_hourly(nodes)
    settle(fediverse, nodes)
    fediverse.clock.advance(hours=2)
    work_hourly(nodes)
    left_over = where(nodes, marks(uri))
    assert not left_over, "\n".join(left_over)

    assert "erased at 4 of 4 partners" in lille.page(goodbye)
    for path in (f"/actors/{HANDLE}", f"/@{HANDLE}"):
        assert lille.client.get(path, base_url=lille.url).status_code == 410
    assert lille.rows(UsedHandle, handle_hash=hash_handle(HANDLE))
    assert lille.rows(Tombstone, uri_hash=tombstone_hash(uri))
    for node in nodes:
        for path in ("/", "/people", "/events", "/offers", f"/search?q={WORDS['event']}", "/feed.rss"):
            seen = node.client.get(path, base_url=node.url).text.replace(f"q={WORDS['event']}", "")
            assert NAME not in seen and WORDS["offer"] not in seen
