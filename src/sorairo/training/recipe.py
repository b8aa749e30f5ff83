"""The protocols of a recipe and of a training task, which `run` works with."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from torch import nn

from sorairo.data.clips_config import ClipsConfig
from sorairo.training.loop.objective import Objective
from sorairo.training.loop.optimiser import MuonAdam, OptimiserConfig
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.loop.state import TrainState

N = TypeVar("N", bound=nn.Module)


@runtime_checkable
class TrainingTask(Protocol[N]):
    """A network to train, with its data loaded."""

    def network(self) -> N:
        """A new network with its initial weights, drawn with torch's global generator or copied
        from another model. On the CPU."""
        ...

    def optimiser(self, network: N) -> MuonAdam:
        """The optimiser of all its parameters."""
        ...

    def objective(self, network: N) -> Objective:
        """The training objective."""
        ...

    def save(self, state: TrainState, folder: Path) -> None:
        """Writes the result so far, from the averaged weights. Called each time after the state of
        the run has been saved in `folder`."""
        ...

    def result(self, folder: Path) -> Path:
        """The path of the result."""
        ...


@runtime_checkable
class Recipe(Protocol):
    """A frozen configuration of a training run. It is saved as JSON with each state."""

    @property
    def name(self) -> str: ...

    @property
    def optimiser(self) -> OptimiserConfig: ...

    @property
    def loop(self) -> LoopConfig: ...

    @property
    def licence(self) -> str:
        """SPDX identifier of the licence of what it makes."""
        ...

    def bases(self) -> dict[str, str]:
        """The licences of the models and codecs whose weights it continues or trains with, under
        descriptions of them."""
        ...

    def run_name(self) -> str:
        """The name of the folder of the run, in the cache folder."""
        ...

    def rendered(self) -> list[tuple[ClipsConfig, int | None]]:
        """The sets of clips that the recipe needs, and how many of each (None: all)."""
        ...

    def prepare(self, folder: Path) -> TrainingTask[Any]:
        """Loads the data. What is missing is rendered and encoded first."""
        ...
