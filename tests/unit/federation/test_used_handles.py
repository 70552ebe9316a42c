"""A handle that was used is never given to somebody else."""

from __future__ import annotations

import pytest

from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict
from coffee_node.federation import accounts, sign_ups
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Actor
from coffee_node.federation.used_handles import UsedHandle, was_used
from coffee_node.testing import Fediverse


def test_a_handle_stays_taken_when_account_and_person_are_deleted(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    with lille.context():
        accounts.create_account("claire", "Claire")
        with write():
            for model in (Account, Actor):
                column = Account.handle if model is Account else Actor.slug
                db.session.delete(db.session.scalars(db.select(model).where(column == "claire")).one())
        with pytest.raises(Conflict, match="claire is taken"):
            accounts.create_account("claire", "Another Claire")
        assert sign_ups.propose_handle("Claire") == "claire-2"
        assert all("claire" not in row.handle_hash for row in lille.rows(UsedHandle))


def test_a_space_and_an_account_do_not_share_a_handle(fediverse: Fediverse) -> None:
    lille = fediverse.node("lille")
    with lille.context():
        for handle in ("lille", "admin"):
            with pytest.raises(Conflict):
                accounts.create_account(handle, "Somebody")
        assert not was_used("claire")


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Claire Dubois", "claire-dubois"),
        ("Jürgen Groß", "jurgen-gross"),
        ("Zoé  d'Œuvre!", "zoe-d-oeuvre"),
        ("李", "coworker"),
        ("inbox", "inbox-2"),
        ("x" * 300, "x" * 60),
    ],
)
def test_a_handle_is_made_of_a_name(fediverse: Fediverse, name: str, handle: str) -> None:
    with fediverse.node("lille").context():
        assert sign_ups.propose_handle(name) == handle
        accounts.check_handle(handle)
