"""Puts the shell around an application: templates, languages, headers, errors and core pages."""

from __future__ import annotations

from flask import Blueprint, Flask, request
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect

from coffee_node.web.account_views import account_pages
from coffee_node.web.addresses import asset, cookie_name
from coffee_node.web.alert_link_views import alert_link_pages
from coffee_node.web.alert_views import alert_pages
from coffee_node.web.compression import init_compression
from coffee_node.web.delivery_views import delivery_pages
from coffee_node.web.error_pages import init_error_pages
from coffee_node.web.feed_views import feed_pages
from coffee_node.web.headers import init_headers
from coffee_node.web.home_sign_in_views import home_sign_in_pages
from coffee_node.web.home_views import home_pages
from coffee_node.web.invitation_views import invitation_pages
from coffee_node.web.language import init_language, language_pages
from coffee_node.web.media_views import media_pages
from coffee_node.web.member_views import member_pages
from coffee_node.web.negotiation import is_program_post
from coffee_node.web.network_views import network_pages
from coffee_node.web.news_items import news_label
from coffee_node.web.notice_views import notice_pages
from coffee_node.web.oauth_views import oauth_pages
from coffee_node.web.operation_views import operation_pages
from coffee_node.web.passkey_views import passkey_pages
from coffee_node.web.password_views import password_pages
from coffee_node.web.peer_views import peer_pages
from coffee_node.web.privacy_data_views import privacy_data_pages
from coffee_node.web.registration_views import registration_pages
from coffee_node.web.search_views import search_pages
from coffee_node.web.security_codes_views import code_pages
from coffee_node.web.security_views import security_pages
from coffee_node.web.site_frame import site_frame
from coffee_node.web.skill_views import skill_pages
from coffee_node.web.style_views import style_pages
from coffee_node.web.theme_views import theme_pages
from coffee_node.web.token_views import token_pages
from coffee_node.web.unsubscribe_views import unsubscribe_pages
from coffee_node.web.web_feeds import offered_feeds
from coffee_node.web.whereabouts import place_name, town_of, where_of

CORE_PAGES = (
    language_pages, home_pages, account_pages, search_pages, network_pages, delivery_pages, style_pages,
    operation_pages, peer_pages, media_pages, skill_pages, theme_pages,
    alert_pages, alert_link_pages,
    notice_pages, unsubscribe_pages, feed_pages,
    password_pages, security_pages, code_pages, token_pages, passkey_pages,
    oauth_pages, home_sign_in_pages, registration_pages, invitation_pages, member_pages, privacy_data_pages,
)  # fmt: skip

# As much as the doorway reads of an upload; a form that is larger is refused as a page.
UPLOAD_BYTES = 12 * 1024 * 1024


def init_shell(app: Flask) -> None:
    """Set up everything a page needs; `app.extensions["coffee_node"]` and the secret key must be there."""
    _configure(app)
    # Bootstrap-Flask hangs its files below this path, also where the application has none of its own.
    app.static_url_path = app.static_url_path or "/static"
    Bootstrap5(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    shell = Blueprint(
        "shell", __name__, template_folder="templates", static_folder="static", static_url_path="/-/static"
    )
    app.register_blueprint(shell)
    app.jinja_env.globals.update(
        asset=asset, site_frame=site_frame, where_of=where_of, place_name=place_name, town_of=town_of
    )
    app.jinja_env.globals.update(web_feeds=offered_feeds, news_label=news_label)
    init_language(app)
    _protect_forms(app)
    init_headers(app)
    init_compression(app)
    init_error_pages(app)
    for pages in CORE_PAGES:
        app.register_blueprint(pages)


def _configure(app: Flask) -> None:
    with app.app_context():
        form_cookie = cookie_name("form")
        is_https = app.extensions["coffee_node"].config.is_https
    app.config.update(
        BOOTSTRAP_SERVE_LOCAL=True,
        MAX_CONTENT_LENGTH=UPLOAD_BYTES,
        SESSION_COOKIE_NAME=form_cookie,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
    )


def _protect_forms(app: Flask) -> None:
    """Check the token of every form but those whose view shows the form again (`keeps_form`).

    A POST of a document carries no cookie-made authority: it is signed or has a bearer token.
    """
    protection = CSRFProtect(app)

    @app.before_request
    def check_token() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if view is None or is_program_post(request) or getattr(view, "keeps_form", False):
            return
        if getattr(view, "is_protocol", False):
            return
        protection.protect()
