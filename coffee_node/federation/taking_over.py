"""What a worker that finds no other alive does first: what dead ones had claimed is free again at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from coffee_node.base.database import write
from coffee_node.base.mail import Mail
from coffee_node.federation.models import Delivery, InboxItem
from coffee_node.federation.peer_models import Backfill

WORKER_PATIENCE = 30.0
OPEN = ("waiting", "received")
CLAIMED = (Delivery, InboxItem, Mail, Backfill)


def release_claims() -> None:
    """Give back every claim; each was made by a process that is gone."""
    with write(patience=WORKER_PATIENCE) as session:
        for model in CLAIMED:
            claimed: Any = update(model).where(model.lease_until.is_not(None), model.state.in_(OPEN))
            session.execute(
                claimed.values(lease_until=None), execution_options={"synchronize_session": False}
            )
