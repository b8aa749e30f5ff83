"""A run that was stopped goes on where it was, and gives what it would have given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from random_weights import randomise
from sorairo.generation.engine import Engine, load
from sorairo.generation.progress import Progress
from sorairo.generation.sampling.checkpoint import SamplingCheckpoint

PROMPT, SECONDS = "a red ball drops", 9.0  # several windows


class Stopped(Exception):  # noqa: N818
    pass


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Engine:
    engine = load(tiny_model, device="cpu")
    engine.config = replace(engine.config, max_frames=200)
    randomise(engine.model)
    return engine


def generate(engine: Engine, folder: Path, *, stop: int | None = None) -> tuple[np.ndarray, int]:
    """Frames, and how many steps were made; stopped before step `stop`."""
    steps = 0

    def on_progress(_now: Progress) -> None:
        nonlocal steps
        steps += 1
        if steps == stop:
            raise Stopped

    with engine.keeping(SamplingCheckpoint(folder=folder, model="m")):
        clip = engine.generate(PROMPT, seconds=SECONDS, steps=3, on_progress=on_progress)
    return clip.frames, steps


def test_a_stopped_run_goes_on(engine: Engine, tmp_path: Path):
    (tmp_path / "whole").mkdir()
    whole, steps = generate(engine, tmp_path / "whole")
    for stop in (2, steps // 2, steps - 1):
        folder = tmp_path / str(stop)
        folder.mkdir()
        with pytest.raises(Stopped):
            generate(engine, folder, stop=stop)
        again, left = generate(engine, folder)
        assert np.array_equal(again, whole)
        assert left <= steps - stop + 3, "no more than one window is made again"


def test_pages_of_another_model_and_broken_ones_are_not_read(engine: Engine, tmp_path: Path):
    generate(engine, tmp_path)
    (page,) = [path for path in tmp_path.iterdir() if not path.name.startswith(".")][:1]
    assert SamplingCheckpoint(folder=tmp_path, model="m").read(page.name) is not None
    assert SamplingCheckpoint(folder=tmp_path, model="other").read(page.name) is None
    assert SamplingCheckpoint(folder=tmp_path, model="m").read("canvas-9.safetensors") is None
    page.write_bytes(page.read_bytes()[:-5])
    assert SamplingCheckpoint(folder=tmp_path, model="m").read(page.name) is None


def test_files_are_told_when_they_are_whole(engine: Engine, tmp_path: Path):
    told: list[Path] = []
    with engine.keeping(SamplingCheckpoint(folder=tmp_path, model="m", written=told.append)):
        engine.generate(PROMPT, seconds=0.5, steps=2)
    assert told == [tmp_path / "canvas-0.safetensors"]
    engine.generate(PROMPT, seconds=0.5, steps=2)
    assert len(told) == 1, "only inside the block"
