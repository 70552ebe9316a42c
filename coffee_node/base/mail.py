"""Mail that waits in a table: written in the caller's transaction, sent by the worker, visible when it fails.

The `Message-ID` is fixed when a mail is written: the same occasion never makes two mails, and a mail sent
twice after a crash is shown once by its reader.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import Index, String, Text, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base import clock
from coffee_node.base.config import NodeConfig
from coffee_node.base.database import Row, UtcDateTime, db, insert_ignore, one_at_a_time, write
from coffee_node.base.mail_message import message_of

RETRY_MINUTES = (1, 5, 30, 120, 360, 720, 1440)
LEASE = timedelta(minutes=2)
TIMEOUT = 10.0
WORKER_PATIENCE = 30.0
PORTS = {"smtp": 587, "smtps": 465}

Transport = Callable[[NodeConfig, EmailMessage], None]


class Mail(Row):
    """One mail on its way; state: waiting, sent, failed or dropped. `message_id` has no angle brackets."""

    __tablename__ = "mail"
    __table_args__ = (
        Index(
            "ix_mail_waiting",
            "next_try_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(String(300), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply_to: Mapped[str] = mapped_column(String(320), default="")
    unsubscribe: Mapped[str] = mapped_column(String(2048), default="")
    calendar: Mapped[str] = mapped_column(Text, default="")


class MailRefused(Exception):
    """The mail server will never take this mail; the message is its answer."""


def queue_mail(
    recipient: str,
    subject: str,
    body: str,
    *,
    message_id: str,
    reply_to: str = "",
    unsubscribe: str = "",
    calendar: str = "",
) -> bool:
    """Write a mail inside the caller's write(); False when this occasion has its mail already.

    `unsubscribe` is the address that takes a POST to stop this kind of mail, `calendar` an iCalendar text
    that is attached. The HTML part is made of the text when it leaves.
    """
    values = {
        "recipient": recipient,
        "subject": " ".join(subject.split())[:300],
        "text": body,
        "message_id": message_id,
        "state": "waiting",
        "next_try_at": clock.utcnow(),
        "reply_to": reply_to,
        "unsubscribe": unsubscribe,
        "calendar": calendar,
    }
    known = db.session.scalar(select(Mail.id).where(Mail.message_id == message_id))
    if known is None:
        db.session.execute(insert_ignore(Mail), [values])
    return known is None


def send_next(config: NodeConfig, transport: Transport | None = None) -> int:
    """Send the mail that waits longest and note how it ended; 0 when none is due or no server is set."""
    if not config.mail.url:
        return 0
    mail = _claim()
    if mail is None:
        return 0
    try:
        (transport or deliver)(config, message_of(mail, config))
    except (MailRefused, OSError, smtplib.SMTPException, ValueError) as error:
        _note_failure(mail.id, error)
    else:
        done = update(Mail).where(Mail.id == mail.id)
        with write(patience=WORKER_PATIENCE):
            now = clock.utcnow()
            db.session.execute(done.values(state="sent", sent_at=now, lease_until=None, last_error=""))
    return 1


def _claim() -> Mail | None:
    now = clock.utcnow()
    due = select(Mail).where(Mail.state == "waiting", Mail.next_try_at <= now)
    due = due.where(Mail.lease_until.is_(None) | (Mail.lease_until < now)).order_by(Mail.next_try_at)
    if db.session.scalar(due.limit(1)) is None:
        return None
    with write(patience=WORKER_PATIENCE):
        one_at_a_time("mail claim")
        mail = db.session.scalar(due.limit(1))
        if mail is not None:
            mail.lease_until = now + LEASE
    return mail


def _note_failure(mail_id: int, error: Exception) -> None:
    """Try again later, longer each time; after three days, or when it is refused for good, it has failed."""
    with write(patience=WORKER_PATIENCE):
        mail = db.session.get_one(Mail, mail_id)
        mail.attempts += 1
        mail.lease_until = None
        mail.last_error = _reason(error)[:2000]
        if isinstance(error, MailRefused | ValueError) or mail.attempts > len(RETRY_MINUTES):
            mail.state = "failed"
        else:
            mail.next_try_at = clock.utcnow() + timedelta(minutes=RETRY_MINUTES[mail.attempts - 1])


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
        return f"{error.smtp_code} {said}"
    return f"{error}" if isinstance(error, MailRefused) else f"{type(error).__name__}: {error}"


def deliver(config: NodeConfig, message: EmailMessage) -> None:
    """Hand a message to the server of `[mail] url`, or put it into the folder of a `file:` address.

    Raises MailRefused when it is refused for good, OSError or SMTPException when it may work later.
    """
    parts = urlsplit(config.mail.url)
    if parts.scheme == "file":
        folder = config.home / unquote(parts.path)
        folder.mkdir(parents=True, exist_ok=True)
        name = str(message["Message-ID"]).strip("<>").replace("/", "_")
        Path(folder, f"{name}.eml").write_bytes(message.as_bytes())
        return
    with _connection(config.mail.url) as server:
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise _judged(next(iter(error.recipients.values()))) from error
        except smtplib.SMTPResponseException as error:
            raise _judged((error.smtp_code, error.smtp_error)) from error


def _connection(url: str) -> smtplib.SMTP:
    """A connection with TLS from the start (smtps) or as soon as the server offers it (smtp)."""
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    return server


def _judged(answer: tuple[int, bytes | str]) -> Exception:
    code, said = answer
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    if code >= 500:
        return MailRefused(f"{code} {words}")
    return smtplib.SMTPResponseException(code, words)
