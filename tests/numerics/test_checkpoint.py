"""A stopped run continues from its checkpoint and gives the same result."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from random_weights import randomise
from sorairo.generation.engine import Engine, load
from sorairo.generation.progress import Progress
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.sampling.checkpoint import SamplingCheckpoint
from sorairo.video import Clip

LONG = GenerateRequest(prompt="a red ball drops", seconds=9.0, steps=3)  # several windows


class Stopped(Exception):  # noqa: N818
    pass


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Engine:
    engine = load(tiny_model, device="cpu")
    engine.model = replace(engine.model, info=replace(engine.model.info, max_frames=200))
    randomise(engine.model.network)
    return engine


def generate(engine: Engine, folder: Path, *, stop: int | None = None) -> tuple[np.ndarray, int]:
    """Frames, and how many steps were made; stopped before step `stop`."""
    steps = 0

    def on_progress(_now: Progress) -> None:
        nonlocal steps
        steps += 1
        if steps == stop:
            raise Stopped

    checkpoint = SamplingCheckpoint(folder=folder, model="m")
    clip = engine.make(LONG, on_progress=on_progress, checkpoint=checkpoint)
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


@pytest.mark.parametrize(("loop", "stops"), [(False, (1, 2, 5, 6)), (True, (3,))])
def test_a_window_goes_on_at_its_last_kept_step(
    engine: Engine, tmp_path: Path, loop: bool, stops: tuple[int, ...]
):
    request = replace(LONG, seconds=1.0, steps=6, loop=loop)
    whole = engine.make(request).frames
    for stop in stops:
        folder = tmp_path / str(stop)
        folder.mkdir()
        with pytest.raises(Stopped):
            resumable(engine, request, folder, stop=stop)
        frames, done = resumable(engine, request, folder)
        assert done == list(range(stop + 1, 7))
        assert np.array_equal(frames, whole)


def resumable(
    engine: Engine, request: GenerateRequest, folder: Path, *, stop: int | None = None
) -> tuple[np.ndarray, list[int]]:
    """Frames, and the steps that were made; kept after each, and stopped after step `stop`."""
    done: list[int] = []

    def on_progress(now: Progress) -> None:
        if now.done in done:
            return  # of the delivery
        done.append(now.done)
        if now.done == stop:
            raise Stopped

    checkpoint = SamplingCheckpoint(folder=folder, model="m", interval=0)
    clip = engine.make(request, on_progress=on_progress, checkpoint=checkpoint)
    return clip.frames, done


def test_steps_are_kept_at_intervals(engine: Engine, tmp_path: Path):
    """One window of six steps: not within it before the interval is over."""
    for interval, files in ((0.0, 6), (60.0, 1)):
        written: list[Path] = []
        engine.make(
            replace(LONG, seconds=1.0, steps=6),
            checkpoint=SamplingCheckpoint(
                folder=tmp_path, model=str(interval), written=written.append, interval=interval
            ),
        )
        assert len(written) == files


def test_slow_writing_takes_a_small_part_of_the_time(engine: Engine, tmp_path: Path):
    written: list[Path] = []

    def slow(path: Path) -> None:
        written.append(path)
        time.sleep(0.3)

    checkpoint = SamplingCheckpoint(folder=tmp_path, model="m", written=slow, interval=1e-6)
    engine.make(replace(LONG, seconds=1.0, steps=6), checkpoint=checkpoint)
    assert len(written) == 2, "after the first step, and at the end"


def test_a_step_of_another_schedule_is_not_resumed(engine: Engine, tmp_path: Path):
    request = replace(LONG, seconds=1.0, steps=6)
    with pytest.raises(Stopped):
        resumable(engine, request, tmp_path, stop=3)
    more = replace(request, steps=7)
    frames, done = resumable(engine, more, tmp_path)
    assert done == list(range(1, 8))
    assert np.array_equal(frames, engine.make(more).frames)


def test_files_of_another_model_and_broken_ones_are_not_read(engine: Engine, tmp_path: Path):
    generate(engine, tmp_path)
    (page,) = [path for path in tmp_path.iterdir() if not path.name.startswith(".")][:1]
    assert SamplingCheckpoint(folder=tmp_path, model="m").read(page.name) is not None
    assert SamplingCheckpoint(folder=tmp_path, model="other").read(page.name) is None
    assert SamplingCheckpoint(folder=tmp_path, model="m").read("canvas-9.safetensors") is None
    page.write_bytes(page.read_bytes()[:-5])
    assert SamplingCheckpoint(folder=tmp_path, model="m").read(page.name) is None


def test_files_are_reported_when_complete(engine: Engine, tmp_path: Path):
    written: list[Path] = []
    short = replace(LONG, seconds=0.5)
    checkpoint = SamplingCheckpoint(folder=tmp_path, model="m", written=written.append)
    engine.make(short, checkpoint=checkpoint)
    assert written == [tmp_path / "canvas-0.safetensors"]
    engine.make(short)
    assert len(written) == 1, "nothing is written without a checkpoint"


def test_every_stage_of_a_request_has_a_state(engine: Engine, tmp_path: Path):
    clip = Clip(frames=np.full((8, 64, 64, 3), 120, np.uint8), fps=12.0)
    both = ExtendRequest(forward=0.5, backward=0.5, steps=2)
    engine.make(both, [clip], checkpoint=SamplingCheckpoint(folder=tmp_path, model="m"))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "canvas-0.safetensors",
        "canvas-1.safetensors",
    ]
