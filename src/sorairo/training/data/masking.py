"""What a training canvas looks like: the same vocabulary as the tasks, drawn at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.tabletop.language.caption_plan import weighted

Grid = tuple[int, int, int]
TOP = 0.95  # above it hardly anything is seen of a clip: only its words can tell


@dataclass(frozen=True, kw_only=True)
class PaintingConfig:
    """Shares of the mixes (normalised), how many of the given beginnings and ends are a single
    latent frame for certain, the law of the noise levels (logit-normal, shifted; a share `top` of
    them evenly from TOP to 1), the noise of history, the strengths of edits, and the
    weight of a token that shows a body in the loss of the others. `bridged`: the share of the
    examples with a bridge in which that is what is made, whatever else would be."""

    plain: float = 0.60
    per_frame: float = 0.12
    prefix: float = 0.10
    suffix: float = 0.05
    both: float = 0.05
    middle: float = 0.03
    box: float = 0.05
    single: float = 0.0
    bridged: float = 0.0
    shift: float = 2.0
    spread: float = 1.2
    top: float = 0.0
    history: tuple[float, float] = (0.02, 0.1)
    strengths: tuple[float, float] = (0.3, 0.95)
    objects: float = 1.0


@dataclass(frozen=True)
class MaskedCanvas:
    """Noise levels and which tokens are held, [f, h, w] each."""

    sigma: np.ndarray
    held: np.ndarray


def level(rng: np.random.Generator, config: PaintingConfig, size: int | None = None):
    """Noise levels: one, or `size` of them."""
    s = 1 / (1 + np.exp(-config.spread * rng.standard_normal(size)))
    sigmas = config.shift * s / (1 + (config.shift - 1) * s)
    if not config.top:
        return sigmas
    return np.where(rng.random(size) < config.top, rng.uniform(TOP, 1.0, size), sigmas)


def paint(kind: str, grid: Grid, rng: np.random.Generator, config: PaintingConfig) -> MaskedCanvas:
    """One canvas of a kind (a field of PaintingConfig). One frame: always plain or a box."""
    f = grid[0]
    sigma = np.full(grid, level(rng, config))
    held = np.zeros(grid, bool)
    if f > 1 and kind == "per_frame":
        sigma = np.broadcast_to(level(rng, config, f)[:, None, None], grid).copy()
    elif f > 1 and kind in ("prefix", "suffix", "both", "middle"):
        one = config.single > 0 and rng.random() < config.single
        held = _span(kind, f, rng, one)[:, None, None] & np.ones(grid, bool)
    elif kind == "box":
        held = ~_box(grid, rng)
    return _given(sigma, held, rng, config)


def paint_bridge(
    bridge: tuple[int, int], grid: Grid, rng: np.random.Generator, config: PaintingConfig
) -> MaskedCanvas:
    """The latent frames from the first of a bridge to the last are made, all others given."""
    held = np.ones(grid, bool)
    held[slice(*bridge)] = False
    return _given(np.full(grid, level(rng, config)), held, rng, config)


def _given(
    sigma: np.ndarray, held: np.ndarray, rng: np.random.Generator, config: PaintingConfig
) -> MaskedCanvas:
    """Half of what is given has a little noise."""
    given = rng.uniform(*config.history) if rng.random() < 0.5 else 0.0
    sigma[held] = given
    return MaskedCanvas(sigma=sigma, held=held)


def _span(kind: str, f: int, rng: np.random.Generator, one: bool) -> np.ndarray:
    """Which latent frames are given, [f]: at least one is, and one is not; `one`: no more than one
    of a beginning or an end."""
    count = int(rng.integers(1, f))
    if one and kind in ("prefix", "suffix"):
        count = 1
    given = np.zeros(f, bool)
    if kind == "prefix":
        given[:count] = True
    elif kind == "suffix":
        given[-count:] = True
    elif kind == "both":
        left = int(rng.integers(0, count + 1))
        given[:left] = True
        given[f - (count - left) :] = True
    else:
        first = int(rng.integers(0, f - count + 1))
        given[first : first + count] = True
    return given


def _box(grid: Grid, rng: np.random.Generator) -> np.ndarray:
    """A box in time and space that is to be made, [f, h, w]."""
    inside = np.zeros(grid, bool)
    ranges = []
    for length in grid:
        size = int(rng.integers((length + 1) // 2, length + 1))
        first = int(rng.integers(0, length - size + 1))
        ranges.append(slice(first, first + size))
    inside[tuple(ranges)] = True
    return inside


KINDS = ("plain", "per_frame", "prefix", "suffix", "both", "middle", "box")


def draw_kind(rng: np.random.Generator, config: PaintingConfig) -> str:
    return KINDS[weighted(rng, tuple(getattr(config, kind) for kind in KINDS))]
