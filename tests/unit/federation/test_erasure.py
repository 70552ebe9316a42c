"""Leaving: what must be handed over first, what stops it, and what of others stays as it is."""

from __future__ import annotations

from typing import Any

import pytest

from coffee_node import hookimpl
from coffee_node.base.contracts import ActorRef
from coffee_node.base.database import write
from coffee_node.base.errors import Conflict, PluginError
from coffee_node.base.mail import Mail, queue_mail
from coffee_node.federation import accounts, erasure
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.erasure_models import Departure
from coffee_node.federation.erasure_rows import Identifiers, hashed
from coffee_node.federation.models import Activity
from coffee_node.testing import Fediverse, TestNode


class Stubborn:
    """A plugin that cannot erase what it keeps."""

    @hookimpl
    def erase_personal_data(self, actor: ActorRef) -> None:
        raise RuntimeError("the door controller does not answer")


def leave(node: TestNode, handle: str) -> str:
    with node.context():
        return erasure.leave(accounts.account_named(handle))


def test_the_only_administrator_and_manager_cannot_leave(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    with pytest.raises(Conflict, match=r"only administrator.*only manager of Lille"):
        leave(lille, "admin")
    assert lille.rows(Account, handle="admin")
    with lille.context():
        other = accounts.create_account("zoe", "Zoé", is_admin=True)
        space = find_local_actor("lille")
        assert space is not None
        with write():
            accounts.join_space(other, space, "manager")
    leave(lille, "admin")
    assert lille.rows(Account, handle="admin") == []


def test_an_owner_of_data_that_fails_stops_everything(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille", plugins=[("door", Stubborn())])
    lille.add_person("claire", "Claire")
    with pytest.raises(PluginError, match=r"door.*does not answer"):
        leave(lille, "claire")
    assert lille.rows(Account, handle="claire") and lille.rows(Departure) == []
    assert lille.rows(Activity, type="Delete") == []
    with lille.context():
        claire = find_local_actor("claire")
        assert claire is not None and claire.gone_at is None and claire.name == "Claire"


def test_somebody_with_a_longer_name_is_left_alone(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    with lille.context():
        who = Identifiers("https://lille.example/actors/claire", "claire", "")
        text = "https://lille.example/actors/claire and https://lille.example/actors/claire-dubois#key"
        left = f"{hashed(who.plain[0])} and https://lille.example/actors/claire-dubois#key"
        assert who.replaced(text) == left
        assert who.replaced("write to @claire@lille.example or eclaire@lille.example") == (
            f"write to {hashed(who.plain[0])} or eclaire@lille.example"
        )


def test_mails_to_others_that_do_not_name_the_person_stay(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    lille.add_person("claire", "Claire Dubois")
    with lille.context(), write():
        queue_mail("bruno@lille.example", "News", "Claire Dubois-Martin writes", message_id="one")
        queue_mail("bruno@lille.example", "News", "Claire Dubois writes: hello", message_id="two")
    leave(lille, "claire")
    first, second = lille.rows(Mail)
    assert (first.state, second.state) == ("waiting", "dropped")
    assert "hello" not in second.text


@pytest.mark.parametrize("secret", ["", "guessed"])
def test_a_guessed_page_shows_nothing(fediverse: Fediverse, secret: str) -> None:
    lille = fediverse.node("lille")
    with lille.context():
        assert erasure.progress(secret) is None


def test_every_owner_is_asked(fediverse: Fediverse) -> None:
    asked: list[Any] = []

    class Asked:
        @hookimpl
        def erase_personal_data(self, actor: ActorRef) -> None:
            asked.append(actor.uri)

    lille = fediverse.node("lille", plugins=[("one", Asked()), ("two", Asked())])
    claire = lille.add_person("claire", "Claire")
    leave(lille, "claire")
    assert asked == [claire.uri] * 2
