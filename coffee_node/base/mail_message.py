"""A mail as it goes over the wire: plain text, the same as simple HTML, and what belongs to its kind."""

from __future__ import annotations

import re
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Final, Protocol
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from coffee_node.base.config import NodeConfig

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


class Letter(Protocol):
    """What is known of a mail; `message_id` has no angle brackets, empty texts are absent."""

    recipient: str
    subject: str
    text: str
    message_id: str
    created_at: datetime
    reply_to: str
    unsubscribe: str
    calendar: str


def message_of(mail: Letter, config: NodeConfig) -> EmailMessage:
    """The mail as it goes over the wire; ValueError for an address that is none.

    One that can be unsubscribed from says so in the way of RFC 8058: one POST, no page.
    """
    message = EmailMessage()
    message["From"] = formataddr((config.node.name, sender_of(config)))
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.message_id}>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text)
    message.add_alternative(html_of(mail.text), subtype="html")
    if mail.calendar:
        message.add_attachment(mail.calendar, subtype="calendar", filename="event.ics")
    return message


def html_of(text: str) -> str:
    """Plain text as simple HTML: paragraphs, line ends, links; nothing is loaded from anywhere."""
    paragraphs = [
        Markup("<p>%s</p>") % Markup("<br>\n").join(_with_links(line) for line in part.split("\n"))
        for part in re.split(r"\n{2,}", text.strip())
    ]
    body = "\n".join(paragraphs)
    return f"<!doctype html>\n<html><body>\n{body}\n</body></html>\n"


def _with_links(line: str) -> Markup:
    parts: list[Markup] = []
    position = 0
    for found in _ADDRESS.finditer(line):
        parts += [escape(line[position : found.start()]), Markup('<a href="{0}">{0}</a>').format(found[0])]
        position = found.end()
    return Markup("").join([*parts, escape(line[position:])])


def sender_of(config: NodeConfig) -> str:
    """The address mail comes from."""
    name = urlsplit(config.base_url).hostname or "localhost"
    return config.mail.sender or config.node.admin_email or f"noreply@{name}"
