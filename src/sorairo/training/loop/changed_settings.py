"""What a run that is continued does otherwise than before."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from sorairo.config import to_json
from sorairo.config.fields import join
from sorairo.training.loop.state import FILE, read_record

MOST = 5  # settings that are named


def say_changes(folder: Path, recipe: Any) -> None:
    """Says on stderr which settings differ from those with which the state in `folder` was saved:
    a run may be made longer, but another run needs another name."""
    before = json.loads(read_record(folder / FILE)["recipe"])
    changes = changed_settings(before, json.loads(json.dumps(to_json(recipe))))
    if changes:
        more = f", and {len(changes) - MOST} more" if len(changes) > MOST else ""
        print(
            f"The run in {folder} goes on with other settings: {', '.join(changes[:MOST])}{more}."
            " For a run of its own, set another name=.",
            file=sys.stderr,
        )


def changed_settings(before: Any, now: Any, path: str = "") -> list[str]:
    """Each setting of two records that differs. Fields that only one of them has are left out: they
    came or went with a version."""
    if isinstance(before, dict) and isinstance(now, dict):
        both = [name for name in now if name in before]
        return [
            each
            for name in both
            for each in changed_settings(before[name], now[name], join(path, name))
        ]
    if before == now:
        return []
    return [f"{path}={_short(now)} (before {_short(before)})"]


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
