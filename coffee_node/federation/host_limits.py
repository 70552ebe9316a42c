"""How much one server may leave here: objects in all, and actors that were never met before in a day.

Both are counted in memory, so that an activity costs no count of a table; several processes each count what
they stored themselves since they last asked the database. What is over a limit is left out with its reason;
nothing that was kept before is deleted for it.
"""

from __future__ import annotations

from sqlalchemy import func, select

from coffee_node.base.database import db
from coffee_node.base.rate_limits import too_many
from coffee_node.federation import audience
from coffee_node.federation.incoming import Ignored
from coffee_node.node import current_node

DAY = 24 * 60 * 60
_SECOND_LEVEL = frozenset(
    {"ac", "co", "com", "edu", "gob", "gouv", "gov", "gv", "ne", "net", "nom", "or", "org"}
)


def count_object(host: str) -> None:
    """Count a new object of a server; Ignored when it would be one too many."""
    if not host:
        return
    limits = current_node.config.federation
    number = current_node.held_objects.add(host, held)
    if number <= limits.objects_per_host:
        return
    limit = limits.objects_per_partner if audience.was_partner(host) else limits.objects_per_host
    if number > limit:
        current_node.held_objects.take_back(host)
        raise Ignored(f"{host} has left {limit} objects here, which is its limit")


def held(host: str) -> int:
    """How many objects of a server are kept; asks the database."""
    types = current_node.registry.types()
    models = dict.fromkeys(object_type.model for object_type in types if not object_type.is_actor)
    return sum(
        db.session.scalar(select(func.count()).select_from(model).where(model.origin == host)) or 0
        for model in models
    )


def refuse_flood(host: str) -> None:
    """TooManyRequests when as many new actors of a domain were met today as may be; nothing is asked."""
    limit = current_node.config.federation.new_actors_per_day
    if current_node.rate_limits.count(_flood_key(host), DAY) >= limit:
        raise too_many("Too many unknown actors of your domain came here today.", DAY)


def count_new_actor(host: str) -> None:
    """Count an actor that was never met before, once its signature holds: nobody uses up another's number."""
    current_node.rate_limits.hit(_flood_key(host), DAY)


def _flood_key(host: str) -> str:
    return f"new actors {registrable_domain(host)}"


def registrable_domain(host: str) -> str:
    """The domain somebody has registered, as far as its name tells; an address is one itself.

    Without the list of public suffixes: two labels, and three below names such as co.uk or com.br.
    """
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    labels = name.split(".")
    if name.endswith("]") or labels[-1].isdigit() or len(labels) <= 2:
        return name
    is_country = len(labels[-1]) == 2
    return ".".join(labels[-3:] if is_country and labels[-2] in _SECOND_LEVEL else labels[-2:])
