"""Accounts from the command line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.mail import Mail
from coffee_node.federation import accounts, invitations
from coffee_node.federation.joining_models import Invitation
from tests.unit.cli.conftest import CommandLine

OpenNode = Callable[[], AbstractContextManager[Flask]]


def row(cli: CommandLine, handle: str) -> dict[str, Any]:
    (found,) = [account for account in cli.listing("user", "list") if account["handle"] == handle]
    return found


def test_a_new_account_gets_a_link_to_choose_its_password(cli: CommandLine, node: OpenNode) -> None:
    (link,) = cli("user", "add", "claire", "--name", "Claire", "--email", "C@lille.example").stdout.split()
    assert row(cli, "claire")["email"] == "c@lille.example"
    assert row(cli, "claire")["spaces"] == ["mutualab (member)"]
    with node():
        found = accounts.find_link(link.partition("token=")[2], "setup")
        assert found is not None
        assert found.account.handle == "claire"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["add", "admin"], "The handle admin is taken"),
        (["add", "Claire Dubois"], "cannot be a handle"),
        (["add", "claire", "--space", "esco"], "The spaces are: mutualab."),
        (["role", "nobody", "host"], "There is no account nobody"),
        (["passwd", "nobody", "--link"], "There is no account nobody"),
        (["disable", "nobody"], "There is no account nobody"),
        (["role", "admin", "member"], "admin is the only administrator"),
        (["disable", "admin"], "admin is the only administrator"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(cli: CommandLine, words: list[str], told: str) -> None:
    before = cli.listing("user", "list")
    assert told in cli.refusal("user", *words)
    assert cli.listing("user", "list") == before


def test_a_role_that_does_not_exist_is_wrong_usage(cli: CommandLine) -> None:
    assert "'barista' is not one of" in cli("user", "role", "admin", "barista", exit_code=2).stderr


def test_an_administrator_may_step_down_when_there_is_another(cli: CommandLine) -> None:
    cli("user", "add", "claire")
    cli("user", "role", "claire", "admin")
    assert row(cli, "claire")["is_admin"]
    cli("user", "role", "admin", "host")
    assert not row(cli, "admin")["is_admin"]
    assert row(cli, "admin")["spaces"] == ["mutualab (host)"]


def test_a_password_is_read_from_the_standard_input(cli: CommandLine, node: OpenNode) -> None:
    cli("user", "passwd", "admin", text="a long enough password\n")
    with node():
        assert accounts.check_password(accounts.account_named("admin"), "a long enough password")


def test_a_short_password_is_refused(cli: CommandLine) -> None:
    assert "at least" in cli("user", "passwd", "admin", text="short\n", exit_code=1).stderr


def test_a_closed_account_loses_its_tokens_until_it_is_opened_again(cli: CommandLine, node: OpenNode) -> None:
    cli("user", "add", "claire")
    secret = cli("token", "create", "claire").stdout.strip()
    cli("user", "disable", "claire")
    assert row(cli, "claire")["disabled_at"]
    with node():
        assert accounts.token_for(secret) is None
    cli("user", "disable", "claire", "--undo")
    with node():
        assert accounts.token_for(secret) is not None


def test_a_token_is_alone_on_stdout(cli: CommandLine, node: OpenNode) -> None:
    result = cli("token", "create", "admin", "--scope", "read")
    assert result.stderr == ""
    with node():
        token = accounts.token_for(result.stdout.removesuffix("\n"))
        assert token is not None
        assert (token.account.handle, token.scope) == ("admin", "read")


@pytest.mark.parametrize("scope", ["admin", "", "read,brew"])
def test_a_scope_that_does_not_exist_is_wrong_usage(cli: CommandLine, scope: str) -> None:
    cli("token", "create", "admin", "--scope", scope, exit_code=2)
    assert cli.listing("token", "list") == []


def test_a_revoked_token_is_worth_nothing(cli: CommandLine, node: OpenNode) -> None:
    secret = cli("token", "create", "admin").stdout.strip()
    (listed,) = cli.listing("token", "list", "admin")
    cli("token", "revoke", str(listed["id"]))
    assert cli.listing("token", "list")[0]["revoked_at"]
    with node():
        assert accounts.token_for(secret) is None


def test_a_token_that_does_not_exist_cannot_be_revoked(cli: CommandLine) -> None:
    assert "There is no token 7" in cli.refusal("token", "revoke", "7")


def test_a_token_needs_an_account(cli: CommandLine) -> None:
    assert "There is no account nobody" in cli.refusal("token", "create", "nobody")


def test_an_invitation_prints_its_link_and_writes_its_mail(cli: CommandLine, node: OpenNode) -> None:
    result = cli(
        "user", "invite", "C@lille.example", "tom@lille.example", "--role", "host", "--language", "nl"
    )
    links = result.stdout.split()
    assert "pass the links on yourself" in result.stderr
    with node():
        found = [invitations.find(link.rpartition("/")[2]) for link in links]
        assert [(row.email, row.role, row.space.slug) for row in found if row is not None] == [
            ("c@lille.example", "host", "mutualab"),
            ("tom@lille.example", "host", "mutualab"),
        ]
        mails = [mail.recipient for mail in db.session.scalars(select(Mail).order_by(Mail.id))]
    assert mails == ["c@lille.example", "tom@lille.example"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["claire"], "claire: no e-mail address"),
        (["c@lille.example", "--language", "xx"], "no language xx"),
        (["c@lille.example", "--space", "esco"], "The spaces are: mutualab."),
    ],
)
def test_an_invitation_that_cannot_be_invites_nobody(
    cli: CommandLine, node: OpenNode, words: list[str], told: str
) -> None:
    assert told in cli.refusal("user", "invite", *words)
    with node():
        assert list(db.session.scalars(select(Invitation))) == []


def test_who_belongs_to_the_space_is_not_invited_again(cli: CommandLine) -> None:
    cli("user", "add", "claire", "--email", "c@lille.example")
    result = cli("user", "invite", "c@lille.example")
    assert result.stdout == "" and "belongs to the space already" in result.stderr


@pytest.mark.parametrize("command", [["role", "tom", "member", "--space", "annex"], ["disable", "tom"]])
def test_the_last_manager_of_a_space_stays(cli: CommandLine, command: list[str]) -> None:
    cli("space", "add", "Annex")
    cli("user", "add", "tom", "--space", "annex", "--role", "manager")
    assert "Annex has no other manager" in cli.refusal("user", *command)
    assert row(cli, "tom")["spaces"] == ["annex (manager)"]
    cli("user", "add", "ann", "--space", "annex", "--role", "manager")
    cli("user", *command)
