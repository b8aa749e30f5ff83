"""From a recipe to a trained network: data, then the loop. Everything lies in the cache folder,
under the run's name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn

from sorairo.config import from_json, override, to_json
from sorairo.data.clips import cache_folder, digest, render
from sorairo.data.latents import ClipSet
from sorairo.errors import TrainingError, unknown_name
from sorairo.generation.engine import choose_device
from sorairo.models import hub
from sorairo.models.bundle import Bundle, Denoiser
from sorairo.models.codec import Codec, CodecConfig
from sorairo.models.text import train_tokenizer, with_words
from sorairo.nn.precision import compute_dtype
from sorairo.training.codec import CodecObjective, fit_scale
from sorairo.training.denoiser import DenoiserObjective
from sorairo.training.loop import train
from sorairo.training.optimiser import make_optimiser
from sorairo.training.recipes import RECIPES, CodecRecipe, ModelRecipe
from sorairo.training.sources import encode_source
from sorairo.training.state import TrainState, read_record
from sorairo.training.upscaling import FinishRecipe, run_finish
from sorairo.world.tabletop.captions import caption
from sorairo.world.tabletop.scene import SceneConfig
from sorairo.world.tabletop.styles import STYLES


def main(name: str, overrides: list[str]) -> Path:
    """Runs a recipe, or goes on with it; the folder of the run."""
    if name not in RECIPES:
        raise unknown_name("recipe", name, RECIPES)
    recipe = override(RECIPES[name](), overrides)
    if isinstance(recipe, CodecRecipe):
        return run_codec(recipe)
    if isinstance(recipe, FinishRecipe):
        return run_finish(recipe, run_folder(recipe.name))
    return run_model(recipe)


def run_folder(name: str) -> Path:
    return cache_folder() / "runs" / name


def run_codec(recipe: CodecRecipe) -> Path:
    """Trains a codec, or goes on with its training."""
    device = choose_device(None)
    shards, held_out = render(recipe.clips), render(recipe.held_out)
    torch.manual_seed(recipe.loop.seed)
    codec = Codec(recipe.codec)
    begin(codec, recipe.start, "codec")
    codec = codec.to(device)
    state = TrainState(codec, make_optimiser(codec, recipe.optimiser))
    folder = run_folder(recipe.name)
    state.load(folder)
    train(
        CodecObjective(codec, recipe.objective, shards, held_out),
        state,
        recipe.loop,
        recipe.optimiser,
        folder,
        lambda: state.save(folder, recipe),
        device=device,
        dtype=compute_dtype(device),
    )
    return folder


PARTS = ("shapes", "colors", "sizes", "materials", "floors", "lights", "events", "cameras")
WORDS = "text.embedding.weight"  # of a denoiser: one row a token


def begin(network: nn.Module, start: str, part: str) -> None:
    """Takes the weights of a part of the model `start`, if there is one. Where the vocabulary has
    grown, its new words stay as they were drawn."""
    if not start:
        return
    source = getattr(hub.load(hub.find(start)), part).float().state_dict()
    words, known = network.state_dict().get(WORDS), source.get(WORDS)
    if words is not None and known is not None and len(known) < len(words):
        source[WORDS] = torch.cat([known, words[len(known) :].to(known)])
    try:
        network.load_state_dict(source)
    except RuntimeError as error:
        raise TrainingError(
            f"The {part} of '{start}' is of another shape than this recipe's: give the recipe the "
            'same `model` fields, or begin from nothing with `start=""`.'
        ) from error


def load_codec(run: str, recipe: ModelRecipe) -> Codec:
    """The averaged codec of a run; its scale, if it has none, is fitted to the recipe's clips."""
    path = run_folder(run) / "state.safetensors"
    if not path.exists():
        raise TrainingError(
            f"There is no codec run '{run}' yet: train it first, `sorairo train {run}`."
        )
    trained = from_json(CodecConfig, json.loads(read_record(path)["recipe"])["codec"])
    if trained != recipe.model.codec:
        raise TrainingError(
            f"The codec of the run '{run}' is not the one this recipe asks for (model.codec): "
            "train another run, or give model.codec the fields of that one."
        )
    codec = Codec(trained)
    state = TrainState(codec, make_optimiser(codec, recipe.optimiser))
    state.load(path.parent)
    codec.load_state_dict(state.ema)
    if bool((codec.latent_std == 1).all()):  # one that was begun from a model keeps its scale
        fit_scale(codec, render(next(iter(recipe.sources.values())).clips))
    return codec.eval().requires_grad_(False)


def prepare(recipe: ModelRecipe) -> tuple[Codec, dict[str, ClipSet], Tokenizer]:
    """Every source rendered, encoded and read into memory; a tokenizer of its captions."""
    run = run_folder(recipe.codec_run)
    frozen = run / f"frozen-for-{recipe.name}.safetensors"
    if frozen.exists():
        codec = Codec(recipe.model.codec)
        codec.load_state_dict(load_file(frozen))
    else:
        codec = load_codec(recipe.codec_run, recipe)
        save_file({k: v.contiguous() for k, v in codec.state_dict().items()}, frozen)
    clips = {}
    for name, source in recipe.sources.items():
        folder = run / f"latents-{digest([source, frozen.name])}"
        clips[name] = ClipSet.load(encode_source(codec, source, folder))
    return codec, clips, _tokenizer(recipe, clips)


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


def taught(recipe: ModelRecipe) -> SceneConfig:
    """The part of the world that the recipe's sources show, each name once."""
    sources = list(recipe.sources.values())
    worlds = [source.clips.scene for source in sources if not source.leaves]
    named: dict[str, Any] = {
        name: tuple(dict.fromkeys(each for world in worlds for each in getattr(world, name)))
        for name in PARTS
    }
    return SceneConfig(
        **named,
        styles=("none", *STYLES) if any(source.styled for source in sources) else ("none",),
        max_bodies=max(world.max_bodies for world in worlds),
    )


def run_model(recipe: ModelRecipe) -> Path:
    """Trains transformer and text encoder; each time the state is saved, so is the model as a
    directory."""
    device = choose_device(None)
    codec, clips, tokenizer = prepare(recipe)
    torch.manual_seed(recipe.loop.seed)
    denoiser = Denoiser(recipe.model.transformer, recipe.model.text)
    begin(denoiser, recipe.start, "denoiser")
    denoiser = denoiser.to(device)
    state = TrainState(denoiser, make_optimiser(denoiser, recipe.optimiser))
    folder = run_folder(recipe.name)
    state.load(folder)
    objective = DenoiserObjective(
        denoiser, recipe.objective, clips, tokenizer, recipe.loop.steps, (recipe.model, codec)
    )

    def save() -> None:
        state.save(folder, recipe)
        bundle = Bundle(recipe.model, tokenizer)
        bundle.codec.load_state_dict(codec.state_dict())
        bundle.denoiser.load_state_dict(state.ema)
        facts = {"steps": state.step, "seconds": round(state.seconds), "flop": state.flop}
        facts["scene"] = to_json(taught(recipe))
        hub.save(bundle, folder / "model", facts)

    train(
        objective,
        state,
        recipe.loop,
        recipe.optimiser,
        folder,
        save,
        device=device,
        dtype=compute_dtype(device),
    )
    return folder / "model"
