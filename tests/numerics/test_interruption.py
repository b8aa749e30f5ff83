"""Every stage after sampling can be stopped within a few frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import sorairo
from sorairo.generation.engine import Engine
from sorairo.generation.output.decode import decode_latents
from sorairo.generation.output.seams.difference import Seam, carry_difference
from sorairo.interruption import check_interrupted, interruptible
from sorairo.models.upscaling.postprocess import damp_flicker, smooth_steps
from sorairo.video import Clip

NUM_FRAMES, SIDE = 64, 64


class StoppedError(Exception):
    """The work was stopped."""


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Engine:
    return sorairo.load(tiny_model)


@pytest.fixture
def frames() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (NUM_FRAMES, SIDE, SIDE, 3), np.uint8)


def stages(engine: Engine, frames: np.ndarray, folder: Path) -> dict[str, Callable[[], object]]:
    law, clip = engine.model.codec.law, Clip(frames=frames, fps=12)
    latents = torch.zeros(law.channels, NUM_FRAMES, *(SIDE // law.space_factor,) * 2)
    seam = Seam(at=-1, given=frames[0], rebuilt=frames[1])
    large = {"fps": 12, "width": 2 * SIDE, "height": 2 * SIDE, "fps_out": 12}
    return {
        "decode": lambda: decode_latents(engine.model, latents),
        "flicker": lambda: damp_flicker(frames),
        "steps": lambda: smooth_steps(frames, list(range(0, NUM_FRAMES, 4))),
        "upscale": lambda: engine.model.upscale(frames[:24], **large),
        "resize": lambda: clip.resize(SIDE // 2, SIDE // 2),
        "seams": lambda: carry_difference(frames, [seam], 12),
        "encode": lambda: clip.save(folder / "a.mp4"),
        "sheet": lambda: clip.contact_sheet(every=4),
    }


NAMES = ("decode", "flicker", "steps", "upscale", "resize", "seams", "encode", "sheet")


@pytest.mark.parametrize("name", NAMES)
@torch.inference_mode()
def test_a_stage_is_checked_often_and_stops(
    engine: Engine, frames: np.ndarray, tmp_path: Path, name: str
):
    """At least once for 16 latent frames or 16 frames, and it stops at the next check."""
    work, seen = stages(engine, frames, tmp_path)[name], 0

    def stop_at_third() -> None:
        nonlocal seen
        seen += 1
        if seen == 3:
            raise StoppedError

    with pytest.raises(StoppedError), interruptible(stop_at_third):
        work()
    assert seen == 3
    assert not list(tmp_path.iterdir()), "no unfinished file"
    seen = -1000
    with interruptible(stop_at_third):
        work()
    assert seen + 1000 >= (24 if name == "upscale" else NUM_FRAMES) // 16


def test_nothing_is_checked_outside(frames: np.ndarray):
    def stop() -> None:
        raise StoppedError

    with pytest.raises(StoppedError), interruptible(stop):
        check_interrupted()
    check_interrupted()
    Clip(frames=frames, fps=12).resize(8, 8)
