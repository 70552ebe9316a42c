"""The processes of one demo node: its stage, which makes and asks, and its server, a real `serve`."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from coffee_node.base.errors import CoffeeError, ConfigError
from coffee_node.cli.demo_network.content import Place

HOST = "127.0.0.1"
STOP_SECONDS = 12
LAST_LINES = 5
STAGE = "coffee_node.cli.demo_network.stage"
LARGEST_PORT = 65535


class NodeEnded(CoffeeError):
    """A process of the demo ended although nobody stopped it; `node` is whose it was."""

    def __init__(self, node: DemoNode, message: str) -> None:
        super().__init__(message)
        self.node = node


class DemoNode:
    """One place of the network with its home, its address and its two processes; `stage` names a module."""

    def __init__(self, place: Place, home: Path, port: int) -> None:
        self.place = place
        self.name = place.name
        self.home = home
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.log = home.parent / f"{place.slug}.log"
        self.stage = STAGE
        self._stage: subprocess.Popen[str] | None = None
        self._server: subprocess.Popen[str] | None = None

    def open_stage(self) -> None:
        """Start the process that makes and fills the home."""
        command = [sys.executable, "-m", self.stage, self.place.slug, str(self.home), self.url]
        self._stage = self._start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def tell(self, do: str, **order: Any) -> None:
        """Give the stage an order; `hear` takes its answer."""
        stage = self._open_stage()
        with contextlib.suppress(BrokenPipeError):
            assert stage.stdin is not None  # noqa: S101 - opened as a pipe
            stage.stdin.write(json.dumps({"do": do, **order}) + "\n")
            stage.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """The answer to the last order; NodeEnded when the stage is gone, CoffeeError with what it says."""
        stage = self._open_stage()
        assert stage.stdout is not None  # noqa: S101 - opened as a pipe
        line = stage.stdout.readline()
        if not line:
            raise NodeEnded(self, f"The process that fills {self.name} has ended{self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise CoffeeError(f"{self.name}: {answer['error']}")
        return answer

    def ask(self, do: str) -> dict[str, Any]:
        """Give an order and take its answer."""
        self.tell(do)
        return self.hear()

    def serve(self) -> None:
        """Start the node as anybody would: `coffee-node --home HOME serve`."""
        code = "from coffee_node.cli import main; main(prog_name='coffee-node')"
        command = [sys.executable, "-c", code, "--home", str(self.home), "serve"]
        self._server = self._start(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def is_ready(self, session: requests.Session) -> bool:
        """Whether the server answers that it can serve; NodeEnded when it is gone."""
        if self.end:
            raise NodeEnded(self, f"{self.name} has ended ({self.end}){self._last_words()}")
        try:
            return session.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    @property
    def end(self) -> str:
        """How the server ended; empty while it runs or before it was started."""
        code = self._server.poll() if self._server is not None else None
        if code is None:
            return ""
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def close_stage(self) -> None:
        """End the stage; the server runs on."""
        if self._stage is not None:
            stop([self._stage])
            self._stage = None

    @property
    def running(self) -> list[subprocess.Popen[str]]:
        """The processes that this node was started with."""
        return [process for process in (self._stage, self._server) if process is not None]

    def _open_stage(self) -> subprocess.Popen[str]:
        if self._stage is None:
            raise NodeEnded(self, f"The process that fills {self.name} is not there.")
        return self._stage

    def _start(self, command: Sequence[str], *, stdin: int, stdout: int) -> subprocess.Popen[str]:
        """Start a process in a group of its own, so that Ctrl-C in the terminal reaches only the demo."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("COFFEE_")}
        with self.log.open("a", encoding="utf-8") as log:
            return subprocess.Popen(  # noqa: S603 - the command is ours
                command,
                env=environ,
                stdin=stdin,
                stdout=stdout,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text("utf-8", errors="replace").split("\n")
        except OSError:
            return "."
        said = [line for line in lines if line.strip()][-LAST_LINES:]
        return ". The last lines it wrote:\n  " + "\n  ".join(said) if said else "."


def stop(processes: Sequence[subprocess.Popen[str]]) -> None:
    """End processes with everything they started: first asked, after some seconds made to."""
    for process in processes:
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        _signal(process, signal.SIGTERM)
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Signal the group of a process that has not been waited for, so that the number is still its own."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)


def refuse_taken_ports(first: int, number: int) -> None:
    """ConfigError that names the port when one of these cannot be listened on."""
    if first + number - 1 > LARGEST_PORT:
        raise ConfigError(
            f"The demo needs {number} ports from {first} on, but the last one is {LARGEST_PORT}.",
            f"Give a --base-port of at most {LARGEST_PORT - number + 1}.",
        )
    for port in range(first, first + number):
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((HOST, port))
        except OSError as error:
            raise ConfigError(
                f"Port {port} of {HOST} cannot be used: {error.strerror}.",
                f"The demo takes ports {first} to {first + number - 1}; choose others with --base-port.",
            ) from error
