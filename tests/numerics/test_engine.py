"""The engine with an untrained model: seeds, sizes, rates, and refused requests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from random_weights import randomise
from sorairo.errors import RequestError
from sorairo.generation.canvas.canvas import Stack, blank
from sorairo.generation.engine import Engine, load
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.metadata import REQUEST_TYPES
from sorairo.models.tabletop import POSITIONS

PROMPT = "a red ball drops"


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Engine:
    engine = load(tiny_model, device="cpu")
    randomise(engine.model.network)
    return engine


def test_a_seed_is_a_clip(engine: Engine):
    first, again, other, large = (
        engine.generate(PROMPT, seconds=0.5, seed=s) for s in (1, 1, 2, 1 + 2**32)
    )
    assert first.frames.shape == (6, 64, 64, 3)
    assert np.array_equal(first.frames, again.frames)
    assert not np.array_equal(first.frames, other.frames)
    assert not np.array_equal(first.frames, large.frames), "all bits of a seed count"
    assert not torch.is_inference_mode_enabled()


def test_prompts_and_negatives_count(engine: Engine):
    clips = [
        engine.generate(PROMPT, seconds=0.1),
        engine.generate("一个红色的球落下", seconds=0.1),
        engine.generate(PROMPT, seconds=0.1, negative="a blue cube"),
        engine.generate(PROMPT, seconds=0.1, guidance=1.0),
    ]
    assert len({clip.frames.tobytes() for clip in clips}) == 4


def test_without_guidance_the_negative_is_not_used(engine: Engine):
    clips = [
        engine.generate(PROMPT, seconds=0.1, guidance=1.0, negative=text) for text in ("", "cube")
    ]
    assert np.array_equal(clips[0].frames, clips[1].frames)


def test_guidance_is_one_batch_of_two(engine: Engine):
    """The guided velocity against the formula, with each half computed alone; where the noise is
    below the levels that are guided, the conditional velocity."""
    canvas = blank(
        latent_channels=8,
        patch=2,
        grid=(2, 3, 3),
        frame_seconds=1 / 3,
        law=POSITIONS,
        prompt=PROMPT,
    )
    x = torch.randn(18, 32, generator=torch.Generator().manual_seed(0))
    sigma = torch.linspace(0.1, 1, 18)
    with torch.no_grad():
        x, sigma = x[None], sigma[None]
        cond = engine.velocity(Stack((canvas,)), negative="", scale=1.0)(x, sigma)
        empty = replace(canvas, prompts=("",))
        uncond = engine.velocity(Stack((empty,)), negative="", scale=1.0)(x, sigma)
        guided = engine.velocity(Stack((canvas,)), negative="", scale=3.0)(x, sigma)
        lowest = engine.model.sampling.guidance_interval[0]
        faint = sigma * lowest * 0.99
        plain, same = (
            engine.velocity(Stack((canvas,)), negative="", scale=scale)(x, faint)
            for scale in (1.0, 3.0)
        )
        other = engine.velocity(Stack((empty,)), negative="", scale=1.0)(x, faint)
    assert lowest > 0
    # Texts are read in one batch with the negative, so the last bits may differ.
    assert float((same - plain).norm()) < 0.1 * float((other - plain).norm())
    expected = uncond + 3 * (cond - uncond)
    assert float((guided - expected).norm()) < 0.05 * float(expected.norm())  # 16-bit numbers
    assert float((cond - uncond).norm()) > 0.05 * float(cond.norm())


def test_progress_counts_every_step(engine: Engine):
    seen: list[tuple[int, int]] = []
    engine.generate(
        PROMPT, seconds=0.1, steps=3, on_progress=lambda now: seen.append((now.done, now.total))
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_progress_goes_on_while_frames_are_enlarged(engine: Engine):
    seen: list[tuple[int, int]] = []
    how = {"seconds": 2, "steps": 2, "width": 192, "height": 192, "fps": 24}
    engine.generate(PROMPT, **how, on_progress=lambda now: seen.append((now.done, now.total)))
    assert {total for _, total in seen} == {2 + 24 // 8}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (5, 5)


def test_another_rate_lasts_as_long(engine: Engine):
    native = engine.generate(PROMPT, seconds=1)
    double = engine.generate(PROMPT, seconds=1, fps=24)
    half = engine.generate(PROMPT, seconds=1, fps=6)
    assert (len(native.frames), native.fps) == (12, 12)
    assert (len(double.frames), double.fps) == (24, 24)
    assert np.array_equal(half.frames, native.frames[::2])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"width": 72}, "both"),
        ({"width": 30, "height": 64}, "nearest is 64x64"),
        ({"width": 0, "height": 0}, "0"),
        ({"fps": 0}, "frames"),
        ({"seconds": 100}, "seconds"),
        ({"steps": 0}, "1 to 200"),
        ({"prompt": " "}, "empty"),
    ],
)
def test_invalid_requests_are_refused(engine: Engine, changes: dict, words: str):
    request = {"prompt": PROMPT, "seconds": 1.0, **changes}
    with pytest.raises(RequestError, match=words):
        engine.generate(**request)


def test_a_device_that_is_not_there(tiny_model: Path):
    for name in ("gpu", "cuda:99"):
        with pytest.raises(RequestError, match="choose cpu"):
            load(tiny_model, device=name)


def test_the_facts_of_an_engine_are_enough_for_a_request(engine: Engine):
    assert engine.info["name"] == "tiny"
    assert len(engine.info["digest"]) == 16
    assert "generate" in engine.info["trained_for"]
    assert engine.info["licence"] == "Apache-2.0"
    assert set(engine.info["trained_for"]) <= REQUEST_TYPES.keys()
    width, height = engine.info["native_sizes"][0]
    request = GenerateRequest(prompt=PROMPT, seconds=49 / 12, width=width, height=height)
    request.validate(engine.limits)
