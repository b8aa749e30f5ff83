"""From a recipe to a trained network: data, then the loop. Everything lies in the cache folder,
under the run's name."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import torch
from tokenizers import Tokenizer

from sorairo.config import from_json, override, to_json
from sorairo.data.clips import cache_folder, digest, render
from sorairo.data.latents import LatentStore
from sorairo.errors import TrainingError, unknown_name
from sorairo.generation.engine import choose_device
from sorairo.models import hub
from sorairo.models.bundle import Bundle, Denoiser
from sorairo.models.codec import Codec, CodecConfig
from sorairo.models.text import train_tokenizer
from sorairo.nn.precision import compute_dtype
from sorairo.training.codec import CodecObjective, fit_scale
from sorairo.training.denoiser import DenoiserObjective
from sorairo.training.encode import encode_shards
from sorairo.training.loop import train
from sorairo.training.optimiser import make_optimiser
from sorairo.training.recipes import RECIPES, CodecRecipe, ModelRecipe
from sorairo.training.state import TrainState, read_record


def main(name: str, overrides: list[str]) -> Path:
    """Runs a recipe, or goes on with it; the folder of the run."""
    if name not in RECIPES:
        raise unknown_name("recipe", name, RECIPES)
    recipe = override(RECIPES[name](), overrides)
    if isinstance(recipe, CodecRecipe):
        return run_codec(recipe)
    return run_model(recipe)


def run_folder(name: str) -> Path:
    return cache_folder() / "runs" / name


def run_codec(recipe: CodecRecipe) -> Path:
    """Trains a codec, or goes on with its training."""
    device = choose_device(None)
    shards, held_out = render(recipe.clips), render(recipe.held_out)
    torch.manual_seed(recipe.loop.seed)
    codec = Codec(recipe.codec).to(device)
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


def load_codec(run: str, recipe: ModelRecipe) -> Codec:
    """The averaged codec of a run, with its scale fitted to the recipe's clips."""
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
    fit_scale(codec, render(recipe.clips))
    return codec.eval().requires_grad_(False)


def prepare(recipe: ModelRecipe) -> tuple[Codec, LatentStore, Tokenizer]:
    """Clips rendered, encoded and read into memory; a tokenizer of their captions."""
    shards = render(recipe.clips)
    run = run_folder(recipe.codec_run)
    folder = run / f"latents-{digest(recipe.clips)}"
    frozen = folder / "codec.safetensors"
    if frozen.exists():
        from safetensors.torch import load_file

        weights = load_file(frozen)
        codec = Codec(recipe.model.codec)
        codec.load_state_dict(weights)
    else:
        from safetensors.torch import save_file

        codec = load_codec(recipe.codec_run, recipe)
        folder.mkdir(parents=True, exist_ok=True)
        save_file({k: v.contiguous() for k, v in codec.state_dict().items()}, frozen)
    encode_shards(copy.deepcopy(codec), shards, folder)
    store = LatentStore(folder, recipe.clips.fps, codec.config.time_factor)
    return codec, store, _tokenizer(recipe, store)


def _tokenizer(recipe: ModelRecipe, store: LatentStore) -> Tokenizer:
    path = run_folder(recipe.name) / "tokenizer.json"
    if path.exists():
        return Tokenizer.from_file(str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    tokenizer = train_tokenizer(store.captions(20_000, seed=0), recipe.model.text.vocabulary)
    tokenizer.save(str(path))
    return tokenizer


def run_model(recipe: ModelRecipe) -> Path:
    """Trains transformer and text encoder; each time the state is saved, so is the model as a
    directory."""
    device = choose_device(None)
    codec, store, tokenizer = prepare(recipe)
    torch.manual_seed(recipe.loop.seed)
    denoiser = Denoiser(recipe.model.transformer, recipe.model.text).to(device)
    state = TrainState(denoiser, make_optimiser(denoiser, recipe.optimiser))
    folder = run_folder(recipe.name)
    state.load(folder)
    objective = DenoiserObjective(
        denoiser, recipe.objective, store, tokenizer, recipe.loop.steps, (recipe.model, codec)
    )

    def save() -> None:
        state.save(folder, recipe)
        bundle = Bundle(recipe.model, tokenizer)
        bundle.codec.load_state_dict(codec.state_dict())
        bundle.denoiser.load_state_dict(state.ema)
        facts = {"steps": state.step, "seconds": round(state.seconds), "flop": state.flop}
        facts["scene"] = to_json(recipe.clips.scene)
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
