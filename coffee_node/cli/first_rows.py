"""The first rows of a new node: its actor, its first space and the administrator who manages it."""

from __future__ import annotations

from sqlalchemy import select

from coffee_node.base.database import db, write
from coffee_node.base.errors import HomeInUse
from coffee_node.cli.opening import BASE_URL
from coffee_node.features.spaces.service import open_space
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Setting
from coffee_node.federation.actors import create_local_actor
from coffee_node.node import current_node

ADMINISTRATOR = "admin"
SETUP_HOURS = 7 * 24


def write_first_rows(name: str, handle: str, email: str) -> str:
    """Write them in one transaction and give the secret of the administrator's set-up link.

    HomeInUse when the database, one of a server, already holds a node.
    """
    config = current_node.config
    if db.session.scalar(select(Setting.id).where(Setting.name == BASE_URL)) is not None:
        raise HomeInUse(
            "The database of this configuration already holds a node.", "Name an empty one in [database] url."
        )
    with write():
        db.session.add(Setting(name=BASE_URL, value=config.base_url))
        create_local_actor("Application", config.host, name)
        space = create_local_actor("Organization", handle, name, kind="space")
        open_space(space, {"name": name})
        account = accounts.create_account(ADMINISTRATOR, "Admin", email=email.lower(), is_admin=True)
        account.language = config.node.language
        accounts.join_space(account, space, "manager")
        return accounts.sign_in_link(account, purpose="setup", hours=SETUP_HOURS)
