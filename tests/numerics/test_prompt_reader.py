"""Prompts are read once a request: by the text encoder, and by the denoiser's keys and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from sorairo.generation.engine import Engine, load
from sorairo.generation.progress import Progress
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.generation.sampling import prompt_reader
from sorairo.generation.sampling.prompt_reader import PromptReader
from sorairo.models.protocols import PromptContext
from sorairo.models.text import PromptEncoder, tokenize
from sorairo.models.transformer import Transformer
from sorairo.models.wan.text.encoder import WanText
from sorairo.nn import placement
from sorairo.video import Clip
from tiny_wan import write_wan

FAMILIES = ("wan2.1-1.3b", "wan2.2-i2v-14b")
OPTIONS: dict[str, Any] = {"width": 64, "height": 64, "steps": 1, "seed": 3}
BOARD = Storyboard(
    cards=tuple(
        Card(start=0.5 * i, end=0.5 * (i + 1), prompt=prompt, cut=i > 1)
        for i, prompt in enumerate(("a ball", "a box", "a ball", "一个红色的球"))
    )
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("read")
    return {name: write_wan(root / name, name) for name in FAMILIES}


def engine_of(folder: Path, **how: Any) -> Engine:
    """One with windows of six latent frames."""
    model = load(folder, device="cpu", **how).model
    return Engine(replace(model, info=replace(model.info, window_frames=21)))


def test_the_end_of_a_prompt_that_is_too_long_is_named(folders: dict[str, Path]):
    """64 tokens of our own text encoder, 512 of umT5; only of the prompts of this request."""
    engine, said = load(), f"{'a red ball drops onto a wooden floor, ' * 8}at night, pencil drawing"
    (note,) = engine.generate(said, seconds=0.1, steps=1, rewrite=False).notes
    start, _, end = note.partition("): ")
    assert start == "Ignored (too long for the model, which reads no further"
    assert said.endswith(end)
    ours = engine.model.text
    assert isinstance(ours, PromptEncoder)
    ids, _ = tokenize(ours.tokenizer, [said.removesuffix(end).strip(), said], 64)
    assert torch.equal(ids[0], ids[1])
    engine = engine_of(folders["wan2.1-1.3b"])
    prompt = f"{'球 ' * 200}{'ball ' * 200}&amp; sand"
    text = engine.model.text
    assert isinstance(text, WanText)
    unread = text.unread(prompt)
    assert unread.endswith("& sand")
    kept = text.tokens(prompt.removesuffix(f"{unread.removesuffix('& sand')}&amp; sand"))
    assert kept == text.tokens(prompt)
    clip = engine.generate("a ball", seconds=0.1, negative=prompt, **OPTIONS)
    assert clip.notes[-1].endswith("\u2026")
    assert engine.generate("a ball", seconds=0.1, **OPTIONS).notes == ()


def long(engine: Engine) -> Clip:
    """A clip of four windows."""
    return engine.generate("a red ball", seconds=41 / 16, **OPTIONS)


def board(engine: Engine) -> Clip:
    """A clip of three shots, the first of two prompts."""
    return engine.storyboard(BOARD, **OPTIONS)


class ReadAnew(PromptReader):
    """Reads the prompts of every window again, as one batch: nothing is kept."""

    def encode(self, prompts: Sequence[str]) -> None:
        pass

    def context(self, prompts: Sequence[str]) -> PromptContext:
        return self._model.denoiser.read(*self._model.text.encode(prompts))


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The prompts of each call of the text encoder."""
    calls: list[tuple[str, ...]] = []
    original = WanText.encode

    def encode(self: WanText, prompts: Sequence[str]) -> tuple[Tensor, Tensor]:
        calls.append(tuple(prompts))
        return original(self, prompts)

    monkeypatch.setattr(WanText, "encode", encode)
    return calls


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many prompts keys and values are computed of, by each call of an expert."""
    calls: list[int] = []
    original = Transformer.read_text

    def read_text(self: Transformer, text: Tensor) -> Any:
        calls.append(len(text))
        return original(self, text)

    monkeypatch.setattr(Transformer, "read_text", read_text)
    return calls


@pytest.mark.parametrize("name", FAMILIES)
def test_once_a_request(
    folders: dict[str, Path], encoded: list[tuple[str, ...]], read: list[int], name: str
):
    """The result is the same as with prompts that every window reads again."""
    engine, anew = engine_of(folders[name]), engine_of(folders[name])
    anew.reader = ReadAnew(anew.model)
    experts, negative = len(engine.model.denoiser.experts), engine.model.info.negative
    clip = long(engine)
    assert encoded == [("a red ball", negative)]
    assert read == [2] * experts
    assert engine.reader.held_bytes == 0, "keys and values are given up at the end"
    encoded.clear()
    assert np.array_equal(long(anew).frames, clip.frames)
    assert len(encoded) == 4
    encoded.clear(), read.clear()
    clip = board(engine)
    assert encoded == [("a ball", "a box", "一个红色的球")], "the negative prompt is known"
    assert sum(read) == 4 * experts
    encoded.clear()
    assert np.array_equal(board(anew).frames, clip.frames)
    assert len(encoded) == 3


def test_without_memory_for_keys_and_values(
    folders: dict[str, Path],
    encoded: list[tuple[str, ...]],
    read: list[int],
    monkeypatch: pytest.MonkeyPatch,
):
    """They are computed again, from the features of the one call of the encoder."""
    engine = engine_of(folders[FAMILIES[0]])
    clip, before = board(engine), sum(read)
    monkeypatch.setattr(prompt_reader, "KEPT_BYTES", 0)
    encoded.clear(), read.clear()
    engine = engine_of(folders[FAMILIES[0]])
    assert np.array_equal(board(engine).frames, clip.frames)
    assert len(encoded) == 1
    assert sum(read) >= before


def test_an_encoder_in_host_memory_is_copied_once_a_request(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
):
    """Block by block, for all prompts; the features are those of the whole encoder."""
    copied: list[nn.Module] = []
    original = placement._Copier.start

    def start(self: Any, block: nn.Module) -> list[Tensor]:
        copied.append(block)
        return original(self, block)

    monkeypatch.setattr(placement._Copier, "start", start)
    whole, streamed = (engine_of(folders[FAMILIES[0]], offload=each) for each in (False, True))
    clip = board(streamed)
    blocks = list(nn.ModuleList.__iter__(streamed.model.text.network.encoder.block))
    assert len(blocks) == 2
    assert [sum(each is block for each in copied) for block in blocks] == [1, 1]
    assert np.array_equal(clip.frames, board(whole).frames)


def test_features_are_those_of_transformers(folders: dict[str, Path]):
    text = load(folders[FAMILIES[0]], device="cpu").model.text
    prompts = ["a red ball drops", "", "一个红色的球落下"]
    with torch.inference_mode():
        features, mask = text.encode([*prompts, prompts[0]])
        for row, prompt in zip(features, prompts, strict=False):
            ids = torch.tensor([text.tokens(prompt)])
            found = text.network(input_ids=ids, attention_mask=torch.ones_like(ids))
            assert torch.equal(row[: ids.shape[1]], found.last_hidden_state[0])
            assert not bool(row[ids.shape[1] :].any())
    assert torch.equal(features[3], features[0])
    assert mask.shape == (4, 512)
    assert bool(mask.all())


def test_a_cancelled_request_keeps_nothing(folders: dict[str, Path]):
    engine = engine_of(folders[FAMILIES[0]])
    held: list[int] = []

    def stop(_now: Progress) -> None:
        held.append(engine.reader.held_bytes)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.generate("a ball", seconds=0.5, on_progress=stop, **OPTIONS)
    assert held[0] > 0
    assert engine.reader.held_bytes == 0


def test_features_of_the_latest_prompts_are_kept(
    folders: dict[str, Path], encoded: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(prompt_reader, "KEPT_PROMPTS", 2)
    reader = PromptReader(load(folders[FAMILIES[0]], device="cpu").model)
    for prompts in (["a", "b"], ["b", "c"], ["c", "b"], ["a", "b", "c"]):
        reader.encode(prompts)
    assert encoded == [("a", "b"), ("c",), ("a",)]
