"""The command line, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

TINY = "../models/tiny"  # as seen from the folder of every other kind of file


def sorairo(*arguments: object) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "sorairo", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
