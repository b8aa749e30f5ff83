"""sorairo: make and edit video clips with words, on your own machine.

    import sorairo
    model = sorairo.load()  # "tabletop"; or a name, or a model directory
    clip = model.generate("a red ball drops onto a wooden floor", seconds=4, seed=7)
    clip.save("ball.mp4")

Importing this package is quick: numpy and torch are imported by the first name that needs them. It
sets how long OpenMP's threads spin (see `sorairo.openmp`), so import it before torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Literal, overload

from .openmp import shorten_spinning

if TYPE_CHECKING:
    from pathlib import Path

    from .errors import SorairoError
    from .generation.engine import Engine
    from .play.loading import PlayableWorld
    from .video.clip import Clip

__version__ = "0.1.0"
__all__ = ["Clip", "SorairoError", "__version__", "load"]

shorten_spinning()

_HOMES = {"Clip": ".video.clip", "SorairoError": ".errors"}


@overload
def load(  # pyright: ignore[reportOverlappingOverload] the name of no model
    name: Literal["crafter"], *, device: str | None = None
) -> PlayableWorld: ...
@overload
def load(
    name: str | Path = "tabletop",
    *,
    device: str | None = None,
    offload: bool | None = None,
    weights: str | None = None,
) -> Engine: ...
def load(
    name: str | Path = "tabletop",
    *,
    device: str | None = None,
    offload: bool | None = None,
    weights: str | None = None,
) -> Engine | PlayableWorld:
    """Load a model by its name or directory, or a world to play in: "crafter", or the
    directory of a model that draws it.

    `device` is a torch device ("cpu", "cuda"); None: a GPU if there is one. With `offload`, the
    weights of a large model rest in host memory and are copied to the device block by block; None:
    as many as do not fit there. `weights` is "int8" or "fp8", a format that they are rounded to;
    None: they stay as they are stored. Raises UnknownNameError, ModelError, and RequestError for a
    device that cannot be used.
    """
    from .play.facts import is_playable

    if is_playable(str(name)):
        from .play.loading import load_world

        return load_world(str(name))
    from .generation.engine import load

    return load(name, device=device, offload=offload, weights=weights)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sorairo' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return __all__
