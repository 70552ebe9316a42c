"""The mail table: written once per occasion, sent when it is due, and honest about failures."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask

from coffee_node.base import clock, mail
from coffee_node.base.config import NodeConfig
from coffee_node.base.config_sections import MailSection, NodeSection
from coffee_node.base.database import db, init_database, write
from coffee_node.testing import Clock

HOST = "lille.example"


@pytest.fixture
def config(tmp_path: Path) -> Iterator[NodeConfig]:
    """A node with a mail server, its database open."""
    node = NodeSection("Espace « Lille »", f"https://{HOST}", "fr", "claire@lille.example")
    made = NodeConfig(home=tmp_path, node=node, mail=MailSection("smtp://mail.example"))
    app = Flask("mail tests")
    init_database(app, made)
    with app.app_context():
        mail.Mail.__table__.create(db.engine)  # type: ignore[attr-defined]
        yield made
        db.session.remove()
        db.engine.dispose()


def queue(message_id: str = "outage.1@lille.example", **changes: str) -> bool:
    fields = {"recipient": "claire@lille.example", "subject": "Tournai schweigt", "body": "Seit gestern."}
    with write():
        return mail.queue_mail(**(fields | changes), message_id=message_id)


def the_mail() -> mail.Mail:
    db.session.expire_all()
    return db.session.query(mail.Mail).one()


class Post:
    """A transport that keeps what it was given, or fails."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.sent: list[EmailMessage] = []

    def __call__(self, config: NodeConfig, message: EmailMessage) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)


def test_a_mail_is_sent_once_with_the_id_it_was_written_with(config: NodeConfig) -> None:
    assert queue()
    post = Post()
    assert [mail.send_next(config, post), mail.send_next(config, post)] == [1, 0]
    [message] = post.sent
    assert message["Message-ID"] == "<outage.1@lille.example>"
    assert message["To"] == "claire@lille.example"
    assert "claire@lille.example" in message["From"] and "Espace" in str(message["From"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert [(part.get_content_type(), part.get_content()) for part in message.iter_parts()] == [
        ("text/plain", "Seit gestern.\n"),
        ("text/html", "<!doctype html>\n<html><body>\n<p>Seit gestern.</p>\n</body></html>\n"),
    ]
    assert (the_mail().state, the_mail().attempts) == ("sent", 0)
    assert the_mail().sent_at is not None


def test_one_occasion_makes_one_mail(config: NodeConfig) -> None:
    assert [queue(), queue(body="again"), queue("outage.2@lille.example")] == [True, False, True]
    assert db.session.query(mail.Mail).count() == 2


def test_a_mail_of_a_transaction_that_fails_was_never_written(config: NodeConfig) -> None:
    with pytest.raises(RuntimeError), write():
        mail.queue_mail("a@b.example", "x", "y", message_id="1@lille.example")
        raise RuntimeError
    assert db.session.query(mail.Mail).count() == 0


def test_without_a_server_mail_waits(config: NodeConfig) -> None:
    queue()
    post = Post()
    assert mail.send_next(replace(config, mail=MailSection()), post) == 0
    assert (post.sent, the_mail().state) == ([], "waiting")


def test_a_failure_is_kept_in_words_and_tried_again_later(config: NodeConfig, test_clock: Clock) -> None:
    queue()
    post = Post(ConnectionRefusedError("nobody listens"), smtplib.SMTPResponseException(451, b"busy"))
    mail.send_next(config, post)
    assert (the_mail().state, the_mail().attempts) == ("waiting", 1)
    assert the_mail().last_error == "ConnectionRefusedError: nobody listens"
    assert the_mail().next_try_at == clock.utcnow() + timedelta(minutes=1)
    assert mail.send_next(config, post) == 0
    test_clock.advance(minutes=1)
    mail.send_next(config, post)
    assert the_mail().last_error == "451 busy"
    test_clock.advance(minutes=5)
    mail.send_next(config, post)
    assert (the_mail().state, the_mail().last_error) == ("sent", "")


def test_after_all_tries_a_mail_has_failed(config: NodeConfig, test_clock: Clock) -> None:
    queue()
    tries = len(mail.RETRY_MINUTES) + 1
    post = Post(*[OSError("down") for _ in range(tries)])
    for _ in range(tries):
        assert the_mail().state == "waiting"
        mail.send_next(config, post)
        test_clock.advance(days=1)
    assert (the_mail().state, the_mail().attempts) == ("failed", tries)


@pytest.mark.parametrize("problem", [mail.MailRefused("550 no such user"), ValueError("not an address")])
def test_what_is_refused_for_good_is_not_tried_again(config: NodeConfig, problem: Exception) -> None:
    queue()
    mail.send_next(config, Post(problem))
    assert the_mail().state == "failed"


def test_a_mail_that_another_worker_holds_is_left_to_it_until_its_lease_ends(
    config: NodeConfig, test_clock: Clock
) -> None:
    queue()

    class Dies(Exception):
        """What stands for a killed process."""

    with pytest.raises(Dies):
        mail.send_next(config, Post(Dies()))
    post = Post()
    assert mail.send_next(config, post) == 0
    test_clock.advance(minutes=3)
    assert mail.send_next(config, post) == 1
    assert post.sent[0]["Message-ID"] == "<outage.1@lille.example>"


def test_a_line_break_in_a_subject_cannot_add_a_header(config: NodeConfig) -> None:
    queue(subject="Hello\r\nBcc: everybody@example.org")
    post = Post()
    mail.send_next(config, post)
    assert post.sent[0]["Bcc"] is None


def test_a_file_address_keeps_mails_in_a_folder_of_the_home(config: NodeConfig) -> None:
    queue()
    assert mail.send_next(replace(config, mail=MailSection("file:mail"))) == 1
    [file] = (config.home / "mail").glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["Subject"] == "Tournai schweigt"


class FakeServer:
    """What smtplib would connect to; remembers what was said."""

    said: ClassVar[list[Any]]
    answer: Exception | None = None

    def __init__(self, host: str, port: int, **options: Any) -> None:
        type(self).said.append(("connect", host, port))
        self.options = options

    def __enter__(self) -> FakeServer:
        return self

    def __exit__(self, *args: object) -> None:
        type(self).said.append("quit")

    def ehlo(self) -> None:
        type(self).said.append("ehlo")

    def has_extn(self, name: str) -> bool:
        return True

    def starttls(self, **options: Any) -> None:
        type(self).said.append("starttls")

    def login(self, user: str, password: str) -> None:
        type(self).said.append(("login", user, password))

    def send_message(self, message: EmailMessage) -> None:
        if self.answer is not None:
            raise self.answer
        type(self).said.append(message["To"])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> type[FakeServer]:
    class Server(FakeServer):
        said: ClassVar[list[Any]] = []

    monkeypatch.setattr(smtplib, "SMTP", Server)
    monkeypatch.setattr(smtplib, "SMTP_SSL", Server)
    return Server


def sent_to(config: NodeConfig, url: str) -> None:
    queue()
    mail.send_next(replace(config, mail=MailSection(url)))


def test_smtp_asks_for_tls_before_the_password_is_said(config: NodeConfig, server: type[FakeServer]) -> None:
    sent_to(config, "smtp://claire:p%40ss@mail.example")
    expected = [("connect", "mail.example", 587), "ehlo", "starttls", ("login", "claire", "p@ss")]
    assert server.said == [*expected, "claire@lille.example", "quit"]
    assert the_mail().state == "sent"


def test_smtps_speaks_tls_from_the_start(config: NodeConfig, server: type[FakeServer]) -> None:
    sent_to(config, "smtps://mail.example:1465")
    assert server.said == [("connect", "mail.example", 1465), "claire@lille.example", "quit"]


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no such user")}), "failed", "550 no such user"),
        (smtplib.SMTPRecipientsRefused({"a@b": (450, b"later")}), "waiting", "450 later"),
        (smtplib.SMTPSenderRefused(553, b"not you", "x"), "failed", "553 not you"),
        (smtplib.SMTPServerDisconnected("gone"), "waiting", "SMTPServerDisconnected: gone"),
    ],
)
def test_answers_of_the_mail_server_are_told_apart(
    config: NodeConfig, server: type[FakeServer], answer: Exception, state: str, error: str
) -> None:
    server.answer = answer
    sent_to(config, "smtp://mail.example")
    assert (the_mail().state, the_mail().last_error) == (state, error)
