"""A quick part of the record, compared with a tolerance for other machines.
`make golden` compares all of it exactly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

RECORD = Path(__file__).parent / "record.py"
QUICK = (
    "command/base.mp4",
    "command/generate-delivered",
    "command/image",
    "command/animate-times",
    "command/extend-both",
    "command/connect",
    "command/edit-region",
    "command/remix",
    "command/storyboard",
    "world-sample",
    "recipe/tabletop-codec",
    "recipe/unseen-10",
)


def check(*patterns: str) -> subprocess.CompletedProcess[str]:
    """Compares the record with the current program, in a process with its own environment."""
    only = [word for pattern in patterns for word in ("--only", pattern)]
    command = [sys.executable, str(RECORD), "--check", "--near", *only]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_case_has_a_record():
    listed = subprocess.run(
        [sys.executable, str(RECORD), "--list"], capture_output=True, text=True, check=True
    )
    files = (RECORD.with_name(name) for name in ("frames.json", "losses.json"))
    recorded = {case for file in files for case in json.loads(file.read_text(encoding="utf-8"))}
    assert set(listed.stdout.split("\n")) - {""} == recorded, "run record.py --write --only CASE"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.needs_weights
def test_what_is_made_is_what_was_made():
    done = check(*QUICK)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(QUICK)} cases, 0 differ" in done.stdout
