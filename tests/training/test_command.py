"""`sorairo train`: from random weights to a model directory, and what it refuses."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sorairo.cli.main import run
from sorairo.config import override
from sorairo.errors import ConfigError
from sorairo.models import hub
from sorairo.training.recipes.both_worlds_cpu import both_worlds_cpu
from sorairo.training.recipes.codec2 import codec2
from sorairo.training.recipes.registry import FORMER_NAMES, find_recipe

TINY_CLIPS = [
    "clips.count=4",
    "clips.shard_clips=2",
    "clips.seconds=1.1",
    "clips.sizes=[[64,64]]",
]
TINY_LOOP = ["loop.steps=2", "loop.log_every=1"]
CODEC = '{"widths":[16,16],"encoder_depths":[1,1],"decoder_depths":[1,1],"latent_channels":4}'
KIND = '{"draw":"window","source":"half","size":[64,64],"frames":3,"weight":1.0}'
PHASES = f'[{{"until":1.0,"shapes":[{{"kinds":[{KIND}]}}]}}]'
CLIPS = '{"count":4,"shard_clips":2,"seconds":1.1,"sizes":[[64,64]]}'
SOURCES = f'{{"half":{{"clips":{CLIPS},"shrink":2}}}}'
TRANSFORMER = '{"latent_channels":4,"dim":32,"ffn_dim":64,"heads":2,"layers":1,"text_dim":32}'
TEXT = '{"vocabulary":400,"dim":32,"heads":2,"layers":1}'


def train(cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sorairo", "train", *arguments],
        env={**os.environ, "XDG_CACHE_HOME": str(cache), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_from_random_weights_to_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    """The codec in a process of its own, the model in this one, which has loaded torch."""
    codec = train(
        tmp_path,
        "tabletop-codec",
        *TINY_CLIPS,
        "held_out.count=1",
        "held_out.seconds=1.1",
        "held_out.sizes=[[64,64]]",
        f"codec={CODEC}",
        "objective.batch=2",
        "objective.crop=32",
        *TINY_LOOP,
    )
    assert codec.returncode == 0, codec.stderr
    assert Path(codec.stdout.strip()) == tmp_path / "sorairo" / "runs" / "tabletop-codec"

    words = [
        "tabletop",
        f"sources={SOURCES}",
        f"model.codec={CODEC}",
        f"model.transformer={TRANSFORMER}",
        f"model.text={TEXT}",
        "model.native_sizes=[[64,64]]",
        "model.window_frames=17",  # of the clips of its sheet
        f"objective.phases={PHASES}",
        "objective.tokens=64",
        "objective.compiled=false",
        *TINY_LOOP,
    ]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    code, streams = run(["train", *words]), capfd.readouterr()
    assert code == 0, streams.err
    path = Path(streams.out.strip())
    info = hub.info(path)
    assert info.name == "tabletop"
    assert info.record["training"]["steps"] == 2
    (tmp_path / "sorairo" / "runs" / "tabletop" / "state.safetensors").write_bytes(b"")
    assert run(["train", *words]) == 2
    said = capfd.readouterr().err
    assert "tabletop/state.safetensors, cannot be read" in said
    assert "Traceback" not in said


@pytest.fixture
def refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Why `sorairo train WORDS`, in this process, refuses; nothing is printed or written."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def said(*words: str) -> str:
        assert run(["train", *words]) == 2
        streams = capfd.readouterr()
        assert streams.out == ""
        assert list(tmp_path.iterdir()) == []
        return streams.err

    return said


def test_a_recipe_that_does_not_exist(refusal: Callable[..., str]):
    assert "Did you mean 'tabletop'?" in refusal("tabeltop")


@pytest.mark.parametrize("name", sorted(FORMER_NAMES))
def test_a_former_name_of_a_recipe(refusal: Callable[..., str], name: str):
    """It still works, with a warning: the error is that of the recipe's own fields."""
    said = refusal(name, "loop.step=3")
    assert f"The recipe '{name}' is now called '{FORMER_NAMES[name]}'" in said
    assert "steps" in said


def test_a_setting_that_does_not_exist(refusal: Callable[..., str]):
    assert "steps" in refusal("tabletop", "loop.step=3")


@pytest.mark.parametrize("setting", ["log_every=0", "sheet_every=0", "ema=1.5", "steps=-1"])
def test_a_number_that_no_run_can_have(setting: str):
    name = setting.partition("=")[0]
    with pytest.raises(ConfigError, match=rf"loop\.{name} is .*: choose [01] "):
        override(codec2(), [f"loop.{setting}"])


@pytest.mark.parametrize(
    ("name", "setting", "choose"),
    [
        ("codec2", "optimiser.clip_norm=0", "more than 0"),  # every gradient would be zero
        ("codec2", "optimiser.muon_lr=nan", "0 or more"),
        ("codec2", "optimiser.momentum=1", "0 or more, below 1"),
        ("codec2", "optimiser.betas=0.9,1", "0 or more, below 1"),
        ("both-worlds-cpu", "sources.life.count=0", "1 or more"),  # would be all 20,000
        ("both-worlds-cpu", "sources.life.count=-1", "1 or more"),
        ("both-worlds-cpu", "sources.life.stride=0", "1 or more"),
        ("both-worlds-cpu", "sources.life.shrink=0.5", "1 or more"),
        ("both-worlds-cpu", "sources.world.styled=35", "0 to 1"),
        ("both-worlds-cpu", "objective.text_tokens=0", "1 or more"),
        ("both-worlds-cpu", "objective.phases=[]", "a weight above 0"),
        ("both-worlds-cpu", "objective.masking.strengths=0,0.9", "above 0"),  # divides by zero
        ("both-worlds-cpu", "objective.masking.top=10", "0 to 1"),
        ("tabletop-fast", "rank=0", "1 or more"),
        ("tabletop-fast", "objective.steps=0", "1 or more"),
    ],
)
def test_a_number_with_which_nothing_is_learned(name: str, setting: str, choose: str):
    field = setting.partition("=")[0].rpartition(".")[2]
    with pytest.raises(ConfigError, match=rf"{field}.*{choose}"):
        override(find_recipe(name), [setting])


@pytest.mark.parametrize("setting", ["count=0", "shard_clips=0", "fps=0", "seconds=-1", "sizes="])
def test_a_set_of_clips_that_cannot_be(setting: str):
    with pytest.raises(ConfigError, match=rf"{setting.partition('=')[0]}.*(choose|such as)"):
        override(codec2(), [f"clips.{setting}"]).clips.check()


def test_a_gradient_need_not_be_clipped():
    assert override(codec2(), ["optimiser.clip_norm=inf"]).optimiser.clip_norm == math.inf


@pytest.mark.parametrize(
    "setting",
    [
        "transformer.heads=3",
        "transformer.heads=0",
        "transformer.dim=100",
        "text.dim=128",
        "transformer.text_dim=128",
        "transformer.latent_channels=8",
        "codec.latent_channels=4",
        "text.layers=0",
    ],
)
def test_networks_that_do_not_fit_together_render_no_clips(
    setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    recipe = override(both_worlds_cpu(), [f"model.{setting}"])
    with pytest.raises(ConfigError, match=rf"^model\..*{setting.partition('=')[0]}"):
        recipe.prepare(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_run_out_of_memory_names_the_size_of_its_batches(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    class OutOfMemoryError(RuntimeError):  # of torch, by its name
        pass

    for error in (MemoryError(), OutOfMemoryError("CUDA out of memory")):
        monkeypatch.setattr("sorairo.training.main", _raises(error))
        assert run(["train", "tabletop"]) == 1
        said = capfd.readouterr().err
        assert said.startswith("Error: Out of memory: make the batches smaller (objective.tokens")
        assert "--seconds" not in said


def _raises(error: Exception) -> Callable[..., str]:
    def main(*_words: object) -> str:
        raise error

    return main
