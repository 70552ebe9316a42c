"""A marked test skips where the machine lacks its service, and fails where the service was promised."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.house.sources import ROOT

MARKED = """
import socket
import pytest

@pytest.mark.postgres
def test_with_a_server(postgres_url):
    assert postgres_url

@pytest.mark.redis
def test_that_gives_up():
    socket.socket().close()
    pytest.skip("no reason")
"""


def run_marked(folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run two marked tests in a pytest of their own."""
    (folder / "test_marked.py").write_text(MARKED, "utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COFFEE_TEST_")}
    options = [
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "-c",
        str(ROOT / "setup.cfg"),
        "--rootdir",
        str(ROOT),
    ]
    command = [sys.executable, "-m", "pytest", *options, str(folder)]
    environ = {**kept, "COFFEE_TEST_REDIS_URL": "redis://127.0.0.1:1/0", **environ}
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def test_a_marked_test_skips_with_its_reason(tmp_path: Path) -> None:
    run = run_marked(tmp_path)
    assert "2 skipped" in run.stdout, run.stdout + run.stderr
    assert "COFFEE_TEST_POSTGRES_URL names no server" in run.stdout
    assert run.returncode == 0


def test_where_everything_is_promised_a_skip_is_a_failure(tmp_path: Path) -> None:
    run = run_marked(tmp_path, COFFEE_TEST_REQUIRE_MARKED="1")
    assert "skipped although COFFEE_TEST_REQUIRE_MARKED=1" in run.stdout, run.stdout + run.stderr
    assert "skipped" not in run.stdout.splitlines()[-1]
    assert run.returncode == 1
