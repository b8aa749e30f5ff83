"""What a model's record, `model.json`, says about the model before it is loaded. No torch."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sorairo.config import from_json
from sorairo.errors import ConfigError, ModelError
from sorairo.models.model_info import DeliveryDefaults, Size
from sorairo.world import registry

_FAR = 1e9  # above every size, rate and number of frames
TABLETOP_FAMILY = "tabletop"  # of records that name no family
PLAYED_FAMILY = "crafter"  # of models that take actions
TABLETOP_LICENCE = "Apache-2.0"  # where a record of the family says nothing else
TABLETOP_TASKS = (
    *("generate", "image", "animate", "extend", "loop", "connect", "edit"),
    *("storyboard", "cast"),
)


NETWORKS = {
    "codec": ("time_factor", "space_factor", "latent_channels"),
    "transformer": ("patch", "dim", "ffn_dim", "layers"),
    "text": ("max_length",),
}
"""The sizes of networks in a record of our own that are read before the model is loaded, all of
them whole numbers above 0."""


@dataclass(frozen=True, kw_only=True)
class SamplingFacts:
    """The sampling defaults that a record names."""

    steps: int
    """Steps of the solver."""
    guidance: float
    """Guidance scale; 1 is off."""


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """The part of a record's `config` that all families share. It agrees with the `ModelInfo` of
    the loaded model."""

    name: str
    """The name of the model."""
    native_sizes: tuple[Size, ...]
    """Sizes of what it generates, in pixels; the first is the default."""
    fps: float
    """Frames a second of what it generates."""
    max_frames: int
    """The longest clip, in frames at `fps`."""
    multiple: int
    """The sides of a canvas are multiples of this: `law.space_factor * denoiser.patch`."""
    sampling: SamplingFacts
    """The sampling defaults."""
    world: str
    """The simulated world that it was trained on, "" for none, or several, such as
    "tabletop+lifelike"; see `world.registry`."""
    delivery: DeliveryDefaults
    """The size and rate at which its clips are delivered by default."""
    version: str
    """The version of the model, "" for none."""
    notes: str
    """Remarks about the model, "" for none."""
    smaller_sizes: bool = False
    """Whether a canvas is as small as the size that is asked for, where that is below the native
    size."""
    licence: str = ""
    """SPDX identifier of the weights' licence, "" where it is not known."""
    trained_for: tuple[str, ...] = ()
    """The tasks that it was trained for, by the names of their commands; empty: not known."""
    use_instead: str = ""
    """A model that was trained for other tasks, "" for none."""
    takes_hints: bool = True
    """Whether pictures can be hints, which it sees without showing them."""
    trained_on: dict[str, Any] | None = None
    """The part of the world that its training scenes were drawn from, as JSON, and of several
    worlds a part by the name of each; None: not known."""


def family_of(record: dict[str, Any]) -> str:
    """The family that a record names."""
    return str(record.get("family", TABLETOP_FAMILY))


def facts_of(record: dict[str, Any], path: Path) -> ModelFacts:
    """The facts in the record of the model in `path`. Raises ModelError, which names the key, for
    one that is missing or wrong."""
    config = dict(record["config"])
    if family_of(record) == TABLETOP_FAMILY:
        config = _with_tabletop_defaults(config, path)
    known = {f.name: config[f.name] for f in fields(ModelFacts) if f.name in config}
    known["trained_on"] = record.get("training", {}).get("scene")
    if isinstance(known.get("sampling"), dict):
        names = {f.name for f in fields(SamplingFacts)}
        known["sampling"] = {k: v for k, v in known["sampling"].items() if k in names}
    try:
        facts = from_json(ModelFacts, known)
    except (ConfigError, ValueError) as error:
        raise ModelError(f"{path / 'model.json'} cannot be read: in config, {error}") from error
    if not facts.native_sizes:
        raise ModelError(f"{path / 'model.json'} cannot be read: native_sizes is empty.")
    numbers = {
        "native_sizes": min(side for size in facts.native_sizes for side in size),
        "fps": facts.fps,
        "max_frames": facts.max_frames,
        "multiple": facts.multiple,
    }
    for key, number in numbers.items():
        if not 0 < number < _FAR:
            shown = "so large" if number >= _FAR else number
            raise ModelError(f"{path / 'model.json'} cannot be read: {key} cannot be {shown}.")
    return facts


def _with_tabletop_defaults(config: dict[str, Any], path: Path) -> dict[str, Any]:
    """The config with the defaults of tabletop's `ModelConfig` where older records lack a key."""
    codec, transformer, _ = (_sizes(config, name, path) for name in NETWORKS)
    _check_whole(path, "window_frames", config.get("window_frames", 1))
    sampling = found if isinstance(found := config.get("sampling"), dict) else {}
    multiple = codec.get("space_factor", 8) * transformer.get("patch", 2)
    defaults = {
        "name": path.name,
        "native_sizes": registry.TABLETOP.sizes,
        "fps": registry.TABLETOP.fps,
        "max_frames": 49,
        "multiple": multiple,
        "world": registry.DEFAULT,
        "delivery": config.get("delivered", {}),
        "version": "",
        "notes": "",
        "licence": TABLETOP_LICENCE,
        "trained_for": TABLETOP_TASKS,
    }
    return {**defaults, **config, "sampling": {"steps": 10, "guidance": 2.0, **sampling}}


def _sizes(config: dict[str, Any], network: str, path: Path) -> dict[str, Any]:
    """What a config says of a network. Raises ModelError where that is of no use."""
    found = config.get(network, {})
    if not isinstance(found, dict):
        raise ModelError(f"{path / 'model.json'} cannot be read: {network} is no object.")
    for name in NETWORKS[network]:
        _check_whole(path, f"{network}.{name}", found.get(name, 1))
    return found


def _check_whole(path: Path, name: str, value: Any) -> None:
    if type(value) is not int or not 0 < value < _FAR:
        shown = f"{value!r:.40}"
        raise ModelError(f"{path / 'model.json'} cannot be read: {name} cannot be {shown}.")
