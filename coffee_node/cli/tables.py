"""Listings on the terminal: a table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from coffee_node.base.clock import rfc3339

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def show_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str) -> None:
    """Print rows that have the same keys; a person reads the sentence `empty` where there are none."""
    if as_json:
        click.echo(json.dumps([_plain(row) for row in rows], ensure_ascii=False, indent=2))
    elif not rows:
        click.echo(empty)
    else:
        _print_table(rows)


def show_facts(facts: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one thing: a line for each of its values."""
    if as_json:
        click.echo(json.dumps(_plain(facts), ensure_ascii=False, indent=2))
        return
    width = max(len(_heading(name)) for name in facts)
    for name, value in facts.items():
        click.echo(f"{_heading(name):<{width}}  {_shown(value)}".rstrip())


def _print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(rows[0])
    lines = [[_heading(name) for name in names]]
    lines += [[_shown(row[name]) for name in names] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _heading(name: str) -> str:
    return name.removesuffix("_at").replace("_", " ").upper()


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple):
        return ", ".join(str(entry) for entry in value) or "-"
    return " ".join(str(value).split())


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: rfc3339(value) if isinstance(value, datetime) else value for name, value in row.items()}
