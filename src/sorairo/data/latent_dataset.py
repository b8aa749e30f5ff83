"""Encoded clips, held in memory, and the examples that are cut from them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sorairo.world.tabletop.scene import Scene

Size = tuple[int, int]  # width, height


@dataclass(frozen=True, kw_only=True)
class ClipSet:
    """Clips of one source by size: latents float16 [n, c, f, h, w], their scenes (None where there
    is none), where their bodies are (bool [n, f, h / 2, w / 2], in tokens), pictures
    [n, c, p, h, w] encoded alone and the frames they show, the fades (index of the clip that it
    leads to, the bridge's first frame and the first after it), and the same clips with one thing
    changed."""

    clips: dict[Size, np.ndarray]
    scenes: dict[Size, list[Scene | None]]
    objects: dict[Size, np.ndarray] = field(default_factory=dict)
    pictures: dict[Size, np.ndarray] = field(default_factory=dict)
    picture_frames: tuple[int, ...] = ()
    fades: dict[Size, list[tuple[int, int, int]]] = field(default_factory=dict)
    twins: dict[Size, np.ndarray] = field(default_factory=dict)
    twin_scenes: dict[Size, list[Scene]] = field(default_factory=dict)

    @classmethod
    def load(cls, paths: list[Path]) -> ClipSet:
        """Reads the folders of a source's shards."""
        clips: dict[Size, list[np.ndarray]] = {}
        objects: dict[Size, list[np.ndarray]] = {}
        pictures: dict[Size, list[np.ndarray]] = {}
        scenes: dict[Size, list[Scene | None]] = {}
        fades: dict[Size, list[tuple[int, int, int]]] = {}
        twins: dict[Size, list[np.ndarray]] = {}
        twin_scenes: dict[Size, list[Scene]] = {}
        frames: tuple[int, ...] = ()
        for path in paths:
            record = json.loads((path / "scenes.json").read_text())
            size = (record["size"][0], record["size"][1])
            before = len(scenes.get(size, []))
            clips.setdefault(size, []).append(np.load(path / "clips.npy"))
            scenes.setdefault(size, []).extend(
                Scene.from_json(each) if each else None for each in record["scenes"]
            )
            for other, start, end in record.get("fades", ()):
                fades.setdefault(size, []).append((before + other, start, end))
            if (path / "objects.npy").exists():
                objects.setdefault(size, []).append(np.load(path / "objects.npy"))
            if (path / "pictures.npy").exists():
                pictures.setdefault(size, []).append(np.load(path / "pictures.npy"))
                frames = tuple(record["picture_frames"])
            if (path / "twins.npy").exists():
                twins.setdefault(size, []).append(np.load(path / "twins.npy"))
                told = [Scene.from_json(each) for each in record["twins"]]
                twin_scenes.setdefault(size, []).extend(told)
        return cls(
            clips={size: np.concatenate(found) for size, found in clips.items()},
            objects={size: np.concatenate(found) for size, found in objects.items()},
            pictures={size: np.concatenate(found) for size, found in pictures.items()},
            scenes=scenes,
            picture_frames=frames,
            fades=fades,
            twins={size: np.concatenate(found) for size, found in twins.items()},
            twin_scenes=twin_scenes,
        )


@dataclass(frozen=True, kw_only=True)
class Example:
    """What one training sample shows: latents [c, f, h, w] at `times` (seconds, [f]), the texts and
    how much each latent frame hears of them [f, k], loose pictures [c, l, h, w] at `loose_times`.

    `objects` [f, h / 2, w / 2] says which tokens show a body, if that is known. `box` (top, left,
    rows, columns, in tokens) and `whole` (rows, columns) say which part of a
    larger picture it is; None: all of it. `origin` [c, f, h, w] is what it is made out of: the same
    clip with something else about it. `bridge`: its first latent frame, and the first after it.
    """

    latents: np.ndarray
    times: np.ndarray
    texts: tuple[str, ...]
    prompt_weights: np.ndarray
    objects: np.ndarray | None = None
    loose: np.ndarray | None = None
    loose_times: tuple[float, ...] = ()
    box: tuple[int, int, int, int] | None = None
    whole: tuple[int, int] | None = None
    origin: np.ndarray | None = None
    bridge: tuple[int, int] | None = None
