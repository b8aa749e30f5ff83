"""Training runs that were stopped halfway continue with the same command."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import pytest

from .conftest import Sorairo
from .program import FILES, LOSS_TOLERANCE

EXPECTED = json.loads((FILES / "training" / "expected.json").read_text())


@pytest.fixture
def cache(old: Path, sorairo: Sorairo, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder with the old runs, which the program uses in the test."""
    with tarfile.open(FILES / "training" / "cache.tar.xz") as archive:
        archive.extractall(old, filter="data")
    monkeypatch.setenv("XDG_CACHE_HOME", str(old / "cache"))
    return old / "cache"


def rows(folder: Path) -> list[dict[str, float]]:
    """The lines of a journal that have a loss."""
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [line for line in lines if "loss" in line]


def data(cache: Path) -> dict[str, int]:
    """The files that training prepares before its first step, and when they were written."""
    found: dict[str, int] = {}
    for pattern in ("clips/*/**/*", "runs/*/latents-*/**/*", "runs/*/pairs-*/**/*"):
        for path in (cache / "sorairo").glob(pattern):
            if path.is_file():
                found[str(path)] = path.stat().st_mtime_ns
    for path in (cache / "sorairo").glob("runs/*/frozen-*"):
        found[str(path)] = path.stat().st_mtime_ns
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_a_stopped_run_goes_on(sorairo: Sorairo, cache: Path, name: str):
    """Its losses are those of a run without a stop, and the prepared data is used as it is."""
    expected = EXPECTED[name]
    before = data(cache)
    assert len(before) > 20
    done = sorairo("train", *expected["command"])
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()) == cache / expected["result"]
    found = rows(cache / "sorairo" / "runs" / expected["folder"])
    assert [row["step"] for row in found] == [1, 2, 3, 4]
    for row in found[2:]:
        loss = expected["losses"][str(row["step"])]
        assert row["loss"] == pytest.approx(loss, rel=LOSS_TOLERANCE)
    assert data(cache) == before


def test_a_codec_run_is_read_for_another_model(sorairo: Sorairo, cache: Path):
    """The codec's configuration comes from the recipe in the metadata of its state."""
    command = EXPECTED["denoiser"]["command"]
    assert "name=old-model" in command
    for name in EXPECTED:
        if name != "codec":
            shutil.rmtree(cache / "sorairo" / "runs" / EXPECTED[name]["folder"])
    done = sorairo("train", *command, "name=new-model", "loop.steps=1")
    assert done.returncode == 0, done.stderr
    (row,) = rows(cache / "sorairo" / "runs" / "new-model")
    # 2.14 while the scale of its latents was that of the first source's clips, now of all of them
    assert row["loss"] == pytest.approx(1.452, rel=LOSS_TOLERANCE)
