"""Who may register as a site at a home space, and as what."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node.federation.actors import find_local_actor, signer_for
from coffee_node.federation.oauth_models import OAuthClient
from coffee_node.testing import Fediverse
from tests.federation.home_sign_in import Way, a_way, register
from tests.house.foreign_host import ForeignHost


@pytest.fixture
def way(fediverse: Fediverse) -> Way:
    return a_way(fediverse)


def test_a_partner_registers_twice_and_keeps_its_id(way: Way) -> None:
    first, second = (register(way.home, way.site, client_name=name) for name in ("One", "Two"))
    assert first.status_code == second.status_code == 201
    assert first.json["client_id"] == second.json["client_id"] and "client_secret" not in first.json
    assert [row.name for row in way.home.rows(OAuthClient)] == ["Two"]


STRANGE: list[dict[str, Any]] = [
    {"redirect_uris": ["https://lille.example/sign-in/home/callback"]},
    {"redirect_uris": ["https://tournai.example/ok", "https://evil.example/"]},
    {"redirect_uris": ["http://tournai.example/sign-in/home/callback"]},
    {"redirect_uris": ["https://tournai.example@evil.example/"]},
    {"redirect_uris": ["https://tournai.example/#fragment"]},
    {"redirect_uris": ["javascript:alert(1)"]},
    {"redirect_uris": []},
    {"redirect_uris": None},
    {"redirect_uris": "https://tournai.example/"},
    {"redirect_uris": [7]},
    {"token_endpoint_auth_method": "none"},
    {"token_endpoint_auth_method": "client_secret_basic"},
    {"grant_types": ["implicit"]},
    {"response_types": ["token"]},
    {"jwks": None},
    {"jwks": {"keys": []}},
    {"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}},
    {"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}},
    {"jwks": {"keys": "none"}},
    {"client_name": 7},
    {"client_uri": {"a": 1}},
]


def test_a_registration_that_is_not_for_the_partner_itself_is_refused(way: Way) -> None:
    for changes in STRANGE:
        answer = register(way.home, way.site, **changes)
        assert answer.status_code == 400, f"{changes}: {answer.status_code} {answer.text}"
    assert way.home.rows(OAuthClient) == []


def test_only_the_node_of_a_partner_registers(fediverse: Fediverse, way: Way) -> None:
    gent = fediverse.node("gent")
    stranger = ForeignHost(fediverse, "stranger.example")
    stranger.actor()
    assert register(way.home, gent).status_code == 403
    assert register(way.home, way.site, next(iter(stranger.signers.values()))).status_code == 403
    with way.site.context():
        space = find_local_actor("tournai")
        assert space is not None
        signer = signer_for(space)
    assert register(way.home, way.site, signer).status_code == 403
    assert register(way.home, way.site, sent=b'{"client_name": "Changed"}').status_code == 401
    unsigned = way.home.client.post("/oauth/register", json={}, base_url=way.home.url)
    assert unsigned.status_code == 401
    assert way.home.rows(OAuthClient) == []
    asked = [url for _method, url in fediverse.requests if "stranger.example" in url]
    assert asked == []


def test_every_endpoint_stands_in_the_discovery_document(way: Way) -> None:
    offered = way.home.get_json("/.well-known/openid-configuration")
    assert offered["issuer"] == way.home.url and offered["code_challenge_methods_supported"] == ["S256"]
    rules = {rule.rule for rule in way.home.app.url_map.iter_rules()}
    for name in ("authorization", "token", "userinfo", "registration", "revocation"):
        assert offered[f"{name}_endpoint"].removeprefix(way.home.url) in rules
    (key,) = way.home.get_json("/oauth/jwks")["keys"]
    assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256") and "d" not in key
