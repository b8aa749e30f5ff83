"""The configuration of a set of rendered clips."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sorairo.config import check_range, typed_by
from sorairo.errors import ConfigError, unknown_name
from sorairo.world import registry
from sorairo.world.footage.scene import SceneConfig as Footage
from sorairo.world.protocol import ScenePart
from sorairo.world.registry import TABLETOP
from sorairo.world.tabletop.scene import FIRST_LIGHT

SQUARE = TABLETOP.sizes[0]


def _part_type(values: Mapping[str, Any]) -> type:
    return registry.part_type(values.get("world", registry.DEFAULT))


@dataclass(frozen=True, kw_only=True)
class ClipsConfig:
    """A set of clips of a world. Its digest names the folder of the clips."""

    scene: ScenePart = field(default=FIRST_LIGHT, metadata=typed_by(_part_type))
    """The part of the world to draw scenes from."""
    count: int = 3000
    """How many clips."""
    first_seed: int = 0
    """The seed of the first story; the next ones follow."""
    seconds: float = 61 / TABLETOP.fps
    """The length of a clip."""
    fps: float = TABLETOP.fps
    """Frames a second."""
    sizes: tuple[tuple[int, int], ...] = field(default=(*(SQUARE,) * 6, *TABLETOP.sizes[1:]))
    """(width, height), used in turn from shard to shard."""
    shard_clips: int = 40
    """Clips of a shard."""
    shots: int = 1
    """Clips in a row that are shots of one story: the same bodies, in other events, from other
    cameras."""
    twins: bool = False
    """Whether one thing is changed in each clip, compared with the same set without twins."""
    bridges: int = 0
    """If not 0, a story is two scenes in two clips: one leads from the first scene to the second,
    the other back to its own beginning. The bridge covers whole groups of this number of frames."""
    world: str = registry.DEFAULT
    """The world, by name."""

    def check(self) -> None:
        """Raises ConfigError for settings that contradict each other, and UnknownNameError for what
        the world does not have."""
        if not isinstance(self.scene, registry.part_type(self.world)):
            raise ConfigError(
                f"'scene' is no part of the world '{self.world}': set it to one, for example {{}}, "
                "which is the whole world."
            )
        self._check_names()
        if isinstance(self.scene, Footage):
            self.scene.check()
        check_range(self, "Of a set of clips, ", "count shard_clips", 1)
        check_range(self, "Of a set of clips, ", "seconds fps", 0, beyond=True)
        check_range(self, "Of a set of clips, ", "first_seed bridges", 0)
        if not self.sizes or min(side for size in self.sizes for side in size) < 1:
            raise ConfigError("A set of clips needs 'sizes' of 1x1 or more, such as [[96,96]].")
        if self.shots < 1 or self.shard_clips % self.shots or self.count % self.shots:
            raise ConfigError(
                f"'shard_clips' ({self.shard_clips}) and 'count' ({self.count}) must be multiples "
                f"of 'shots' ({self.shots}), so that every story is whole and in one shard."
            )
        if self.bridges and self.shots != 2:
            raise ConfigError("Clips with 'bridges' come in pairs: set 'shots' to 2.")

    def _check_names(self) -> None:
        """Of the scenes: every name is known, and where one is needed, there is one."""
        whole = type(self.scene)()
        for name, known in self.scene.NAMES.items():
            values = getattr(self.scene, name)
            if not values and getattr(whole, name):
                raise ConfigError(f"'{name}' of 'scene' is empty: name one, or leave it out.")
            for value in values:
                if value not in known:
                    kind = re.sub("ies$", "y", name).removesuffix("s")
                    raise unknown_name(f"{self.world} {kind}", value, filter(None, known))
