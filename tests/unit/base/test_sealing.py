"""Sealed texts open with the secret of their home only."""

from __future__ import annotations

from flask import Flask

from coffee_node.base.sealing import seal, unseal


def home(secret: str) -> Flask:
    app = Flask("test")
    app.config["SECRET_KEY"] = secret
    return app


def test_a_text_comes_back_and_is_not_to_be_read_meanwhile() -> None:
    with home("one").app_context():
        sealed = seal("a token: é")
        assert "token" not in sealed and seal("a token: é") != sealed
        assert unseal(sealed) == "a token: é"


def test_another_secret_or_a_changed_text_opens_nothing() -> None:
    with home("one").app_context():
        sealed = seal("a token")
        assert unseal(sealed[:-4] + "AAA=") == unseal("") == unseal("nonsense é") == ""
    with home("two").app_context():
        assert unseal(sealed) == ""
