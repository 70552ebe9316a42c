"""A mail on the wire: text and HTML say the same, and it says how to stop it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from coffee_node.base.config import NodeConfig
from coffee_node.base.config_sections import NodeSection
from coffee_node.base.mail_message import html_of, message_of


@dataclass
class Sample:
    """A mail as the table holds it."""

    recipient: str = "claire@mutualab.example"
    subject: str = "Votre place"
    text: str = "Bonjour Claire,\n\nvotre place est confirmée."
    message_id: str = "place.1@lille.example"
    created_at: datetime = datetime(2026, 11, 24, 9, tzinfo=UTC)
    reply_to: str = ""
    unsubscribe: str = ""
    calendar: str = ""


CONFIG = NodeConfig(home=Path(), node=NodeSection("Lille", "https://lille.example", "fr", "a@lille.example"))


def test_text_becomes_paragraphs_lines_and_links_and_nothing_else() -> None:
    html = html_of("Une ligne\net une autre <b>\n\nVoir https://lille.example/events?a=1&b=2.")
    assert "<p>Une ligne<br>\net une autre &lt;b&gt;</p>" in html
    assert '<a href="https://lille.example/events?a=1&amp;b=2">' in html
    assert html.count("<a ") == 1 and "src=" not in html and "<script" not in html


def test_a_link_cannot_leave_its_attribute() -> None:
    assert 'onclick="' not in html_of('https://lille.example/"onclick="x')


def test_only_what_can_be_stopped_says_how() -> None:
    plain = message_of(Sample(), CONFIG)
    assert plain["List-Unsubscribe"] is None and plain["Reply-To"] is None
    address = "https://lille.example/unsubscribe/secret"
    digest = message_of(Sample(unsubscribe=address, reply_to="hello@esco.example"), CONFIG)
    assert digest["List-Unsubscribe"] == f"<{address}>"
    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert digest["Reply-To"] == "hello@esco.example"


def test_a_calendar_is_attached() -> None:
    message = message_of(Sample(calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), CONFIG)
    [attached] = message.iter_attachments()
    assert attached.get_content_type() == "text/calendar" and attached.get_filename() == "event.ics"
