"""The server's log: format, and a bound on repeated messages."""

from __future__ import annotations

import copy
import logging
import time
from typing import Any

from uvicorn.config import LOGGING_CONFIG

from sorairo.server.api.request_ids import LOGGER as REQUESTS

MAX_REPEATS, INTERVAL = 60, 60.0  # lines of one kind of message, in seconds
MAX_REQUESTS = 600  # lines about requests in the same time


class RepeatFilter(logging.Filter):
    """Drops a kind of message (one format string of one logger) that was logged `most` times within
    `interval` seconds. The next one that is logged says how many were dropped.

    Clients can cause errors as fast as they can send requests: the log must not fill the disk.
    """

    def __init__(self, most: int = MAX_REPEATS, interval: float = INTERVAL) -> None:
        super().__init__()
        self.most, self.interval = most, interval
        self.seen: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged."""
        kind, now = (record.name, str(record.msg)), time.monotonic()
        most = MAX_REQUESTS if record.name == REQUESTS else self.most
        since, count = self.seen.get(kind, (now, 0))
        if now - since > self.interval:
            dropped = max(0, count - most)
            since, count = now, 0
            if dropped:
                record.msg = f"{record.msg} [and {dropped} more like this before]"
        self.seen[kind] = since, count + 1
        return count < most


def log_config() -> dict[str, Any]:
    """uvicorn's configuration, extended to all loggers of this process, with the filter."""
    config = copy.deepcopy(LOGGING_CONFIG)
    config["filters"] = {"repeats": {"()": RepeatFilter}}
    config["handlers"]["default"]["filters"] = ["repeats"]
    for name in ("sorairo", "asyncio"):
        config["loggers"][name] = {"handlers": ["default"], "level": "INFO", "propagate": False}
    return config
