"""Where a long-running process writes: one line per event, on stderr."""

from __future__ import annotations

import logging.config
from typing import Any


def log_settings() -> dict[str, Any]:
    """The logging configuration of a node's processes, made anew since its readers change it."""
    line = {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    stderr = {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"stderr": stderr},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {},
    }


def log_to_stderr() -> None:
    """Use these settings in this process."""
    logging.config.dictConfig(log_settings())
