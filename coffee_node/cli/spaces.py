"""`coffee-node space`: the coworking spaces this node hosts."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import click

from coffee_node.cli.opening import with_node
from coffee_node.cli.tables import as_json_option, show_rows
from coffee_node.cli.users import chosen_space

P = ParamSpec("P")
R = TypeVar("R")
ADDRESS = ("street_address", "postal_code", "locality", "region", "country")
POINT = ("latitude", "longitude")
OPTIONS = (
    click.option("--street", "street_address", help="Street and number."),
    click.option("--postal-code", help="Postal code."),
    click.option("--locality", help="Town."),
    click.option("--region", help="Region."),
    click.option("--country", help="Country, two letters."),
    click.option("--latitude", type=click.FloatRange(-90, 90), help="Degrees north."),
    click.option("--longitude", type=click.FloatRange(-180, 180), help="Degrees east."),
    click.option("--timezone", help="Time zone, for example Europe/Paris."),
    click.option("--website", help="Address of its own site."),
    click.option("--desks", type=click.IntRange(0, 100_000), help="Number of desks."),
    click.option(
        "--hours", "opening_hours", multiple=True, help="For example Mo-Fr 09:00-19:00; repeatable."
    ),
)


def described(command: Callable[P, R]) -> Callable[P, R]:
    """Add the options that describe a space."""
    return functools.reduce(lambda inner, option: option(inner), reversed(OPTIONS), command)


@click.group()
def space() -> None:
    """Open, list and describe spaces."""


@space.command()
@click.argument("name")
@click.option("--handle", default="", help="Short name in its address; made from the name if not given.")
@described
@with_node
def add(name: str, handle: str, **given: Any) -> None:
    """Open one more space on this node."""
    from coffee_node.base.database import write
    from coffee_node.base.errors import Conflict
    from coffee_node.cli.init import slug_of
    from coffee_node.features.spaces.service import open_space
    from coffee_node.federation.accounts import check_handle
    from coffee_node.federation.actors import create_local_actor, find_local_actor

    slug = handle or slug_of(name)
    check_handle(slug)
    with write():
        if find_local_actor(slug) is not None:
            raise Conflict(f"The handle {slug} is taken.", "Choose another one with --handle.")
        actor = create_local_actor("Organization", slug, name, kind="space")
        open_space(actor, {"name": name, **_values(given, None)})
    click.echo(f"{name} is open: {actor.url}", err=True)


@space.command("list")
@as_json_option
@with_node
def list_spaces(as_json: bool) -> None:
    """List the spaces of this node."""
    from coffee_node.federation.actors import local_spaces

    rows = []
    for actor in local_spaces():
        row = _space_row(actor)
        address = (row.place or {}).get("address") or {}
        rows.append(
            {
                "handle": actor.slug,
                "name": actor.name,
                "locality": address.get("locality", ""),
                "country": row.country,
                "followers": actor.followers_count,
                "url": actor.url,
            }
        )
    show_rows(rows, as_json=as_json, empty="There is no space. Open one: coffee-node space add NAME")


@space.command()
@click.argument("handle")
@click.option("--name", help="A new name.")
@click.option(
    "--also-known-as", multiple=True, help="Id it had before and moves from; repeatable, - for none."
)
@described
@with_node
def edit(handle: str, name: str | None, also_known_as: tuple[str, ...], **given: Any) -> None:
    """Change what a space says about itself; what is not given stays."""
    from coffee_node.features.spaces.service import change_space
    from coffee_node.federation.moves import set_aliases

    row = _space_row(chosen_space(handle))
    values = _values(given, row.place) | ({"name": name} if name else {})
    if not values and not also_known_as:
        raise click.UsageError("Say what to change: see coffee-node space edit --help.")
    if also_known_as:
        set_aliases(row.actor, [uri for uri in also_known_as if uri != "-"])
    if values:
        change_space(row, values)
    click.echo(f"{row.name} is changed; its partners hear of it.", err=True)


@space.command()
@click.argument("handle")
@click.argument("target")
@with_node
def move(handle: str, target: str) -> None:
    """Move a space to the actor with the id TARGET; its followers go along, here it publishes no more."""
    from coffee_node.federation.moves import move_to

    actor = chosen_space(handle)
    move_to(actor, target)
    click.echo(f"{actor.name} has moved to {target}; its followers are told.", err=True)


def _space_row(actor: Any) -> Any:
    """What the feature keeps about a space; an empty description for a space that has none yet."""
    from sqlalchemy import select

    from coffee_node.base.database import db
    from coffee_node.features.spaces.models import Space

    row = db.session.scalar(select(Space).where(Space.uri == actor.uri))
    return row or Space(name=actor.name, place=None, country="", actor=actor)


def _values(given: dict[str, Any], place: dict[str, Any] | None) -> dict[str, Any]:
    """The columns to set; parts of the place are put over what is known of it."""
    values = {name: value for name, value in given.items() if value not in (None, ())}
    address = {name: values.pop(name) for name in ADDRESS if name in values}
    point = {name: values.pop(name) for name in POINT if name in values}
    if "opening_hours" in values:
        values["opening_hours"] = list(values["opening_hours"])
    if address or point:
        known = place or {"type": "Place"}
        values["place"] = {**known, **point, "address": {**(known.get("address") or {}), **address}}
    return values
