"""Runs of a codec with memory at both resolutions, one of them stopped after two of four steps.

The files were made with the code in which the first codec of this kind was trained, before it
became part of the program.
"""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest

from .conftest import Sorairo
from .program import FILES, LOSS_TOLERANCE, run_codec
from .test_training import data, rows

EXPECTED = json.loads((FILES / "training-codec2" / "expected.json").read_text())


@pytest.fixture
def cache(old: Path, sorairo: Sorairo, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder with the old runs, which the program uses in the test."""
    with tarfile.open(FILES / "training-codec2" / "cache.tar.xz") as archive:
        archive.extractall(old, filter="data")
    monkeypatch.setenv("XDG_CACHE_HOME", str(old / "cache"))
    return old / "cache"


def test_a_run_starts_from_the_smaller_codec_of_a_model(sorairo: Sorairo, cache: Path):
    """With more channels, blocks and memory; its losses are the same from the first step on."""
    expected = EXPECTED["memory"]
    before = data(cache)
    assert before
    done = sorairo("train", *expected["command"])
    assert done.returncode == 0, done.stderr
    check_losses(cache, expected, first=1)
    assert data(cache) == before


def test_a_stopped_run_goes_on(sorairo: Sorairo, cache: Path):
    """With every part of the loss and of the data that needs no package."""
    expected = EXPECTED["all"]
    before = data(cache)
    done = sorairo("train", *expected["command"])
    assert done.returncode == 0, done.stderr
    check_losses(cache, expected, first=3)
    assert data(cache) == before


def test_the_same_run_from_the_beginning(sorairo: Sorairo, cache: Path):
    expected = EXPECTED["all"]
    shutil.rmtree(cache / "sorairo" / "runs")
    done = sorairo("train", *expected["command"])
    assert done.returncode == 0, done.stderr
    check_losses(cache, expected, first=1)


def test_the_codec_of_a_run_opens(cache: Path):
    """Its configuration comes from the recipe in the metadata; every channel gets a scale."""
    codec = run_codec(cache / "sorairo" / "runs" / EXPECTED["all"]["folder"])
    assert codec.config.high_memory
    assert codec.config.latent_channels == len(codec.latent_std) == 6
    assert bool((codec.latent_std != 1).all())


def check_losses(cache: Path, expected: dict[str, Any], *, first: int) -> None:
    """Compares the losses of all steps from the `first` one on."""
    found = rows(cache / "sorairo" / "runs" / expected["folder"])
    assert [row["step"] for row in found] == [1, 2, 3, 4]
    for row in found[first - 1 :]:
        loss = expected["losses"][str(row["step"])]
        assert row["loss"] == pytest.approx(loss, rel=LOSS_TOLERANCE)
