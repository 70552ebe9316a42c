"""Real nodes as real processes on 127.0.0.1: made by the command line, spoken to over HTTP, killed whole."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import requests

from tests.house import modes
from tests.house.peer import free_port

ACTIVITY = "application/activity+json"
COMMAND = [str(Path(sys.executable).with_name("coffee-node"))]
OK_SECONDS = 40.0
at_exit = ExitStack()
atexit.register(at_exit.close)


def wait_for(what: Callable[[], Any], seconds: float, pause: float = 0.05) -> Any:
    """The first true answer of `what`; AssertionError when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what!r} did not come true within {seconds} s; last: {found!r}")
        time.sleep(pause)


class RealNode:
    """One node: its home, its process tree and its address; in mode b its database lives until the end."""

    def __init__(
        self, home: Path, slug: str, settings: Mapping[str, str] | None = None, workers: int = 0
    ) -> None:
        self.home = home
        self.slug = slug
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        if settings is None:
            settings = at_exit.enter_context(modes.real_node_settings())
        self.environment = {**os.environ, "COFFEE_HOME": str(home), **settings}
        self.process: subprocess.Popen[bytes] | None = None
        self.workers = workers
        self._workers: list[subprocess.Popen[bytes]] = []
        self._token = ""
        self.session = requests.Session()
        self.session.trust_env = False

    def run(self, *arguments: str) -> str:
        """Run a command of the node's command line; its standard output."""
        done = subprocess.run(
            [*COMMAND, *arguments], env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip()

    def init(self, name: str = "") -> RealNode:
        """Make the home without a question."""
        names = {"--name": name or f"COFFEE {self.slug.title()}", "--handle": self.slug}
        names |= {"--base-url": self.url, "--language": "en", "--admin-email": "admin@example.org"}
        self.run("init", *(part for pair in names.items() for part in pair), "--development", "--yes")
        return self

    def start(self, *options: str, wait: bool = True) -> RealNode:
        """Start `serve` in a process group of its own, and beside it the workers if it has some."""
        if self.workers:
            self._workers = [self._spawn("worker") for _ in range(self.workers)]
            options = ("--no-worker", *options)
        self.process = self._spawn("serve", *options)
        if wait:
            try:
                wait_for(self.is_ready, OK_SECONDS)
            except AssertionError:
                self.stop()
                raise
        return self

    def _spawn(self, command: str, *options: str) -> subprocess.Popen[bytes]:
        with (self.home / f"{command}.log").open("ab") as log:
            return subprocess.Popen(
                [*COMMAND, command, *options],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def is_ready(self) -> bool:
        """Whether /readyz answers 200; a process that ended is an error with its last words."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"{self.slug} ended: {(self.home / 'serve.log').read_text()[-2000:]}")
        try:
            return self.session.get(f"{self.url}/readyz", timeout=1).status_code == 200
        except requests.RequestException:
            return False

    def tree(self) -> list[psutil.Process]:
        """Every living process of the node."""
        found: list[psutil.Process] = []
        for process in self._processes():
            try:
                parent = psutil.Process(process.pid)
                found += [parent, *parent.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        return found

    def _processes(self) -> list[subprocess.Popen[bytes]]:
        return [*([self.process] if self.process else []), *self._workers]

    def kill(self) -> None:
        """SIGKILL to every process of the tree at once."""
        members = self.tree()
        for member in members:
            try:
                member.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        for process in self._processes():
            process.wait(timeout=10)
        psutil.wait_procs(members, timeout=10)
        self.process, self._workers = None, []

    def stop(self) -> None:
        """SIGTERM, then wait; whatever is left after 15 s is killed."""
        members = self.tree()
        for process in self._processes():
            process.terminate()
        try:
            for process in self._processes():
                process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()
            return
        _, left = psutil.wait_procs(members, timeout=5)
        for member in left:
            member.kill()
        self.process, self._workers = None, []

    @property
    def token(self) -> str:
        """A token of the administrator."""
        if not self._token:
            self._token = self.run("token", "create", "admin")
        return self._token

    def post(
        self, document: Mapping[str, Any], actor: str = "", headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """POST to an outbox with the administrator's token."""
        wanted = {"Authorization": f"Bearer {self.token}", "Content-Type": ACTIVITY, **(headers or {})}
        address = f"{self.url}/actors/{actor or self.slug}/outbox"
        return self.session.post(address, data=json.dumps(document), headers=wanted, timeout=10)

    def publish(self, document: Mapping[str, Any], actor: str = "") -> str:
        """Publish something that must be taken; the id of the object."""
        answer = self.post(document, actor)
        assert answer.status_code == 201, f"{answer.status_code} {answer.text}"
        activity = self.get_json(answer.headers["Location"], ACTIVITY)
        found = activity["object"]
        return str(found["id"] if isinstance(found, dict) else found)

    def get_json(self, path: str, accept: str = "application/json") -> Any:
        """The JSON at a path or address of this node."""
        url = path if path.startswith("http") else f"{self.url}{path}"
        answer = self.session.get(url, headers={"Accept": accept}, timeout=10)
        assert answer.status_code == 200, f"{url}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def all_items(self, path: str) -> list[dict[str, Any]]:
        """Every item of a list, page by page."""
        found: list[dict[str, Any]] = []
        address: str | None = path
        while address:
            page = self.get_json(address)
            found += page["items"]
            address = page["next"]
        return found

    def befriend(self, other: RealNode) -> None:
        """Ask the other node and let it accept, as two managers would."""
        self.run("peer", "follow", other.url)
        wait_for(lambda: self._asked(other), 15, 0.2)
        other.run("peer", "accept", self.url)

    def _asked(self, other: RealNode) -> bool:
        peers = json.loads(other.run("peer", "list", "--json"))
        return any(peer["host"] == self.url.removeprefix("http://") for peer in peers)

    def partners(self) -> int:
        """How many partners the node has by now."""
        peers = json.loads(self.run("peer", "list", "--json"))
        return sum(1 for peer in peers if peer["is_partner"])
