"""Starting Python processes that import nothing from the current folder.

`python -m` and `python -c` look for modules in the current folder first, so a `click.py` that lies
there would be run. Every process that sorairo starts gets its command, environment or context here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.context import SpawnContext

SAFE_PATH = "PYTHONSAFEPATH"
# Variables with folders of modules. A relative or empty entry means the current folder.
MODULE_FOLDERS = ("PYTHONPATH", "PYTHONUSERBASE")


def python_command(*arguments: str) -> list[str]:
    """The command that runs this Python with these arguments, such as `-m` and a module."""
    return [sys.executable, "-P", *arguments]


def python_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a Python process: by default that of this one. It has no folders of
    modules that depend on the current folder; those with an absolute path stay."""
    found = dict(os.environ if environment is None else environment)
    for name in MODULE_FOLDERS:
        entries = [path for path in found.pop(name, "").split(os.pathsep) if os.path.isabs(path)]
        if entries:
            found[name] = os.pathsep.join(entries)
    return {**found, SAFE_PATH: "1"}


def protect_children() -> None:
    """Gives this process the environment of `python_environment`, for children that libraries
    start."""
    safe = python_environment()
    for name in MODULE_FOLDERS:
        if name in safe:
            os.environ[name] = safe[name]
        else:
            os.environ.pop(name, None)
    os.environ[SAFE_PATH] = safe[SAFE_PATH]


def spawn_context() -> SpawnContext:
    """The context of `multiprocessing` for new processes."""
    import multiprocessing  # takes a while, and few commands need it

    protect_children()
    return multiprocessing.get_context("spawn")


def forget_current_folder() -> None:
    """Removes the current folder, which `python -m` puts first, from the folders of modules."""
    if not sys.flags.safe_path and sys.path[:1] in ([""], [os.getcwd()]):
        del sys.path[0]
