"""The memory of the host: that of the machine, or what control groups leave of it to a container.
No torch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

GROUPS = Path("/sys/fs/cgroup")
OWN_GROUPS = Path("/proc/self/cgroup")


@dataclass(frozen=True)
class _Names:
    """The files of a control group, by version."""

    limit: str
    used: str
    cached: tuple[str, ...]
    """In memory.stat: copies of files in memory, which the kernel gives up when memory is short."""


VERSION_1 = _Names(
    "memory.limit_in_bytes",
    "memory.usage_in_bytes",
    ("total_active_file", "total_inactive_file"),
)
VERSION_2 = _Names("memory.max", "memory.current", ("active_file", "inactive_file"))


def total_memory(groups: Path | None = None, own: Path | None = None) -> float:
    """Bytes of memory that the processes of this machine or container may use together.

    Control groups are at `groups`, and `own` names those of this process; None: as Linux has them.
    """
    limits = [limit for limit, _ in _limits(groups, own)]
    return min([float(psutil.virtual_memory().total), *limits])


def free_memory(groups: Path | None = None, own: Path | None = None) -> float:
    """Bytes that a process can still take without swapping, and without being killed for it."""
    left = [limit - used for limit, used in _limits(groups, own)]
    return max(0.0, min([float(psutil.virtual_memory().available), *left]))


def usable_memory() -> float:
    """Bytes that this process can use: what is free, and what it holds already. Files that are
    mapped count as free."""
    held = psutil.Process().memory_info()
    return free_memory() + held.rss - getattr(held, "shared", 0)


def _limits(groups: Path | None, own: Path | None) -> Iterator[tuple[float, float]]:
    """The limit of each control group that this process is in, and what is used of it."""
    for folder, names in _folders(groups or GROUPS, own or OWN_GROUPS):
        with suppress(OSError, ValueError):  # "max" is no number: there is no limit
            limit, used = (float((folder / each).read_text()) for each in (names.limit, names.used))
            rows = (line.split() for line in (folder / "memory.stat").read_text().splitlines())
            stat = {row[0]: float(row[1]) for row in rows if len(row) == 2}
            yield limit, max(0.0, used - sum(stat.get(each, 0.0) for each in names.cached))


def _folders(groups: Path, own: Path) -> Iterator[tuple[Path, _Names]]:
    """The folders of this process's groups and of those above. In a container the paths are often
    those of the host, and only the outermost folder exists."""
    lines = ""
    with suppress(OSError):
        lines = own.read_text()
    for line in lines.splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers and "memory" not in controllers.split(","):
            continue
        top, names = (groups / "memory", VERSION_1) if controllers else (groups, VERSION_2)
        place = top / path.lstrip("/")
        for folder in (place, *place.parents):
            if folder.is_relative_to(top):
                yield folder, names
