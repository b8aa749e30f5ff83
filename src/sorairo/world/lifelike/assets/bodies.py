"""Bodies of people: meshes of `anny` (Apache-2.0, its data CC0), computed once into the cache.

Brégier et al., "Human Mesh Modeling for Anny Body", 2025. The rig has the bones of the CMU motions.
"""

from __future__ import annotations

import tempfile
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sorairo.errors import MissingExtraError
from sorairo.packages import assets_folder

SEXES = ("woman", "man")
AGES = {"child": 0.3, "young": 0.6, "middle-aged": 0.75, "old": 1.0}  # in anny's units
BUILDS = {"slim": 0.3, "average": 0.5, "heavy": 0.85}
VARIANTS = 3
_FILE = "bodies-2.npz"


@dataclass(frozen=True, eq=False)
class Rig:
    """What all bodies have in common."""

    faces: np.ndarray
    """Triangles, int [T, 3]."""
    uv: np.ndarray
    """Texture coordinates, float32 [V, 2]."""
    bones: np.ndarray
    """The bones that move a vertex, int [V, 7]."""
    weights: np.ndarray
    """Their weights, float32 [V, 7]."""
    parents: np.ndarray
    """The parent of each bone, int [B]; -1: none. Parents come first."""
    names: tuple[str, ...]
    """The names of the bones."""


@dataclass(frozen=True, eq=False)
class Body:
    """A body at rest, which stands on z = 0 and looks towards -y."""

    vertices: np.ndarray
    """Metres, float32 [V, 3]."""
    heads: np.ndarray
    """Where the bones begin, float32 [B, 3]."""
    tails: np.ndarray
    """Where they end, float32 [B, 3]."""

    @property
    def height(self) -> float:
        """Metres."""
        return float(np.ptp(self.vertices[:, 2]))


def key(sex: str, age: str, build: str, variant: int) -> int:
    """The number of a body."""
    numbers = (SEXES.index(sex), list(AGES).index(age), list(BUILDS).index(build), variant)
    return int(np.ravel_multi_index(numbers, (len(SEXES), len(AGES), len(BUILDS), VARIANTS)))


@cache
def _arrays() -> dict[str, np.ndarray]:
    file = assets_folder() / _FILE
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".npz", delete=False) as scratch:
            arrays: Any = _compute()
            np.savez(scratch, **arrays)
        Path(scratch.name).replace(file)
    with np.load(file, allow_pickle=False) as stored:
        return dict(stored)


@cache
def rig() -> Rig:
    """The rig of all bodies. Raises MissingExtraError."""
    found = _arrays()
    shared = {name: found[name] for name in ("faces", "uv", "bones", "weights", "parents")}
    return Rig(**shared, names=tuple(map(str, found["names"])))


@cache
def body(number: int) -> Body:
    """One body by its number (see `key`). Raises MissingExtraError."""
    found = _arrays()
    parts = {
        name: found[name][number].astype(np.float32) for name in ("vertices", "heads", "tails")
    }
    return Body(**parts)


def _compute() -> dict[str, np.ndarray]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import anny
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                "The bodies of people are computed with anny, once: pip install 'sorairo[people]'."
            ) from error
        model: Any = anny.create_fullbody_model(rig="cmu_mb")
        shapes = [_shape(model, number) for number in range(_count())]
    faces = model.get_triangular_faces().numpy()
    uv = np.zeros((len(shapes[0]["vertices"]), 2), np.float32)
    quads, seams = model.faces.numpy(), model.face_texture_coordinate_indices.numpy()
    uv[quads.reshape(-1)] = model.texture_coordinates.numpy()[seams.reshape(-1)]
    return {
        "faces": faces.astype(np.int32),
        "uv": uv,
        "bones": model.vertex_bone_indices.numpy().astype(np.int32),
        "weights": model.vertex_bone_weights.numpy().astype(np.float32),
        "parents": np.asarray(model.bone_parents, np.int32),
        "names": np.asarray(model.bone_labels),
        **{name: np.stack([shape[name] for shape in shapes]) for name in shapes[0]},
    }


def _count() -> int:
    return len(SEXES) * len(AGES) * len(BUILDS) * VARIANTS


def _shape(model: Any, number: int) -> dict[str, np.ndarray]:
    shape = (len(SEXES), len(AGES), len(BUILDS), VARIANTS)
    sex, age, build, variant = np.unravel_index(number, shape)
    rng = np.random.default_rng(number)
    settings = {
        "gender": 1.0 - float(sex),
        "age": list(AGES.values())[age],
        "weight": list(BUILDS.values())[build],
        "muscle": float(rng.uniform(0.35, 0.65)),
        "height": float((0.32, 0.43, 0.54)[variant]),
        "proportions": float(rng.uniform(0.4, 0.7)),
    }
    found = model(phenotype_kwargs=settings, return_bone_ends=True)
    vertices, heads, tails = (
        found[f"rest_{name}"][0].detach().numpy()
        for name in ("vertices", "bone_heads", "bone_tails")
    )
    ground = np.array([0, 0, vertices[:, 2].min()])
    return {
        "vertices": (vertices - ground).astype(np.float16),
        "heads": (heads - ground).astype(np.float32),
        "tails": (tails - ground).astype(np.float32),
    }
