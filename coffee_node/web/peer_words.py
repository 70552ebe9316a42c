"""How it goes with another server, in words: for the network page and the page of each peer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from coffee_node.base import clock
from coffee_node.base.i18n import gettext as _
from coffee_node.base.i18n import ngettext
from coffee_node.federation import domain_policy
from coffee_node.federation.peer_status import PeerStatus
from coffee_node.node import current_node
from coffee_node.web.language import ago, as_date, as_time

TROUBLE = ("away", "refuses", "paused")


@dataclass(frozen=True)
class PeerRow:
    """One line of the table: what happened, what happens by itself, what a person can do."""

    status: PeerStatus
    pill: str
    state: str
    note: str
    received: str
    sent: str

    @property
    def href(self) -> str:
        """The home page of the peer."""
        scheme = "https" if current_node.config.is_https else "http"
        return f"{scheme}://{self.status.host}/"

    @property
    def can_try(self) -> bool:
        """Whether knocking again at once may change something."""
        return bool(self.status.waiting or self.status.state in TROUBLE)


def by_urgency(statuses: Iterable[PeerStatus]) -> list[PeerStatus]:
    """Partners before others; first those that refuse us, are away or paused, then what was not taken."""
    states = {"refuses": 0, "away": 1, "paused": 2}
    return sorted(
        statuses,
        key=lambda one: (not one.is_partner, states.get(one.state, 3), one.failed == 0, one.host),
    )


def peer_row(status: PeerStatus) -> PeerRow:
    """One peer in words."""
    pill, state, note = _state_in_words(status)
    return PeerRow(
        status=status,
        pill=pill,
        state=state,
        note=note,
        received=ago(status.last_received_at) if status.last_received_at else _("nothing yet"),
        sent=_sent(status),
    )


def summary(partners: list[PeerStatus]) -> str:
    """All partners in a few sentences: how many, who does not answer, what waits."""
    if not partners:
        return _("This site has no partner yet. What it publishes is seen here only.")
    away = [status for status in partners if status.state != "ok"]
    waiting = sum(status.waiting for status in partners)
    told = [ngettext("One partner.", "%(num)d partners.", len(partners))]
    if not away:
        told.append(_("Everything has arrived everywhere.") if not waiting else _("All of them answer."))
    else:
        told.append(
            ngettext("One does not answer as it should.", "%(num)d do not answer as they should.", len(away))
        )
    if waiting:
        told.append(
            ngettext(
                "One message waits and will leave by itself.",
                "%(num)d messages wait and will leave by themselves.",
                waiting,
            )
        )
    return " ".join(told)


def next_try(at: datetime) -> str:
    """When something leaves by itself, in words."""
    if at <= clock.utcnow():
        return _("next try in a moment")
    return _("next try %(ago)s", ago=ago(at))


def since(moment: datetime) -> str:
    """Since when, with the day where it is not today."""
    day, time = as_date(moment), as_time(moment)
    if day == as_date(clock.utcnow()):
        return _("since %(time)s", time=time)
    return _("since %(day)s, %(time)s", day=day, time=time)


def _sent(status: PeerStatus) -> str:
    if status.waiting:
        return ngettext("one message waits", "%(num)d messages wait", status.waiting)
    if status.last_delivered_at is None:
        return _("nothing yet")
    return ago(status.last_delivered_at)


def _state_in_words(status: PeerStatus) -> tuple[str, str, str]:
    if domain_policy.is_suspended(status.host):
        return "off", _("suspended"), ""
    if status.state == "asks":
        return "wait", _("wants to be a partner"), ""
    if status.state == "asked":
        return "wait", _("asked, no answer yet"), ""
    if status.state in TROUBLE:
        return _trouble(status)
    if status.failed:
        note = ngettext("one message was not taken", "%(num)d messages were not taken", status.failed)
        return "ok", _("answers"), note
    if status.waiting:
        return "wait", _("on its way"), ""
    if not status.is_partner:
        return "off", _("known, no partner"), ""
    if status.backfill == "waiting":
        return "wait", _("its history is being read"), ""
    return "ok", _("everything has arrived"), ""


def _trouble(status: PeerStatus) -> tuple[str, str, str]:
    when = since(status.failing_since) if status.failing_since else ""
    if status.state == "paused":
        return "off", _("paused"), _("away for 30 days; goes on by itself as soon as it is heard of")
    if status.state == "refuses":
        return "bad", _("refuses our signature"), when
    again = next_try(status.next_try_at) if status.next_try_at else ""
    return "wait", _("does not answer"), ", ".join(part for part in (when, again) if part)
