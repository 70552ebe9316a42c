"""create_app: the only place where all floors meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask

from coffee_node import __version__
from coffee_node.activitypub.delivery_request import LaneTransport
from coffee_node.activitypub.http_client import HttpClient
from coffee_node.activitypub.keys import KeyCache
from coffee_node.activitypub.registry import Registry
from coffee_node.activitypub.url_guard import UrlGuard
from coffee_node.base.config import NodeConfig
from coffee_node.base.contracts import Task
from coffee_node.base.database import init_database
from coffee_node.base.errors import ConfigError
from coffee_node.base.i18n import Catalogues
from coffee_node.base.plugin_manager import NodePlugins, build_plugin_manager
from coffee_node.base.plugin_settings import load_plugin_settings
from coffee_node.base.queue import build_queue
from coffee_node.base.rate_limits import RateLimits
from coffee_node.features import articles, events, polls, profiles, proposals, spaces
from coffee_node.federation.absences import absence_task
from coffee_node.federation.catch_up import catch_up_task
from coffee_node.federation.domain_policy import reason_to_refuse
from coffee_node.federation.erasure_end import end_task
from coffee_node.federation.erasure_scan import scan_task
from coffee_node.federation.followed_news import followed_news_task
from coffee_node.federation.media import sweep_task
from coffee_node.federation.moderation import erasing_task
from coffee_node.federation.notice_mails import digest_task, now_task
from coffee_node.federation.notices import CORE_NOTICES
from coffee_node.federation.peer_notices import peer_notices_task
from coffee_node.federation.peer_software import software_task
from coffee_node.federation.receipts import key_task
from coffee_node.federation.retention import retention_task
from coffee_node.federation.search_upkeep import search_tasks
from coffee_node.federation.worker import register_jobs
from coffee_node.node import EXTENSION, Node
from coffee_node.web.alert_matching import alert_task
from coffee_node.web.protocol_pages import init_protocol_pages
from coffee_node.web.proxies import behind_proxies
from coffee_node.web.shell import init_shell

CORE_FEATURES: tuple[tuple[str, object], ...] = (
    ("events", events),
    ("proposals", proposals),
    ("profiles", profiles),
    ("spaces", spaces),
    ("polls", polls),
    ("articles", articles),
)
WEB = Path(__file__).parent / "web"


def create_app(
    config: NodeConfig,
    http: HttpClient | None = None,
    *,
    entry_points: bool = True,
    extra_plugins: Sequence[tuple[str, object]] = (),
) -> Flask:
    """Assemble one node; nothing is written, no thread is started, no other server is asked.

    `http` replaces the network in tests; PluginError or ConfigError names who stops the start.
    """
    app = Flask("coffee_node", static_folder=None, static_url_path="/-", root_path=str(WEB))
    plugins = build_plugin_manager(
        CORE_FEATURES, config.plugins.disabled, entry_points=entry_points, extra=extra_plugins
    )
    node = Node(
        config=config,
        plugins=plugins,
        registry=_registry(plugins),
        http=http or _http_client(config),
        queue=build_queue(config),
        catalogues=_catalogues(plugins, config),
        keys=KeyCache(),
        settings=load_plugin_settings(plugins, config),
        rate_limits=RateLimits(config.queue.url if config.queue.engine == "redis" else ""),
    )
    _add_tasks_and_notices(node)
    app.extensions[EXTENSION] = node
    app.config["SECRET_KEY"] = _secret_key(config)
    init_database(app, config)
    node.http.guard.refuses = partial(reason_to_refuse, app)
    init_shell(app)
    init_protocol_pages(app)
    plugins.collect("register_blueprints", lambda owner: _blueprint_adder(app))
    register_jobs(app, node)
    hops = config.http.trusted_proxies
    app.wsgi_app = behind_proxies(app.wsgi_app, hops)  # type: ignore[method-assign,assignment]
    return app


def _add_tasks_and_notices(node: Node) -> None:
    node.tasks += _core_tasks()
    _collect(node.plugins, "register_tasks", node.tasks.append)
    node.notice_kinds.update({kind.name: kind for kind in CORE_NOTICES})
    _collect(node.plugins, "register_notices", lambda kind: node.notice_kinds.setdefault(kind.name, kind))


def _core_tasks() -> list[Task]:
    return [
        retention_task(),
        catch_up_task(),
        absence_task(),
        software_task(),
        key_task(),
        end_task(),
        scan_task(),
        peer_notices_task(),
        erasing_task(),
        *search_tasks(),
        alert_task(),
        sweep_task(),
        followed_news_task(),
        now_task(),
        digest_task(),
    ]


def _collect(plugins: NodePlugins, hook: str, add: Callable[[Any], Any]) -> None:
    plugins.collect(hook, lambda owner: add)


def _registry(plugins: NodePlugins) -> Registry:
    registry = Registry()
    plugins.collect("register_object_types", lambda owner: lambda found: registry.add_type(owner, found))
    plugins.collect(
        "register_activity_handlers",
        lambda owner: partial(registry.add_handler, owner),
    )
    return registry


def _http_client(config: NodeConfig) -> HttpClient:
    guard = UrlGuard(development=config.federation.development)
    user_agent = f"coffee-node/{__version__} (+{config.base_url})"
    lanes = _curl(guard, user_agent) if config.http.transport == "curl" else None
    return HttpClient(guard, user_agent, lanes=lanes)


def _curl(guard: UrlGuard, user_agent: str) -> LaneTransport:
    try:
        from coffee_node.activitypub.curl_transport import CurlTransport
    except ImportError as error:
        raise ConfigError(
            "[http] transport = curl needs pycurl, which is not installed.",
            "Run: pip install 'coffee-node[curl]', or take the line out.",
        ) from error
    return CurlTransport(guard, user_agent)


def _catalogues(plugins: NodePlugins, config: NodeConfig) -> Catalogues:
    folders = [WEB / "translations"]
    _collect(plugins, "register_translations", folders.append)
    return Catalogues(folders, config.home / "cache")


def _secret_key(config: NodeConfig) -> str:
    """The secret of this home; `init` made it."""
    file = config.home / "secret"
    return file.read_text().strip() if file.exists() else ""


def _blueprint_adder(app: Flask) -> Callable[[Blueprint], None]:
    return app.register_blueprint
