"""An animal's meshes and animations, put together from the files of its actor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.filament.geometry import Geometry
from sorairo.world.menagerie.assets.actors import Read, resolve
from sorairo.world.menagerie.assets.formats import (
    Animation,
    Bones,
    MeshFile,
    Point,
    read_animation,
    read_mesh,
)
from sorairo.world.menagerie.assets.textures import read_texture


@dataclass(frozen=True, eq=False)
class Part:
    """One mesh of an animal, in the units of its files."""

    geometry: Geometry
    """At rest; parts that are attached to a point are relative to it."""
    texture: np.ndarray
    """sRGB and opacity, uint8 [H, W, 4]."""
    weights: np.ndarray
    """How much each bone, and last the animal as a whole, moves a vertex: [V, B + 1]; empty for
    parts that are attached to a point."""
    point: Point | None = None
    """The point that carries the whole part."""
    see_through: bool = False
    """Whether the picture's opacity is shown; else it means something to the game alone."""


@dataclass(frozen=True, eq=False)
class Animal:
    """An animal of one look, in the units of its files. It looks towards -y and stands on z = 0."""

    parts: tuple[Part, ...]
    """The body, then what is attached to it."""
    rest: Bones
    """The bones at rest."""
    animations: dict[str, tuple[Animation, ...]]
    """Its animations by the state that they show: "walk", "run", "idle", "feeding", ..."""

    @property
    def height(self) -> float:
        """Of the body at rest."""
        return float(self.parts[0].geometry.positions[:, 2].max())


def load_animal(read: Read, actor: str, looks: tuple[str, ...] = ()) -> Animal:
    """An animal from its actor file, with the variants named in `looks`.

    Raises:
        FormatError: A file is not what its name says.
    """
    found = resolve(read, actor, looks)
    body = read_mesh(read(found.mesh))
    texture = read_texture(read(found.textures["baseTex"]))
    parts = [Part(_geometry(body), texture, _weights(body), see_through=found.see_through)]
    for place, prop in found.props:
        if place in body.points and prop.startswith("props/"):
            part = _attached(read, prop, body, body.points[place])
            parts += [part] if part is not None else []
    animations = {
        state: tuple(animation for file in files if (animation := _animation(read, file, body)))
        for state, files in found.animations.items()
    }
    return Animal(tuple(parts), body.rest, {k: v for k, v in animations.items() if v})


def _attached(read: Read, actor: str, body: MeshFile, point: Point) -> Part | None:
    """A part that follows the body's own bones, if it has the same, or else a point; None for
    parts of which a game draws no mesh."""
    found = resolve(read, actor)
    if not found.mesh or "baseTex" not in found.textures:
        return None
    mesh = read_mesh(read(found.mesh))
    texture = read_texture(read(found.textures["baseTex"]))
    if len(mesh.rest.places) == len(body.rest.places) > 0:
        return Part(_geometry(mesh), texture, _weights(mesh), see_through=found.see_through)
    return Part(_geometry(mesh), texture, np.zeros((0, 0)), point, found.see_through)


def _animation(read: Read, file: str, body: MeshFile) -> Animation | None:
    """An animation; None where it is one of another skeleton."""
    animation = read_animation(read(file))
    return animation if animation.bones.places.shape[1] == len(body.rest.places) else None


def _geometry(mesh: MeshFile) -> Geometry:
    uv = mesh.uv * [1, -1] + [0, 1]
    return Geometry(mesh.positions, mesh.faces, mesh.normals, uv)


def _weights(mesh: MeshFile) -> np.ndarray:
    weights = np.zeros((len(mesh.positions), len(mesh.rest.places) + 1))
    rows = np.arange(len(mesh.positions))
    for column in range(mesh.bones.shape[1]):
        np.add.at(weights, (rows, mesh.bones[:, column]), mesh.weights[:, column])
    return weights
