"""`coffee-node peer block|allow|unblock|blocks`: whom this node talks to, one by one and as lists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coffee_node.cli.opening import with_node
from coffee_node.cli.tables import as_json_option, show_rows

if TYPE_CHECKING:
    from coffee_node.federation.moderation_models import DomainPolicy

reason_option = click.option("--reason", default="", help="Why, for others who read or import the list.")
note_option = click.option("--note", default="", help="A remark for the managers of this node.")
DONE = {
    "suspend": "is suspended: nothing is exchanged with it, and what came from there is hidden.",
    "silence": "is silenced: only those who follow its people see what comes from there.",
    "allow": "is allowed: it is served, heard, and becomes a partner when it asks.",
}


@click.command()
@click.argument("host")
@click.option("--level", type=click.Choice(["silence", "suspend"]), default="suspend", show_default=True)
@reason_option
@note_option
@with_node
def block(host: str, level: str, reason: str, note: str) -> None:
    """Silence or suspend HOST and every name below it."""
    _decide(host, level, reason, note)


@click.command()
@click.argument("host")
@reason_option
@note_option
@with_node
def allow(host: str, reason: str, note: str) -> None:
    """Trust HOST and every name below it: partner without asking, heard also in the mode `partners only`."""
    _decide(host, "allow", reason, note)


def _decide(host: str, level: str, reason: str, note: str) -> None:
    from coffee_node.federation import moderation

    policy = moderation.decide(moderation.Decision(host, level, reason, note))
    click.echo(f"{policy.host} {DONE[level]}", err=True)


@click.command()
@click.argument("host")
@with_node
def unblock(host: str) -> None:
    """Take back what was decided about exactly HOST."""
    from coffee_node.federation import moderation

    policy = moderation.take_back(host)
    click.echo(f"Nothing is decided about {policy.host} any more.", err=True)


@click.group(invoke_without_command=True)
@as_json_option
@click.pass_context
def blocks(ctx: click.Context, as_json: bool) -> None:
    """List what was decided about other servers; export and import it."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_blocks, as_json=as_json)


@blocks.command("list")
@as_json_option
@with_node
def list_blocks(as_json: bool) -> None:
    """List every decision."""
    from coffee_node.federation import moderation

    rows = [policy_facts(policy) for policy in moderation.policies()]
    show_rows(rows, as_json=as_json, empty="Nothing was decided about any server.")


def policy_facts(policy: DomainPolicy) -> dict[str, Any]:
    """One decision as a line of a listing."""
    return {
        "host": policy.host,
        "level": policy.level,
        "reason": policy.reason,
        "note": policy.note,
        "by": policy.account.handle if policy.account else "",
        "since_at": policy.created_at,
    }


@blocks.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path))
@with_node
def export_blocks(file: Path) -> None:
    """Write silenced and suspended servers to FILE as CSV (`-`: to the terminal)."""
    from coffee_node.federation import policy_lists

    text = policy_lists.write_list()
    with click.open_file(str(file), "w", encoding="utf-8") as out:
        out.write(text)
    number = text.count("\n") - 1
    click.echo(f"{number} {'server was' if number == 1 else 'servers were'} written.", err=True)


@blocks.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@as_json_option
@with_node
def import_blocks(file: Any, dry_run: bool, as_json: bool) -> None:
    """Take over the servers of a CSV file; what was decided here stays as it is."""
    from coffee_node.federation import policy_lists

    data = file.read(policy_lists.MAX_BYTES + 1)
    found = policy_lists.read_list(data) if dry_run else policy_lists.import_list(data)
    rows = [{"host": one.host, "level": one.level, "reason": one.reason} for one in found.added]
    show_rows(rows, as_json=as_json, empty="The list holds nothing new.")
    for line in found.skipped:
        click.echo(f"left out, {line}", err=True)
    told = "would be added" if dry_run else "added"
    click.echo(
        f"{len(found.added)} {told}, {len(found.kept)} decided here before, {len(found.skipped)} left out.",
        err=True,
    )
    if found.skipped:
        raise click.exceptions.Exit(1)
