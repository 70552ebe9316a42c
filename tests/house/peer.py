"""Runs the independent ActivityPub server of the interoperability tests as a process."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class FedifyPeer:
    """A running peer: where it lives and what may be asked of it."""

    process: subprocess.Popen[str]
    origin: str
    actor_uri: str

    def ask(self, command: str, **parameters: str) -> Any:
        """The JSON answer of one of its control endpoints, such as `ask("lookup", uri=...)`."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        with urllib.request.urlopen(f"{self.origin}/_test/{command}{query}", timeout=20) as answer:  # noqa: S310
            return json.load(answer)

    def tell(self, command: str, document: Any, **parameters: str) -> Any:
        """The JSON answer to a document given to a control endpoint: `tell("send", activity, to=...)`."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        request = urllib.request.Request(  # noqa: S310
            f"{self.origin}/_test/{command}{query}", data=json.dumps(document).encode()
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return json.load(answer)

    def received(self, type_: str, object_uri: str = "") -> list[dict[str, Any]]:
        """The activities of a type that passed its authentication, of one object if it is named."""
        entries: list[dict[str, Any]] = self.ask("received", type=type_)
        return [entry for entry in entries if not object_uri or entry["objectId"] == object_uri]

    def stop(self) -> None:
        """End the process and wait for it."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def free_port() -> int:
    """A port of the loopback interface that nobody listens on.

    Below the ports that outgoing connections are given, so that none of them takes it before it is used.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def start_peer(node: str, folder: Path, settings: dict[str, str]) -> FedifyPeer:
    """Start a peer on a free port and wait for its `ready` line; RuntimeError with its output if it ends."""
    port = free_port()
    environ = {**os.environ, "PORT": str(port), **settings}
    process = subprocess.Popen(
        [node, "peer.mjs"],
        cwd=folder,
        env=environ,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    seen = []
    for line in process.stdout or ():
        seen.append(line)
        if line.startswith("ready "):
            return FedifyPeer(process, f"http://127.0.0.1:{port}", line.split()[1])
    process.wait()
    raise RuntimeError(f"The peer did not start: {''.join(seen)}")
