"""The engine runs a second, different model through the protocols alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from einops import rearrange, repeat
from torch import Tensor

from second_model import INFO, AveragingCodec, ChannelDenoiser, GreyText, SecondModel, WholeNumbers
from sorairo.cli.main import app
from sorairo.errors import ModelError, RequestError, UnknownNameError
from sorairo.exam.setup import run_of_model
from sorairo.generation.engine import Engine, load
from sorairo.models import hub, loading, protocols
from sorairo.models.latent_law import LatentLaw
from sorairo.models.protocols import PromptContext, TokenBatch
from sorairo.models.sizing.placement import Placement
from sorairo.video import Clip

WHITE = round((0.75 + 1) * 127.5)


def engine_of() -> tuple[Engine, SecondModel]:
    model = SecondModel()
    return Engine(model), model


def picture(shade: int) -> Clip:
    return Clip(frames=np.full((1, 48, 64, 3), shade, np.uint8), fps=16.0)


def test_both_models_are_what_the_protocols_say(tiny_model: Path):
    for model in (SecondModel(), load(tiny_model, device="cpu").model):
        assert isinstance(model, protocols.VideoModel)
        assert isinstance(model.codec, protocols.VideoCodec)
        assert isinstance(model.text, protocols.TextEncoder)
        assert isinstance(model.denoiser, protocols.Denoiser)
        assert isinstance(model.positions, protocols.PositionLaw)
        assert isinstance(model.sampling, protocols.SamplingDefaults)
    parts = (AveragingCodec(), GreyText(), ChannelDenoiser(), WholeNumbers())
    assert not any(isinstance(part, protocols.VideoModel) for part in parts)


def test_text_to_video():
    engine, model = engine_of()
    clip = engine.generate("white", seconds=25 / 16, seed=1)
    assert clip.frames.shape == (25, 48, 64, 3)
    assert clip.fps == 16.0
    assert np.abs(clip.frames.astype(int) - WHITE).max() <= 1
    batch = model.denoiser.seen[0]
    assert batch.grid == (7, 12, 16), "7 latent frames of 4 x 4 pixels"
    assert batch.x.shape == (1, 7 * 12 * 16, 3)
    assert batch.given is not None
    assert batch.given.shape == (1, 7 * 12 * 16, 4 + 3)
    assert not bool(batch.given[..., :4].any()), "nothing is given"
    times = batch.positions[0, :: 12 * 16, 0]
    torch.testing.assert_close(times, torch.arange(7.0))
    assert len(model.denoiser.seen) == 3
    assert model.codec.decoded == [(7, True)]


def test_a_long_clip_is_decoded_in_pieces_that_follow_one_another():
    engine, model = engine_of()
    clip = engine.generate("black", seconds=81 / 16)
    assert clip.num_frames == 81
    assert model.codec.decoded == [(16, True), (5, False)]
    assert np.ptp(clip.frames) == 0


def test_animate_sets_a_picture_in_motion():
    engine, model = engine_of()
    clip = engine.animate(picture(40), "white", seconds=33 / 16)
    assert clip.num_frames == 33
    assert np.array_equal(clip.frames[:1], picture(40).frames)
    assert abs(float(clip.frames[-1].mean()) - WHITE) <= 1, "the rest is the prompt's"
    given = model.denoiser.seen[0].given
    assert given is not None
    mask = given[0, :, :4].unflatten(0, (9, 12, 16))
    assert bool((mask[0] == 1).all()), "the first latent frame represents the first frame"
    assert not bool(mask[1:].any())
    assert model.codec.encoded == [33], "the whole clip is encoded at once, grey where it is blank"


def test_a_keyframe_is_marked_on_its_frame():
    engine, model = engine_of()
    clip = engine.animate([(0.0, picture(40)), (0.5, picture(90))], "white", seconds=17 / 16)
    assert np.array_equal(clip.frames[8], picture(90).frames[0])
    given = model.denoiser.seen[0].given
    assert given is not None
    mask = given[0, :, :4].unflatten(0, (5, 12, 16))[:, 0, 0]
    assert mask.tolist() == [[1] * 4, [0] * 4, [0, 0, 0, 1], [0] * 4, [0] * 4]
    assert bool((model.denoiser.seen[0].sigma == 1).all()), "no token has a level of its own"


def test_a_hint_is_refused():
    engine, _ = engine_of()
    with pytest.raises(RequestError, match="exactly"):
        engine.animate(picture(40), "white", seconds=1, strength=[0.5])


def test_an_edit_starts_everywhere_at_one_level():
    engine, model = engine_of()
    film = Clip(frames=np.full((17, 48, 64, 3), 60, np.uint8), fps=16.0)
    engine.edit(film, "white", strength=0.5, steps=1)
    sigma = model.denoiser.seen[0].sigma
    assert sigma.shape == (1, 1)
    assert 0.5 < float(sigma) < 1


def test_guidance_is_the_models_own_by_default():
    engine, model = engine_of()
    engine.generate("white", seconds=0.1, steps=1)
    engine.generate("white", seconds=0.1, steps=1, guidance=2.0)
    assert [len(batch.x) for batch in model.denoiser.seen] == [1, 2]


def test_another_size_and_rate_are_the_models_upscaler():
    engine, _ = engine_of()
    clip = engine.generate("white", seconds=1, width=128, height=96, fps=8)
    assert clip.frames.shape == (8, 96, 128, 3)


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model directory of a second family, which is known to the program."""

    def load_second(found, placement: Placement) -> SecondModel:
        assert (found.path / "second.bin").read_bytes() == b"weights"
        model = SecondModel(device=placement.device)
        return replace(model, info=replace(model.info, digest=found.digest))

    config = {
        "name": "second",
        "native_sizes": [[64, 48]],
        "fps": 16.0,
        "max_frames": 81,
        "multiple": 4,
        "sampling": {"steps": 3, "guidance": 1.0},
        "delivery": {"size": None, "fps": None},
        "world": "",
        "version": "",
        "notes": "",
    }
    record = {"format": 1, "family": "second", "files": ["model.json", "second.bin"]}
    folder = tmp_path / "second"
    folder.mkdir()
    (folder / "model.json").write_text(json.dumps({**record, "config": config}))
    (folder / "second.bin").write_bytes(b"weights")
    monkeypatch.setitem(loading.FAMILIES, "second", load_second)
    return folder


def test_a_directory_of_another_family_runs_from_the_command_line(directory: Path, tmp_path: Path):
    target = tmp_path / "white.mp4"
    words = ["generate", "white", "--seconds", "1", "--model", str(directory), "-o", str(target)]
    result = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    clip = Clip.load(target)
    assert clip.frames.shape == (16, 48, 64, 3)
    assert abs(float(clip.frames.mean()) - WHITE) < 3
    facts = json.loads(clip.metadata["comment"])
    assert facts["model_digest"] == load(directory, device="cpu").info["digest"]


def test_a_family_that_is_not_known(directory: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(loading.FAMILIES, "second")
    with pytest.raises(UnknownNameError, match="second"):
        load(directory, device="cpu")


def change(directory: Path, edit: Callable[[dict], object]) -> None:
    record = json.loads((directory / "model.json").read_text())
    edit(record)
    (directory / "model.json").write_text(json.dumps(record))


KEYS = ["name", "native_sizes", "fps", "max_frames", "multiple", "sampling"]


@pytest.mark.parametrize("key", [*KEYS, "world", "delivery", "version", "notes"])
def test_a_record_without_a_key_is_refused_by_its_name(directory: Path, key: str):
    change(directory, lambda record: record["config"].pop(key))
    result = CliRunner().invoke(app, ["models", "info", str(directory)])
    assert isinstance(result.exception, ModelError)
    assert f"'{key}'" in str(result.exception)


def test_a_record_that_does_not_name_its_files_is_refused(directory: Path):
    change(directory, lambda record: record.pop("files"))
    with pytest.raises(ModelError, match="files"):
        hub.info(directory)


def test_a_text_section_of_another_family_is_its_own(directory: Path, tmp_path: Path):
    change(directory, lambda record: record["config"].update(text={"layers": 2}))
    words = ["generate", "white", "--seconds", "1", "--model", str(directory)]
    result = CliRunner().invoke(app, [*words, "-o", str(tmp_path / "white.mp4")])
    assert result.exit_code == 0, result.output
    assert "Ignored" not in result.output


def test_a_record_that_differs_from_the_model_is_refused(directory: Path):
    change(directory, lambda record: record["config"].update(multiple=8))
    with pytest.raises(ModelError, match="multiple is 8, that of the loaded model 4"):
        load(directory, device="cpu")


def test_the_exam_refuses_a_model_of_another_rate(directory: Path, tmp_path: Path):
    with pytest.raises(ModelError, match="no simulated world at 16"):
        run_of_model(str(directory), tmp_path / "exam", steps=None, guidance=None)


FRAME_LAW = LatentLaw(time_factor=1, space_factor=4, channels=3, first_frames=1)


@dataclass
class FrameCodec(AveragingCodec):
    """Every latent frame is one frame."""

    law: LatentLaw = FRAME_LAW

    def encode(self, video: Tensor) -> Tensor:
        return rearrange(video, "b c f (h p) (w q) -> b c f h w (p q)", p=4, q=4).mean(-1)

    def decode(self, latents: Tensor, state: dict[Any, Any] | None = None) -> Tensor:
        return repeat(latents, "b c f h w -> b c f (h p) (w q)", p=4, q=4)


@dataclass
class FrameDenoiser(ChannelDenoiser):
    """The mask has one channel, since a latent frame has one frame."""

    def velocity(self, batch: TokenBatch, context: PromptContext) -> Tensor:
        assert batch.given is not None
        mask, latents = batch.given[..., :1], batch.given[..., 1:]
        grey = context.layers[0][0][:, :1].expand_as(batch.x)
        target = torch.where(mask == 1, latents, grey)
        return (batch.x - target) / batch.sigma[..., None].clamp(min=1e-6)


def frame_model(**facts: Any) -> SecondModel:
    return SecondModel(codec=FrameCodec(), denoiser=FrameDenoiser(), info=replace(INFO, **facts))


def test_latent_frames_of_one_frame_loop():
    clip = Engine(frame_model()).generate("white", seconds=1, loop=True)
    assert clip.frames.shape == (16, 48, 64, 3)
    assert np.abs(clip.frames.astype(int) - WHITE).max() <= 1


@pytest.mark.parametrize("window", [3, 4])
def test_windows_that_are_too_short_are_refused(window: int):
    with pytest.raises(ModelError, match="at least 5"):
        Engine(frame_model(window_frames=window)).generate("white", seconds=1)


def test_a_short_window_is_enough_for_short_clips():
    engine = Engine(frame_model(window_frames=4, max_frames=4))
    clip = engine.generate("black", seconds=4 / 16)
    assert clip.num_frames == 4
    assert np.ptp(clip.frames) == 0


def test_windows_of_five_latent_frames_follow_one_another():
    clip = Engine(frame_model(window_frames=5)).generate("white", seconds=1)
    assert clip.num_frames == 16
    assert np.abs(clip.frames.astype(int) - WHITE).max() <= 1


def test_an_exact_model_is_not_corrected_beside_given_frames():
    clip = Engine(frame_model(corrects_seams=False)).animate(picture(40), "white", seconds=1)
    assert np.array_equal(clip.frames[0], picture(40).frames[0])
    assert np.abs(clip.frames[1:].astype(int) - WHITE).max() <= 1


def test_a_small_native_size_can_be_asked_for(directory: Path, tmp_path: Path):
    clip = engine_of()[0].generate("white", seconds=0.5, width=64, height=48)
    assert clip.frames.shape == (8, 48, 64, 3)
    target = tmp_path / "white.mp4"
    words = ["generate", "white", "--seconds", "1", "--model", str(directory), "-o", str(target)]
    result = CliRunner().invoke(app, [*words, "--size", "native"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert Clip.load(target).frames.shape == (16, 48, 64, 3)


def test_without_a_length_a_clip_is_as_long_as_a_short_model_can(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    short = frame_model(max_frames=24)
    assert Engine(short).generate("white").num_frames == 24
    assert Engine(short).animate(picture(40), "white").num_frames == 24
    assert engine_of()[0].generate("white").num_frames == 64
    monkeypatch.setitem(loading.FAMILIES, "second", lambda found, placement: short)
    change(directory, lambda record: record["config"].update(max_frames=24))
    target = tmp_path / "white.mp4"
    words = ["generate", "white", "--model", str(directory), "-o", str(target)]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert Clip.load(target).num_frames == 24


def test_connect_takes_one_prompt_for_both_ends():
    engine, _ = engine_of()
    film = Clip(frames=np.full((8, 48, 64, 3), 40, np.uint8), fps=16.0)
    one = engine.connect(film, film, "white", seconds=1)
    two = engine.connect(film, film, ("white", "white"), seconds=1)
    assert np.array_equal(one.frames, two.frames)
