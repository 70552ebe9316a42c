"""Whom a node talks to, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.conftest import CommandLine

HEAD = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"


def test_a_server_is_blocked_shown_and_unblocked(cli: CommandLine) -> None:
    assert cli("peer", "blocks").stdout.strip() == "Nothing was decided about any server."
    assert "not known here" in cli.refusal("peer", "show", "bad.example")
    told = cli("peer", "block", "https://BAD.example./about", "--reason", "spam").stderr
    assert (
        told
        == "bad.example is suspended: nothing is exchanged with it, and what came from there is hidden.\n"
    )
    cli("peer", "block", "noisy.example", "--level", "silence", "--note", "ask again in May")
    cli("peer", "allow", "good.example")
    found = cli.listing("peer", "blocks")
    assert [(row["host"], row["level"]) for row in found] == [
        ("bad.example", "suspend"),
        ("good.example", "allow"),
        ("noisy.example", "silence"),
    ]
    assert found == cli.listing("peer", "blocks", "list")
    shown = json.loads(cli("peer", "show", "x.bad.example", "--json").stdout)
    assert (shown["decided"], shown["decided_for"], shown["decided_why"]) == (
        "suspend",
        "bad.example",
        "spam",
    )
    cli("peer", "unblock", "bad.example")
    assert "Nothing was decided about bad.example" in cli.refusal("peer", "unblock", "bad.example")


def test_what_is_no_server_or_ourselves_is_refused(cli: CommandLine) -> None:
    assert "is not the name of a server" in cli.refusal("peer", "block", "not a host")
    assert "this site itself" in cli.refusal("peer", "block", "127.0.0.1:8871")
    assert (
        "Invalid value for '--level'"
        in cli("peer", "block", "a.example", "--level", "mute", exit_code=2).stderr
    )
    cli("peer", "block", exit_code=2)


def test_a_list_is_exported_as_others_read_it(cli: CommandLine, tmp_path: Path) -> None:
    cli("peer", "block", "bad.example", "--reason", 'spam, "bots"\nand more')
    cli("peer", "block", "noisy.example", "--level", "silence")
    cli("peer", "allow", "good.example")
    file = tmp_path / "list.csv"
    assert cli("peer", "blocks", "export", str(file)).stderr == "2 servers were written.\n"
    assert file.read_text() == (
        HEAD
        + 'bad.example,suspend,true,true,"spam, ""bots"" and more",false\n'
        + "noisy.example,silence,false,false,,false\n"
    )
    assert cli("peer", "blocks", "export", "-").stdout == file.read_text()


def test_a_list_is_imported_without_touching_what_was_decided(cli: CommandLine, tmp_path: Path) -> None:
    cli("peer", "allow", "friend.example")
    file = tmp_path / "list.csv"
    file.write_text(
        HEAD
        + "Bad.example,suspend,true,true,spam,false\n"
        + "friend.example,suspend,true,true,,false\n"
        + "odd.example,noop,true,false,,false\n"
        + "b*d.example,suspend,true,true,,true\n"
        + "loud.example,silence,false,false,loud,false\n"
    )
    told = cli("peer", "blocks", "import", str(file), "--dry-run", exit_code=1)
    assert "bad.example" in told.stdout and "left out, line 5: b*d.example" in told.stderr
    assert "2 would be added, 1 decided here before, 1 left out." in told.stderr
    assert [row["host"] for row in cli.listing("peer", "blocks")] == ["friend.example"]

    cli("peer", "blocks", "import", str(file), exit_code=1)
    found = {row["host"]: (row["level"], row["reason"]) for row in cli.listing("peer", "blocks")}
    assert found == {
        "bad.example": ("suspend", "spam"),
        "friend.example": ("allow", ""),
        "loud.example": ("silence", "loud"),
    }


def test_bare_names_and_other_orders_are_read_and_nonsense_is_not(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("\ufeff*.one.example\n# a remark\n\ntwo.example\n")
    cli("peer", "blocks", "import", str(file))
    file.write_text("severity,domain\nsilence,three.example\nban,four.example\n")
    assert "ban is not known" in cli("peer", "blocks", "import", str(file), exit_code=1).stderr
    levels = {row["host"]: row["level"] for row in cli.listing("peer", "blocks")}
    assert levels == {"one.example": "suspend", "two.example": "suspend", "three.example": "silence"}
    file.write_bytes(b"\xff\xfe\x00")
    assert "not a list of servers" in cli.refusal("peer", "blocks", "import", str(file))
