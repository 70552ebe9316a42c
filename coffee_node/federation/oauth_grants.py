"""What people of this node allow partner sites: codes for one use, grants for an hour, and how they end."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.federation import audit
from coffee_node.federation.account_models import Account
from coffee_node.federation.accounts import hash_secret
from coffee_node.federation.oauth_documents import SCOPE
from coffee_node.federation.oauth_models import OAuthClient, OAuthCode, OAuthGrant
from coffee_node.federation.partner_nodes import is_partner

CODE_LIFE = timedelta(minutes=5)
GRANT_LIFE = timedelta(hours=1)


def find_client(public_id: str) -> OAuthClient | None:
    """The site with this id, while it is a partner."""
    found = db.session.scalar(select(OAuthClient).where(OAuthClient.public_id == public_id))
    return found if found is not None and is_partner(found.host) else None


def register(host: str, metadata: dict[str, Any]) -> OAuthClient:
    """Keep how a partner registers itself; registering again keeps its id and changes the rest."""
    with write():
        found = db.session.scalar(select(OAuthClient).where(OAuthClient.host == host))
        if found is None:
            found = OAuthClient(host=host, public_id=secrets.token_urlsafe(24), scope=SCOPE)
            db.session.add(found)
        found.name = str(metadata.get("client_name") or host)[:300]
        found.redirect_uris = list(metadata["redirect_uris"])
        found.jwks = dict(metadata["jwks"])
        db.session.flush()
    return found


def keep_code(
    code: str,
    client: OAuthClient,
    account: Account,
    *,
    redirect_uri: str,
    scope: str,
    nonce: str,
    challenge: str,
) -> None:
    """Remember a code that the person is about to carry to the site."""
    with write():
        db.session.add(
            OAuthCode(
                code_hash=hash_secret(code),
                client_id=client.id,
                account_id=account.id,
                redirect_uri=redirect_uri,
                scope=scope,
                nonce=nonce[:255],
                challenge=challenge,
                expires_at=clock.utcnow() + CODE_LIFE,
            )
        )


def is_nonce_used(client: OAuthClient, nonce: str) -> bool:
    """Whether a site has sent this nonce before."""
    query = select(OAuthCode.id).where(OAuthCode.client_id == client.id, OAuthCode.nonce == nonce[:255])
    return db.session.scalar(query.limit(1)) is not None


def take_code(code: str, client: OAuthClient) -> OAuthCode | None:
    """Spend a code; None for one that is not this site's, too old or spent.

    Whoever brings a spent code has seen what was not meant for them, or their partner was robbed: what was
    given for it ends (RFC 6749, 4.1.2).
    """
    now = clock.utcnow()
    with write():
        mine = OAuthCode.code_hash == hash_secret(code), OAuthCode.client_id == client.id
        spent = update(OAuthCode).where(*mine, OAuthCode.used_at.is_(None), OAuthCode.expires_at > now)
        statement: Any = spent.values(used_at=now).returning(OAuthCode.id)
        number = db.session.scalar(statement)
        if number is not None:
            return db.session.get(OAuthCode, number)
        known = select(OAuthCode.id).where(OAuthCode.code_hash == hash_secret(code))
        given = update(OAuthGrant).where(OAuthGrant.code_id.in_(known), OAuthGrant.revoked_at.is_(None))
        db.session.execute(given.values(revoked_at=now))
    return None


def make_grant(secret: str, code: OAuthCode, client: OAuthClient) -> OAuthGrant:
    """Give a site an hour, for a code that was spent just now."""
    with write():
        grant = OAuthGrant(
            secret_hash=hash_secret(secret),
            client=client,
            account=code.account,
            code_id=code.id,
            scope=code.scope,
            expires_at=clock.utcnow() + GRANT_LIFE,
        )
        db.session.add(grant)
        audit.record("site-allowed", by=code.account, account=code.account, detail=client.host[:100])
        db.session.flush()
    return grant


def find_grant(secret: str) -> OAuthGrant | None:
    """The grant behind a token, whatever became of it."""
    return db.session.scalar(select(OAuthGrant).where(OAuthGrant.secret_hash == hash_secret(secret)))


def running_grant(secret: str) -> OAuthGrant | None:
    """The grant behind a token that counts now: not ended, its person here, its site a partner."""
    found = find_grant(secret)
    if found is None or found.revoked_at is not None or found.expires_at <= clock.utcnow():
        return None
    if found.account.disabled_at is not None or found.account.actor is None:
        return None
    return found if is_partner(found.client.host) else None


def note_use(grant: OAuthGrant) -> None:
    """Remember when a grant was used last."""
    with write():
        grant.last_used_at = clock.utcnow()


def grants_of(account: Account) -> Sequence[OAuthGrant]:
    """What an account allows at present, newest first."""
    query = select(OAuthGrant).where(OAuthGrant.account_id == account.id, OAuthGrant.revoked_at.is_(None))
    query = query.where(OAuthGrant.expires_at > clock.utcnow()).order_by(OAuthGrant.id.desc())
    return [one for one in db.session.scalars(query) if is_partner(one.client.host)]


def revoke(grant: OAuthGrant, by: Account | None = None) -> None:
    """End a grant, by its person or by the site that gives it back."""
    with write():
        if grant.revoked_at is None:
            grant.revoked_at = clock.utcnow()
            detail = grant.client.host[:100]
            audit.record("site-ended", by=by, account=grant.account, detail=detail)


def own_grant(account: Account, number: int) -> OAuthGrant | None:
    """A grant of this account by its number."""
    query = select(OAuthGrant).where(OAuthGrant.id == number, OAuthGrant.account_id == account.id)
    return db.session.scalar(query)
