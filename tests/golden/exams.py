"""A small part of the exam: the verdicts on a question or two of each suite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from running import sorairo

# Questions of each suite. Left out is M8, of which one question takes minutes.
SUITES = {"M2": 2, "M3": 2, "M4": 1, "M5": 1, "M6": 2, "M7": 1, "M9": 1, "M12": 1}


def names() -> list[str]:
    """Of all cases here."""
    return [f"exam/{suite}" for suite in SUITES]


def cases(folder: Path, wanted: set[str]) -> Iterator[tuple[str, Any]]:
    """Examines the shipped model; suite by suite, the verdicts."""
    for suite, count in SUITES.items():
        name = f"exam/{suite}"
        if name in wanted:
            out = f"exam-{suite}"
            how = ("-n", str(count), "--steps", "2", "--workers", "1", "-o", out)
            sorairo(folder, "exam", suite, *how)
            yield (
                name,
                {
                    file.stem: json.loads(file.read_text())
                    for file in sorted((folder / out / suite).glob("*.json"))
                },
            )
