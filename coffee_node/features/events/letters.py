"""Letters of an organiser to the participants: one to each, a few a day, and recorded.

People of this node and visitors get a mail with the organiser's address to answer to; participants of other
nodes get a private Note, which their node shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from markupsafe import escape
from sqlalchemy import func, select, update

from coffee_node.base import clock, html
from coffee_node.base.contracts import ActorRef
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, NotFound, TooManyRequests, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.base.ids import new_uuid
from coffee_node.base.mail import queue_mail
from coffee_node.features.events import registration_notices, visitor_mails
from coffee_node.features.events.letter_schemas import LetterSchema, write_letter
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import (
    STANDING,
    Participation,
    find_participation,
    locked_event,
    participants,
)
from coffee_node.features.events.registration_models import ParticipantLetter
from coffee_node.federation import notices, objects, outbox
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import find_actor
from coffee_node.federation.incoming import Ignored, NotMine
from coffee_node.federation.notice_models import Notification

AUDIENCES = ("accepted", "waiting", "all")
A_DAY = 5
SUBJECT_LENGTH = 200
TEXT_LENGTH = 5000


@dataclass(frozen=True)
class _Letter:
    """What is written, by whom, and what tells it from other letters."""

    key: str
    subject: str
    text: str
    reply_to: str


def write_to_participants(event_uri: str, account: Account, subject: str, text: str, audience: str) -> int:
    """Write to everybody with a seat, in line, or both; how many it went to.

    Raises TooManyRequests after five letters a day, Conflict for the same letter again, Unprocessable for
    one without words or when nobody is there to read it.
    """
    with write():
        event = locked_event(event_uri)
        if event is None:
            raise NotFound(_("The event is not known here any more."))
        subject, text = " ".join(subject.split())[:SUBJECT_LENGTH], text.strip()[:TEXT_LENGTH]
        if not text:
            raise Unprocessable(_("Write something."), fields={"text": [_("Write something.")]})
        _limit(event.uri, subject, text)
        rows = participants(event.uri, *_states(audience))
        if not rows:
            raise Unprocessable(
                _("Nobody would get this letter."), fields={"audience": [_("Nobody would get this letter.")]}
            )
        kept = ParticipantLetter(
            event_uri=event.uri, account_id=account.id, subject=subject, text=text, audience=audience
        )
        db.session.add(kept)
        db.session.flush()
        letter = _Letter(f"event_letter:{kept.id}", subject, text, account.email)
        kept.recipients = sum(_write_one(event, row, letter) for row in rows)
        return kept.recipients


def _states(audience: str) -> tuple[str, ...]:
    return {"accepted": ("accepted",), "waiting": ("waiting", "offered")}.get(audience, STANDING)


def _limit(event_uri: str, subject: str, text: str) -> None:
    since = ParticipantLetter.created_at > clock.utcnow() - timedelta(days=1)
    mine = select(ParticipantLetter).where(ParticipantLetter.event_uri == event_uri, since)
    if db.session.scalar(
        mine.where(ParticipantLetter.text == text, ParticipantLetter.subject == subject).limit(1)
    ):
        raise Conflict(_("This letter has been sent already."), _("Change it if you want to send it again."))
    if (db.session.scalar(select(func.count()).select_from(mine.subquery())) or 0) >= A_DAY:
        raise TooManyRequests(
            _("Five letters a day are enough: people stop reading more."), retry_after=24 * 3600
        )


def _write_one(event: Event, row: Participation, letter: _Letter) -> int:
    if row.is_visitor:
        return _mail_visitor(event, row, letter)
    if not row.actor.is_local:
        uri = objects.object_uri(new_uuid())
        title = f"{event.name}: {letter.subject}" if letter.subject else event.name
        words = "".join(f"<p>{escape(part)}</p>" for part in (title, *_paragraphs(letter.text)))
        note = write_letter(
            uri,
            event.actor.uri,
            event.uri,
            row.actor.uri,
            words,
            clock.rfc3339(clock.utcnow()),
            f"@{row.actor.slug}@{row.actor.host}",
        )
        outbox.publish(event.actor, "Create", note, to=[row.actor.uri], visibility="private")
        return 1
    return sum(_tell_account(event, account, letter) for account in notices.account_of(row.actor))


def _paragraphs(text: str) -> list[str]:
    return [part for part in (" ".join(line.split()) for line in text.splitlines()) if part]


def _mail_visitor(event: Event, row: Participation, letter: _Letter) -> int:
    if row.visitor is None or row.visitor.address is None:
        return 0
    with visitor_mails.speaking(row.visitor.language):
        visitor_mails.send(event, row, _subject(event, letter), [letter.text], reply_to=letter.reply_to)
    return 1


def _tell_account(event: Event, account: Account, letter: _Letter) -> int:
    """On the page as everything else; by mail at once and with the organiser to answer to, if so wished."""
    registration_notices.tell_letter(account, event, letter.key, letter.subject, letter.text)
    kind = next(kind for kind in registration_notices.KINDS if kind.name == "event_letter")
    if not account.email or notices.choice_of(account, kind)[1] != "now":
        return 1
    with visitor_mails.speaking(notices.language_of(account)):
        why = _("You get this mail because you registered for this event.")
        body = "\n\n".join((letter.text, visitor_mails.about(event), why))
        queue_mail(
            account.email,
            _subject(event, letter),
            body,
            message_id=visitor_mails.message_id(event.uri, "letter"),
            reply_to=letter.reply_to,
        )
    mine = Notification.account_id == account.id, Notification.key == letter.key
    db.session.execute(update(Notification).where(*mine).values(mail="sent"))
    return 1


def _subject(event: Event, letter: _Letter) -> str:
    return letter.subject or _("About %(event)s", event=event.name)


def letters_of(event_uri: str) -> list[ParticipantLetter]:
    """What was written to the participants of an event, newest first."""
    query = select(ParticipantLetter).where(ParticipantLetter.event_uri == event_uri)
    return list(db.session.scalars(query.order_by(ParticipantLetter.id.desc()).limit(50)))


def receive_letter(document: dict[str, Any], author: ActorRef) -> None:
    """Show a person of ours what the organiser writes to those who registered."""
    values = LetterSchema().parse(document)
    event = registration_notices.held_event(values["event_uri"])
    if event is None:
        raise NotMine
    if event.is_local or event.actor.uri != author.uri:
        raise Ignored("it is no letter of an organiser")
    told = sum(_hand_over(event, uri, values) for uri in values["to"])
    if not told:
        raise Ignored("nobody here is registered for this event")


def _hand_over(event: Event, uri: str, values: Mapping[str, Any]) -> int:
    actor = find_actor(uri)
    row = find_participation(event.uri, actor.id) if actor is not None and actor.is_local else None
    if row is None or not row.is_standing:
        return 0
    text = html.to_text(values["content"])[:TEXT_LENGTH]
    accounts = notices.account_of(actor)
    return sum(
        registration_notices.tell_letter(account, event, f"event_letter:{values['uri']}"[:300], "", text)
        for account in accounts
    )


def refuse_client(actor: Any, values: Mapping[str, Any], visibility: str = "private") -> Any:
    """A client of ours cannot write letters: the page of the participants knows who gets them."""
    raise Unprocessable(
        "Letters to participants are written on the page of the event's participants.",
        "Open /events/<id>/participants.",
    )
