"""Reports: what somebody asks the managers to look at, here or by Flag from and to other servers.

Who reports stays unknown outside: a Flag of ours is sent by the node actor (federation.md, 8.6).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select, update

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.database import db, insert_ignore, write
from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.html import to_text
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import actors, domain_policy, notices, objects, outbox
from coffee_node.federation.account_models import Account
from coffee_node.federation.incoming import Ignored, Incoming
from coffee_node.federation.models import Actor
from coffee_node.federation.moderation_models import Report, ReportItem
from coffee_node.node import current_node

STATES = ("open", "done", "rejected")
ITEMS = 50
TEXT_LIMIT = 5000
OPEN_OF_ONE_HOST = 100


def receive_flag(incoming: Incoming) -> None:
    """Another server reports something of ours: it becomes a task of the managers."""
    uris = [uri for uri in _ids(vocabulary.as_list(incoming.object)) if _is_of_ours(uri)]
    if not uris:
        raise Ignored("it reports nothing of ours")
    host = incoming.sender.host
    waiting = select(func.count()).select_from(Report).where(Report.host == host, Report.state == "open")
    if (db.session.scalar(waiting) or 0) >= OPEN_OF_ONE_HOST:
        raise Ignored("too many reports of this server wait already")
    content = incoming.activity.get("content")
    text = content if isinstance(content, str) else ""
    _add(incoming.activity["id"], uris, text, host=host, sender_id=incoming.sender.id)


def _ids(values: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(uri for uri in map(vocabulary.id_of, values) if uri))[:ITEMS]


def _is_of_ours(uri: str) -> bool:
    if vocabulary.host_of(uri) != current_node.config.host:
        return False
    author = author_of(uri)
    return author is not None and author.is_local


def author_of(uri: str) -> Actor | None:
    """The actor that an id is, or who made the object with this id; None when we hold neither."""
    actor = actors.find_actor(uri)
    if actor is not None:
        return actor
    found = objects.find_object(uri)
    return found[1].actor if found is not None else None


def _add(uri: str, uris: Sequence[str], text: str, **values: Any) -> Report:
    """Write a report; one that is known already stays as it is."""
    text = to_text(text)[:TEXT_LIMIT]
    row = {"activity_uri": uri, "content": text, "is_forwarded": False, **values}
    db.session.execute(insert_ignore(Report), [row])
    report = db.session.scalars(select(Report).where(Report.activity_uri == uri)).one()
    items = [{"report_id": report.id, "uri": uri} for uri in uris]
    db.session.execute(insert_ignore(ReportItem), items)
    return report


def report(account: Account | None, uris: Sequence[str], text: str, *, forward: bool = True) -> str:
    """Report actors or objects to the managers here and, with `forward`, to their own server; the Flag's id.

    NotFound when we hold none of them.
    """
    wanted = [uri for uri in _ids(uris) if author_of(uri) is not None]
    if not wanted:
        raise NotFound(_("There is nothing at this address."))
    with write():
        flags = [_flag(author, about, text) for author, about in _by_author(wanted) if forward]
        sent = [uri for uri in flags if uri]
        account_id = account.id if account is not None else None
        uri = sent[0] if sent else outbox.new_activity_uri()
        _add(uri, wanted, text, account_id=account_id, is_forwarded=bool(sent))
    return uri


def _by_author(uris: Sequence[str]) -> Iterable[tuple[Actor, list[str]]]:
    grouped: dict[str, tuple[Actor, list[str]]] = {}
    for uri in uris:
        author = author_of(uri)
        if author is not None:
            grouped.setdefault(author.uri, (author, []))[1].append(uri)
    return grouped.values()


def _flag(author: Actor, uris: Sequence[str], text: str) -> str:
    """Send a Flag in the name of the node to the author's server; empty for our own and suspended ones."""
    if author.is_local or domain_policy.is_suspended(author.host):
        return ""
    about: Any = list(dict.fromkeys([author.uri, *uris]))
    more: dict[str, Any] = {"content": to_text(text)[:TEXT_LIMIT]} if text.strip() else {}
    flag = outbox.publish(actors.node_actor(), "Flag", about, to=[author.uri], visibility="private", **more)
    return flag.uri


def forget_reporter(account: Account) -> None:
    """Take the words of somebody who leaves out of their reports, inside write(); what they name stays."""
    db.session.execute(update(Report).where(Report.account_id == account.id).values(content=""))


def list_reports(state: str = "open", limit: int = 100) -> Sequence[Report]:
    """The reports in a state, oldest first while they wait, else newest first."""
    order = Report.id if state == "open" else Report.id.desc()
    return db.session.scalars(select(Report).where(Report.state == state).order_by(order).limit(limit)).all()


def count_open() -> int:
    """How many reports wait for a manager."""
    return db.session.scalar(select(func.count()).select_from(Report).where(Report.state == "open")) or 0


def settle(report_id: int, state: str, account: Account | None, note: str = "") -> Report:
    """Say that a report is done, was without ground, or is open again; NotFound for an unknown one."""
    if state not in STATES:
        raise Unprocessable(_("Choose what to do with it."))
    with write():
        found = db.session.get(Report, report_id)
        if found is None:
            raise NotFound(_("There is nothing at this address."))
        found.state = state
        found.note = note.strip()[:TEXT_LIMIT]
        found.decided_at = clock.utcnow() if state != "open" else None
        found.decided_by_id = account.id if account is not None and state != "open" else None
        _tell_reporter(found)
    return found


def _tell_reporter(decided: Report) -> None:
    """Tell who reported, if it was somebody with an account here, that a decision was taken."""
    if decided.state == "open" or decided.account_id is None:
        return
    words = _acted if decided.state == "done" else _not_acted
    reporter = db.session.get(Account, decided.account_id)
    accounts = [reporter] if reporter is not None else []
    notices.tell(accounts, "report", f"report:{decided.id}:{decided.state}", words)


def _acted() -> notices.Told:
    return notices.Told(_("Your report was followed"), _("A manager has looked at it and acted. Thank you."))


def _not_acted() -> notices.Told:
    text = _("A manager has looked at it and found nothing that has to be done.")
    return notices.Told(_("Your report was looked at"), text)


def client_flag(actor: Actor, activity: dict[str, Any]) -> str:
    """A Flag posted by a client of ours: sent on by the node, without the reporter's name."""
    text = activity.get("content")
    account = db.session.scalar(select(Account).where(Account.actor_id == actor.id))
    uris = _ids(vocabulary.as_list(activity.get("object")))
    return report(account, uris, text if isinstance(text, str) else "")
