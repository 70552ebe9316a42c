"""How a home space is asked, and what it gives for a code: once, to the site it was for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey

from coffee_node.base import clock
from coffee_node.federation import (
    guest_exchange,
    oauth_keys,
)
from coffee_node.federation.oauth_models import OAuthClient, OAuthCode, OAuthGrant
from coffee_node.testing import Fediverse
from tests.federation.home_sign_in import HTML, Way, a_way, parameters, register, userinfo


@pytest.fixture
def way(fediverse: Fediverse) -> Way:
    return a_way(fediverse)


def take(way: Way, code: str, verifier: str, **more: str) -> Any:
    """Change a code into a token as the site does it."""
    url = f"{way.home.url}/oauth/token"
    (client,) = way.home.rows(OAuthClient, host=way.site.host)
    with way.site.context():
        proof = guest_exchange.client_proof(client.public_id, url)
    data = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": f"{way.site.url}/sign-in/home/callback",
        **proof,
        **more,
    }
    return way.home.client.post("/oauth/token", data=data, base_url=way.home.url)


VERIFIER = "a-verifier-of-the-tests-that-is-long-enough-for-the-rules"


def question(way: Way) -> str:
    """The address at which the site asks, with the challenge of our verifier; the nonce stands last."""
    _waiting, address = way.go_home()
    given = parameters(address) | {"code_challenge": create_s256_code_challenge(VERIFIER)}
    nonce = given.pop("nonce")
    return f"{address.partition('?')[0]}?{urlencode({**given, 'nonce': nonce})}"


def changed(address: str, **changes: str) -> str:
    """The same with other parameters; an empty value leaves one out."""
    given = {name: value for name, value in {**parameters(address), **changes}.items() if value}
    return f"{address.partition('?')[0]}?{urlencode(given)}"


def test_a_code_works_once_and_its_second_use_ends_what_the_first_gave(way: Way) -> None:
    code = parameters(way.allow(question(way)))["code"]
    first = take(way, code, VERIFIER)
    assert first.status_code == 200 and first.json["expires_in"] == 3600
    assert userinfo(way, first.json["access_token"]).status_code == 200
    again = take(way, code, VERIFIER)
    assert (again.status_code, again.json["error"]) == (400, "invalid_grant")
    assert userinfo(way, first.json["access_token"]).status_code == 401
    assert [row.revoked_at is not None for row in way.home.rows(OAuthGrant)] == [True]


def test_a_code_without_its_verifier_its_address_or_its_site_gives_nothing(way: Way) -> None:
    address = question(way)
    wrong: list[tuple[str, dict[str, str]]] = [
        ("another-verifier-of-the-tests-that-is-long-enough-too", {}),
        ("", {}),
        (VERIFIER, {"redirect_uri": "https://tournai.example/elsewhere"}),
        (VERIFIER, {"grant_type": "refresh_token"}),
        (VERIFIER, {"client_assertion": "eyJhbGciOiJub25lIn0.e30."}),
        (VERIFIER, {"client_assertion": "no token"}),
    ]
    for number, (verifier, more) in enumerate(wrong):
        code = parameters(way.allow(f"{address}{number}"))["code"]
        answer = take(way, code, verifier, **more)
        assert answer.status_code in (400, 401) and "access_token" not in answer.json, answer.json
    assert way.home.rows(OAuthGrant) == []


def test_a_code_is_five_minutes_old_at_most(way: Way) -> None:
    code = parameters(way.allow(question(way)))["code"]
    way.fediverse.clock.advance(minutes=5)
    assert take(way, code, VERIFIER).json["error"] == "invalid_grant"
    assert way.home.rows(OAuthGrant) == []


def assertion(client: str, key: ECKey, algorithm: str = "ES256", **changes: Any) -> str:
    now = int(clock.utcnow().timestamp())
    claims: dict[str, Any] = {
        "iss": client,
        "sub": client,
        "aud": "https://lille.example/oauth/token",
        "jti": "1",
    }
    claims = {**claims, "iat": now, "exp": now + 60, **changes}
    return jwt.encode({"alg": algorithm}, claims, key, [algorithm])


def test_a_proof_of_a_site_is_for_here_for_now_and_its_own(way: Way) -> None:
    code = parameters(way.allow(question(way)))["code"]
    (client,) = way.home.rows(OAuthClient)
    with way.site.context():
        key = oauth_keys.signing_key()
    wrong: list[dict[str, Any]] = [
        {"aud": "https://elsewhere.example/oauth/token"},
        {"exp": 1},
        {"exp": 99999999999},
        {"iss": "somebody else"},
        {"jti": None},
        {"sub": 7},
    ]
    for changes in wrong:
        answer = take(way, code, VERIFIER, client_assertion=assertion(client.public_id, key, **changes))
        assert answer.status_code in (400, 401) and answer.json["error"] == "invalid_client", answer.json
    assert way.home.rows(OAuthGrant) == []


def test_a_proof_counts_once_and_only_with_the_key_that_was_registered(way: Way) -> None:
    code = parameters(way.allow(question(way)))["code"]
    (client,) = way.home.rows(OAuthClient)
    strange = assertion(client.public_id, ECKey.generate_key("P-256"))
    assert take(way, code, VERIFIER, client_assertion=strange).json["error"] == "invalid_client"
    with way.site.context():
        proof = assertion(client.public_id, oauth_keys.signing_key())
    assert take(way, "no code", VERIFIER, client_assertion=proof).json["error"] == "invalid_grant"
    assert take(way, code, VERIFIER, client_assertion=proof).json["error"] == "invalid_client"
    assert way.home.rows(OAuthGrant) == []


def test_one_site_does_not_take_the_code_of_another(fediverse: Fediverse, way: Way) -> None:
    gent = fediverse.node("gent", partners=[way.home])
    code = parameters(way.allow(question(way)))["code"]
    assert register(way.home, gent).status_code == 201
    (client,) = way.home.rows(OAuthClient, host=gent.host)
    with gent.context():
        proof = guest_exchange.client_proof(client.public_id, f"{way.home.url}/oauth/token")
    answer = take(way, code, VERIFIER, **proof)
    assert answer.json["error"] == "invalid_grant"
    assert way.home.rows(OAuthGrant) == []


def test_a_question_without_challenge_or_nonce_goes_back_as_an_error_of_this_node(way: Way) -> None:
    address = question(way)
    for changes in (
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": ""},
        {"nonce": ""},
        {"response_type": "token"},
    ):
        answer = way.get(changed(address, **changes))
        back = answer.headers["Location"]
        assert answer.status_code == 303 and back.startswith(f"{way.site.url}/sign-in/home/callback?")
        given = parameters(back)
        assert given["iss"] == way.home.url and given["error"] and "code" not in given
    assert way.home.rows(OAuthCode) == []


def test_nobody_is_sent_to_an_address_that_was_not_registered(way: Way) -> None:
    address = question(way)
    for changes in (
        {"redirect_uri": "https://evil.example/sign-in/home/callback"},
        {"redirect_uri": "https://tournai.example/sign-in/home/callback?next=https://evil.example"},
        {"redirect_uri": "https://tournai.example/"},
        {"redirect_uri": ""},
        {"client_id": "nobody"},
        {"client_id": ""},
        {"response_type": "token", "redirect_uri": "https://evil.example/"},
    ):
        answer = way.get(changed(address, **changes))
        assert answer.status_code == 400 and "Location" not in answer.headers, changes
    assert way.home.rows(OAuthCode) == []


def test_a_question_is_answered_by_a_form_of_this_node_only(way: Way) -> None:
    address = question(way)
    path = address.removeprefix(way.home.url)
    headers = {**HTML, "Referer": "https://evil.example/"}
    answer = way.at_home.post(path, base_url=way.home.url, data={"answer": "allow"}, headers=headers)
    assert answer.status_code == 422 and way.home.rows(OAuthCode) == []
    assert parameters(way.allow(address, "refuse"))["error"] == "access_denied"
    assert way.home.rows(OAuthCode) == []


def test_who_is_not_signed_in_signs_in_first_and_comes_back_to_the_question(way: Way) -> None:
    address = question(way)
    way.at_home = way.home.client
    answer = way.get(address)
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?back=%2Foauth%2F")
    refused = way.home.client.get("/oauth/token", base_url=way.home.url)
    assert refused.status_code == 405


def test_the_account_that_only_administers_has_nobody_to_sign_in(way: Way) -> None:
    address = question(way)
    way.at_home = way.home.signed_in("admin")
    assert way.get(address).status_code == 403
