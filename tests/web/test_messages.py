"""Writing to a person without knowing an address: what each side sees, and who cannot."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from coffee_node.base.database import db, write
from coffee_node.features.profiles import erase_personal_data, export_personal_data
from coffee_node.features.profiles.relay_models import Conversation, Message
from coffee_node.federation import accounts, blocks
from coffee_node.federation.actors import find_local_actor, ref
from coffee_node.federation.notice_models import Notification
from coffee_node.testing import Fediverse, TestNode
from tests.web.people_visits import read, send

PROFILE = {"name": "Claire Dubois", "listing": "public", "publication": "public", "takes_messages": "y"}
ADDRESSES = ("claire@example.org", "bruno@example.net")


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    made = fediverse.node("lille")
    for handle, address in zip(("claire", "bruno"), ADDRESSES, strict=True):
        made.add_person(handle, handle.title())
        with made.context(), write():
            accounts.account_named(handle).email = address
    with made.context():
        accounts.create_account("stranger", "Stranger")
    send(made.signed_in("claire"), made, "/me/profile", **PROFILE)
    return made


def write_first(
    node: TestNode, text: str = "Shall we meet?", handle: str = "bruno", status: int = 303
) -> str:
    return send(node.signed_in(handle), node, "/write/claire", status, text=text)


def pages(node: TestNode, path: str) -> dict[str, str]:
    return {name: read(node.signed_in(name), node, path) for name in ("bruno", "claire")}


def share(client: FlaskClient, node: TestNode, path: str, answer: str = "yes") -> None:
    send(client, node, f"{path}/address", page=path, share=answer)


def test_both_sides_talk_and_no_address_is_shown(lille: TestNode) -> None:
    assert "/write/claire" in read(lille.signed_in("bruno"), lille, "/@claire")
    path = write_first(lille)
    assert path.startswith("/me/messages/")
    send(lille.signed_in("claire"), lille, path, text="On Monday.\nAt nine.")
    for name, page in pages(lille, path).items():
        assert "Shall we meet?" in page and "On Monday." in page, name
        for address in ADDRESSES:
            assert address not in page
    first, second = lille.rows(Notification)
    assert first.title == "Bruno has written to you" and "Shall we meet?" in first.text
    assert second.title == "Claire Dubois has written to you"
    for notice in (first, second):
        assert notice.url == f"{lille.url}{path}"
        assert not any(address in notice.title + notice.text for address in ADDRESSES)
    assert "Claire Dubois" in read(lille.signed_in("bruno"), lille, "/me/messages")


def test_addresses_are_shown_when_both_agree_and_hidden_when_one_takes_it_back(lille: TestNode) -> None:
    path = write_first(lille)
    bruno, claire = lille.signed_in("bruno"), lille.signed_in("claire")
    share(bruno, lille, path)
    assert not any(address in page for page in pages(lille, path).values() for address in ADDRESSES)
    share(claire, lille, path)
    shown = pages(lille, path)
    assert ADDRESSES[0] in shown["bruno"] and ADDRESSES[1] in shown["claire"]
    share(claire, lille, path, "no")
    assert not any(address in page for page in pages(lille, path).values() for address in ADDRESSES)


def test_nobody_else_reads_a_conversation(lille: TestNode) -> None:
    path = write_first(lille)
    with lille.context():
        accounts.create_account("boss", "Boss", is_admin=True)
    for name in ("stranger", "boss"):
        client = lille.signed_in(name)
        read(client, lille, path, 404)
        for action in ("", "/address", "/end"):
            send(client, lille, f"{path}{action}", 404, page="/me/profile", text="x", share="yes")
    assert lille.client.get(path, base_url=lille.url, headers={"Accept": "text/html"}).status_code == 303
    assert len(lille.rows(Message)) == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 5001])
def test_an_empty_or_endless_message_is_shown_again(lille: TestNode, text: str) -> None:
    page = write_first(lille, text, status=422)
    assert 'id="text-error"' in page
    assert lille.rows(Conversation) == []
    if text.strip():
        assert text in page


def test_a_second_message_goes_into_the_same_conversation(lille: TestNode) -> None:
    assert write_first(lille) == write_first(lille, "Are you there?")
    assert [len(lille.rows(one)) for one in (Conversation, Message)] == [1, 2]


def test_who_switched_it_off_is_not_written_to(lille: TestNode) -> None:
    off = {name: value for name, value in PROFILE.items() if name != "takes_messages"}
    send(lille.signed_in("claire"), lille, "/me/profile", **off)
    assert "/write/claire" not in read(lille.signed_in("bruno"), lille, "/@claire")
    write_to = lille.signed_in("bruno").get(
        "/write/claire", base_url=lille.url, headers={"Accept": "text/html"}
    )
    absent = lille.signed_in("bruno").get(
        "/write/nobody", base_url=lille.url, headers={"Accept": "text/html"}
    )
    assert write_to.status_code == absent.status_code == 404


def test_hidden_people_and_oneself_are_not_written_to(lille: TestNode) -> None:
    send(
        lille.signed_in("claire"),
        lille,
        "/me/profile",
        **{**PROFILE, "listing": "space", "publication": "space"},
    )
    read(lille.signed_in("stranger"), lille, "/write/claire", 404)
    read(lille.signed_in("claire"), lille, "/write/claire", 404)
    read(lille.signed_in("bruno"), lille, "/write/claire")
    read(lille.signed_in("bruno"), lille, "/write/lille", 404)
    read(lille.client, lille, "/write/claire", 404)


def test_visitors_read_what_they_can_do(lille: TestNode) -> None:
    assert "/write/claire" in lille.page("/@claire")
    page = lille.page("/write/claire")
    assert "/sign-in?back=%2Fwrite%2Fclaire" in page
    assert "@claire@lille.example" in page and 'action="/from-my-server"' in page
    assert "<textarea" not in page
    assert not any(address in page for address in ADDRESSES)
    answer = lille.client.post("/write/claire", base_url=lille.url, data={"text": "Hello"})
    assert answer.status_code in (303, 401)
    assert lille.rows(Message) == []


@pytest.mark.parametrize("blocker", ["claire", "bruno"])
def test_people_who_blocked_each_other_do_not_write(lille: TestNode, blocker: str) -> None:
    path = write_first(lille)
    with lille.context():
        actors = {name: find_local_actor(name) for name in ("claire", "bruno")}
        one, other = actors.pop(blocker), actors.popitem()[1]
        assert one is not None and other is not None
        blocks.block(one, other)
    answer = {"page": "/me/profile", "text": "Still there?"}
    assert "ended" in send(lille.signed_in("bruno"), lille, path, 403, **answer)
    assert len(lille.rows(Message)) == 1


def test_a_conversation_that_ended_takes_nothing_and_shows_no_address(lille: TestNode) -> None:
    path = write_first(lille)
    for name in ("bruno", "claire"):
        share(lille.signed_in(name), lille, path)
    send(lille.signed_in("claire"), lille, f"{path}/end", page=path)
    for page in pages(lille, path).values():
        assert "This conversation has ended." in page
        assert not any(address in page for address in ADDRESSES)
    send(lille.signed_in("bruno"), lille, path, 403, page="/me/profile", text="One more")
    assert len(lille.rows(Message)) == 1


def test_nobody_writes_without_measure(lille: TestNode) -> None:
    path = write_first(lille)
    bruno = lille.signed_in("bruno")
    for number in range(29):
        send(bruno, lille, path, text=f"Message {number}")
    page = send(bruno, lille, path, 429, text="One too many")
    assert "many messages" in page
    assert len(lille.rows(Message)) == 30


def test_few_people_are_written_to_for_the_first_time_in_a_day(lille: TestNode) -> None:
    people: list[Any] = []
    for number in range(11):
        lille.add_person(f"p{number}", f"Person {number}")
        client = lille.signed_in(f"p{number}")
        send(client, lille, "/me/profile", **{**PROFILE, "name": f"Person {number}"})
        people.append(f"/write/p{number}")
    bruno = lille.signed_in("bruno")
    for path in people[:10]:
        send(bruno, lille, path, text="Hello")
    send(bruno, lille, people[10], 429, text="Hello")


def test_a_text_is_shown_as_text(lille: TestNode) -> None:
    path = write_first(lille, "<script>alert(1)</script> *bold*")
    page = read(lille.signed_in("claire"), lille, path)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; *bold*" in page


def test_messages_are_in_the_export_and_leave_with_their_owner(lille: TestNode) -> None:
    write_first(lille, "Private words")
    with lille.context():
        claire = find_local_actor("claire")
        assert claire is not None
        [message] = export_personal_data(ref(claire))["messages"]
        assert message["text"] == "Private words" and not message["is_mine"]
        erase_personal_data(ref(claire))
        db.session.commit()
    assert lille.rows(Message) == []
    assert lille.rows(Conversation) == []
