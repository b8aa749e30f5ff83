"""A temporary PostgreSQL server: a cluster in a new folder, on a socket in it."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

USER = "postgres"
DEBIAN = Path("/usr/lib/postgresql")  # VERSION/bin, which is not on the path
SETTINGS = {"listen_addresses": "", "max_connections": "200", "shared_buffers": "32MB"}


class PostgreSQL:
    """`folder` is its own; `safe`: what is committed is on the disk, at the price of some time."""

    def __init__(self, folder: Path, *, safe: bool = True) -> None:
        self.folder, self.data = folder, folder / "data"
        self.bin = _programs()
        self._run("initdb", "-A", "trust", "-U", USER, "-E", "UTF8", "--no-sync")
        settings = {**SETTINGS, "unix_socket_directories": str(folder)}
        if not safe:  # a restart loses nothing even so; only a loss of power does
            settings |= {"fsync": "off", "full_page_writes": "off"}
        lines = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(lines)

    def start(self) -> None:
        self._control("start")

    def stop(self) -> None:
        """Stops at once, as in a crash."""
        self._control("stop", "-m", "immediate")

    def restart(self) -> None:
        self._control("restart", "-m", "immediate")

    def new(self) -> str:
        """The URL of a new, empty database."""
        name = f"sorairo_{secrets.token_hex(4)}"
        with psycopg.connect(host=str(self.folder), user=USER, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def _control(self, *words: str) -> None:
        self._run("pg_ctl", *words, "-w", "-t", "60", "-l", str(self.folder / "log"))

    def _run(self, program: str, *words: str) -> None:
        """PostgreSQL's own programs refuse to be run by root."""
        other = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
        command = [*other, str(self.bin / program), *words]
        log = self.folder / "output"
        with log.open("wb") as file:  # no pipe: what is started would keep it open
            done = subprocess.run(
                command,
                cwd=self.folder,
                env={**os.environ, "PGDATA": str(self.data)},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {log.read_text()}")


@contextmanager
def running(*, safe: bool = True) -> Iterator[PostgreSQL]:
    """A running server, until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="sorairo-postgresql-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        one = PostgreSQL(folder, safe=safe)
        one.start()
        try:
            yield one
        finally:
            one.stop()
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    """The folder of the newest."""
    if found := [*DEBIAN.glob("*/bin")]:
        return max(found, key=lambda path: float(path.parent.name))
    if on_path := shutil.which("pg_ctl"):
        return Path(on_path).resolve().parent
    raise RuntimeError("PostgreSQL is not installed: `make test` does it, or tells you how.")
