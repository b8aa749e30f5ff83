"""Latents that are kept with a clip reach every family of Wan as they are: nothing is decoded and
encoded again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from sorairo.exam.question import Sampling
from sorairo.exam.suites.canvas import chain
from sorairo.generation.canvas.canvas import Canvas
from sorairo.generation.engine import Engine, load
from sorairo.generation.settings import Settings
from sorairo.generation.tasks.extend import extend_forward
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    GeneratedSegment,
    GivenFrames,
    single_prompt,
)
from sorairo.models.wan.codec.network import WanCodec
from sorairo.video import Clip
from tiny_wan import write_wan

FAMILIES = ("wan2.1-1.3b", "wan2.2-i2v-14b", "wan2.1-vace-1.3b", "wan2.2-5b")
CHANNELS = FAMILIES[1:3]
OPTIONS = {"steps": 1, "seed": 3}
ONE_STEP = Settings(steps=1, seed=3)


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Engine]:
    """Of each family, with canvases of 64x64 pixels."""
    root, found = tmp_path_factory.mktemp("kept"), {}
    for name in FAMILIES:
        model = load(write_wan(root / name, name), device="cpu").model
        small = replace(model.info, native_sizes=((64, 64),))
        found[name] = Engine(replace(model, info=small))
    return found


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many frames that are not grey each call of a codec encodes."""
    calls: list[int] = []
    original = WanCodec.encode

    def encode(self: WanCodec, video: Tensor) -> Tensor:
        calls.append(int((video.abs().amax((0, 1, 3, 4)) > 0).sum()))
        return original(self, video)

    monkeypatch.setattr(WanCodec, "encode", encode)
    return calls


def film(engine: Engine, frames: int, seed: int = 5) -> Clip:
    pixels = np.random.default_rng(seed).integers(0, 256, (frames, 64, 64, 3), np.uint8)
    return Clip(frames=pixels, fps=engine.spec.fps)


def kept(engine: Engine, frames: int = 10) -> Clip:
    """A clip with the latents of its end."""
    seconds = frames / engine.spec.fps
    return engine.extend(film(engine, 8), "a ball", forward=seconds, keep_latents=True, **OPTIONS)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_exam_measures_drift_in_latents(
    engines: dict[str, Engine], encoded: list[int], monkeypatch: pytest.MonkeyPatch, name: str
):
    """Of three extensions in a row, only the first encodes frames: it begins with a clip that has
    no latents. From pixels, each does."""
    monkeypatch.setattr(chain, "EXTENSIONS", 3)
    monkeypatch.setattr(chain, "SECONDS", 0.5)
    for question in chain.questions(1):
        encoded.clear()
        (clip,) = question.ask(engines[name], question.truth(), Sampling(steps=1))
        assert sum(map(bool, encoded)) == (1 if question.keep else 3)
        assert clip.frames.shape == (24, *question.start.frames.shape[1:])
        assert np.array_equal(clip.frames[:6], question.start.frames)
        verdict = chain.judge(question, [clip], question.truth())
        end = "kept" if question.keep else "pixels"
        assert 0 < verdict[f"drift, {end}"] < 2


def given_of(canvas: Canvas, name: str) -> Tensor:
    """The latents that the model is given, [c, f, h, w]."""
    return canvas.given_latents if name in CHANNELS else canvas.latents


@pytest.mark.parametrize("name", FAMILIES)
def test_kept_latents_reach_the_model_and_the_result(
    engines: dict[str, Engine], encoded: list[int], name: str
):
    engine = engines[name]
    clip = kept(engine)
    assert clip.latents is not None
    assert clip.latents.tail is not None
    tail = torch.from_numpy(clip.latents.tail).float()
    known = tail.shape[1]
    layout = extend_forward(clip, "a ball", spec=engine.spec, num_frames=8)
    encoded.clear()
    canvas = engine.encode_layout(layout)
    assert not any(encoded)
    assert torch.equal(canvas.latents[:, :known], tail)
    assert torch.equal(given_of(canvas, name)[:, :known], tail)
    if name in CHANNELS:
        assert canvas.given is not None
        assert canvas.given_whole is not None
        assert canvas.given_whole.tolist() == [i < known for i in range(canvas.grid[0])]
        nothing = engine.encode_layout(replace(layout, given=()))
        masks = slice(0, 4) if name == "wan2.2-i2v-14b" else slice(32, None)
        flag = 1.0 if name == "wan2.2-i2v-14b" else 0.0
        assert bool((canvas.given[masks, :known] == flag).all())
        assert nothing.given is not None
        assert torch.equal(canvas.given[:, known:], nothing.given[:, known:]), "grey"
    else:
        assert bool((canvas.sigma_start[:known] == 0).all())
    result = engine.fill(layout, ONE_STEP)
    assert torch.equal(result[:, :known], tail)
    assert not torch.equal(result[:, known:], canvas.latents[:, known:])


@pytest.mark.parametrize("name", FAMILIES)
def test_an_extension_begins_where_the_latents_end(engines: dict[str, Engine], name: str):
    """The frames of the last latent frame that are not in the clip are shown, not copies of its
    last frame."""
    engine = engines[name]
    clip = kept(engine)
    assert clip.latents is not None
    assert clip.latents.spare == 2
    again = engine.extend(clip, "a ball", forward=8 / engine.spec.fps, **OPTIONS)
    assert np.array_equal(again.frames[:18], clip.frames)
    assert again.num_frames == 26
    assert not np.array_equal(again.frames[18], again.frames[17])
    assert not np.array_equal(again.frames[19], again.frames[18])


@pytest.mark.parametrize("name", CHANNELS)
def test_what_is_given_in_part_is_encoded(
    engines: dict[str, Engine], encoded: list[int], name: str
):
    """Beside two latent frames that are known, two frames of a third one."""
    engine = engines[name]
    frames = film(engine, 20).frames
    known = torch.randn(16, 2, 8, 8, generator=torch.Generator().manual_seed(0))
    given = (
        GivenFrames(first=0, frames=frames[:8], latents=known.numpy()),
        GivenFrames(first=8, frames=frames[8:10]),
    )
    layout = layout_with(engine, given, 20)
    canvas = engine.encode_layout(layout)
    assert sorted(encoded, reverse=True)[0] == 2
    assert sum(map(bool, encoded)) == 1
    shown = np.zeros((20, 64, 64), np.float32)
    shown[8:10] = 1.0
    wanted = engine.encode(frames, shown)
    assert torch.equal(canvas.given_latents[:, :2], known)
    assert torch.equal(canvas.given_latents[:, 2:], wanted[:, 2:])
    assert canvas.given_whole is not None
    assert canvas.given_whole.tolist() == [True, True, False, False, False]
    if name == "wan2.2-i2v-14b":
        assert canvas.given is not None
        assert canvas.given[:4, 2, 0, 0].tolist() == [1, 1, 0, 0]


def layout_with(engine: Engine, given: tuple[GivenFrames, ...], num_frames: int) -> CanvasLayout:
    prompts, prompt_weights = single_prompt("a ball", num_frames)
    return CanvasLayout(
        spec=engine.spec,
        num_frames=num_frames,
        width=64,
        height=64,
        prompts=prompts,
        prompt_weights=prompt_weights,
        segments=(GeneratedSegment(first=0, last=num_frames),),
        given=given,
        padding_frames=0,
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_given_frames_are_the_history_of_a_later_window(engines: dict[str, Engine], name: str):
    """What an earlier window makes in their place is not used."""
    model = engines[name].model
    engine = Engine(replace(model, info=replace(model.info, window_frames=21)))
    frames = film(engine, 16).frames
    layout = layout_with(engine, (GivenFrames(first=4, frames=frames),), 36)
    before = engine.encode_layout(layout)
    result = engine.fill(layout, ONE_STEP)
    assert torch.equal(result[:, 1:5], given_of(before, name)[:, 1:5])
    assert not torch.equal(result[:, 5:], before.latents[:, 5:])


@pytest.mark.parametrize("name", FAMILIES)
def test_joints_stay_in_latents(engines: dict[str, Engine], encoded: list[int], name: str):
    """A clip with latents of its beginning and of its end is connected and looped."""
    engine = engines[name]
    second = 1 / engine.spec.fps
    clip = engine.extend(kept(engine), "a ball", backward=8 * second, keep_latents=True, **OPTIONS)
    assert clip.latents is not None
    assert clip.latents.head is not None
    assert clip.latents.tail is not None
    encoded.clear()
    looped = engine.loop(clip, "a ball", seconds=8 * second, **OPTIONS)
    joined = engine.connect(clip, clip, ("a ball", "a box"), seconds=8 * second, **OPTIONS)
    assert not any(encoded)
    length = clip.num_frames
    assert np.array_equal(looped.frames[:length], clip.frames)
    assert np.array_equal(joined.frames[:length], clip.frames)
    assert np.array_equal(joined.frames[-length:], clip.frames)
