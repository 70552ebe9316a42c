"""Who may act here: accounts, their roles in spaces, and the secrets that prove who they are."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import used_handles
from coffee_node.federation.account_models import Account, BrowserSession, Membership, SignInLink, Token
from coffee_node.federation.actors import create_local_actor, find_local_actor, local_spaces
from coffee_node.federation.models import Actor
from coffee_node.federation.passwords import MIN_PASSWORD as MIN_PASSWORD
from coffee_node.federation.passwords import check_password as check_password
from coffee_node.federation.passwords import set_password as set_password

ROLES = ("member", "host", "manager")
HANDLE = re.compile(r"^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$")
SESSION_LIFE = timedelta(days=30)
RESERVED_SLUGS = frozenset({"inbox", "outbox", "actor", "admin-node"})


def hash_secret(secret: str) -> str:
    """SHA-256 of a random secret: enough for 256 random bits, and quick to look up."""
    return hashlib.sha256(secret.encode()).hexdigest()


def check_handle(handle: str) -> None:
    """Unprocessable when a handle cannot be part of an address."""
    if not HANDLE.match(handle) or handle in RESERVED_SLUGS:
        raise Unprocessable(
            _("'%(handle)s' cannot be a handle.", handle=handle),
            _("Use 1 to 64 small letters, digits and hyphens, for example claire-dubois."),
            fields={"handle": [_("Only letters a-z, digits and hyphens, please.")]},
        )


def create_account(
    handle: str,
    name: str,
    *,
    email: str = "",
    is_admin: bool = False,
    password: str = "",
    with_person: bool = True,
) -> Account:
    """Add an account and the person it acts as, unpublished until that person chooses otherwise.

    Conflict when the handle is somebody's, or was.
    """
    check_handle(handle)
    with write():
        if not is_handle_free(handle):
            raise used_handles.taken(handle)
        account = Account(handle=handle, name=name, email=email, is_admin=is_admin)
        if with_person:
            account.actor = create_local_actor("Person", handle, name, is_published=False)
        else:
            used_handles.claim(handle)
        if password:
            set_password(account, password)
        db.session.add(account)
        db.session.flush()
        return account


def is_handle_free(handle: str) -> bool:
    """Whether nobody has or had this handle, neither a person nor a space."""
    taken = db.session.scalar(select(Account.id).where(Account.handle == handle))
    return taken is None and find_local_actor(handle) is None and not used_handles.was_used(handle)


def is_address_free(email: str, besides: Account | None = None) -> bool:
    """Whether no account has this e-mail address, apart from one."""
    query = select(Account.id).where(Account.email == email.strip().lower())
    owner = db.session.scalar(query.where(Account.id != besides.id) if besides is not None else query)
    return owner is None


def find_account(handle_or_email: str) -> Account | None:
    """An account that may sign in, by handle or e-mail address."""
    wanted = handle_or_email.strip().lower()
    query = select(Account).where(or_(Account.handle == wanted, Account.email == wanted))
    return db.session.scalar(query.where(Account.disabled_at.is_(None)).limit(1)) if wanted else None


def account_named(handle: str) -> Account:
    """The account with this handle; NotFound with what to do."""
    account = db.session.scalar(select(Account).where(Account.handle == handle))
    if account is None:
        raise NotFound(f"There is no account {handle}.", "See the accounts: coffee-node user list")
    return account


def join_space(account: Account, space: Actor, role: str = "member") -> Membership:
    """Make an account belong to a space, or change its role there; the caller is inside write()."""
    if role not in ROLES:
        raise Unprocessable(f"{role!r} is not a role.", f"Use one of: {', '.join(ROLES)}.")
    query = select(Membership).where(Membership.account_id == account.id, Membership.space_id == space.id)
    membership = db.session.scalar(query)
    if membership is None:
        membership = Membership(account=account, space=space, since=clock.utcnow())
        db.session.add(membership)
    membership.role = role
    return membership


def actors_of(account: Account) -> Sequence[Actor]:
    """The actors an account may publish as: its person first, then the spaces it manages."""
    own = [account.actor] if account.actor is not None else []
    if account.is_admin:
        return [*own, *local_spaces()]
    managed = (
        select(Actor)
        .join(Membership, Membership.space_id == Actor.id)
        .where(Membership.account_id == account.id, Membership.role == "manager")
        .order_by(Actor.id)
    )
    companies = select(Actor).where(Actor.host == "", Actor.type == "Organization", Actor.kind != "space")
    run = companies.join(Membership, Membership.space_id == Actor.id).where(
        Membership.account_id == account.id
    )
    found = [*own, *db.session.scalars(managed), *db.session.scalars(run)]
    return list(dict.fromkeys(found))


def may_act_as(account: Account, actor: Actor) -> bool:
    """Whether this account may publish as this actor."""
    return actor.is_local and any(actor.id == mine.id for mine in actors_of(account))


def role_in(account: Account, space: Actor) -> str:
    """The role of an account in a space: member, host or manager; empty where it does not belong."""
    query = select(Membership.role).where(
        Membership.account_id == account.id, Membership.space_id == space.id
    )
    return db.session.scalar(query) or ""


def manages(account: Account | None, space: Actor) -> bool:
    """Whether an account manages a space of ours, as its manager or as an administrator of the node."""
    if account is None or not space.is_local:
        return False
    return account.is_admin or role_in(account, space) == "manager"


def keeps_desk(account: Account | None, space: Actor) -> bool:
    """Whether an account keeps the desk of a space of ours (door, check-in): its hosts and who manages it."""
    return manages(account, space) or (
        account is not None and space.is_local and role_in(account, space) == "host"
    )


def create_token(account: Account, scope: str = "read,write", name: str = "") -> str:
    """A new bearer token; it is shown once, here."""
    secret = secrets.token_urlsafe(32)
    with write():
        db.session.add(Token(secret_hash=hash_secret(secret), account=account, scope=scope, name=name))
    return secret


def token_for(secret: str) -> Token | None:
    """The valid token behind a secret, if its account is not disabled."""
    query = select(Token).where(Token.secret_hash == hash_secret(secret), Token.revoked_at.is_(None))
    token = db.session.scalar(query)
    return token if token is not None and token.account.disabled_at is None else None


def sign_in_link(
    account: Account, *, purpose: str = "sign-in", hours: float = 48, is_reusable: bool = False
) -> str:
    """The secret of a new link that signs in or lets choose the first password."""
    secret = secrets.token_urlsafe(32)
    with write():
        db.session.add(
            SignInLink(
                secret_hash=hash_secret(secret),
                account=account,
                purpose=purpose,
                expires_at=clock.utcnow() + timedelta(hours=hours),
                is_reusable=is_reusable,
            )
        )
    return secret


def find_link(secret: str, purpose: str) -> SignInLink | None:
    """A link that still works; use_link() spends it."""
    query = select(SignInLink).where(
        SignInLink.secret_hash == hash_secret(secret), SignInLink.purpose == purpose
    )
    link = db.session.scalar(query)
    if link is None or link.expires_at < clock.utcnow() or link.account.disabled_at is not None:
        return None
    return link if link.used_at is None or link.is_reusable else None


def use_link(link: SignInLink) -> Account:
    """Spend a link and give its account."""
    with write():
        link.used_at = clock.utcnow()
    return link.account


def start_session(account: Account, browser: str = "") -> str:
    """The secret of a new browser session."""
    secret = secrets.token_urlsafe(32)
    now = clock.utcnow()
    with write():
        db.session.add(
            BrowserSession(
                secret_hash=hash_secret(secret),
                account=account,
                expires_at=now + SESSION_LIFE,
                last_seen_at=now,
                browser=browser[:200],
            )
        )
        account.last_seen_at = now
    return secret


def session_for(secret: str) -> BrowserSession | None:
    """The running session behind a cookie."""
    found = db.session.scalar(select(BrowserSession).where(BrowserSession.secret_hash == hash_secret(secret)))
    if found is None or found.expires_at < clock.utcnow() or found.account.disabled_at is not None:
        return None
    return found


def end_session(secret: str) -> None:
    """Sign out: the cookie's secret is worth nothing from now on."""
    with write():
        found = db.session.scalar(
            select(BrowserSession).where(BrowserSession.secret_hash == hash_secret(secret))
        )
        if found is not None:
            db.session.delete(found)


def sessions_of(account: Account) -> Sequence[BrowserSession]:
    """The browsers in which an account is signed in, the last used first."""
    query = select(BrowserSession).where(
        BrowserSession.account_id == account.id, BrowserSession.expires_at > clock.utcnow()
    )
    return db.session.scalars(query.order_by(BrowserSession.last_seen_at.desc(), BrowserSession.id)).all()


def end_sessions(account: Account, besides: BrowserSession | None = None) -> int:
    """Sign an account out everywhere, or everywhere else, inside write(); how many browsers it were."""
    ended = [session for session in sessions_of(account) if besides is None or session.id != besides.id]
    for session in ended:
        db.session.delete(session)
    return len(ended)


def end_links(account: Account, purpose: str) -> None:
    """Let every other link of this purpose work no more, inside write()."""
    statement = update(SignInLink).where(SignInLink.account_id == account.id, SignInLink.purpose == purpose)
    db.session.execute(statement.values(used_at=clock.utcnow()))


def disable(account: Account, at: datetime | None = None) -> None:
    """Close an account's doors: its sessions end, its tokens and links are worth nothing."""
    with write():
        account.disabled_at = at or clock.utcnow()
        db.session.execute(delete(BrowserSession).where(BrowserSession.account_id == account.id))
