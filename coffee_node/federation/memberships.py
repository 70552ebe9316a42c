"""Who belongs to a space in which role, and what its managers may change about that."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import accounts, audit
from coffee_node.federation.account_models import Account, Membership
from coffee_node.federation.actors import local_spaces
from coffee_node.federation.models import Actor


def managed_spaces(account: Account | None) -> list[Actor]:
    """The spaces of this node that an account manages, oldest first; all of them for an administrator."""
    if account is None:
        return []
    if account.is_admin:
        return list(local_spaces())
    managed = select(Membership.space_id).where(
        Membership.account_id == account.id, Membership.role == "manager"
    )
    ids = set(db.session.scalars(managed))
    return [space for space in local_spaces() if space.id in ids] if ids else []


def spaces_of(account: Account) -> list[Actor]:
    """The spaces an account belongs to, in whatever role, oldest first."""
    ids = set(db.session.scalars(select(Membership.space_id).where(Membership.account_id == account.id)))
    return [space for space in local_spaces() if space.id in ids]


def managers_of(space: Actor) -> Sequence[Account]:
    """The accounts that manage a space and may sign in."""
    query = select(Account).join(Membership).where(Membership.space_id == space.id)
    query = query.where(Membership.role == "manager", Account.disabled_at.is_(None))
    return db.session.scalars(query.order_by(Account.id)).all()


def administrators() -> Sequence[Account]:
    """The administrators of this node that may sign in."""
    query = select(Account).where(Account.is_admin.is_(True), Account.disabled_at.is_(None))
    return db.session.scalars(query.order_by(Account.id)).all()


def members_of(space: Actor) -> Sequence[Membership]:
    """Everybody who belongs to a space, by name."""
    query = select(Membership).join(Account).where(Membership.space_id == space.id)
    return db.session.scalars(query.order_by(func.lower(Account.name), Account.id)).all()


def membership_in(space: Actor, handle: str) -> Membership:
    """The membership of somebody in a space; NotFound where there is none."""
    query = select(Membership).join(Account)
    found = db.session.scalar(query.where(Membership.space_id == space.id, Account.handle == handle))
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def change_role(membership: Membership, role: str, by: Account | None) -> None:
    """Give somebody another role in a space; Conflict when that would leave it without a manager."""
    with write():
        if membership.role == role:
            return
        if role != "manager":
            keep_one_manager(membership)
        accounts.join_space(membership.account, membership.space, role)
        audit.record("role", by=by, account=membership.account, space=membership.space, detail=role)


def mark_representative(membership: Membership, is_representative: bool, by: Account | None) -> None:
    """Note that the coworkers chose somebody to speak for them, or no longer; it gives no right."""
    with write():
        membership.is_representative = is_representative
        detail = "yes" if is_representative else "no"
        audit.record(
            "representative", by=by, account=membership.account, space=membership.space, detail=detail
        )


def end_membership(membership: Membership, by: Account | None) -> None:
    """Let somebody no longer belong to a space; Conflict for its last manager."""
    with write():
        keep_one_manager(membership)
        audit.record("left", by=by, account=membership.account, space=membership.space)
        membership.account.memberships.remove(membership)


def disable_account(account: Account, by: Account | None) -> None:
    """Close an account; Conflict for the last manager of a space and the last administrator."""
    with write():
        for membership in account.memberships:
            keep_one_manager(membership)
        if account.is_admin and all(one.id == account.id for one in administrators()):
            raise Conflict(
                _("This is the only administrator of the site."), _("Make somebody else one first.")
            )
        accounts.disable(account)
        audit.record("disabled", by=by, account=account)


def enable_account(account: Account, by: Account | None) -> None:
    """Let a closed account sign in again."""
    with write():
        account.disabled_at = None
        audit.record("enabled", by=by, account=account)


def keep_one_manager(membership: Membership) -> None:
    """Conflict when this membership is that of the last manager of a space of ours who can sign in."""
    if membership.role != "manager" or membership.space.kind != "space":
        return
    if membership.account.disabled_at is not None:
        return
    if all(one.id == membership.account_id for one in managers_of(membership.space)):
        raise Conflict(
            _("%(name)s has no other manager.", name=membership.space.name or membership.space.slug),
            _("Make somebody else a manager first."),
        )


def may_close(account: Account, by: Account) -> bool:
    """Whether somebody may close another's account: an administrator, or who manages all of its spaces."""
    if account.id == by.id:
        return False
    if by.is_admin:
        return True
    mine = {space.id for space in managed_spaces(by)}
    return not account.is_admin and {entry.space_id for entry in account.memberships} <= mine


def may_help(account: Account, by: Account) -> bool:
    """Whether somebody may reset another's second factor: an administrator, or a manager of its space."""
    if by.is_admin:
        return True
    mine = {space.id for space in managed_spaces(by)}
    return not account.is_admin and any(entry.space_id in mine for entry in account.memberships)


def is_in(space: Actor, handle: str) -> bool:
    """Whether the account with this handle belongs to a space."""
    query = select(Membership.id).join(Account)
    return (
        db.session.scalar(query.where(Membership.space_id == space.id, Account.handle == handle)) is not None
    )
