"""Mails to the manager about partners that have been failing for a day, and about hosts that were paused.

One mail per outage: its `Message-ID` is made of the host and the moment the outage began.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import select

from coffee_node.base import clock, mail
from coffee_node.base.contracts import Task
from coffee_node.base.database import db, write
from coffee_node.base.i18n import format_datetime, ngettext, speaking
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import peer_status
from coffee_node.federation.failure_words import in_words
from coffee_node.federation.peer_models import Peer
from coffee_node.federation.peer_status import PeerStatus
from coffee_node.node import current_node

FAILING_FOR = timedelta(hours=24)
EVERY = timedelta(minutes=10)
WORKER_PATIENCE = 30.0
ZONE = "Europe/Brussels"


def peer_notices_task() -> Task:
    """The task of the worker that looks whom the manager must be told about."""
    return Task("peer notices", EVERY, tell_about_peers)


def tell_about_peers() -> str:
    """Write the mails that are due; the sentence that is shown."""
    config = current_node.config
    if not (config.node.admin_email and config.mail.url):
        return "Nobody is told by mail: set [node] admin_email and [mail] url."
    statuses = peer_status.statuses()
    yesterday = clock.utcnow() - FAILING_FOR
    with speaking(current_node.catalogues, config.node.language), write(patience=WORKER_PATIENCE):
        told = sum(
            [
                *[_tell_of_outage(one) for one in statuses if _is_failing(one, yesterday)],
                *[_tell_of_pause(one) for one in statuses if one.is_partner and one.paused_at],
                _tell_of_others(),
            ]
        )
    return f"{told} mails to the manager were written."


def _is_failing(status: PeerStatus, before: datetime) -> bool:
    since = status.failing_since
    return status.is_partner and since is not None and since <= before


def _tell_of_outage(status: PeerStatus) -> bool:
    since = status.failing_since or clock.utcnow()
    if status.state == "refuses":
        subject = _("%(name)s has been refusing our messages for a day", name=status.name)
        happened = _("%(name)s (%(host)s) answers, but has refused what comes from %(site)s since %(since)s.")
        advice = _(
            "Its administrator and you have to look at this together: the page below shows what it says."
        )
    else:
        subject = _("%(name)s has not answered for a day", name=status.name)
        happened = _("%(name)s (%(host)s) has not answered %(site)s since %(since)s.")
        advice = _(
            "Open %(address)s in a browser. If it does not open there either, its administrator has to act: "
            "write to them, they may not know. If it opens, the page below shows what goes wrong."
        )
    body = [
        happened % _facts(status, since),
        _told_last(status),
        _what_waits(status),
        advice % _facts(status, since),
        _page_of(status.host),
        _("This is the only mail about this outage."),
    ]
    return _queue("outage", status.host, since, subject, body)


def _tell_of_pause(status: PeerStatus) -> bool:
    since = status.paused_at or clock.utcnow()
    subject = _("%(name)s has been away for 30 days and is paused", name=status.name)
    body = [
        _("%(name)s (%(host)s) has not answered %(site)s for 30 days.") % _facts(status, since),
        _("What waited for it was given up, and nothing new is sent there."),
        _(
            "If it comes back, nobody has to do anything: as soon as it is heard of, messages leave again, "
            "and it reads by itself what it missed. If it will not come back, end the partnership."
        ),
        _page_of(status.host),
    ]
    return _queue("paused", status.host, since, subject, body)


def _tell_of_others() -> bool:
    """Hosts that are no partners and were paused on the day before, in one mail."""
    today = clock.utcnow().replace(hour=0, minute=0, second=0, microsecond=0)
    paused = select(Peer.host).where(Peer.paused_at >= today - timedelta(days=1), Peer.paused_at < today)
    partners = {one.host for one in peer_status.statuses() if one.is_partner}
    hosts = [host for host in db.session.scalars(paused.order_by(Peer.host)) if host not in partners]
    if not hosts:
        return False
    subject = ngettext(
        "One server has been away for 30 days and is paused",
        "%(num)d servers have been away for 30 days and are paused",
        len(hosts),
    )
    body = [
        _("Nothing new is sent to these servers until they are heard of again:"),
        "\n".join(hosts),
        _("Nobody has to do anything."),
        f"{current_node.config.base_url}/network",
    ]
    return _queue("paused", "others", today, subject, body)


def _facts(status: PeerStatus, since: datetime) -> dict[str, str]:
    config = current_node.config
    scheme = "https" if config.is_https else "http"
    return {
        "name": status.name,
        "host": status.host,
        "site": config.node.name,
        "since": format_datetime(since, ZONE, "long"),
        "address": f"{scheme}://{status.host}/",
    }


def _told_last(status: PeerStatus) -> str:
    reason = in_words(status.last_error)
    return _("What happened last: %(reason)s", reason=reason) if reason else ""


def _what_waits(status: PeerStatus) -> str:
    if not status.waiting:
        return _("Nothing waits for it at the moment.")
    return ngettext(
        "One message waits for it. It is not lost: it leaves by itself as soon as it can, within 30 days.",
        "%(num)d messages wait for it. They are not lost: they leave by themselves as soon as they can, "
        "within 30 days.",
        status.waiting,
    )


def _page_of(host: str) -> str:
    return f"{current_node.config.base_url}/network/{host}"


def _queue(occasion: str, host: str, since: datetime, subject: str, body: list[str]) -> bool:
    config = current_node.config
    name = hashlib.sha256(f"{occasion} {host} {since.isoformat()}".encode()).hexdigest()[:32]
    text = "\n\n".join(part for part in body if part) + "\n"
    own_host = config.host.partition(":")[0]
    return mail.queue_mail(config.node.admin_email, subject, text, message_id=f"{occasion}.{name}@{own_host}")
