"""The command line as a document: every command with its help, arguments and options."""

from __future__ import annotations

from collections.abc import Iterator

import click

INTRODUCTION = """# Commands

    coffee-node [--home DIR] COMMAND

A home is the folder of one node: its configuration, database and media; `COFFEE_HOME` names it where
`--home` does not. Commands answer 0 when all is well, 1 when a problem was found, 2 for wrong usage.
Made from the program by `python -m tests.house.documents`.
"""


def command_pages() -> str:
    """The whole command line as one Markdown document."""
    from coffee_node.cli import main

    context = click.Context(main, info_name="coffee-node")
    pages = (command_page(command, context) for command, context in commands(main, context))
    return INTRODUCTION + "".join(pages)


def commands(group: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Every command below a group, groups before their members, hidden ones left out."""
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            below = click.Context(command, info_name=name, parent=context)
            yield command, below
            yield from commands(command, below)


def command_page(command: click.Command, context: click.Context) -> str:
    """One command: how it is called, what it does, and a table of its options."""
    level = "#" * len(context.command_path.split())
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = ["", f"{level} {context.command_path}", ""]
    if not isinstance(command, click.Group):
        lines += [f"    {usage}", ""]
    lines += [" ".join((command.help or "").split("\f")[0].split()), ""]
    records = [
        option.get_help_record(context) for option in command.params if isinstance(option, click.Option)
    ]
    options = [record for record in records if record]
    if options:
        lines += ["| option | |", "|---|---|"]
        lines += [f"| `{escaped(name)}` | {escaped(text)} |" for name, text in options]
        lines.append("")
    return "\n".join(lines)


def escaped(text: str) -> str:
    """A text that may stand in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")
