"""Reads JSON from files that a user names, which may hold anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sorairo.errors import ConfigError

MAX_BYTES = 4 * 2**20  # the largest record, of a model, has 2 kB


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ConfigError, also for one that is nested too deeply and for
    a number of thousands of digits."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ConfigError("it is nested too deeply") from error
    except ValueError as error:
        raise ConfigError(str(error)[:200]) from error


def read_json(path: Path, *, max_bytes: int = MAX_BYTES) -> Any:
    """The value in a JSON file. Raises ConfigError and OSError."""
    with path.open("rb") as file:
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise ConfigError(f"it has more than {max_bytes} bytes")
    return parse_json(data)
