"""Python processes that are started import nothing from the current folder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from sorairo.processes import (
    protect_children,
    python_command,
    python_environment,
    results_of,
    spawn_context,
)

SOURCE = Path(__file__).parents[2] / "src" / "sorairo"
NAMES = ("click", "tempfile", "PIL", "torch", "numpy", "signal", "sqlalchemy", "encodings")


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with modules that note when they are imported."""
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text(
            f"open({str(tmp_path / 'ran')!r}, 'a').write('{name}')"
        )
    monkeypatch.chdir(tmp_path)
    return tmp_path / "ran"


@pytest.mark.parametrize("path", [None, "", ".", f"{os.pathsep}/nowhere", f"/nowhere{os.pathsep}."])
@pytest.mark.parametrize("words", [("-m", "sorairo", "--version"), ("-c", "import click, PIL")])
def test_a_started_process_imports_nothing_from_its_folder(
    hostile: Path, path: str | None, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    if path is not None:
        monkeypatch.setenv("PYTHONPATH", path)
    subprocess.run(python_command(*words), env=python_environment(), check=True)
    assert not hostile.exists()


def test_the_control_runs_the_modules(hostile: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    subprocess.run([sys.executable, "-c", "import click"], check=False)
    assert hostile.read_text() == "click"


@pytest.mark.parametrize("path", ["", ".", f"{os.pathsep}/nowhere"])
def test_pools_import_nothing_from_the_folder(
    hostile: Path, path: str, monkeypatch: pytest.MonkeyPatch
):
    for name in ("PYTHONPATH", "PYTHONSAFEPATH"):  # restored when the test ends
        monkeypatch.setenv(name, path if name == "PYTHONPATH" else "")
    with ProcessPoolExecutor(1, spawn_context()) as pool:
        assert pool.submit(os.getcwd).result() == str(hostile.parent)
    assert not hostile.exists()


def test_modules_of_absolute_folders_are_found(tmp_path: Path):
    before = {"PYTHONPATH": os.pathsep.join(["", str(tmp_path), "lib", "/also"]), "A": "b"}
    safe = {"PYTHONPATH": f"{tmp_path}{os.pathsep}/also", "A": "b", "PYTHONSAFEPATH": "1"}
    assert python_environment(before) == safe
    assert python_environment({"PYTHONUSERBASE": "here"}) == {"PYTHONSAFEPATH": "1"}


def test_children_of_libraries_are_protected(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONSAFEPATH", "")
    monkeypatch.setenv("PYTHONPATH", ".")
    protect_children()
    assert os.environ["PYTHONSAFEPATH"] == "1"
    assert "PYTHONPATH" not in os.environ


def test_python_m_sorairo_imports_no_module_of_the_folder(hostile: Path):
    """Those that Python itself imports before it knows sorairo are out of reach."""
    for name in ("tempfile", "signal", "encodings"):
        Path(f"{name}.py").unlink()
    subprocess.run([sys.executable, "-m", "sorairo", "--version"], check=True)
    assert not hostile.exists()


def test_no_process_is_started_in_another_way():
    ways = ("sys.executable", 'get_context("spawn")', "multiprocessing.Process")
    found = {
        (path.name, way)
        for path in SOURCE.rglob("*.py")
        for way in ways
        if way in path.read_text(encoding="utf-8")
    }
    assert found == {("processes.py", ways[0]), ("processes.py", ways[1])}


def test_after_an_error_no_further_job_is_begun():
    begun = []

    def work(number: int) -> None:
        begun.append(number)
        if number == 1:
            raise ValueError("a broken job")
        time.sleep(0.05)

    with ThreadPoolExecutor(1) as pool, pytest.raises(ValueError, match="a broken job"):
        list(results_of(pool, [pool.submit(work, number) for number in range(50)]))
    assert len(begun) < 10
