"""What a recipe needs before its first step: a codec, encoded clips, a tokenizer."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from sorairo.config import from_json
from sorairo.data.latent_dataset import ClipSet
from sorairo.data.rendered_shards import cache_folder, digest, render
from sorairo.errors import TrainingError
from sorairo.models import hub
from sorairo.models.codec import Codec, CodecConfig
from sorairo.models.text import train_tokenizer, with_words
from sorairo.training.data.encode import encode_sources
from sorairo.training.loop.optimiser import make_optimiser
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.state import TrainState, read_record
from sorairo.training.objectives.codec import fit_scale
from sorairo.training.recipes.tabletop import ModelRecipe
from sorairo.world.tabletop.language.captions import caption


def load_codec(run: str, recipe: ModelRecipe) -> Codec:
    """The averaged codec of a run; its scale, if it has none, is fitted to the recipe's clips."""
    path = run_folder(run) / "state.safetensors"
    if not path.exists():
        raise TrainingError(
            f"There is no codec run '{run}' yet: train it first, `sorairo train {run}`."
        )
    trained = from_json(CodecConfig, json.loads(read_record(path)["recipe"])["codec"])
    _check(trained, recipe, f"the run '{run}'")
    codec = Codec(trained)
    state = TrainState(codec, make_optimiser(codec, recipe.optimiser))
    state.load(path.parent)
    codec.load_state_dict(state.ema)
    if bool((codec.latent_std == 1).all()):  # one that was begun from a model keeps its scale
        fit_scale(codec, render(next(iter(recipe.sources.values())).clips))
    return codec.eval().requires_grad_(False)


def prepare(recipe: ModelRecipe) -> tuple[Codec, dict[str, ClipSet], Tokenizer]:
    """Every source rendered, encoded and read into memory; a tokenizer of its captions."""
    codec, folder, mark = _codec_of_run(recipe) if recipe.codec_run else _codec_of_model(recipe)
    wanted = [
        (source, folder / f"latents-{digest([source, mark])}") for source in recipe.sources.values()
    ]
    encoded = encode_sources(codec, wanted, workers=recipe.loop.workers)
    clips = {name: ClipSet.load(paths) for name, paths in zip(recipe.sources, encoded, strict=True)}
    return codec, clips, _tokenizer(recipe, clips)


def _codec_of_run(recipe: ModelRecipe) -> tuple[Codec, Path, str]:
    """The codec as it was when the recipe was run first, where what it encodes lies, and its mark
    there."""
    run = run_folder(recipe.codec_run)
    frozen = run / f"frozen-for-{recipe.name}.safetensors"
    if frozen.exists():
        codec = Codec(recipe.model.codec)
        codec.load_state_dict(load_file(frozen))
    else:
        codec = load_codec(recipe.codec_run, recipe)
        save_file({k: v.contiguous() for k, v in codec.state_dict().items()}, frozen)
    return codec, run, frozen.name


def _codec_of_model(recipe: ModelRecipe) -> tuple[Codec, Path, str]:
    """The same of a finished model: what it encodes is shared by all recipes that take it."""
    path = hub.find(recipe.codec_of)
    codec = hub.load(path).codec.float()
    _check(codec.config, recipe, f"the model '{recipe.codec_of}'")
    mark = codec_mark(path)
    return codec, cache_folder() / "codecs" / mark, mark


def codec_mark(model: Path) -> str:
    """Tells the codec of a model's directory from others: of its weights."""
    return hashlib.sha256((model / "codec.safetensors").read_bytes()).hexdigest()[:12]


def _check(trained: CodecConfig, recipe: ModelRecipe, whose: str) -> None:
    if trained != recipe.model.codec:
        raise TrainingError(
            f"The codec of {whose} is not the one this recipe asks for (model.codec): "
            "train another one, or give model.codec the fields of that one."
        )


def _tokenizer(recipe: ModelRecipe, clips: dict[str, ClipSet]) -> Tokenizer:
    """That of the model to begin with and new words, or one of the captions, half of them
    Chinese."""
    path = run_folder(recipe.name) / "tokenizer.json"
    if path.exists():
        return Tokenizer.from_file(str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    if recipe.start:
        known = hub.load(hub.find(recipe.start)).tokenizer
        texts = captions(clips, 20_000, seed=0)
        tokenizer = with_words(known, texts, recipe.model.text.vocabulary)
    else:
        tokenizer = train_tokenizer(captions(clips, 20_000, seed=0), recipe.model.text.vocabulary)
    tokenizer.save(str(path))
    return tokenizer


def captions(clips: dict[str, ClipSet], count: int, seed: int) -> list[str]:
    """Captions of clips drawn at random, every second one Chinese, half of them long."""
    rng = np.random.default_rng(seed)
    scenes = [
        scene
        for each in clips.values()
        for found in each.scenes.values()
        for scene in found
        if scene
    ]
    return [
        caption(
            scenes[int(rng.integers(len(scenes)))],
            rng,
            language="en" if i % 2 else "zh",
            detail="long" if i % 4 < 2 else "short",
        )
        for i in range(count)
    ]
