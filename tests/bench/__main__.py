"""How fast a node is ready, and how much memory it takes when nobody asks anything of it."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import click
import psutil

from tests.house.peer import free_port

COMMAND = str(Path(sys.executable).with_name("coffee-node"))
MEGABYTE = 1024 * 1024


def make_home(folder: Path, port: int) -> Path:
    """A node of its own below the folder."""
    home = folder / "home"
    base_url = f"http://127.0.0.1:{port}"
    options = [
        "--name",
        "Bench",
        "--base-url",
        base_url,
        "--language",
        "en",
        "--admin-email",
        "bench@space.example",
    ]
    subprocess.run(
        [COMMAND, "--home", str(home), "init", *options, "--development", "--yes"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return home


def seconds_until_ready(port: int, started: float) -> float:
    """Ask until the node says that it is ready; RuntimeError after 30 s."""
    while time.monotonic() < started + 30:
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
            return time.monotonic() - started
        time.sleep(0.01)
    raise RuntimeError("The node was not ready after 30 s.")


def memory_of(process: psutil.Process) -> float:
    """The resident memory of a process and all below it, in MB."""
    tree = [process, *process.children(recursive=True)]
    return float(sum(one.memory_info().rss for one in tree)) / MEGABYTE


def measure_start(home: Path, port: int, quiet: float) -> tuple[float, float]:
    """Start a node, wait until it is ready, leave it alone for a while: seconds and MB."""
    started = time.monotonic()
    process = subprocess.Popen(
        [COMMAND, "--home", str(home), "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ready = seconds_until_ready(port, started)
        time.sleep(quiet)
        return ready, memory_of(psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(timeout=30)


@click.command()
@click.option("--starts", default=5, help="How often the node is started.")
@click.option("--quiet", default=60.0, help="Seconds of quiet before memory is counted, at the last start.")
def main(starts: int, quiet: float) -> None:
    """Measure start and memory of an idle node, web and worker together."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="coffee-bench-") as folder:
        home = make_home(Path(folder), port)
        rounds = [
            measure_start(home, port, 0 if number < starts else quiet) for number in range(1, starts + 1)
        ]
    click.echo(
        f"ready after {statistics.median(ready for ready, _ in rounds):.2f} s (median of {starts} starts)"
    )
    click.echo(f"memory after {quiet:.0f} s of quiet: {rounds[-1][1]:.0f} MB in all processes")


if __name__ == "__main__":
    main()
