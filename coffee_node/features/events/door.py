"""The door of an event: who is there, who is not, who came without registering, and the figures of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import organiser_answers
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import (
    ATTENDANCES,
    Participation,
    ask_as_visitor,
    locked_event,
    participants,
)
from coffee_node.features.events.registration_models import Visitor
from coffee_node.federation import accounts, search
from coffee_node.federation.account_models import Account, Membership

NAME_LENGTH = 200


@dataclass(frozen=True)
class Attendance:
    """The figures of an event: seats given, who was there, who was not, and who came without registering."""

    accepted: int
    present: int
    absent: int
    walk_ins: int
    waiting: int

    @property
    def unmarked(self) -> int:
        """How many with a seat nobody has marked."""
        return self.accepted - self.present - self.absent


def may_keep(event: Event, account: Account | None) -> bool:
    """Whether an account keeps the door: the organiser, and the hosts of the space that organises it."""
    if account is None or not event.is_local or event.join_mode in ("none", "external"):
        return False
    if accounts.may_act_as(account, event.actor):
        return True
    is_host = select(Membership.id).where(
        Membership.account_id == account.id,
        Membership.space_id == event.actor_id,
        Membership.role.in_(("host", "manager")),
    )
    return db.session.scalar(is_host) is not None


def mark(event_uri: str, row_id: int, attendance: str) -> Participation:
    """Note that somebody is there or not, or that nobody knows; NotFound for who has no seat."""
    if attendance not in ATTENDANCES:
        raise Unprocessable(_("Choose one of these."))
    with write():
        row = db.session.get(Participation, row_id, populate_existing=True)
        if row is None or row.event_uri != event_uri or row.state != "accepted":
            raise NotFound(_("There is nothing at this address."))
        row.attendance = attendance
        row.attended_at = clock.utcnow() if attendance else None
        return row


def walk_in(event_uri: str, name: str) -> Participation:
    """Let somebody in who had not registered: counted like everybody else, also beyond the seats.

    A second press of the button within a minute changes nothing.
    """
    name = " ".join(name.split())[:NAME_LENGTH]
    if not name:
        raise Unprocessable(_("Say who it is."))
    with write():
        event = locked_event(event_uri)
        if event is None:
            raise NotFound(_("There is nothing at this address."))
        twin = _just_came(event_uri, name)
        if twin is not None:
            return twin
        visitor = Visitor(event_uri=event_uri, name=name)
        db.session.add(visitor)
        db.session.flush()
        row = ask_as_visitor(event, visitor, "", [])
        row.move("accepted")
        row.answered_at = row.attended_at = row.changed_at
        row.attendance = "present"
        organiser_answers.count(event)
        return row


def _just_came(event_uri: str, name: str) -> Participation | None:
    query = select(Participation).join(Visitor, Visitor.id == Participation.visitor_id)
    query = query.where(Visitor.event_uri == event_uri, Visitor.name == name, Visitor.address.is_(None))
    row = db.session.scalar(query.order_by(Participation.id.desc()).limit(1))
    is_twin = row is not None and (clock.utcnow() - row.asked_at).total_seconds() < 60
    return row if is_twin else None


def guests(event_uri: str, wanted: str = "") -> list[Participation]:
    """Who has a seat, by name; only whose name holds every word that is looked for."""
    words = search.fold(wanted).split()
    rows = participants(event_uri, "accepted")
    if words:
        rows = [row for row in rows if all(word in search.fold(row.display_name) for word in words)]
    return sorted(rows, key=lambda row: search.fold(row.display_name))


def figures(rows: Sequence[Participation]) -> Attendance:
    """The figures of an event's registrations; who came to the door counts among those present."""
    seated = [row for row in rows if row.state == "accepted"]
    marks = Counter(row.attendance for row in seated)
    return Attendance(
        accepted=len(seated),
        present=marks["present"],
        absent=marks["absent"],
        walk_ins=sum(1 for row in seated if is_walk_in(row)),
        waiting=sum(1 for row in rows if row.state in ("waiting", "offered")),
    )


def is_walk_in(row: Participation) -> bool:
    """Whether somebody came to the door without registering."""
    return row.is_visitor and row.visitor is not None and row.visitor.address is None
