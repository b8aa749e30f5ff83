"""What a model's record says about its training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sorairo.config import to_json
from sorairo.models import hub
from sorairo.training.data.sources import LatentSource
from sorairo.training.loop.state import TrainState
from sorairo.training.networks.codec_directory import codec_folder
from sorairo.world.registry import DEFAULT
from sorairo.world.tabletop.rendering.styles import STYLES
from sorairo.world.tabletop.scene import SceneConfig

PARTS = (
    "shapes",
    "colors",
    "sizes",
    "materials",
    "floors",
    "lights",
    "events",
    "cameras",
    "places",
)


def cost(state: TrainState, start: str = "") -> dict[str, Any]:
    """Steps, time and FLOP of a run, with those of the model `start` it began with."""
    before = _record_of(start)
    own = {"steps": state.step, "seconds": round(state.seconds), "flop": state.flop}
    return {name: value + before.get(name, 0) for name, value in own.items()}


def training_record(
    state: TrainState, sources: Mapping[str, LatentSource], start: str, codec_of: str
) -> dict[str, Any]:
    """The cost of a denoiser, with that of the model `start` it began with, and the scenes it was
    trained on, where these are of several worlds by its name; the cost of the deflicker network
    taken from `codec_of`."""
    record, scenes = cost(state, start), trained_scenes(sources)
    if scenes is not None:
        alone = all(source.clips.world == DEFAULT for source in sources.values())
        record["scene"] = to_json(scenes) if alone else {DEFAULT: to_json(scenes)}
    codec_record = _record_of(codec_of)
    return record | {name: codec_record[name] for name in ("steadier",) if name in codec_record}


def _record_of(model: str) -> dict[str, Any]:
    """The training record of a model; empty for "", and for a codec in a directory of its own."""
    if not model or codec_folder(model) is not None:
        return {}
    return hub.info(hub.find(model)).record.get("training", {})


def trained_scenes(sources: Mapping[str, LatentSource]) -> SceneConfig | None:
    """The part of the table-top that the sources show, each name once; None where they show nothing
    of it."""
    parts = [source.clips.scene for source in sources.values() if not source.leaves]
    worlds = [part for part in parts if isinstance(part, SceneConfig)]
    if not worlds:
        return None
    named: dict[str, Any] = {
        name: tuple(dict.fromkeys(each for world in worlds for each in getattr(world, name)))
        for name in PARTS
    }
    styled = any(source.styled for source in sources.values())
    return SceneConfig(
        **named,
        styles=("none", *STYLES) if styled else ("none",),
        max_bodies=max(world.max_bodies for world in worlds),
        templates=max(world.templates for world in worlds),
    )
