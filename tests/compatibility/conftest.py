"""A copy of the old files for each test, and the command `sorairo` in one of its folders."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .program import FILES, Done, run

Sorairo = Callable[..., Done]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder with copies of `models` and `clips`."""
    for name in ("models", "clips"):
        shutil.copytree(FILES / name, tmp_path / name)
    for name in ("codec.safetensors", "denoiser.safetensors", "tokenizer.json"):
        shutil.copy(FILES / "models" / "tiny" / name, tmp_path / "models" / "early" / name)
    return tmp_path


@pytest.fixture
def sorairo(
    old: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Sorairo:
    """Runs `sorairo ARGUMENTS` in the folder of old clips, in this process."""
    monkeypatch.chdir(old / "clips")

    def command(*arguments: object) -> Done:
        capfd.readouterr()
        code = run([str(each) for each in arguments])
        streams = capfd.readouterr()
        return Done(returncode=code, stdout=streams.out, stderr=streams.err)

    return command
