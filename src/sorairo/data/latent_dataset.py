"""Encoded clips of a source, held in memory."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from sorairo.world import registry
from sorairo.world.protocol import Scene

Size = tuple[int, int]  # width, height
Fade = tuple[int, int, int]
ARRAYS = ("clips", "objects", "pictures", "twins")  # of a shard, each in a file of its own


@dataclass(frozen=True, kw_only=True)
class ClipSet:
    """The clips of one source by their size as rendered: latents and ground truth."""

    clips: dict[Size, np.ndarray]
    """Latents, float16 [n, c, f, h, w]."""
    scenes: dict[Size, list[Scene | None]]
    """Their scenes; None for clips without a scene."""
    fps: float
    """Frames a second."""
    time_factor: int
    """Frames of a latent frame."""
    patch: int
    """Latent pixels per side of a token."""
    objects: dict[Size, np.ndarray] = field(default_factory=dict)
    """Which tokens show a body, bool [n, f, h / patch, w / patch]."""
    pictures: dict[Size, np.ndarray] = field(default_factory=dict)
    """Frames of the clips, encoded alone, [n, c, p, h, w]."""
    picture_frames: tuple[int, ...] = ()
    """Which frames those are."""
    fades: dict[Size, list[Fade]] = field(default_factory=dict)
    """Of each clip: the index of the clip that it leads to, the first frame of the bridge, and the
    first frame after it."""
    twins: dict[Size, np.ndarray] = field(default_factory=dict)
    """Latents of the same clips with one thing changed."""
    twin_scenes: dict[Size, list[Scene]] = field(default_factory=dict)
    """Their scenes."""
    world: str = registry.DEFAULT
    """The world of the scenes, by name."""

    @property
    def frame_seconds(self) -> float:
        """Seconds of a latent frame."""
        return self.time_factor / self.fps

    @classmethod
    def load(
        cls,
        paths: list[Path],
        *,
        fps: float,
        time_factor: int,
        patch: int,
        world: str = registry.DEFAULT,
    ) -> ClipSet:
        """Reads the folders of a source's shards."""
        arrays: dict[str, dict[Size, list[np.ndarray]]] = {name: {} for name in ARRAYS}
        scenes: dict[Size, list[Scene | None]] = defaultdict(list)
        fades: dict[Size, list[Fade]] = defaultdict(list)
        twin_scenes: dict[Size, list[Scene]] = defaultdict(list)
        picture_frames: tuple[int, ...] = ()
        scene_of = partial(registry.scene_from_json, world)
        for path in paths:
            record = json.loads((path / "scenes.json").read_text())
            size = (record["size"][0], record["size"][1])
            before = len(scenes[size])
            for name in ARRAYS:
                if (path / f"{name}.npy").exists():
                    arrays[name].setdefault(size, []).append(np.load(path / f"{name}.npy"))
            scenes[size] += [scene_of(each) if each else None for each in record["scenes"]]
            for twin in record.get("twins", ()):
                twin_scenes[size].append(scene_of(twin))
            for other, start, end in record.get("fades", ()):
                fades[size].append((before + other, start, end))
            picture_frames = tuple(record.get("picture_frames", picture_frames))
        joined = {
            name: {size: np.concatenate(each) for size, each in found.items()}
            for name, found in arrays.items()
        }
        return cls(
            **joined,
            scenes=dict(scenes),
            fades=dict(fades),
            twin_scenes=dict(twin_scenes),
            picture_frames=picture_frames,
            fps=fps,
            time_factor=time_factor,
            patch=patch,
            world=world,
        )
