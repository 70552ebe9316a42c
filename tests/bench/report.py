"""The one JSON line that every benchmark prints, with the machine it was measured on."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def tell(bench: str, goal: str, result: Mapping[str, Any], file: str | None = None) -> int:
    """Print the line (and write it to a file); the exit code: 0 fine, 1 a threshold missed, 3 not run."""
    machine = {"python": platform.python_version(), "platform": platform.platform(), "cores": os.cpu_count()}
    line = json.dumps(
        {"bench": bench, "goal": goal, **result, **machine, "load": round(os.getloadavg()[0], 2)}
    )
    print(line)
    if file:
        Path(file).write_text(line + "\n")
    return {True: 0, False: 1, None: 3}[result["ok"]]
