"""`coffee-node demo` before anything is started: what stops it, in one sentence, with nothing made."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from coffee_node.base.errors import ConfigError
from coffee_node.cli.demo_network import processes
from coffee_node.cli.demo_network.network import RUNNING, told
from coffee_node.cli.demo_network.processes import refuse_taken_ports
from tests.unit.cli.conftest import CommandLine


@pytest.mark.enable_socket
def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = CommandLine(tmp_path).refusal(
            "demo", "--base-port", str(port), "--home", str(tmp_path / "demo")
        )
    assert f"Port {port} of 127.0.0.1 cannot be used" in sentence and "--base-port" in sentence
    assert not (tmp_path / "demo").exists()


def test_ports_beyond_the_last_one_are_refused() -> None:
    with pytest.raises(ConfigError, match="at most 65529"):
        refuse_taken_ports(65530, 7)


def test_a_folder_that_is_in_use_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "refuse_taken_ports", lambda first, number: None)
    (tmp_path / "letter.txt").write_text("mine")
    assert "is in use" in CommandLine(tmp_path).refusal("demo", "--home", str(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


def test_a_node_that_ended_is_told_with_what_it_lacks() -> None:
    entry = {"node": "Switch", "url": "http://127.0.0.1:8803", "state": "ended: signal SIGKILL"}
    assert told(entry | {"lacks": {"events": ["Apéro"]}}) == (
        "Switch (http://127.0.0.1:8803) has ended: signal SIGKILL; it lacks 1 event (Apéro)."
    )
    assert told(entry | {"state": RUNNING, "lacks": {"events": ["Apéro"]}}).startswith(
        "Switch (http://127.0.0.1:8803) runs; it lacks"
    )
