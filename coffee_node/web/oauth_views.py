"""Signing in elsewhere with this node as home space (OpenID Connect): what people see and what sites ask."""

from __future__ import annotations

from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Blueprint, Response, flash, redirect, render_template, request

from coffee_node.base.database import write
from coffee_node.base.errors import Forbidden, InvalidDocument, NotFound, Unauthorized
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import oauth_grants, oauth_keys
from coffee_node.federation.oauth_documents import provider_document
from coffee_node.web.attempt_limits import count_use
from coffee_node.web.auth import require_account, signed_in_account
from coffee_node.web.forms import FederatedForm, keeps_form
from coffee_node.web.negotiation import json_response
from coffee_node.web.oauth_registration import register as register_site
from coffee_node.web.oauth_server import HomeServer, Issuer, home_server, userinfo
from coffee_node.web.protocol import is_protocol, read_body

CODES_PER_HOUR = 60
REGISTRATIONS_PER_HOUR = 600
TOKENS_PER_HOUR = 1200

oauth_pages = Blueprint("oauth", __name__)


@oauth_pages.get("/.well-known/openid-configuration")
def show_provider() -> Response:
    """What this node offers as a home space (OpenID Connect Discovery)."""
    return json_response(provider_document())


@oauth_pages.get("/oauth/jwks")
def show_keys() -> Response:
    """The keys that sign who somebody is."""
    return json_response(oauth_keys.public_keys())


@oauth_pages.post("/oauth/register")
@is_protocol
def register() -> Any:
    """A partner site registers itself (RFC 7591)."""
    count_use("oauth registration", most=REGISTRATIONS_PER_HOUR, seconds=3600)
    return register_site(read_body(keep=True))


@oauth_pages.route("/oauth/authorize", methods=["GET", "POST"])
@keeps_form
@require_account
def authorize() -> Any:
    """Ask the person whether a site may act for them, then send them back there."""
    account = signed_in_account()
    server = home_server()
    try:
        grant = server.get_consent_grant(end_user=account)
    except OAuth2Error as error:
        return _sent_back(server, error)
    if account.actor is None:
        raise Forbidden(_("This account has no person who could sign in elsewhere."))
    form = FederatedForm()
    answer = request.form.get("answer", "")
    if request.method == "POST" and form.validate() and answer in ("allow", "refuse"):
        count_use("oauth code", most=CODES_PER_HOUR, seconds=3600)
        user = account if answer == "allow" else None
        return _private(server.create_authorization_response(grant_user=user, grant=grant))
    page = render_template("accounts/authorize.html", form=form, client=grant.client, account=account)
    return page, 422 if form.problems() else 200


def _sent_back(server: HomeServer, error: Any) -> Response:
    """Tell the site what was wrong with its question; the person, where its address is not to be trusted."""
    if not error.redirect_uri:
        raise InvalidDocument(
            _("The site that sent you here asked in a way that is not allowed, or is no partner."),
            _("Go back there and begin once more."),
        )
    answer: Response = server.handle_error_response(None, error)
    answer.location = add_params_to_uri(answer.location, {"iss": Issuer().get_issuer()})
    return _private(answer)


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    if answer.status_code == 302:
        answer.status_code = 303
    return answer


@oauth_pages.post("/oauth/token")
@is_protocol
def token() -> Any:
    """A site changes its code into a token for an hour: a spent code stays spent, whatever else is wrong."""
    count_use("oauth token", most=TOKENS_PER_HOUR, seconds=3600)
    with write():
        return home_server().create_token_response()


@oauth_pages.post("/oauth/revoke")
@is_protocol
def revoke() -> Any:
    """A site gives its token back (RFC 7009)."""
    count_use("oauth token", most=TOKENS_PER_HOUR, seconds=3600)
    with write():
        return home_server().create_endpoint_response("revocation")


@oauth_pages.get("/oauth/userinfo")
@is_protocol
def show_userinfo() -> Response:
    """Who the person behind a token is."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    grant = oauth_grants.running_grant(secret.strip()) if scheme.lower() == "bearer" else None
    if grant is None:
        raise Unauthorized("This token does not count, or no longer.", "Let the person sign in again.")
    answer = json_response(userinfo(grant.account))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@oauth_pages.post("/me/security/sites/<int:number>/end")
@require_account
def end_site(number: int) -> Any:
    """End what one site may do in one's name."""
    account = signed_in_account()
    grant = oauth_grants.own_grant(account, number)
    if grant is None:
        raise NotFound(_("There is nothing at this address."))
    oauth_grants.revoke(grant, by=account)
    flash(_("%(host)s can do nothing in your name any more.", host=grant.client.host), "ok")
    return redirect("/me/security#sites", 303)
