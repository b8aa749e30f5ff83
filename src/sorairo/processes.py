"""Starting Python processes, which import nothing from the current folder, and start quickly.

`python -m` and `python -c` look for modules in the current folder first, so a `click.py` that lies
there would be run. Every process that sorairo starts gets its command, environment or context here.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future
    from multiprocessing.context import SpawnContext

Result = TypeVar("Result")
SAFE_PATH = "PYTHONSAFEPATH"
GC_THRESHOLD = 10_000  # new objects between two collections of the youngest generation
# Variables with folders of modules. A relative or empty entry means the current folder.
MODULE_FOLDERS = ("PYTHONPATH", "PYTHONUSERBASE")

# Folders of programs and libraries, of which relative and empty ones mean the current folder.
LIBRARY_FOLDERS = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# Runs a module as `python -m` does. The folder of this package comes last: a package that is
# installed is found without it, and one that only PYTHONPATH named is found by it.
_RUN_MODULE = (
    "import runpy, sys;"  # before other copies of this package, after the standard library
    " at = next((i for i, p in enumerate(sys.path) if p.endswith('-packages')), len(sys.path));"
    " sys.path.insert(at, sys.argv.pop(1));"
    " runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


def isolated_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of this package for files from strangers: in addition to what
    `python_command` does, Python reads no variable of the environment (PYTHONPATH, PYTHONSTARTUP,
    PYTHONHOME...)."""
    source = str(Path(__file__).resolve().parents[1])
    return [sys.executable, "-E", "-P", "-c", _RUN_MODULE, source, module, *arguments]


def isolated_environment(names: Iterable[str]) -> dict[str, str]:
    """These variables of the environment, as far as they are set, and no others; lists of folders
    without relative and empty entries."""
    found = {name: os.environ[name] for name in names if name in os.environ}
    for name in set(LIBRARY_FOLDERS) & set(found):
        folders = [each for each in found[name].split(os.pathsep) if os.path.isabs(each)]
        found[name] = os.pathsep.join(folders)
    return {name: value for name, value in found.items() if value}


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


def results_of(pool: Executor, jobs: Iterable[Future[Result]]) -> Iterator[Result]:
    """The results of jobs of a pool, as they come. After an error or Ctrl-C none is begun that has
    not been: the block of a pool, which waits for its jobs, ends soon."""
    from concurrent.futures import as_completed

    try:
        for job in as_completed(jobs):
            yield job.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def forget_current_folder() -> None:
    """Removes the current folder, which `python -m` puts first, from the folders of modules."""
    if not sys.flags.safe_path and sys.path[:1] in ([""], [os.getcwd()]):
        del sys.path[0]


def raise_gc_threshold() -> None:
    """Lets the garbage collector of this process run after GC_THRESHOLD new objects, where Python's
    default is 700. Nearly all objects of imports stay: collecting among them takes a tenth of the
    time in which a server or a worker starts."""
    gc.set_threshold(GC_THRESHOLD, *gc.get_threshold()[1:])
