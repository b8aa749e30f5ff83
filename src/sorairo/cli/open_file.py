"""Opens a result in the program that the system uses for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from sorairo.cli.console import say


def open_file(path: Path) -> None:
    """Open a file in its program, without waiting for that. Where there is none, say so."""
    if sys.platform == "win32":
        os.startfile(path)
        return
    program = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if program is None:
        say(f"{path} cannot be opened: no program (xdg-open) was found.")
        return
    process = subprocess.Popen(
        [program, str(path.resolve())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    threading.Thread(target=process.wait, daemon=True).start()
