"""What owners of saved searches are told: a notice for people with an account, a mail for visitors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coffee_node.base.i18n import gettext as _
from coffee_node.base.i18n import ngettext, speaking
from coffee_node.base.ids import new_uuid
from coffee_node.base.mail import queue_mail
from coffee_node.federation import saved_searches
from coffee_node.federation.notices import Told, tell
from coffee_node.federation.saved_searches import SavedSearch
from coffee_node.node import current_node


@dataclass(frozen=True)
class NewRow:
    """One new entry of a list in the owner's language; `href` is its page on this node."""

    uri: str
    title: str
    line: str
    href: str


def address_of(path: str) -> str:
    """A page of this node as a whole address, for mails."""
    return path if "://" in path else f"{current_node.config.base_url}{path}"


def rhythm_label(rhythm: str) -> str:
    """How often somebody is told."""
    labels = {"now": _("at once"), "daily": _("once a day"), "weekly": _("once a week")}
    return labels.get(rhythm, rhythm)


def tell_account(
    search: SavedSearch, label: str, href: str, rows: Sequence[NewRow], *, has_more: bool = False
) -> None:
    """A notice, on the page and by mail as the person chose; inside the caller's write()."""
    accounts = [search.account] if search.account is not None else []

    def words() -> Told:
        return Told(_title(label, len(rows), has_more), _listed(rows, has_more), href)

    tell(accounts, "search", f"search {search.id} {new_uuid()}", words)


def tell_visitor(
    search: SavedSearch, label: str, href: str, rows: Sequence[NewRow], *, has_more: bool = False
) -> None:
    """A mail with what is new, the page of the searches and the way out; inside the caller's write()."""
    secret = saved_searches.manage_link(search)
    stop = address_of(f"/alerts/{secret}/stop")
    with speaking(current_node.catalogues, search.language or current_node.config.node.language):
        parts = [
            _("What you asked to hear of, from %(name)s:", name=current_node.config.node.name),
            label,
            _listed(rows, has_more),
            " ".join((_("The whole list:"), address_of(href))),
            " ".join((_("Change, pause or delete your saved searches:"), address_of(f"/alerts/{secret}"))),
            " ".join((_("No more mails about this one:"), stop)),
        ]
        subject = ngettext(
            "%(num)d new entry in a list you watch", "%(num)d new entries in a list you watch", len(rows)
        )
    queue_mail(search.address, subject, "\n\n".join(parts), message_id=_message_id("alert"), unsubscribe=stop)


def _title(label: str, number: int, has_more: bool) -> str:
    if has_more:
        return _("More than %(num)d new: %(list)s", num=number, list=label)
    return ngettext("%(num)d new: %(list)s", "%(num)d new: %(list)s", number, list=label)


def _listed(rows: Sequence[NewRow], has_more: bool) -> str:
    entries = [
        "\n".join(part for part in (f"- {row.title}", row.line, address_of(row.href)) if part) for row in rows
    ]
    return "\n\n".join([*entries, _("There are more; see the list.")] if has_more else entries)


def ask_to_confirm(search: SavedSearch, label: str, rhythm: str) -> None:
    """The mail that lets a visitor confirm the address within 48 hours; inside the caller's write()."""
    secret = saved_searches.confirm_link(search, rhythm)
    name = current_node.config.node.name
    parts = [
        _("Somebody, probably you, asked %(name)s to tell this address about new entries:", name=name),
        f"{label} ({rhythm_label(rhythm)})",
        _("Please confirm it within 48 hours:"),
        address_of(f"/alerts/confirm/{secret}"),
        _("If it was not you, do nothing: no further mail comes, and the address is forgotten."),
    ]
    subject = _("Please confirm your saved search")
    queue_mail(search.address, subject, "\n\n".join(parts), message_id=_message_id("alert-confirm"))


def send_link(search: SavedSearch) -> None:
    """The mail that leads a visitor to the page of their searches again; inside the caller's write()."""
    secret = saved_searches.manage_link(search)
    parts = [
        _("Here are the saved searches of this address:"),
        address_of(f"/alerts/{secret}"),
        _("If you did not ask for this, do nothing."),
    ]
    queue_mail(
        search.address, _("Your saved searches"), "\n\n".join(parts), message_id=_message_id("alert-link")
    )


def _message_id(what: str) -> str:
    return f"{what}.{new_uuid()}@{current_node.config.host}"
