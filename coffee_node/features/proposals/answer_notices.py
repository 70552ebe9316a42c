"""Telling the two sides of an answer what the other one did, on the page and by mail as each has chosen."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from coffee_node.base.contracts import NoticeKind
from coffee_node.base.database import db
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import gettext as _
from coffee_node.features.proposals.agreements import Agreement
from coffee_node.features.proposals.keepers import keepers_of
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation.models import Actor
from coffee_node.federation.notices import Told, tell
from coffee_node.web.object_views import page_url

ANSWERED = NoticeKind("answer", lazy_("Somebody answers an offer or need of yours"), "now", order=20)
DECIDED = NoticeKind("agreement", lazy_("News of an answer or an agreement of yours"), "now", order=21)


def tell_of(kept: Agreement, what: str, author: Actor) -> None:
    """Tell the other side than `author`, when it is somebody of ours; inside the caller's write()."""
    other = kept.proposer if author.id == kept.owner_id else kept.owner
    words = _words(kept, what, author)
    kind = ANSWERED if what == "asked" else DECIDED
    tell(keepers_of(other), kind.name, f"answer {kept.id} {what} {author.id}", words)


def _words(kept: Agreement, what: str, author: Actor) -> Callable[[], Told]:
    row = db.session.scalar(select(Proposal).where(Proposal.uri == kept.proposal_uri))
    url = f"{page_url(row)}#answers" if row is not None and row.deleted_at is None else "/me/answers"
    values = {"name": author.name or author.slug, "title": kept.proposal_name}

    def words() -> Told:
        titles = {
            "asked": lambda: _("%(name)s answers “%(title)s”", **values),
            "accepted": lambda: _("%(name)s agrees: “%(title)s”", **values),
            "refused": lambda: _("%(name)s declines: “%(title)s”", **values),
            "error": lambda: _("The answer of %(name)s does not fit: “%(title)s”", **values),
            "cancelled": lambda: _("%(name)s has cancelled: “%(title)s”", **values),
            "done": lambda: _("%(name)s says it is done: “%(title)s”", **values),
        }
        return Told(titles[what](), kept.message if what == "asked" else kept.reason, url)

    return words
