"""Another e-mail address for an account: confirmed from the new one, told to the old one."""

from __future__ import annotations

from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import account_letters, accounts, audit, mail_links
from coffee_node.federation.account_models import Account
from coffee_node.federation.notice_models import MailLink

PURPOSE = "address"


def begin(account: Account, address: str) -> None:
    """Mail a link to the new address; one that has an account gets the mail that says so instead."""
    with write():
        owner = accounts.find_account(address)
        if owner is not None and owner.id != account.id:
            account_letters.sign_up_again(owner)
            return
        secret = mail_links.make_link(PURPOSE, address, {"account": account.id})
        link = mail_links.address_of("/me/security/address", secret)
        account_letters.confirm_address(account, address, link)


def find(secret: str) -> tuple[MailLink, Account] | None:
    """The link and its account, None when it works no more."""
    link = mail_links.find_link(PURPOSE, secret)
    account = db.session.get(Account, link.data["account"]) if link is not None else None
    if link is None or account is None or account.disabled_at is not None:
        return None
    return link, account


def confirm(secret: str) -> Account:
    """Give the account its new address and tell the old one; Conflict when the link works no more."""
    with write():
        found = find(secret)
        if found is None or not accounts.is_address_free(found[0].address, besides=found[1]):
            raise Conflict(_("This link was used before, or it is too old."), _("Ask for a new one."))
        link, account = found
        before, account.email = account.email, link.address
        mail_links.spend(link)
        audit.record("address", by=account, account=account)
        if before and before != account.email:
            account_letters.happened(
                account, lambda: _("Your account has another e-mail address now."), recipient=before
            )
    return account
