"""Requests that are generated as one batch give the same clips as alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

import sorairo
from sorairo.errors import RequestError
from sorairo.flow.schedules import sampling_sigmas
from sorairo.generation.canvas.canvas import Canvas, Stack, blank
from sorairo.generation.engine import Engine
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.generate import GenerateRequest, ImageRequest
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.generation.sampling.batches import batch_groups
from sorairo.generation.sampling.temporal_windows import Window
from sorairo.generation.sampling.window_sampling import Sampling, fill
from sorairo.generation.settings import Settings
from sorairo.generation.tasks.animate import animate
from sorairo.generation.tasks.registry import layout_of
from sorairo.generation.tasks.text import text_to_video
from sorairo.models.tabletop import POSITIONS
from sorairo.video import Clip

GRID = (3, 2, 2)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return sorairo.load()


def shown(one: Clip, other: Clip) -> float:
    return float(np.abs(one.frames.astype(int) - other.frames).mean())


def test_clips_made_together_are_those_made_alone(engine: Engine):
    """Except for the last bits, because a batch is multiplied in another order."""
    picture = Clip(frames=np.full((1, 96, 96, 3), 120, np.uint8), fps=12.0)
    rolls = AnimateRequest(prompt="a blue cube rolls", seconds=0.5, seed=3, steps=2)
    cube = GenerateRequest(prompt="a blue cube", seconds=0.5, seed=2, steps=2)
    asked: list[tuple[Request, list[Clip]]] = [
        (GenerateRequest(prompt="a red ball", seconds=0.5, seed=1, steps=2), []),
        (rolls, [picture]),
        (cube, []),
        (replace(cube, seconds=0.1), []),
        (replace(cube, loop=True), []),
    ]
    alone = [engine.make(*each) for each in asked]
    together = engine.make_together(asked)
    for one, other in zip(alone, together, strict=True):
        assert one.frames.shape == other.frames.shape
        assert shown(one, other) < 2
    assert shown(together[0], together[2]) > 4, "each has a seed and a prompt of its own"
    assert np.array_equal(together[1].frames[0], picture.frames[0])


def test_requests_with_two_runs_are_refused(engine: Engine):
    clip = Clip(frames=np.full((8, 96, 96, 3), 120, np.uint8), fps=12.0)
    for request, clips in (
        (ExtendRequest(forward=0.5, backward=0.5), [clip]),
        (ImageRequest(prompt="a red ball"), []),
    ):
        with pytest.raises(RequestError, match="make it alone"):
            engine.make_together([(request, clips)])


def test_only_similar_requests_are_sampled_together(engine: Engine):
    spec = engine.spec
    size = (96, 96)
    layouts = [
        text_to_video("a", spec=spec, size=size, num_frames=8),
        text_to_video("b", spec=spec, size=size, num_frames=8),
        text_to_video("c", spec=spec, size=size, num_frames=16),
        text_to_video("d", spec=spec, size=size, num_frames=8, cyclic=True),
        text_to_video("e", spec=spec, size=(128, 80), num_frames=8),
        text_to_video("f", spec=spec, size=size, num_frames=8),
        text_to_video("g", spec=spec, size=size, num_frames=480),
        text_to_video("h", spec=spec, size=size, num_frames=480),
    ]
    settings = [Settings(seed=i) for i in range(5)] + [Settings(guidance=1.0)] + [Settings()] * 2
    found = batch_groups(list(zip(layouts, settings, strict=True)))
    assert found == [[0, 1], [2], [3], [4], [5], [6], [7]], "long ones are planned, each alone"


def test_pictures_at_other_times_are_not_sampled_together(engine: Engine):
    """A window sees the pictures near it: of one canvas it would see more than of another."""
    picture = Clip(frames=np.full((1, 96, 96, 3), 120, np.uint8), fps=12.0)
    asked = [
        (animate([(0.0, picture), (at, picture)], "a", spec=engine.spec, num_frames=72, **hint), s)
        for at, hint, s in (
            (1.0, {}, Settings(seed=1)),
            (5.0, {}, Settings(seed=2)),
            (1.0, {"strength": (1.0, 0.5)}, Settings(seed=3)),
            (1.0, {}, Settings(seed=4)),
        )
    ]
    assert batch_groups(asked) == [[0, 3], [1], [2]]


def test_prompts_of_other_times_are_not_sampled_together(engine: Engine):
    """A window knows only the prompts of its frames: of one board one, of another two."""
    cards = ("a red ball rolls", "a blue box drops")
    boards = [
        Storyboard(
            cards=(
                Card(start=0, end=change, prompt=cards[0]),
                Card(start=change, end=6, prompt=cards[1], cut=False),
            ),
            seed=seed,
            steps=1,
        )
        for seed, change in enumerate((2.0, 5.0, 2.0))
    ]
    asked = [(layout_of(each, (), engine.spec), each.settings()) for each in boards]
    assert batch_groups(asked) == [[0, 2], [1]]
    made = engine.make_together([(each, ()) for each in boards])
    alone = engine.make(boards[1])
    assert np.array_equal(made[1].frames, alone.frames)


def test_a_stack_is_filled_as_its_canvases_are():
    """With a velocity that looks at each canvas alone, exactly."""

    def some(x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        return torch.tanh(x + 3 * x.mean(-2, keepdim=True)) * (1 + sigma.unsqueeze(-1))

    def canvas(seed: int) -> Canvas:
        made = blank(latent_channels=2, patch=2, grid=GRID, frame_seconds=1 / 3, law=POSITIONS)
        made.sigma_start[seed % 3] = 0.5
        return made

    def filled(*seeds: int) -> tuple[Canvas, ...]:
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        sampling = Sampling(sigmas=sampling_sigmas(4), solver="adams", generators=generators)
        window = Window(latent_frames=(0, 1, 2), known=0, times=(0, 1 / 3, 2 / 3), near=(-1, 1))
        stack = [canvas(seed) for seed in seeds]
        *_, last = fill(stack, lambda part: some, sampling, [window])
        return last.canvases

    both, (one,), (other,) = filled(4, 5), filled(4), filled(5)
    assert torch.equal(both[0].latents, one.latents)
    assert torch.equal(both[1].latents, other.latents)
    assert Stack(both).tokens().shape == (2, 12, 8)
