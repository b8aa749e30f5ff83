"""A small archive with the layout and the formats of 0 A.D.: every animal is one of boxes that
steps at a known speed."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sorairo.world.filament.geometry import Geometry, box, joined
from sorairo.world.menagerie.kinds import KINDS, AnimalKind
from sorairo.world.menagerie.places import GROUNDS, TERRAIN

FRAMES, INTERVAL = 20, 0.05  # of an animation; seconds
REACH, STANCE = 0.3, 0.6  # how far a foot goes from the middle; its share of a cycle on the ground
SPEED = 2 * REACH / (STANCE * FRAMES * INTERVAL)  # of a foot on the ground
HIPS = np.array([[0.2, -0.8, 0.6], [-0.2, -0.8, 0.6], [0.2, 0.8, 0.6], [-0.2, 0.8, 0.6]])
ACTIONS = {"walk": "step", "run": "step", "idle": "rest", "feeding": "rest"}


def write_archive(file: Path) -> None:
    """Writes an archive that has all kinds and grounds."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents().items():
            archive.writestr(name, content)


def contents() -> dict[str, bytes]:
    """The files of the archive by their names."""
    files = {
        "art/meshes/skeletal/boxes.dae.cached.pmd": mesh_file(),
        "art/animation/quadraped/step.dae.cached.psa": animation_file(steps=True),
        "art/animation/quadraped/rest.dae.cached.psa": animation_file(steps=False),
        "art/textures/skins/skeletal/animal.png.cached.dds": picture_file((180, 120, 60)),
        "gui/credits/texts/art.json": json.dumps(
            {"Title": "Art", "Content": [{"List": [{"nick": "ada"}, {"name": "Ben Bo"}]}]}
        ).encode(),
    }
    for ground in GROUNDS.values():
        name = f"{TERRAIN}/{ground.picture}.cached.dds"
        files[name] = picture_file((90, 120, 70), side=128)
    for kind in KINDS.values():
        files[f"art/actors/fauna/{kind.actor}.xml"] = actor_file(kind)
    return files


def actor_file(kind: AnimalKind) -> bytes:
    """An actor of boxes, with the variants of a kind."""
    feeding = kind.feeding or ("feeding", 0)
    actions = {**ACTIONS, feeding[0]: ACTIONS.get(feeding[0], "rest")}
    stated = "".join(
        f'<animation file="quadraped/{file}.dae" name="{name.title()}" speed="50"/>'
        for name, file in actions.items()
    )
    coats = "".join(f'<variant name="{"+".join(looks)}"/>' for looks in kind.coats.values())
    return (
        f'<actor version="1"><group><variant name="base"><animations>{stated}</animations>'
        "<mesh>skeletal/boxes.dae</mesh><textures>"
        '<texture file="skeletal/animal.png" name="baseTex"/></textures></variant></group>'
        f'<group>{coats}</group><group><variant name="Idle"/><variant name="death"><mesh>none'
        "</mesh></variant></group></actor>"
    ).encode()


def boxes() -> tuple[Geometry, np.ndarray]:
    """The animal, 1 high and 2 long, and the bone of each vertex: the body, then four legs."""
    shapes = [((0.5, 2.0, 0.5), (0.0, 0.0, 0.75))]
    shapes += [((0.1, 0.1, 0.6), (x, y, 0.3)) for x, y, _ in HIPS]
    parts = []
    for size, middle in shapes:
        one = box(size)
        parts.append(Geometry(one.positions + middle, one.faces, one.normals, one.uv))
    numbers = [np.full(len(part.positions), index) for index, part in enumerate(parts)]
    return joined(parts), np.concatenate(numbers)


def mesh_file(version: int = 4) -> bytes:
    """The animal as a PMD file."""
    shape, bones = boxes()
    kind: list[Any] = [("place", "<f4", 3), ("normal", "<f4", 3), ("uv", "<f4", 2)]
    kind += [("bones", "u1", 4), ("weights", "<f4", 4)]
    vertices = np.zeros(len(shape.positions), np.dtype(kind))
    vertices["place"], vertices["normal"] = turned(shape.positions), turned(shape.normals)
    vertices["uv"] = shape.uv
    vertices["bones"] = np.stack([bones, *np.full((3, len(bones)), 255)], 1)
    vertices["weights"] = [1, 0, 0, 0]
    layers = struct.pack("<I", 1) if version >= 4 else b""
    point = struct.pack("<I4s", 4, b"head") + state((0.0, -1.0, 1.0)) + bytes([0])
    body = b"".join(
        [
            *(struct.pack("<I", len(vertices)), layers, vertices.tobytes()),
            *(struct.pack("<I", len(shape.faces)), shape.faces.astype("<u2").tobytes()),
            struct.pack("<I", 1 + len(HIPS)),
            *(state((0.0, 0.0, 0.75)), *map(state, HIPS)),
            *(struct.pack("<I", 1), point),
        ]
    )
    return b"PSMD" + struct.pack("<II", version, len(body)) + body


def animation_file(*, steps: bool) -> bytes:
    """The animal that steps on the spot, or rests, as a PSA file."""
    states = []
    for frame in range(FRAMES):
        states.append(state((0.0, 0.0, 0.75)))
        for leg, hip in enumerate(HIPS):
            moment = (frame / FRAMES + (0.0, 0.5, 0.75, 0.25)[leg]) % 1.0
            states.append(state(hip + (step(moment) if steps else 0.0)))
    body = struct.pack("<IfII", 0, INTERVAL * 1000, 1 + len(HIPS), FRAMES) + b"".join(states)
    return b"PSSA" + struct.pack("<II", 1, len(body)) + body


def step(moment: float) -> np.ndarray:
    """Where a foot is at a moment of its cycle, relative to where it rests."""
    if moment < STANCE:  # on the ground, backwards
        return np.array([0, REACH * (2 * moment / STANCE - 1), 0])
    share = (moment - STANCE) / (1 - STANCE)
    return np.array([0, REACH * (1 - 2 * share), 0.25 * np.sin(np.pi * share)])


def state(place: Any, turn: tuple[float, ...] = (0.0, 0.0, 0.0, 1.0)) -> bytes:
    """A bone's place and turn in the file's axes."""
    return struct.pack("<7f", *turned(np.asarray(place, float)), *turn)


def turned(vectors: np.ndarray) -> np.ndarray:
    """Vectors with z up in the file's axes, which have y up, and back."""
    return vectors[..., [0, 2, 1]]


def picture_file(color: tuple[int, int, int], side: int = 16) -> bytes:
    """A picture of one colour as a DDS file."""
    written = io.BytesIO()
    Image.new("RGBA", (side, side), (*color, 255)).save(written, "DDS")
    return written.getvalue()
