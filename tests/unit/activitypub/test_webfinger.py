"""WebFinger: our answers as the contract has them, handles of every spelling, and answers not to believe."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.activitypub.http_client import FetchedDocument, HttpClient
from coffee_node.activitypub.intents import SUBSCRIBE
from coffee_node.activitypub.webfinger import (
    Handle,
    link_template,
    lookup,
    parse_handle,
    self_link,
    webfinger_document,
)
from coffee_node.base.errors import CoffeeError, FetchError, InvalidDocument

BASE = "https://lille.example"
CALLBACKS = "&on-success={on-success}&on-cancel={on-cancel}"


def space(**more: Any) -> dict[str, Any]:
    uri = f"{BASE}/actors/mutualab"
    return webfinger_document("acct:mutualab@lille.example", uri, f"{BASE}/@mutualab", BASE, **more)


def test_the_answer_about_a_space_is_that_of_the_contract() -> None:
    assert space() == {
        "subject": "acct:mutualab@lille.example",
        "aliases": [f"{BASE}/actors/mutualab", f"{BASE}/@mutualab"],
        "links": [
            {"rel": "self", "type": "application/activity+json", "href": f"{BASE}/actors/mutualab"},
            {
                "rel": "http://webfinger.net/rel/profile-page",
                "type": "text/html",
                "href": f"{BASE}/@mutualab",
            },
            {
                "rel": "http://ostatus.org/schema/1.0/subscribe",
                "template": f"{BASE}/intents/follow?uri={{uri}}",
            },
            *(
                {
                    "rel": f"https://w3id.org/fep/3b86/{name}",
                    "template": f"{BASE}/intents/{path}?uri={{object}}{CALLBACKS}",
                }
                for name, path in (
                    ("Follow", "follow"),
                    ("Join", "join"),
                    ("Announce", "announce"),
                    ("Offer", "answer"),
                )
            ),
            {"rel": "https://w3id.org/fep/3b86/Object", "template": f"{BASE}/intents/object?uri={{object}}"},
            {"rel": "http://openid.net/specs/connect/1.0/issuer", "href": BASE},
        ],
    }


def test_the_answer_about_the_node_is_that_of_the_contract() -> None:
    node = webfinger_document(
        "acct:lille.example@lille.example", f"{BASE}/actor", f"{BASE}/about", BASE, is_node=True
    )
    assert node == {
        "subject": "acct:lille.example@lille.example",
        "aliases": [f"{BASE}/actor"],
        "links": [
            {
                "rel": "https://www.w3.org/ns/activitystreams#Service",
                "type": "application/activity+json",
                "href": f"{BASE}/actor",
            },
            {"rel": "self", "type": "application/activity+json", "href": f"{BASE}/actor"},
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": f"{BASE}/about"},
            {"rel": "http://openid.net/specs/connect/1.0/issuer", "href": BASE},
        ],
    }


def test_only_the_relations_asked_for_are_given() -> None:
    assert [link["rel"] for link in space(rels=["self", "x"])["links"]] == ["self"]


@pytest.mark.parametrize(
    "text",
    [
        "@esco@tournai.example",
        "esco@tournai.example",
        "acct:esco@Tournai.example.",
        " @esco@tournai.example:443 ",
    ],
)
def test_a_handle_is_read_in_every_spelling(text: str) -> None:
    handle = parse_handle(text)
    assert handle == Handle("esco", "tournai.example")
    assert handle.acct == "acct:esco@tournai.example"
    assert str(handle) == "@esco@tournai.example"


def test_the_handle_of_a_node_may_hold_a_port() -> None:
    assert parse_handle("acct:127.0.0.1:8801@127.0.0.1:8801") == Handle("127.0.0.1:8801", "127.0.0.1:8801")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "@@",
        "a",
        "@a",
        "a@",
        "acct:",
        "acct:../../etc/passwd@host.example",
        "acct:a@b@c",
        "a b@c.example",
        "a@b c",
        "a@c.example/x",
        "a@c.example?x",
        ".a@c.example",
        "a.@c.example",
        "a@[::1",
        "é@c.example",
        "a" * 10_000 + "@c.example",
        "@a" * 100_000,
        "a@c.example\n",
        "a\0@c.example",
        "<b>@c.example",
    ],
)
def test_h41c_h35c_what_is_no_handle_is_refused(text: str) -> None:
    with pytest.raises(InvalidDocument):
        parse_handle(text.rstrip(" ") if "\n" not in text else text[:-1] + "\nx")


@given(st.text() | st.text("@acct:.a/"))
def test_nothing_but_our_errors_comes_out_of_a_handle(text: str) -> None:
    try:
        handle = parse_handle(text)
    except CoffeeError:
        return
    assert parse_handle(str(handle)) == handle


class Web:
    """An HttpClient that answers from a table and counts what was asked."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def fetch_json(self, url: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self.asked.append(url)
        if url not in self.answers:
            raise FetchError("nothing there")
        return cast("dict[str, Any]", self.answers[url])

    def fetch_document(self, url: str, signer: Any = None) -> FetchedDocument:
        document = self.fetch_json(url)
        return FetchedDocument(document["id"], document, {})


def jrd(subject: Any, actor: Any, media_type: str = "application/activity+json") -> dict[str, Any]:
    return {"subject": subject, "links": [{"rel": "self", "type": media_type, "href": actor}]}


def address(name: str, host: str, scheme: str = "https") -> str:
    return f"{scheme}://{host}/.well-known/webfinger?resource=acct%3A{name}%40{host.replace(':', '%3A')}"


ACTOR = "https://tournai.example/actors/esco"
ESCO = Handle("esco", "tournai.example")


def find(answers: dict[str, Any], handle: Handle = ESCO, **options: Any) -> tuple[str, Web]:
    web = Web(answers)
    return lookup(cast(HttpClient, web), handle, **options), web


@pytest.mark.parametrize(
    "media_type",
    ["application/activity+json", 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'],
)
def test_an_actor_on_the_host_of_its_handle_is_found(media_type: str) -> None:
    found, web = find(
        {address("esco", "tournai.example"): jrd("acct:ESCO@tournai.example", ACTOR, media_type)}
    )
    assert found == ACTOR
    assert len(web.asked) == 1


def test_in_development_a_host_with_a_port_is_asked_over_http() -> None:
    answers = {
        address("a", "127.0.0.1:8801", "http"): jrd("acct:a@127.0.0.1:8801", "http://127.0.0.1:8801/actors/a")
    }
    found, _ = find(answers, Handle("a", "127.0.0.1:8801"), development=True)
    assert found == "http://127.0.0.1:8801/actors/a"
    with pytest.raises(FetchError):
        find(answers, Handle("a", "127.0.0.1:8801"))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(jrd("acct:esco@victim.example", ACTOR), id="a subject of another host"),
        pytest.param(jrd("acct:other@tournai.example", ACTOR), id="subject of another person"),
        pytest.param(jrd(None, ACTOR), id="no subject"),
        pytest.param(jrd(ACTOR, ACTOR), id="subject is no handle"),
        pytest.param(jrd("acct:esco@tournai.example", ACTOR, "text/html"), id="f wrong type"),
        pytest.param(jrd("acct:esco@tournai.example", ACTOR, "application/json"), id="f json"),
        pytest.param(jrd("acct:esco@tournai.example", "javascript:x"), id="no web address"),
        pytest.param(jrd("acct:esco@tournai.example", None), id="no address"),
        pytest.param({"subject": "acct:esco@tournai.example"}, id="no links"),
        pytest.param({"subject": "acct:esco@tournai.example", "links": {}}, id="links are no list"),
        pytest.param({"subject": "acct:esco@tournai.example", "links": [5, None]}, id="links are none"),
    ],
)
def test_h41_an_answer_that_does_not_fit_is_not_believed(answer: dict[str, Any]) -> None:
    with pytest.raises(FetchError):
        find({address("esco", "tournai.example"): answer})


SOCIAL = "https://social.example/users/esco"
SPLIT = {
    address("esco", "tournai.example"): jrd("acct:esco@tournai.example", SOCIAL),
    SOCIAL: {"id": SOCIAL, "preferredUsername": "esco"},
    address("esco", "social.example"): jrd("acct:esco@tournai.example", SOCIAL),
}


def test_an_actor_on_another_host_that_loops_back_is_found() -> None:
    found, web = find(SPLIT)
    assert found == SOCIAL
    assert len(web.asked) == 3


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            {address("esco", "social.example"): jrd("acct:esco@social.example", SOCIAL + "2")},
            id="another actor",
        ),
        pytest.param({address("esco", "social.example"): {}}, id="no link"),
        pytest.param({SOCIAL: {"id": SOCIAL + "2", "preferredUsername": "esco"}}, id="another id"),
        pytest.param({SOCIAL: {"id": SOCIAL}}, id="no name"),
        pytest.param({SOCIAL: {"id": SOCIAL, "preferredUsername": "../x"}}, id="bad name"),
        pytest.param({SOCIAL: {"id": SOCIAL, "preferredUsername": "other"}}, id="another name"),
    ],
)
def test_h41b_an_actor_on_another_host_without_loop_back_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(FetchError):
        find({**SPLIT, **change})


def test_a_template_is_found_if_it_is_a_web_address() -> None:
    assert link_template(space(), SUBSCRIBE) == f"{BASE}/intents/follow?uri={{uri}}"
    assert link_template({"links": [{"rel": SUBSCRIBE, "template": "javascript:{uri}"}]}, SUBSCRIBE) == ""
    assert link_template({"links": [{"rel": SUBSCRIBE}]}, SUBSCRIBE) == ""
    assert self_link(space()) == f"{BASE}/actors/mutualab"
