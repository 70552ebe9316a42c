"""Names, hosts and small readers: one canonical form for every spelling."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.activitypub import vocabulary
from coffee_node.activitypub.vocabulary import PUBLIC


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("https://exa\u2100mple/", ""),
        ("https://EXAMPLE.org/a", "example.org"),
        ("https://example.org./a", "example.org"),
        ("https://m\u00fcnchen.example/", "xn--mnchen-3ya.example"),
        ("https://xn--mnchen-3ya.example/", "xn--mnchen-3ya.example"),
        ("https://XN--MNCHEN-3YA.example/", "xn--mnchen-3ya.example"),
        ("https://exa\uff0emple.org/", "exa.mple.org"),
        ("https://exa\u3002mple.org/", "exa.mple.org"),
        ("https://example.org:443/", "example.org"),
        ("http://example.org:80/", "example.org"),
        ("https://example.org:8443/", "example.org:8443"),
        ("http://127.0.0.1:8801/actor", "127.0.0.1:8801"),
        ("https://[::1]/", "[::1]"),
        ("https://[0:0::1]:444/", "[::1]:444"),
    ],
)
def test_h34_every_spelling_of_a_host_has_one_form(uri: str, host: str) -> None:
    assert vocabulary.host_of(uri) == host


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "example.org",
        "//example.org/a",
        "ftp://example.org/",
        "javascript:alert(1)",
        "https:///path",
        "https://user@example.org/",
        "https://user:secret@example.org/",
        "https://example.org\\@evil.example/",
        "https://exam ple.org/",
        "https://example.org/a b",
        "https://example.org/\n",
        "https://example..org/",
        "https://example.org:port/",
        "https://example.org:99999/",
        "https://[::1/",
        "https://[fe80::1%eth0]/",
        "https://example.org/" + "a" * 2048,
        "https://" + "a." * 200 + "example/",
        None,
        5,
        ["https://example.org/"],
        {"id": "https://example.org/"},
    ],
)
def test_what_is_no_web_address_has_no_host(uri: Any) -> None:
    assert vocabulary.host_of(uri) == ""
    assert not vocabulary.is_web_url(uri)


def test_hosts_are_compared_whole_and_never_by_suffix() -> None:
    assert vocabulary.same_host("https://Lille.example/a", "https://lille.example:443/b")
    assert not vocabulary.same_host("https://lille.example/", "https://evil-lille.example/")
    assert not vocabulary.same_host("https://lille.example/", "https://sub.lille.example/")
    assert not vocabulary.same_host("https://lille.example/", "https://lille.example:8443/")


def test_two_addresses_without_a_host_are_not_on_one_host() -> None:
    assert not vocabulary.same_host("", "")
    assert not vocabulary.same_host("1", "1")


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ("Create", "Create"),
        ("as:Create", "Create"),
        ("https://www.w3.org/ns/activitystreams#Create", "Create"),
        (["Note"], "Note"),
        (["Proposal", "Note"], "Proposal"),
        (["https://schema.org/Thing", "Event"], "Event"),
        ("create", "create"),
        ("Proposition", "Proposition"),
        ([], ""),
        (None, ""),
        (5, ""),
        ({"type": "Note"}, ""),
        ([5, "Note"], "Note"),
    ],
)
def test_h32_the_first_known_type_counts(declared: Any, name: str) -> None:
    assert vocabulary.short_type(declared) == name


@pytest.mark.parametrize(
    "audience", [PUBLIC, "as:Public", "Public", [PUBLIC], ["https://a.example/f", "Public"]]
)
def test_public_is_recognised_in_every_spelling(audience: Any) -> None:
    assert vocabulary.is_public(audience)


@pytest.mark.parametrize("audience", [None, [], "public", "https://a.example/Public", [None, 5], {"id": 5}])
def test_nothing_else_is_public(audience: Any) -> None:
    assert not vocabulary.is_public(audience)


def test_a_reference_is_an_id_or_an_object_with_one() -> None:
    assert vocabulary.id_of("https://a.example/1") == "https://a.example/1"
    assert vocabulary.id_of({"id": "https://a.example/1", "type": "Note"}) == "https://a.example/1"
    without: list[Any] = [None, 5, [], {}, {"id": 5}, {"id": {"id": "x"}}]
    assert [vocabulary.id_of(value) for value in without] == [""] * 6


def test_nulls_and_empty_values_never_leave() -> None:
    document = {
        "name": "",
        "summary": None,
        "tag": [],
        "location": {"type": None},
        "cc": [None, ""],
        "isOnline": False,
        "participantCount": 0,
        "orderedItems": [],
        "object": {"content": "x", "updated": None},
    }
    assert vocabulary.strip_nulls(document) == {
        "isOnline": False,
        "participantCount": 0,
        "orderedItems": [],
        "object": {"content": "x"},
    }


def test_contexts_name_known_remote_contexts_only() -> None:
    known = {
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/v1",
        "https://www.w3.org/ns/cid/v1",
        "https://w3id.org/security/data-integrity/v2",
    }
    contexts = (
        vocabulary.ACTOR_CONTEXT,
        vocabulary.EVENT_CONTEXT,
        vocabulary.OFFER_CONTEXT,
        vocabulary.ARTICLE_CONTEXT,
        vocabulary.NOTE_CONTEXT,
    )
    for context in contexts:
        assert context[0] == vocabulary.AS_NAMESPACE
        assert {part for part in context if isinstance(part, str)} <= known


def test_terms_that_point_to_things_are_declared_so() -> None:
    terms = vocabulary.OFFER_CONTEXT[-1]
    assert isinstance(terms, dict)
    assert terms["resourceConformsTo"] == {"@id": "vf:resourceConformsTo", "@type": "@id"}
    assert terms["hasUnit"] == "om2:hasUnit"


@given(st.text() | st.binary().map(lambda raw: "https://" + raw.decode("latin-1")))
def test_normalising_a_host_twice_changes_nothing(text: str) -> None:
    host = vocabulary.host_of(text)
    assert vocabulary.host_of(f"https://{host}/") == host


_HOSTS = (
    "a",
    "b.example",
    "EXAMPLE",
    "-",
    ".",
    ":443",
    ":80",
    ":8080",
    ":0443",
    ":59999",
    ":60000",
    ":99999",
)
_PIECES = (*_HOSTS, "/", "?", "#", "@", "\\", "\u00e9", "[::1]", "x" * 260, "//", "%20", " ", "\n")


@given(st.sampled_from(["http", "https"]), st.lists(st.sampled_from(_PIECES), min_size=1, max_size=6))
def test_the_short_way_to_a_host_leads_where_the_long_one_does(scheme: str, pieces: list[str]) -> None:
    uri = f"{scheme}://{''.join(pieces)}"
    try:
        netloc = urlsplit(uri).netloc
    except ValueError:
        netloc = ""
    is_clean = vocabulary.id_of(uri) == uri
    assert vocabulary.host_of(uri) == (vocabulary.normalise_netloc(netloc, scheme) if is_clean else "")
