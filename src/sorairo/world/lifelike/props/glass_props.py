"""A pane of glass in its frame on a stage: one sheet until it breaks, then its shards."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament import geometry
from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import Handle, Material, Stage
from sorairo.world.lifelike.glass import LIFT, PANE, THICKNESS, GlassRun

GLASS = Material(color=(0.72, 0.85, 0.87), opacity=0.26, roughness=0.04)
EDGE = Material(color=(0.20, 0.50, 0.44), opacity=0.75, roughness=0.15)  # glass is green inside
FRAME = Material(color=(0.03, 0.032, 0.035), roughness=0.4)
BAR = 0.035  # metres


class Pane:
    """The pane of a run."""

    def __init__(self, stage: Stage, run: GlassRun, *, name: int) -> None:
        """`name` is its number in `Stage.identify`."""
        self._stage, self._run = stage, run
        sheet = geometry.lifted(geometry.box((PANE[0], THICKNESS / 3, PANE[1])), LIFT + PANE[1] / 2)
        self._sheet = stage.add(sheet, GLASS, name=name)
        self._shards: list[tuple[Handle, Handle]] = []
        for outline in run.outlines:
            faces, edge = _shard(outline)
            self._shards.append(
                (stage.add(faces, GLASS, name=name), stage.add(edge, EDGE, name=name))
            )
        for part in self._parts():
            stage.remove(part)
        self._is_broken = False
        for bar in _frame():
            stage.add(bar, FRAME)

    def _parts(self) -> list[Handle]:
        return [part for shard in self._shards for part in shard]

    def show(self, frame: int) -> None:
        """The pane in one frame."""
        run = self._run
        broken = bool(run.broken[frame])
        if broken != self._is_broken:
            (self._stage.remove if broken else self._stage.restore)(self._sheet)
            for part in self._parts():
                (self._stage.restore if broken else self._stage.remove)(part)
            self._is_broken = broken
        if broken:
            for index, shard in enumerate(self._shards):
                for part in shard:
                    self._stage.pose(part, run.positions[frame, index], run.rotations[frame, index])


def _shard(outline: np.ndarray) -> tuple[Geometry, Geometry]:
    """The two faces of a shard, and its edge."""
    prism = geometry.prism(outline, THICKNESS / 3)
    level = np.abs(prism.normals[prism.faces[:, 0], 1]) > 0.5
    return _part(prism, level), _part(prism, ~level)


def _part(mesh: Geometry, chosen: np.ndarray) -> Geometry:
    used, renumbered = np.unique(mesh.faces[chosen], return_inverse=True)
    return Geometry(
        mesh.positions[used], renumbered.reshape(-1, 3), mesh.normals[used], mesh.uv[used]
    )


def _frame() -> list[Geometry]:
    """Two posts beside the pane, and a rail under and over it."""
    wide, tall = PANE
    rail = geometry.box((wide + 2 * BAR, BAR, BAR))
    bars = [geometry.lifted(rail, height + BAR / 2) for height in (0.0, LIFT + tall)]
    for side in (-1, 1):
        post = geometry.lifted(geometry.box((BAR, BAR, tall + LIFT)), (tall + LIFT) / 2)
        moved = post.positions + np.array([side * (wide + BAR) / 2, 0, 0])
        bars.append(Geometry(moved, post.faces, post.normals, post.uv))
        foot = geometry.lifted(geometry.box((BAR, 0.42, BAR)), BAR / 2)
        moved = foot.positions + np.array([side * (wide + BAR) / 2, 0, 0])
        bars.append(Geometry(moved, foot.faces, foot.normals, foot.uv))
    return bars
