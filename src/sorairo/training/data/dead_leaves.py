"""Procedural clips with the statistics of photographs, for networks that should generalise beyond
the world.

Dead leaves (Lee, Mumford and Huang, "Occlusion models for natural images", IJCV 2001): drifting
shapes that occlude one another, with radii by a power law, and one texture over all.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

SHAPES = (24, 60)  # fewest, most
RADII = (0.03, 0.6)  # of the picture's side; density falls with the cube, as in natural pictures
SLOW, FAST = 0.004, 0.04  # of the side, a frame
LARGER = 2  # drawn at this multiple of the size, then averaged


def dead_leaves(rng: np.random.Generator, frames: int, height: int, width: int) -> np.ndarray:
    """A clip, uint8 [F, H, W, 3]. In half of the clips only a few shapes move."""
    size = (width * LARGER, height * LARGER)
    side = min(size)
    count = int(rng.integers(*SHAPES))
    low, high = (radius**-2.0 for radius in RADII)
    radii = (low + (high - low) * rng.random(count)) ** -0.5 * side
    places = rng.uniform(-0.1, 1.1, (count, 2)) * size
    shared = _drift(rng, side) if rng.random() < 0.5 else np.zeros(2)
    moves = np.stack([_drift(rng, side) if rng.random() < 0.15 else shared for _ in range(count)])
    colors = _palette(rng, count)
    outlines = [random_outline(rng) for _ in range(count)]
    order = np.argsort(-radii * rng.uniform(0.5, 1.5, count))
    grain = _grain(rng, height, width)
    out = np.empty((frames, height, width, 3), np.uint8)
    for index in range(frames):
        image = Image.new("RGB", size, tuple(colors[0]))
        pen = ImageDraw.Draw(image)
        for i in order:
            points = places[i] + moves[i] * index + outlines[i] * radii[i]
            pen.polygon([tuple(p) for p in points], fill=tuple(colors[i]))
        small = np.asarray(image.resize((width, height), Image.Resampling.BOX), np.float32)
        out[index] = (small * grain).clip(0, 255)
    return out


def _drift(rng: np.random.Generator, side: float) -> np.ndarray:
    angle, speed = rng.uniform(0, 2 * np.pi), np.exp(rng.uniform(np.log(SLOW), np.log(FAST)))
    return np.array([np.cos(angle), np.sin(angle)]) * speed * side


def _palette(rng: np.random.Generator, count: int) -> list[tuple[int, ...]]:
    """Similar colours, as of one place under one light, and a few others."""
    middle = rng.uniform(30, 225) + rng.normal(0, 25, 3)
    near = middle + rng.normal(0, 22, (count, 3)) + rng.normal(0, 45, (count, 1))
    far = rng.uniform(0, 255, (count, 3))
    chosen = np.where(rng.random((count, 1)) < 0.12, far, near).clip(0, 255)
    return [tuple(int(v) for v in color) for color in chosen]


def random_outline(rng: np.random.Generator) -> np.ndarray:
    """A polygon of radius about 1, round or with few corners, [corners, 2]."""
    corners = int(rng.choice((3, 4, 5, 16, 16)))
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(0, 2 * np.pi)
    points = np.stack([np.cos(angles), np.sin(angles) * rng.uniform(0.4, 1)], axis=1)
    angle = rng.uniform(0, np.pi)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return points @ rotation.T


def _grain(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Texture and shading, a factor around 1, [H, W, 1]: noise whose spectrum falls as 1/f."""
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    spectrum = 1 / np.maximum(np.hypot(fy, fx), 1 / max(height, width)) ** rng.uniform(0.9, 1.6)
    phases = np.exp(2j * np.pi * rng.random(spectrum.shape))
    noise = np.fft.irfft2(spectrum * phases, s=(height, width))
    noise = (noise - noise.mean()) / (noise.std() + 1e-9)
    return np.clip(1 + rng.uniform(0.02, 0.25) * noise, 0.3, 1.7)[..., None]
