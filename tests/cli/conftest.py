"""Runs the command line as a process with two streams and an exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub_server import REPOSITORY, Hub, hub_server, use_hub
from sorairo.video import Clip

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def sorairo(tmp_path: Path) -> Run:
    """Runs `sorairo ARGUMENTS` in an empty folder."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "sorairo", *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def sorairo_without(tmp_path: Path) -> Run:
    """Runs `sorairo ARGUMENTS` in an empty folder, where a module is not installed."""

    def run(missing: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        script = (
            f"import sys; sys.modules['{missing}'] = None; sys.argv = ['sorairo', *sys.argv[1:]];"
            "from sorairo.cli.main import main; main()"
        )
        return subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str
    folder: Path

    @property
    def facts(self) -> dict[str, Any]:
        """The JSON object of the first result."""
        assert self.returncode == 0, self.stderr
        return json.loads(self.stdout.splitlines()[0])

    @property
    def clip(self) -> Clip:
        """The clip of the first result, from `--json`."""
        return Clip.load(self.folder / self.facts["path"])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """Runs `sorairo ARGUMENTS` in an empty folder, in this process: torch is loaded once."""
    from sorairo.cli.main import run

    monkeypatch.chdir(tmp_path)

    def command(*arguments: object) -> Done:
        capfd.readouterr()
        code = run([str(each) for each in arguments])
        streams = capfd.readouterr()
        return Done(returncode=code, stdout=streams.out, stderr=streams.err, folder=tmp_path)

    return command


@pytest.fixture
def hub(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with one model, and an environment in which commands use it."""
    with hub_server() as running:
        files = {each.name: each.read_bytes() for each in tiny_model.iterdir()}
        running.repositories[REPOSITORY] = {**files, "README.md": b"# Tiny"}
        use_hub(running.url, monkeypatch)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("SORAIRO_MODELS", str(tmp_path / "models"))
        yield running


@pytest.fixture
def pull(here: Callable[..., Done]) -> Callable[..., Done]:
    """Runs `sorairo models pull ARGUMENTS` in this process."""
    return partial(here, "models", "pull")
