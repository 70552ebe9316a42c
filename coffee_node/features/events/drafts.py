"""Drafts: the form of a new event, put aside as it was typed; nothing is published, nobody else sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from werkzeug.datastructures import MultiDict

from coffee_node.base.database import db, write
from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events.series_models import EventDraft
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Actor

MOST_DRAFTS = 50
NOT_KEPT = frozenset({"csrf_token", "draft"})


def find_draft(account: Account | None, number: str) -> EventDraft | None:
    """A draft of this account by its number, None without a number; the same NotFound for others' drafts."""
    if not number or account is None:
        return None
    row = db.session.get(EventDraft, int(number)) if number.isascii() and number.isdigit() else None
    if row is None or row.account_id != account.id:
        raise NotFound(
            _("There is nothing at this address."), _("You may have published this draft already.")
        )
    return row


def drafts_of(account: Account | None) -> Sequence[EventDraft]:
    """The drafts of an account, the last one first."""
    if account is None:
        return []
    query = select(EventDraft).where(EventDraft.account_id == account.id)
    return db.session.scalars(query.order_by(EventDraft.updated_at.desc(), EventDraft.id.desc())).all()


def typed(draft: EventDraft) -> MultiDict[str, str]:
    """What was typed, for the form."""
    return MultiDict([(name, value) for name, value in draft.fields])


def keep(account: Account | None, draft: EventDraft | None, typed_now: MultiDict[str, str]) -> EventDraft:
    """Put a form aside, in place of the draft it was opened from; Unprocessable when there are too many."""
    fields = [[name, value] for name, value in typed_now.items(multi=True) if name not in NOT_KEPT]
    with write():
        if draft is None:
            if account is None or len(drafts_of(account)) >= MOST_DRAFTS:
                raise Unprocessable(
                    _("You have put many drafts aside."), _("Publish or delete some of them.")
                )
            draft = EventDraft(account_id=account.id)
            db.session.add(draft)
        draft.title, draft.fields = typed_now.get("name", "").strip()[:300], fields
        db.session.flush()
    return draft


def drop(draft: EventDraft | None) -> None:
    """Let go of a draft that is published, inside the caller's write()."""
    if draft is not None:
        db.session.execute(delete(EventDraft).where(EventDraft.id == draft.id))


def delete_draft(draft: EventDraft | None) -> None:
    """Let go of a draft whose writer does not want it any more."""
    with write():
        drop(draft)


def of_person(actor_uri: str) -> list[dict[str, Any]]:
    """The drafts of somebody, for the file with everything that is kept about one."""
    query = select(EventDraft).join(Account, Account.id == EventDraft.account_id)
    query = query.join(Actor, Actor.id == Account.actor_id).where(Actor.uri == actor_uri)
    return [{"title": row.title, "fields": row.fields} for row in db.session.scalars(query)]


def forget_person(actor_uri: str) -> None:
    """Erase the drafts of somebody who is gone."""
    accounts = select(Account.id).join(Actor, Actor.id == Account.actor_id).where(Actor.uri == actor_uri)
    with write():
        db.session.execute(delete(EventDraft).where(EventDraft.account_id.in_(accounts)))
