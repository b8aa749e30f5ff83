"""Several requests drawn up first and run together: as one batch where they are alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sorairo.errors import RequestError
from sorairo.generation.api import Capabilities
from sorairo.generation.engine import Engine
from sorairo.generation.requests.limits import Limits
from sorairo.generation.settings import Settings
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec
from sorairo.video import Clip

if TYPE_CHECKING:
    from sorairo.generation.progress import ProgressCallback
    from sorairo.generation.tasks.context import Size


Ask = Callable[[Capabilities], Clip]


def make_together(engine: Engine, asks: Sequence[Ask]) -> list[Clip]:
    """The clips of several calls of capabilities, in order.

    Raises RequestError as the calls do, and for one that needs more than one run (extending to both
    sides): make such a one alone.
    """
    return engine.run_together([_drafted(engine, ask) for ask in asks])


def _drafted(engine: Engine, ask: Ask) -> tuple[CanvasLayout, Settings]:
    listener = _Listener(engine)
    ask(listener)
    if len(listener.heard) != 1:
        raise RequestError("This cannot be made together with others: make it alone.")
    return listener.heard[0]


class _Listener(Capabilities):
    """Has every capability of an engine, but only hears what would be run."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.config = engine, engine.config
        self.heard: list[tuple[CanvasLayout, Settings]] = []

    @property
    def spec(self) -> CanvasSpec:
        return self.engine.spec

    @property
    def limits(self) -> Limits:
        return self.engine.limits

    def knows(self, clip: Clip, size: Size) -> bool:
        return self.engine.knows(clip, size)

    def run(
        self,
        layout: CanvasLayout,
        settings: Settings = Settings(),
        on_progress: ProgressCallback | None = None,
    ) -> Clip:
        """Black, for those that look at what they get."""
        del on_progress
        self.heard.append((layout, settings))
        frames = np.zeros((layout.num_frames, layout.height, layout.width, 3), np.uint8)
        return Clip(frames=frames, fps=layout.spec.fps)
