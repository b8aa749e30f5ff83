"""The state of a run: network, averaged weights, optimiser, step. A resumed run is the same run."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from sorairo.config import to_json
from sorairo.errors import StateError, TrainingError
from sorairo.training.loop.optimiser import MuonAdam
from sorairo.video.atomic_write import whole_file

FILE = "state.safetensors"
PARTS = {"network", "ema", "optimiser"}


@dataclass
class TrainState:
    """Everything that changes during a run."""

    network: nn.Module
    optimiser: MuonAdam
    step: int = 0
    """Steps done."""
    seconds: float = 0.0
    """Time spent in them."""
    flop: float = 0.0
    """Floating-point operations spent in them."""
    minutes: float = 0.0
    """Minutes of the whole run, sheets and saves included: what `LoopConfig.minutes` limits."""
    ema: dict[str, Tensor] = field(default_factory=dict)
    """The moving average of every parameter and buffer of the network, by its name."""

    def __post_init__(self) -> None:
        if not self.ema:
            self.ema = {name: value.clone() for name, value in self.network.state_dict().items()}

    @torch.no_grad()
    def average(self, decay: float) -> None:
        """ema <- decay ema + (1 - decay) network, with a shorter memory at the beginning."""
        decay = min(decay, (1 + self.step) / (10 + self.step))
        now = self.network.state_dict()
        moving = [name for name, value in now.items() if value.is_floating_point()]
        torch._foreach_lerp_(  # pyright: ignore[reportPrivateImportUsage]
            [self.ema[name] for name in moving], [now[name] for name in moving], 1 - decay
        )
        for name in now.keys() - set(moving):
            self.ema[name].copy_(now[name])

    def save(self, folder: Path, recipe: Any) -> None:
        """Writes the state and the recipe to `folder`; the old state stays until the new one is
        complete and on the disk. Raises WriteError."""
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {f"network/{k}": v for k, v in self.network.state_dict().items()}
        tensors |= {f"ema/{k}": v for k, v in self.ema.items()}
        for name, p in self.network.named_parameters():
            for key, value in self.optimiser.state.get(p, {}).items():
                tensors[f"optimiser/{key}/{name}"] = value
        record = {
            "step": str(self.step),
            "seconds": repr(self.seconds),
            "flop": repr(self.flop),
            "minutes": repr(self.minutes),
            "recipe": json.dumps(to_json(recipe)),
        }
        path = folder / FILE
        for unfinished in folder.glob(f".{path.stem}.*.part{path.suffix}"):  # of a killed process
            unfinished.unlink()
        with whole_file(path, durable=True) as temporary:
            save_file({k: v.contiguous() for k, v in tensors.items()}, temporary, record)

    def load(self, folder: Path) -> bool:
        """Loads the state in `folder`; False if there is none.

        Raises StateError if the file is broken, TrainingError if the network there has another
        shape.
        """
        path = folder / FILE
        if not path.exists():
            return False
        tensors, record = read_state(path)
        parts: dict[str, dict[str, Tensor]] = {part: {} for part in PARTS}
        for name, value in tensors.items():
            part, _, rest = name.partition("/")
            parts[part][rest] = value
        try:
            self.network.load_state_dict(parts["network"])
        except RuntimeError as error:
            raise TrainingError(
                f"The state in {folder} is of a network with another shape: give this run "
                "another `name=`, or delete that folder."
            ) from error
        params = dict(self.network.named_parameters())
        device = next(iter(params.values())).device
        self.ema = {name: value.to(device) for name, value in parts["ema"].items()}
        for name, value in parts["optimiser"].items():
            key, _, owner = name.partition("/")
            self.optimiser.state[params[owner]][key] = value.to(device)
        self.step = int(record["step"])
        self.seconds, self.flop = float(record["seconds"]), float(record["flop"])
        self.minutes = float(record.get("minutes", self.seconds / 60))  # older states have none
        return True


def read_state(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and the metadata of a file of state. Raises StateError."""
    record = read_record(path)
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise _broken(path, str(error)) from error
    lacking = [name for name in ("step", "seconds", "flop", "recipe") if name not in record]
    if lacking or not all(name.partition("/")[0] in PARTS for name in tensors):
        raise _broken(path, "it is not the state of a run")
    return tensors, record


def _broken(path: Path, reason: str) -> StateError:
    return StateError(
        f"The state of the run, {path}, cannot be read ({reason[:200]}): put back a copy of it, or "
        "delete it to start the run anew."
    )


def averaged_weights(path: Path) -> dict[str, Tensor]:
    """The averaged weights in a file of state. Raises StateError."""
    return averaged(read_state(path)[0])


def averaged(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The averaged weights among the tensors of a file of state."""
    return {k.removeprefix("ema/"): v for k, v in tensors.items() if k.startswith("ema/")}


def read_record(path: Path) -> dict[str, str]:
    """The metadata of a file of state. Raises StateError."""
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}
    except (OSError, SafetensorError) as error:
        raise _broken(path, str(error)) from error
