"""From a recipe to a trained network: data, then the loop. Everything lies in the cache folder,
under the run's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from sorairo.config import override, to_json
from sorairo.data.rendered_shards import render
from sorairo.errors import TrainingError, unknown_name
from sorairo.models import hub
from sorairo.models.codec import Codec
from sorairo.models.model import Denoiser, Model
from sorairo.nn.precision import choose_device, compute_dtype
from sorairo.training.loop.loop import train
from sorairo.training.loop.optimiser import make_optimiser
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.state import TrainState
from sorairo.training.objectives.codec import CodecObjective
from sorairo.training.objectives.deflicker import SteadierRecipe, run_steadier
from sorairo.training.objectives.denoiser import DenoiserObjective
from sorairo.training.objectives.upscaler import FinishRecipe, run_finish
from sorairo.training.prepare import prepare
from sorairo.training.recipes.registry import RECIPES
from sorairo.training.recipes.tabletop import CodecRecipe, ModelRecipe
from sorairo.world.tabletop.rendering.styles import STYLES
from sorairo.world.tabletop.scene import SceneConfig


def main(name: str, overrides: list[str]) -> Path:
    """Runs a recipe, or goes on with it; the folder of the run."""
    if name not in RECIPES:
        raise unknown_name("recipe", name, RECIPES)
    recipe = override(RECIPES[name](), overrides)
    if isinstance(recipe, CodecRecipe):
        return run_codec(recipe)
    if isinstance(recipe, SteadierRecipe):
        return run_steadier(recipe)
    if isinstance(recipe, FinishRecipe):
        return run_finish(recipe, run_folder(recipe.name))
    return run_model(recipe)


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


GROWN = "transformer.place_embedding.weight"  # zero at first: a network that lacks it is the same
PARTS = ("shapes", "colors", "sizes", "materials", "floors", "lights", "events", "cameras")
BLOCKS = "transformer.blocks."
OUTPUTS = ("self_attn.o.", "cross_attn.o.", "ffn.2.")  # of a block: what is added to its input
WORDS = "text.embedding.weight"  # of a denoiser: one row a token


def begin(network: nn.Module, start: str, part: str) -> None:
    """Takes the weights of a part of the model `start`, if there is one. Where the vocabulary has
    grown, its new words stay as they were drawn; a model that knows no places learns them."""
    if not start:
        return
    source = getattr(hub.load(hub.find(start)), part).float().state_dict()
    if isinstance(network, Denoiser):
        source = deepened(source, len(network.transformer.blocks))
    words, known = network.state_dict().get(WORDS), source.get(WORDS)
    if words is not None and known is not None and len(known) < len(words):
        source[WORDS] = torch.cat([known, words[len(known) :].to(known)])
    if GROWN in network.state_dict():
        source.setdefault(GROWN, network.state_dict()[GROWN])
    try:
        network.load_state_dict(source)
    except RuntimeError as error:
        raise TrainingError(
            f"The {part} of '{start}' is of another shape than this recipe's: give the recipe the "
            'same `model` fields, or begin from nothing with `start=""`.'
        ) from error


def deepened(source: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """Weights of a denoiser with as many blocks or more. New blocks stand evenly among the old
    ones, each a copy of the next old one whose outputs are zero, so that nothing changes at first
    (Du et al., "Stacking your transformers", arXiv 2405.15319; zero as in adaLN-zero)."""
    old = 1 + max(int(name.split(".")[2]) for name in source if name.startswith(BLOCKS))
    if layers <= old:
        return source
    places = [round((i + 1) * layers / old) - 1 for i in range(old)]  # of the old among all
    rest = {name: value for name, value in source.items() if not name.startswith(BLOCKS)}
    for place in range(layers):
        model = sum(each < place for each in places)  # an old block that stands here or later
        new = place not in places
        for name, value in source.items():
            if name.startswith(f"{BLOCKS}{model}."):
                inner = name.removeprefix(f"{BLOCKS}{model}.")
                copied = torch.zeros_like(value) if new and inner.startswith(OUTPUTS) else value
                rest[f"{BLOCKS}{place}.{inner}"] = copied.clone()
    return rest


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
        templates=max(world.templates for world in worlds),
    )


def run_model(recipe: ModelRecipe) -> Path:
    """Trains transformer and text encoder; each time the state is saved, so is the model as a
    directory, whose record counts what the model it began with has cost as well."""
    device = choose_device(None)
    codec, clips, tokenizer = prepare(recipe)
    torch.manual_seed(recipe.loop.seed)
    denoiser = Denoiser(recipe.model.transformer, recipe.model.text)
    begin(denoiser, recipe.start, "denoiser")
    denoiser = denoiser.to(device)
    state = TrainState(denoiser, make_optimiser(denoiser, recipe.optimiser))
    folder = run_folder(recipe.name)
    state.load(folder)
    steadier = None if recipe.codec_run else hub.load(hub.find(recipe.codec_of)).steadier
    objective = DenoiserObjective(
        denoiser, recipe.objective, clips, tokenizer, recipe.loop.steps, (recipe.model, codec)
    )

    def save() -> None:
        state.save(folder, recipe)
        model = Model(recipe.model, tokenizer)
        model.take(steadier)
        model.codec.load_state_dict(codec.state_dict())
        model.denoiser.load_state_dict(state.ema)
        hub.save(model, folder / "model", _facts(recipe, state))

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


def _facts(recipe: ModelRecipe, state: TrainState) -> dict[str, Any]:
    """What a model's record tells of its training, and of that of what it began with."""
    before = _record_of(recipe.start)
    facts: dict[str, Any] = {
        "steps": state.step + before.get("steps", 0),
        "seconds": round(state.seconds) + before.get("seconds", 0),
        "flop": state.flop + before.get("flop", 0.0),
        "scene": to_json(taught(recipe)),
    }
    steadier = {} if recipe.codec_run else _record_of(recipe.codec_of)
    return facts | {name: steadier[name] for name in ("steadier",) if name in steadier}


def _record_of(model: str) -> dict[str, Any]:
    """The training of a model as its directory tells it; nothing, of none."""
    return hub.info(hub.find(model)).record.get("training", {}) if model else {}
