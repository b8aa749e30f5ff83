"""Meshes that follow the bones of a body (linear blend skinning)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from sorairo.world.lifelike.people.retargeting import Pose


@dataclass(frozen=True, eq=False)
class Skin:
    """A mesh at rest and the bones that move it."""

    positions: np.ndarray
    """Metres, float32 [V, 3]."""
    normals: np.ndarray
    """Unit vectors, float32 [V, 3]."""
    faces: np.ndarray
    """Triangles, int [T, 3]."""
    uv: np.ndarray
    """Texture coordinates, float32 [V, 2]."""
    weights: csr_matrix
    """How much each bone moves each vertex, [V, B]; rows add up to 1."""

    def part(self, faces: np.ndarray) -> Skin:
        """The part with some of the faces, int [T, 3]."""
        used, renumbered = np.unique(faces, return_inverse=True)
        return Skin(
            self.positions[used],
            self.normals[used],
            renumbered.reshape(faces.shape),
            self.uv[used],
            self.weights[used],
        )

    def posed(
        self, pose: Pose, frame: int, rest_heads: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Positions and normals [V, 3] in one frame; `rest_heads` [B, 3] are those of the body."""
        rotations = pose.rotations[frame]
        shifts = pose.heads[frame] - np.einsum("bij,bj->bi", rotations, rest_heads)
        moves = np.concatenate([rotations.reshape(-1, 9), shifts], 1).astype(np.float32)
        blended = self.weights @ moves
        turn = blended[:, :9].reshape(-1, 3, 3)
        positions = np.einsum("vij,vj->vi", turn, self.positions) + blended[:, 9:]
        normals = np.einsum("vij,vj->vi", turn, self.normals)
        return positions, normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)


def weight_matrix(bones: np.ndarray, weights: np.ndarray, count: int) -> csr_matrix:
    """Weights [V, K] of bones [V, K] as a sparse matrix [V, count] whose rows add up to 1."""
    rows = np.repeat(np.arange(len(bones)), bones.shape[1])
    total = np.maximum(weights.sum(1, keepdims=True), 1e-9)
    values = (weights / total).astype(np.float32).reshape(-1)
    return csr_matrix((values, (rows, bones.reshape(-1))), shape=(len(bones), count))
