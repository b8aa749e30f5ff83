"""What is computed from drawn pixels: smaller pictures and the normals of surfaces."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament.camera import Camera

SAME_SURFACE = 0.1  # of the depth: pixels whose parts differ by more show an edge
FAR_AWAY = 399.0  # metres


def averaged(pixels: np.ndarray, scale: int) -> np.ndarray:
    """Means over `scale` x `scale` blocks of pixels uint8 [H, W, 3], rounded."""
    if scale == 1:
        return pixels.copy()
    total = np.full((pixels.shape[0] // scale, pixels.shape[1] // scale, 3), scale * scale // 2)
    total = total.astype(np.uint16)
    for row in range(scale):
        for column in range(scale):
            total += pixels[row::scale, column::scale]
    return (total // (scale * scale)).astype(np.uint8)


def central_depth(depth: np.ndarray, scale: int) -> np.ndarray:
    """The depth in the middles of pixels, float32 [H / scale, W / scale], of `depth` [H, W] in
    metres, drawn `scale` times larger; the nearer one where a pixel shows an edge."""
    first = (scale - 1) // 2
    if scale % 2:
        return depth[first::scale, first::scale].copy()
    around = np.stack([depth[row::scale, column::scale] for row, column in _middle(scale)])
    smooth = np.ptp(around, axis=0) < SAME_SURFACE * around.min(0)
    return np.where(smooth, 1 / (1 / around).mean(0), around.min(0)).astype(np.float32)


def _middle(scale: int) -> tuple[tuple[int, int], ...]:
    """The row and column of the four pixels around the middle of a block, clockwise."""
    first = scale // 2 - 1
    return (first, first), (first, first + 1), (first + 1, first + 1), (first + 1, first)


def surface_normals(depth: np.ndarray, camera: Camera, scale: int) -> np.ndarray:
    """Unit normals towards the camera, in the world, float32 [H / scale, W / scale, 3]; zeros where
    nothing is. `depth` [H, W] in metres along the axis, drawn `scale` times larger (even)."""
    points = camera.rays(depth.shape[1], depth.shape[0]) * depth[..., None]
    parts = _middle(scale)
    depths = np.stack([depth[row::scale, column::scale] for row, column in parts])
    around = np.stack([points[row::scale, column::scale] for row, column in parts])
    found = np.cross(np.roll(around, 1, 0) - around, np.roll(around, -1, 0) - around)
    found /= np.maximum(np.linalg.norm(found, axis=-1, keepdims=True), 1e-12)
    middle = around.mean(0)
    facing = -(found * middle).sum(-1)
    best = np.take_along_axis(found, np.abs(facing).argmax(0)[None, ..., None], 0)[0]
    smooth = np.ptp(depths, axis=0) < SAME_SURFACE * depths.min(0)
    normals = np.where(smooth[..., None], found.mean(0), best)
    normals *= np.where((normals * middle).sum(-1, keepdims=True) > 0, -1.0, 1.0)
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-12)
    return np.where(depths.min(0)[..., None] > FAR_AWAY, 0.0, normals).astype(np.float32)


def srgb(color: tuple[float, float, float]) -> list[float]:
    """A linear colour as sRGB (IEC 61966-2-1)."""
    return [12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in color]
