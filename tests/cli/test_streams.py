"""Output to closed, full and narrow streams, and in encodings that lack letters."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Done

LIST = ("models", "list")


def shell(command: str, *arguments: str | Path, **environment: str):
    """Runs `sorairo ARGUMENTS` in a shell command that calls it "$@"."""
    return subprocess.run(
        ["bash", "-c", command, "bash", sys.executable, "-m", "sorairo", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ('"$@" >&-', 0, b""),
        ('"$@" <&- >&- 2>&-', 0, b""),
        ('"$@" >/dev/full', 1, b"Error: Cannot write to stdout: No space left on device.\n"),
        ('"$@" 2>/dev/full', 0, b""),
        ('"$@" | exec true; exit ${PIPESTATUS[0]}', 1, b""),
    ],
)
def test_streams_that_cannot_be_written(command: str, code: int, said: bytes):
    done = shell(command, *LIST)
    assert (done.returncode, done.stderr) == (code, said)


def test_help_and_errors_on_streams_that_cannot_be_written():
    done = shell('"$@" >/dev/full', "generate", "--help")
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert shell('"$@" 2>&-', "generate").returncode == 2


@pytest.mark.parametrize("encoding", ["cp1252", "cp437:strict", "latin-1"])
def test_encodings_without_the_letters(tiny_model: Path, tmp_path: Path, encoding: str):
    """Paths are escaped, JSON stays JSON, and the help can be read."""
    place = Path(shutil.copytree(tiny_model, tmp_path / "一个é"))
    info = ("models", "info", place, "--no-speed")
    plain = shell('"$@"', *info, PYTHONIOENCODING=encoding)
    assert plain.returncode == 0, plain.stderr
    assert b"\\u4e00\\u4e2a" in plain.stdout
    as_json = shell('"$@"', *info, "--json", PYTHONIOENCODING=encoding)
    assert json.loads(as_json.stdout.decode("latin-1"))["path"] == str(place)
    assert shell('"$@"', "generate", "--help", PYTHONIOENCODING=encoding).returncode == 0


def test_names_that_are_no_text_keep_their_bytes(tiny_model: Path, tmp_path: Path):
    place = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe")
    shutil.copytree(tiny_model, place)
    info = ("models", "info", place, "--no-speed")
    done = shell('"$@"', *info)
    assert done.returncode == 0, done.stderr
    assert b"/\xff\xfe\n" in done.stdout
    done = shell('"$@"', *info, "--json")
    assert json.loads(done.stdout)["path"] == place


@pytest.mark.parametrize("columns", ["0", "1", "10", "-5", "100000"])
def test_terminals_of_any_width(
    here: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, columns: str
):
    monkeypatch.setenv("COLUMNS", columns)
    for command in ((), ("generate",), ("exam",), ("world", "sample")):
        done = here(*command, "--help")
        assert done.returncode == 0
        assert max(map(len, done.stdout.splitlines())) <= 110 or int(columns) <= 10


def test_control_characters_do_not_reach_the_terminal(here: Callable[..., Done]):
    done = here("models", "info", "\x1b[31mred")
    assert done.returncode == 2
    assert "\\x1b[31mred" in done.stderr
