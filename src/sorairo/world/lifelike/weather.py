"""Fog, rain and snowfall, laid over a picture as layers at several distances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sorairo.world.filament.environment import Environment

LAYERS = 3  # distances at which drops and flakes fall
FOG = 0.45  # how much of the picture fog takes away
GREY = np.array([0.74, 0.77, 0.80])


class Weather:
    """The weather of one clip."""

    def __init__(self, kind: str, *, seed: int, fps: float) -> None:
        """`kind` is one of `scene.WEATHERS`."""
        self._kind, self._seed, self._fps = kind, seed, fps

    def dimmed(self, light: Environment) -> Environment:
        """The light under this weather: a veiled sun and a paler sky."""
        if self._kind == "clear":
            return light
        mean = light.radiance.mean((0, 1), keepdims=True)
        share = 0.65 if self._kind == "fog" else 0.35
        pale = light.radiance * (1 - share) + mean * share
        return replace(light, radiance=pale, sun_irradiance=light.sun_irradiance * (1 - share) ** 2)

    def veil(self, picture: np.ndarray, frame: int) -> np.ndarray:
        """A picture uint8 [H, W, 3] with the weather before it."""
        if self._kind == "clear":
            return picture
        shown = picture.astype(np.float32) / 255
        level = float(np.clip(shown.mean() * 1.25, 0.15, 0.95))
        if self._kind == "fog":
            shown = shown * (1 - FOG) + FOG * level * GREY / GREY.mean()
        else:
            shown = self._particles(shown, frame, level)
        return np.round(np.clip(shown, 0, 1) * 255).astype(np.uint8)

    def _particles(self, shown: np.ndarray, frame: int, level: float) -> np.ndarray:
        height, width = shown.shape[:2]
        time = frame / self._fps
        rain = self._kind == "rain"
        cover = np.zeros((height, width), np.float32)
        for layer in range(LAYERS):
            rng = np.random.default_rng((self._seed, layer))
            count = 60 * (layer + 1) if rain else 45 * (layer + 1)
            x, y, phase = rng.random((3, count))
            near = 1 / (layer + 1)
            fall = (2.4 if rain else 0.32) * (0.5 + near)
            row = (y + fall * time) % 1.0 * height
            drift = 0.02 * np.sin(2 * np.pi * (0.5 * time + phase)) if not rain else 0.05 * y
            column = (x + drift) % 1.0 * width
            length = max(2, round(height * 0.07 * near)) if rain else 1
            for step in range(length):
                rows = (row + step).astype(int) % height
                columns = (column + (0.12 * step if rain else 0)).astype(int) % width
                np.maximum.at(cover, (rows, columns), np.float32((0.34 if rain else 0.9) * near))
        if not rain:  # flakes are soft
            cover = np.maximum(cover, 0.55 * np.maximum(np.roll(cover, 1, 0), np.roll(cover, 1, 1)))
        color = np.float32(min(level * 1.6, 1.0))
        return shown * (1 - cover[..., None]) + color * cover[..., None]
