"""Things of ours that the reader may change."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.errors import Forbidden, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import accounts, objects
from coffee_node.federation.audience import visible
from coffee_node.web.auth import current_account


def own_row(model: Any, uuid: str) -> Any:
    """A row of ours that this reader may change; 404 when it cannot even be read, else 403."""
    account = current_account()
    clauses = [model.uri == objects.object_uri(uuid), *visible(model, account)]
    row = db.session.scalar(select(model).where(*clauses))
    if row is None or account is None:
        raise NotFound(_("There is nothing at this address."))
    if not accounts.may_act_as(account, row.actor):
        raise Forbidden(_("Only its author can change this."))
    return row
