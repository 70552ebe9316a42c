"""What a site refuses on the way through a home space and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from coffee_node.base import clock
from coffee_node.federation import oauth_keys
from coffee_node.federation.guest_models import GuestSession, HomeSignIn
from coffee_node.federation.oauth_models import OAuthCode, OAuthGrant
from coffee_node.testing import Fediverse
from tests.federation.home_sign_in import Way, a_way, let_home_lie, parameters


@pytest.fixture
def way(fediverse: Fediverse) -> Way:
    return a_way(fediverse)


def over(way: Way, waiting: str) -> str:
    """What the page says of a way that has ended without a guest."""
    page = way.get(waiting).text
    assert "Not signed in" in page, page
    assert way.site.rows(GuestSession) == []
    assert [row.sealed for row in way.site.rows(HomeSignIn, step="failed")][-1] == ""
    return page


def test_a_home_space_that_is_no_partner_is_not_even_asked(fediverse: Fediverse, way: Way) -> None:
    fediverse.node("gent")
    fediverse.requests.clear()
    page = f"{way.site.url}/sign-in/home"
    for handle in (
        "eva@gent.example",
        "eva@nowhere.example",
        "eva@tournai.example",
        "eva",
        "@@",
        "a@b@c",
        "",
    ):
        answer = way.post(page, handle=handle)
        assert answer.status_code == 422 and 'id="problems"' in answer.text, handle
        assert not handle or handle in answer.text
    assert way.post(page, space="gent.example").status_code == 422
    assert fediverse.requests == [] and way.site.rows(HomeSignIn) == []


def test_a_partner_is_chosen_by_its_name_and_nobody_has_to_type(way: Way) -> None:
    page = way.get(f"{way.site.url}/sign-in/home").text
    assert "COFFEE Lille" in page
    answer = way.post(f"{way.site.url}/sign-in/home", page, space="lille.example")
    way.fediverse.settle()
    assert (
        "https://lille.example/oauth/authorize?"
        in way.get(f"{way.site.url}{answer.headers['Location']}").text
    )


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (
            "/.well-known/webfinger",
            lambda told: {
                **told,
                "links": [{**one, "href": "https://evil.example"} for one in told["links"] if "href" in one],
            },
        ),
        ("/.well-known/webfinger", lambda told: {**told, "links": []}),
        ("/.well-known/openid-configuration", lambda told: {**told, "issuer": "https://evil.example"}),
        (
            "/.well-known/openid-configuration",
            lambda told: {**told, "token_endpoint": "https://evil.example/oauth/token"},
        ),
        (
            "/.well-known/openid-configuration",
            lambda told: {**told, "authorization_endpoint": "http://lille.example/oauth/authorize"},
        ),
        (
            "/.well-known/openid-configuration",
            lambda told: {**told, "jwks_uri": "https://lille.example@evil.example/"},
        ),
    ],
)
def test_a_home_space_that_points_elsewhere_is_not_followed(
    way: Way, path: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    let_home_lie(way, path, change)
    waiting = way.choose("anna@lille.example")
    way.fediverse.settle()
    assert "names another server as its home space" in over(way, waiting)
    assert not [url for _method, url in way.fediverse.requests if "evil" in url]


def test_a_home_space_without_pkce_is_said_to_be_unable(way: Way) -> None:
    path = "/.well-known/openid-configuration"
    let_home_lie(way, path, lambda told: {**told, "code_challenge_methods_supported": ["plain"]})
    waiting = way.choose("anna@lille.example")
    way.fediverse.settle()
    assert "does not offer this way of signing in yet" in over(way, waiting)


def test_a_home_space_that_is_away_is_said_to_be_away(way: Way) -> None:
    way.fediverse.down.add(way.home.host)
    waiting = way.choose("anna@lille.example")
    assert "Your home space is being asked" in way.get(waiting).text
    way.fediverse.settle()
    assert "lille.example does not answer just now" in over(way, waiting)


def test_an_answer_counts_in_the_browser_that_asked_and_once(way: Way) -> None:
    waiting, question = way.go_home()
    back = way.allow(question)
    mine, way.at_site = way.at_site, way.site.client
    assert way.get(back).status_code == 404
    assert way.get(waiting).status_code == 404
    way.at_site = mine
    assert (
        way.get(f"{way.site.url}/sign-in/home/callback?state=guessed&code=x&iss={way.home.url}").status_code
        == 404
    )
    assert way.get(back).status_code == 303
    assert way.get(back).status_code == 404
    way.fediverse.settle()
    assert way.get(waiting).status_code == 303
    assert len(way.site.rows(GuestSession)) == 1


@pytest.mark.parametrize(
    "issuer", ["", "https://evil.example", "https://lille.example/", "http://lille.example"]
)
def test_an_answer_that_is_not_the_home_spaces_own_is_not_used(way: Way, issuer: str) -> None:
    waiting, question = way.go_home()
    back = way.allow(question)
    given = {**parameters(back), "iss": issuer}
    way.get(f"{back.partition('?')[0]}?{urlencode({name: value for name, value in given.items() if value})}")
    way.fediverse.settle()
    assert "The answer did not come from lille.example" in over(way, waiting)
    assert way.home.rows(OAuthGrant) == [] and [row.used_at for row in way.home.rows(OAuthCode)] == [None]


def test_who_refuses_comes_back_as_nobody(way: Way) -> None:
    waiting, question = way.go_home()
    assert way.get(way.allow(question, "refuse")).status_code == 303
    assert "You did not allow it" in over(way, waiting)


def identity(way: Way, header: dict[str, Any] | None = None, key: Any = None, **changes: Any) -> Any:
    """A change that puts another id token into the home space's answer."""

    def change(told: dict[str, Any]) -> dict[str, Any]:
        with way.home.context():
            own = oauth_keys.signing_key()
            keys = oauth_keys.read_keys(oauth_keys.public_keys())
        claims = {**jwt.decode(told["id_token"], keys, algorithms=["ES256"]).claims, **changes}
        used = {"alg": "ES256", "kid": own.kid, **(header or {})}
        return {**told, "id_token": jwt.encode(used, claims, key or own, [used["alg"]])}

    return change


def wrong_identities(way: Way) -> list[Any]:
    """Every way in which what a home space says of a person does not hold."""
    now = int(clock.utcnow().timestamp())
    return [
        identity(way, iss="https://evil.example"),
        identity(way, aud="another site"),
        identity(way, nonce="another way"),
        identity(way, exp=now - 3600, iat=now - 7200),
        identity(way, iat=now + 7200, exp=now + 9000, nbf=now + 7200),
        identity(way, sub="https://evil.example/actors/anna"),
        identity(way, sub="anna"),
        identity(way, at_hash="AAAA"),
        identity(way, key=ECKey.generate_key("P-256")),
        identity(way, key=ECKey.generate_key("P-256"), header={"kid": "unknown"}),
        lambda told: {**told, "id_token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."},
        lambda told: {**told, "id_token": "nonsense"},
        lambda told: {**told, "id_token": {"sub": "x"}},
        lambda told: {name: value for name, value in told.items() if name != "id_token"},
    ]


def test_an_identity_that_does_not_hold_makes_no_guest(way: Way) -> None:
    for change in wrong_identities(way):
        way.fediverse.hostile.clear()
        waiting, question = way.go_home()
        way.get(way.allow(question))
        let_home_lie(way, "/oauth/token", change)
        way.fediverse.settle()
        assert "does not hold" in over(way, waiting)


def with_more(more: dict[str, Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A change that replaces some properties."""
    return lambda told: {**told, **more}


def test_a_token_that_cannot_be_used_makes_no_guest(way: Way) -> None:
    wrong: list[dict[str, Any]] = [
        {"token_type": "mac"},
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": "x" * 5000},
    ]
    for more in wrong:
        way.fediverse.hostile.clear()
        waiting, question = way.go_home()
        way.get(way.allow(question))
        let_home_lie(way, "/oauth/token", with_more(more))
        way.fediverse.settle()
        assert "gave an answer that cannot be used" in over(way, waiting)


def test_nobody_is_sent_anywhere_else_afterwards(way: Way) -> None:
    for back in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"):
        way.at_site = way.site.client
        assert way.sign_in(back=back).headers["Location"] == "/"
