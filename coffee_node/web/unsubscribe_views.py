"""The way out of a mail: a page with a button for people, one POST for mail programs (RFC 8058).

Opening the address changes nothing, since mail programs open links by themselves. The secret is the only
authority needed, so the POST has no form token.
"""

from __future__ import annotations

from flask import Blueprint, render_template

from coffee_node.base.errors import NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import unsubscribing
from coffee_node.federation.notice_models import MailLink
from coffee_node.web.protocol import is_protocol

unsubscribe_pages = Blueprint("unsubscribe", __name__)


@unsubscribe_pages.get("/unsubscribe/<secret>")
def ask(secret: str) -> str:
    """What the mail was about, and the button that ends it."""
    return _page(_find(secret), is_done=False)


@unsubscribe_pages.post("/unsubscribe/<secret>")
@is_protocol
def end(secret: str) -> str:
    """End exactly the mails this address came with."""
    link = _find(secret)
    unsubscribing.unsubscribe(link)
    return _page(link, is_done=True)


def _find(secret: str) -> MailLink:
    link = unsubscribing.find(secret)
    if link is None:
        raise NotFound(
            _("This address of a mail is not known here."),
            _("Sign in and choose what you are told under Notices."),
        )
    return link


def _page(link: MailLink, *, is_done: bool) -> str:
    return render_template(
        "unsubscribe.html",
        titles=unsubscribing.titles_of(link),
        digest=link.data.get("digest") or "",
        is_done=is_done,
    )
