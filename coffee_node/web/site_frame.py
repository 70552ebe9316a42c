"""What stands around every page: the name, the navigation, the languages, the reader's own links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, request

from coffee_node.base.contracts import Link
from coffee_node.base.i18n import current_language
from coffee_node.base.i18n import gettext as _
from coffee_node.federation.account_models import Account
from coffee_node.federation.memberships import managed_spaces
from coffee_node.federation.notice_list import count_unread
from coffee_node.node import current_node
from coffee_node.web.addresses import language_href, sign_in_href
from coffee_node.web.auth import current_account, current_viewer
from coffee_node.web.guest_visits import current_guest, guest_name
from coffee_node.web.language import NATIVE_NAMES
from coffee_node.web.theme import Theme, current_theme


@dataclass(frozen=True)
class NavigationLink:
    """An entry of a menu, whether the reader is there, and how much is new behind it."""

    label: str
    url: str
    is_active: bool = False
    count: int = 0


@dataclass(frozen=True)
class LanguageChoice:
    """A language of the pages and the link that switches to it."""

    code: str
    name: str
    href: str
    is_active: bool


@dataclass(frozen=True)
class SiteFrame:
    """Header and footer of one page for one reader."""

    name: str
    links: list[NavigationLink]
    languages: list[LanguageChoice]
    account: Account | None
    account_links: list[NavigationLink]
    sign_in_href: str
    theme: Theme
    guest: str = ""


def site_name() -> str:
    """The name of the node as its pages show it."""
    config = current_node.config
    return config.web.site_name or config.node.name


def site_frame() -> SiteFrame:
    """Everything around the page of this request, asked for once."""
    if "site_frame" not in g:
        account = current_account()
        guest = current_guest()
        links = _links()
        own = [link for link in links if _is_personal(link)] if account is not None and account.actor else []
        g.site_frame = SiteFrame(
            name=site_name(),
            links=[link for link in links if not _is_personal(link)],
            languages=_languages(),
            account=account,
            account_links=_account_links(account, own),
            sign_in_href=sign_in_href(),
            theme=current_theme(),
            guest=guest_name(guest) if guest is not None else "",
        )
    frame: SiteFrame = g.site_frame
    return frame


def _links() -> list[NavigationLink]:
    answers: list[tuple[str, Any]] = current_node.plugins.ask_all("navigation_links", viewer=current_viewer())
    links = sorted((link for _owner, found in answers for link in found), key=lambda link: link.order)
    home = NavigationLink(_("Home"), "/", request.path == "/")
    return [home, *(NavigationLink(str(link.label), link.url, _is_here(link)) for link in links)]


def _is_personal(link: NavigationLink) -> bool:
    """Whether a link is for the reader's own menu: pages of one's own stand below /me/."""
    return link.url.startswith("/me/")


def _is_here(link: Link) -> bool:
    prefix = (link.active_prefix or link.url.split("?", 1)[0]).rstrip("/")
    return bool(prefix) and (request.path == prefix or request.path.startswith(f"{prefix}/"))


def _languages() -> list[LanguageChoice]:
    now = current_language.get()
    return [
        LanguageChoice(code, NATIVE_NAMES.get(code, code), language_href(code), code == now)
        for code in current_node.config.web.languages
    ]


def _account_links(account: Account | None, own: list[NavigationLink]) -> list[NavigationLink]:
    if account is None:
        return []
    links = [NavigationLink(_("Notices"), "/me/notices", count=count_unread(account))]
    if account.actor is not None:
        links.append(NavigationLink(_("My page"), f"/@{account.actor.slug}"))
        links.append(NavigationLink(_("My profile"), "/me/profile"))
        links.append(NavigationLink(_("Whom I follow"), "/me/follows"))
        links += own
    links.append(NavigationLink(_("Saved searches"), "/alerts"))
    links.append(NavigationLink(_("Security"), "/me/security"))
    links.append(NavigationLink(_("My data"), "/me/data"))
    if managed_spaces(account):
        links.append(NavigationLink(_("Members"), "/members"))
    if account.is_admin:
        links.append(NavigationLink(_("Network"), "/network"))
        links.append(NavigationLink(_("Deliveries"), "/admin/deliveries"))
        links.append(NavigationLink(_("Reports"), "/moderation"))
        links.append(NavigationLink(_("Look of the site"), "/admin/theme"))
    return links
