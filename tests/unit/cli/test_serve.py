"""`serve` as a real process tree: it starts, stops, comes back, and says why it does not start."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from coffee_node.base.errors import ConfigError
from coffee_node.cli.serve import free_address
from tests.unit.cli.conftest import CommandLine

pytestmark = pytest.mark.enable_socket
COMMAND = "from coffee_node.cli import main; main(prog_name='coffee-node')"
PATIENCE = 30


class Server:
    """A `serve` process and what it listens on."""

    def __init__(self, home: Path, port: int, *options: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "--home", str(home), "serve", *options],
            stderr=subprocess.PIPE,
            text=True,
        )

    def status(self, path: str) -> int:
        """The answer to a GET; 0 while nobody listens."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=5) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def wait_until_ready(self) -> None:
        """Ask until /readyz answers 200; fails when the process ends or takes too long."""
        for _ in range(PATIENCE * 20):
            if self.status("/readyz") == 200:
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                pytest.fail(f"ended with {self.process.wait(0.05)}: {self.stderr()}")
        pytest.fail("not ready in time")

    def web_process(self) -> psutil.Process:
        """The process that holds the application."""
        (child,) = psutil.Process(self.process.pid).children()
        return child

    def stderr(self) -> str:
        """What was written to stderr; to be asked for when the process has ended."""
        return self.process.communicate(timeout=PATIENCE)[1]

    def close(self) -> None:
        """End what still runs."""
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process.pid).children(recursive=True):
                child.kill()
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
def server(home: Path, port: int) -> Iterator[Server]:
    """A node that serves."""
    running = Server(home, port, "--port", str(port))
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.close()


def test_a_node_made_by_init_serves_and_ends_cleanly_on_sigterm(tmp_path: Path, port: int) -> None:
    home = tmp_path / "home"
    base_url = f"http://127.0.0.1:{port}"
    CommandLine(home)("init", "--yes", "--development", "--name", "Esco", "--base-url", base_url)
    running = Server(home, port)
    try:
        running.wait_until_ready()
        assert running.status("/livez") == 200
        web = running.web_process()
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(10) == 0
        assert not web.is_running()
        assert running.stderr().startswith(f"Esco is at {base_url} ")
    finally:
        running.close()


def test_ctrl_c_ends_it_cleanly(server: Server) -> None:
    for process in (psutil.Process(server.process.pid), server.web_process()):
        process.send_signal(signal.SIGINT)
    assert server.process.wait(10) in (0, 1)
    assert "Traceback" not in server.stderr()


def test_a_web_process_that_dies_is_replaced(server: Server) -> None:
    web = server.web_process()
    web.kill()
    psutil.wait_procs([web], timeout=PATIENCE)
    server.wait_until_ready()
    assert server.web_process().pid != web.pid


def test_a_web_process_that_nobody_watches_over_ends(server: Server) -> None:
    web = server.web_process()
    server.process.kill()
    _, alive = psutil.wait_procs([web], timeout=PATIENCE)
    assert alive == []
    assert server.status("/livez") == 0


def test_64_kib_of_headers_are_refused(server: Server) -> None:
    host, port = server.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 65536 + b"\r\n\r\n")
        assert b" 431 " in connection.recv(100)


def refused_start(home: Path, port: int, *options: str) -> str:
    """What a start that fails writes; it ends with exit code 1."""
    running = Server(home, port, "--port", str(port), *options)
    try:
        assert running.process.wait(PATIENCE) == 1
        return running.stderr()
    finally:
        running.close()


def test_pending_migrations_stop_the_start_with_the_command_to_run(home: Path, port: int) -> None:
    with closing(sqlite3.connect(home / "node.sqlite3")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'c0001'")
        connection.commit()
    told = refused_start(home, port)
    assert told.splitlines() == [told.strip()]
    assert f"coffee-node --home {home} upgrade" in told


def test_a_broken_database_stops_the_start(home: Path, port: int) -> None:
    (home / "node.sqlite3").write_bytes(b"this is no database " * 100)
    told = refused_start(home, port)
    assert told.splitlines() == [told.strip()]
    assert str(home / "node.sqlite3") in told


def test_a_port_that_is_taken_stops_the_start(cli: CommandLine) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 is taken" in cli.refusal("serve", "--port", str(port))


def test_a_second_start_of_the_same_node_is_refused(server: Server, cli: CommandLine) -> None:
    port = server.address.rpartition(":")[2]
    assert f"Port {port} of 127.0.0.1 is taken" in cli.refusal("serve", "--port", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(ConfigError, match=host):
        free_address(host, 8000)


def test_a_start_without_a_home_is_refused(tmp_path: Path) -> None:
    assert "coffee-node init" in CommandLine(tmp_path / "none").refusal("serve")


def test_a_worker_alone_ends_cleanly(home: Path) -> None:
    command = [sys.executable, "-c", COMMAND, "--home", str(home), "worker"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "a worker for http://127.0.0.1:" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    shutil.rmtree(home)
