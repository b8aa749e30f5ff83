"""Wan from a folder to a clip: every family, tiny and with random weights, by every task of the
canvas."""

from __future__ import annotations

import gc
import importlib.resources
import re
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from sorairo.cli.main import app
from sorairo.config import to_json
from sorairo.errors import RequestError
from sorairo.generation.engine import Engine
from sorairo.generation.progress import Progress
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.limits import limits_of
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.generation.tasks.animate import animate
from sorairo.models import hub, protocols
from sorairo.models.protocols import PromptContext, TokenBatch
from sorairo.models.wan.denoiser import WanDenoiser
from sorairo.video import Clip
from tiny_wan import ALL, GIVEN, OPTIONS, film

LENGTH = 9  # frames


@pytest.mark.parametrize("name", ALL)
def test_text_to_video(wan_engines: dict[str, Engine], name: str):
    engine = wan_engines[name]
    assert isinstance(engine.model, protocols.VideoModel)
    fps = engine.model.info.fps
    made = [engine.generate("a red ball", seconds=LENGTH / fps, **OPTIONS) for _ in range(2)]
    assert made[0].frames.shape == (LENGTH, 64, 64, 3)
    assert made[0].fps == fps
    assert np.array_equal(made[0].frames, made[1].frames)
    other = engine.generate("a red ball", seconds=LENGTH / fps, **{**OPTIONS, "seed": 4})
    assert not np.array_equal(made[0].frames, other.frames)


@pytest.mark.parametrize("name", GIVEN)
def test_a_picture_is_kept_and_matters(wan_engines: dict[str, Engine], name: str):
    engine = wan_engines[name]
    seconds = LENGTH / engine.model.info.fps
    first, second = film(2, 16).frames[:1], film(2, 16).frames[1:]
    a, b = (
        engine.animate(Clip(frames=each, fps=16), "a red ball", seconds=seconds, **OPTIONS)
        for each in (first, second)
    )
    assert np.array_equal(a.frames[:1], first)
    assert a.frames.shape == (LENGTH, 64, 64, 3)
    assert not np.array_equal(a.frames[-1], b.frames[-1]), "the network has seen the picture"


LEFT_HALF = np.zeros((64, 64), np.float32)
LEFT_HALF[:, :32] = 1
TASKS: dict[str, Callable[[Engine, Clip, float], Clip]] = {
    "image": lambda engine, _clip, _s: engine.image("a ball", **OPTIONS),
    "seamless": lambda engine, _clip, s: engine.generate("a", seconds=s, loop=True, **OPTIONS),
    "keyframes": lambda engine, clip, s: engine.animate(
        [
            (0.0, replace(clip, frames=clip.frames[:1])),
            (s / 2, replace(clip, frames=clip.frames[4:5])),
        ],
        "a ball",
        seconds=s,
        **OPTIONS,
    ),
    "extend": lambda engine, clip, s: engine.extend(clip, "a ball", forward=s, **OPTIONS),
    "extend back": lambda engine, clip, s: engine.extend(clip, "a ball", backward=s, **OPTIONS),
    "loop": lambda engine, clip, s: engine.loop(clip, "a ball", seconds=s, **OPTIONS),
    "connect": lambda engine, clip, s: engine.connect(
        clip, clip.reversed(), ("a ball", "a box"), seconds=s, **OPTIONS
    ),
    "edit": lambda engine, clip, _s: engine.edit(clip, "a ball", strength=0.7, **OPTIONS),
    "region": lambda engine, clip, _s: engine.edit(clip, "a ball", region=LEFT_HALF, **OPTIONS),
    "retake": lambda engine, clip, s: engine.edit(
        clip, "a ball", start=clip.duration / 2, **OPTIONS
    ),
    "storyboard": lambda engine, _clip, s: engine.storyboard(
        Storyboard(
            cards=(Card(start=0, end=s / 2, prompt="a"), Card(start=s / 2, end=s, prompt="b"))
        ),
        **OPTIONS,
    ),
    "cast": lambda engine, clip, s: engine.cast([clip], "a ball", seconds=s, **OPTIONS),
}
FRAMES = {"image": 1, "keyframes": 9, "extend": 21, "extend back": 21, "cast": 9}
FRAMES |= {"connect": 32, "loop": 20} | dict.fromkeys(("edit", "region", "retake"), 12)
"""Of the result, where the task decides it; a bridge has whole latent frames."""
ALL_OF_IT = slice(None)
KEPT: dict[str, tuple[tuple[slice, slice], ...]] = {
    "keyframes": ((slice(0, 1), slice(0, 1)), (slice(4, 5), slice(4, 5))),
    "extend": ((slice(0, 12), ALL_OF_IT),),
    "extend back": ((slice(-12, None), ALL_OF_IT),),
    "loop": ((slice(0, 12), ALL_OF_IT),),
    "connect": ((slice(0, 12), ALL_OF_IT), (slice(-12, None), slice(None, None, -1))),
    "retake": ((slice(0, 4), slice(0, 4)),),
}
"""Frames of the result, and those of the given clip that they are."""


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", ALL)
def test_every_task(wan_engines: dict[str, Engine], name: str, task: str):
    """Of the length that was asked for, with the given frames as they are, and the same again: of
    one family, as the noise is drawn alike for all."""
    engine = wan_engines[name]
    fps = engine.model.info.fps
    clip = film(12, fps)
    made = TASKS[task](engine, clip, LENGTH / fps)
    assert made.frames.shape[1:] == (64, 64, 3)
    assert made.num_frames == FRAMES[task] if task in FRAMES else made.num_frames >= 8
    for shown, given in KEPT.get(task, ()):
        assert np.array_equal(made.frames[shown], clip.frames[given])
    if task == "region":
        assert np.array_equal(made.frames[:, :, 48:], clip.frames[:, :, 48:]), "outside of it"
        assert not np.array_equal(made.frames[:, :, :32], clip.frames[:, :, :32])
    if name == ALL[0]:
        again = TASKS[task](engine, clip, LENGTH / fps)
        assert np.array_equal(again.frames, made.frames)


def test_what_it_was_not_trained_for(wan_folders: dict[str, Path], tmp_path: Path):
    target = tmp_path / "ball.mp4"
    film(4, 16).save(tmp_path / "film.mp4")
    words = ["extend", str(tmp_path / "film.mp4"), "a red ball", "--forward", "0.5"]
    words += ["--size", "64x64", "--steps", "1"]
    words += ["--model", str(wan_folders["wan2.1-1.3b"]), "-o", str(target)]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "not trained for extend (zero-shot); wan2.1-vace-1.3b was" in result.output
    assert "Generated at" not in result.output, "the canvas has the size of the result"
    assert Clip.load(target).frames.shape[1:] == (64, 64, 3)


def test_a_hint_is_refused_with_the_model_to_use_instead(
    wan_folders: dict[str, Path], wan_engines: dict[str, Engine], tmp_path: Path
):
    """Before anything is loaded, and where a layout is run directly; in both languages."""
    engine, picture = wan_engines["wan2.2-i2v-14b"], film(1, 16)
    with pytest.raises(RequestError, match=r"use wan2\.1-vace-14b") as refused:
        engine.animate(picture, "a", seconds=0.5, strength=[0.5], **OPTIONS)
    note = refused.value.args[0]
    texts = importlib.resources.files("sorairo.server") / "studio/static/i18n/zh/details.js"
    (chinese,) = re.findall(rf'{note.code}: "([^"]*)"', texts.read_text(encoding="utf-8"))
    assert "请改用 wan2.1-vace-14b" in chinese.format(**note.values)
    layout = animate([(0.0, picture)], "a", spec=engine.spec, num_frames=9, strength=[0.5])
    with pytest.raises(RequestError, match=r"use wan2\.1-vace-14b"):
        engine.run(layout)
    picture.save(tmp_path / "first.png")
    words = ["animate", str(tmp_path / "first.png"), "a", "--strength", "0.5", "--size", "64x64"]
    words += ["--model", str(wan_folders["wan2.2-i2v-14b"]), "-o", str(tmp_path / "clip.mp4")]
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, RequestError)
    assert "use wan2.1-vace-14b" in str(result.exception)
    request = AnimateRequest(prompt="a", seconds=0.5, strength=(0.5,))
    with pytest.raises(RequestError, match=r"use wan2\.1-vace-14b"):
        request.validate(limits_of(to_json(hub.info(wan_folders["wan2.2-i2v-14b"]).facts)))


def bytes_of_tensors() -> int:
    """The memory of all tensors that exist; tensors that share it count once. Tensors without
    memory of their own (those that torch.export traces with) are of other types."""
    found = [each for each in gc.get_objects() if type(each) in (torch.Tensor, torch.nn.Parameter)]
    memory = {each.untyped_storage().data_ptr(): each.untyped_storage().nbytes() for each in found}
    return sum(memory.values())


class Stopped(KeyboardInterrupt):
    """Not the user's own."""


@pytest.mark.parametrize("name", ALL)
def test_cancel_gives_the_memory_back(
    wan_engines: dict[str, Engine], name: str, monkeypatch: pytest.MonkeyPatch
):
    """A callback that raises ends the work within a step, and what the step has made is gone at
    once, without the collector of cycles."""
    engine, made = wan_engines[name], []
    original = WanDenoiser.velocity

    def velocity(self: WanDenoiser, batch: TokenBatch, context: PromptContext) -> torch.Tensor:
        found = original(self, batch, context)
        made.extend(weakref.ref(each) for each in (found, batch.x, batch.sigma))
        made.extend(weakref.ref(each) for layer in context.layers for each in layer)
        return found

    monkeypatch.setattr(WanDenoiser, "velocity", velocity)
    during: list[int] = []

    def stop(progress: Progress) -> None:
        during.append(bytes_of_tensors())
        assert progress.done == 1
        raise Stopped

    options = {**OPTIONS, "steps": 4, "seconds": 0.5}
    engine.generate("a", **{**options, "steps": 1})  # what is kept from one clip to the next
    made.clear()
    gc.collect()
    before = bytes_of_tensors()
    gc.disable()
    try:
        with suppress(Stopped):
            engine.generate("a", on_progress=stop, **options)
        assert len(during) == 1
        assert len(made) > 3
        assert [each for each in made if each() is not None] == []
        assert bytes_of_tensors() == before < during[0]
    finally:
        gc.enable()
