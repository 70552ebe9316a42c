"""The demo with two of its places, as real processes: everything arrives, and a killed node is named."""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path

import psutil
import pytest
import requests
from click.testing import CliRunner

from coffee_node.cli import main
from coffee_node.cli.demo_network import network
from coffee_node.cli.demo_network.content import LISTS, read_place
from coffee_node.cli.demo_network.network import Network

pytestmark = pytest.mark.enable_socket
SLUGS = ("mutualab", "esco")


def free_ports(number: int) -> int:
    """The first of some free ports in a row."""
    for first in range(20_000 + os.getpid() % 20_000, 60_000, number):
        try:
            for port in range(first, first + number):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


def public_entries(name: str) -> int:
    """How many public entries the two places have of a kind."""
    contents = [read_place(slug).content for slug in SLUGS]
    entries = [entry for content in contents for entry in content[name]]
    return sum(entry.get("visibility", "public") == "public" for entry in entries)


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def test_once_prints_what_every_node_holds_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coffee_node.cli.demo_network.content.SLUGS", SLUGS)
    monkeypatch.setattr(Network.__init__, "__defaults__", (SLUGS,))
    before = children()
    where = ["--base-port", str(free_ports(2)), "--home", str(tmp_path / "demo")]
    result = CliRunner().invoke(main, ["demo", "--once", "--json", *where])
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["missing"] == []
    assert [node["name"] for node in found["nodes"]] == ["Le Mutualab", "ESCO"]
    known = {name: public_entries(name) for name in LISTS if name != "spaces"} | {"spaces": 2}
    for node in found["nodes"]:
        assert node["known"] == known
        assert node["deliveries"]["done"] >= 7, "half of everything, and what made them partners"
        assert node["deliveries"]["waiting"] == node["deliveries"]["failed"] == 0
    assert children() <= before


def test_a_node_killed_on_the_way_is_named_with_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "STANDSTILL_AFTER_END", 1)
    monkeypatch.setattr(network, "SETTLE_SECONDS", 1)
    connect = Network._connect

    def connect_then_kill(self: Network) -> None:
        connect(self)
        [server] = [
            child
            for child in psutil.Process().children(recursive=True)
            if str(tmp_path / "esco") in child.cmdline() and child.cmdline()[-1] == "serve"
            and child.ppid() == os.getpid()
        ]  # fmt: skip
        os.killpg(server.pid, signal.SIGKILL)

    monkeypatch.setattr(Network, "_connect", connect_then_kill)
    with Network(tmp_path, free_ports(2), SLUGS) as two:
        missing = two.run()
    worst = missing[0]
    assert (worst["node"], worst["state"]) == ("ESCO", "ended: signal SIGKILL")
    assert "events" in worst["lacks"]


def test_sign_in_links_of_every_role_work_twice(tmp_path: Path) -> None:
    with Network(tmp_path, free_ports(1), SLUGS[:1]) as alone:
        assert alone.run() == []
        links = alone.links()["Le Mutualab"]
        assert list(links) == ["administrator", "manager", "member"]
        for link in [*links.values(), *links.values()]:
            answer = requests.get(link, timeout=10, allow_redirects=False)
            assert answer.status_code == 303 and "coffee_session" in answer.headers["Set-Cookie"]
