"""Tables of a home space that lets its people sign in elsewhere: keys, partner sites, codes and grants."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Json, Row, UtcDateTime
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import URI


class OAuthKey(Row):
    """A key (ES256) that signs who somebody is, and who this node is where it asks; the newest one signs."""

    __tablename__ = "oauth_key"

    kid: Mapped[str] = mapped_column(String(64), unique=True)
    private_key: Mapped[str] = mapped_column(Text)


class OAuthClient(Row):
    """A partner site at which people of this node sign in, one per host, as it registered itself (RFC 7591).

    The methods answer what Authlib asks of a client.
    """

    __tablename__ = "oauth_client"

    host: Mapped[str] = mapped_column(String(255), unique=True)
    public_id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(300), default="")
    redirect_uris: Mapped[list[str]] = mapped_column(Json, default=list)
    jwks: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    scope: Mapped[str] = mapped_column(String(100))

    def get_client_id(self) -> str:
        """The id by which it names itself."""
        return self.public_id

    def get_default_redirect_uri(self) -> str:
        """None is assumed: every request names its own."""
        return ""

    def get_allowed_scope(self, scope: str | None) -> str:
        """The part of what is asked for that may be given."""
        allowed = self.scope.split()
        return " ".join(one for one in (scope or "").split() if one in allowed)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether people may be sent there, to the letter."""
        return redirect_uri in self.redirect_uris

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Whether it may prove in this way who it is."""
        return method == "private_key_jwt"

    def check_response_type(self, response_type: str) -> bool:
        """Only codes are given."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Only codes are taken."""
        return grant_type == "authorization_code"


class OAuthCode(Row):
    """What a person allowed, until the site fetches its token: a code for minutes, for one use."""

    __tablename__ = "oauth_code"

    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("oauth_client.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    redirect_uri: Mapped[str] = mapped_column(URI)
    scope: Mapped[str] = mapped_column(String(100))
    nonce: Mapped[str] = mapped_column(String(255))
    challenge: Mapped[str] = mapped_column(String(128))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()

    def get_redirect_uri(self) -> str:
        """Where the code was sent, as Authlib asks."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What was allowed, as Authlib asks."""
        return self.scope


class OAuthGrant(Row):
    """That a site may take part in its own things in a person's name, for an hour or until that is ended.

    Only the SHA-256 of its token is stored.
    """

    __tablename__ = "oauth_grant"

    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("oauth_client.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    code_id: Mapped[int | None] = mapped_column(ForeignKey("oauth_code.id", ondelete="SET NULL"), index=True)
    scope: Mapped[str] = mapped_column(String(100))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    client: Mapped[OAuthClient] = relationship()
    account: Mapped[Account] = relationship()

    def check_client(self, client: OAuthClient) -> bool:
        """Whether it was given to this site, as Authlib asks."""
        return self.client_id == client.id
