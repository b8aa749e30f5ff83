"""Which tokens of a training example are given, and the noise of each: as on the canvas of a task,
but drawn at random.

Each way of giving part of a clip is a `MaskKind` in `MASK_KINDS`. To add one, write its function
and its entry there, and give `MaskingConfig` a field of that name for its share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sorairo.config import check_range
from sorairo.errors import ConfigError
from sorairo.flow.path import token_sigma
from sorairo.flow.schedules import strength_sigma, training_sigmas
from sorairo.world.tabletop.language.caption_plan import weighted

Grid = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class MaskingConfig:
    """How often each part of an example is given, and the law of the noise levels.

    The first seven fields are the shares of the kinds of masks; they need not sum to 1.
    """

    plain: float = 0.60
    """Nothing is given."""
    per_frame: float = 0.12
    """Nothing is given; every latent frame has a noise level of its own."""
    prefix: float = 0.10
    """The beginning is given."""
    suffix: float = 0.05
    """The end is given."""
    both: float = 0.05
    """Beginning and end are given."""
    middle: float = 0.03
    """A span inside is given."""
    box: float = 0.05
    """All but a box in time and space is given."""
    single: float = 0.0
    """Share of the beginnings and ends that are one latent frame."""
    bridged: float = 0.0
    """Share of the examples with a bridge in which all but the bridge is given, whatever their kind
    of mask."""
    shift: float = 2.0
    """Shift of the noise levels."""
    spread: float = 1.2
    """Standard deviation of their logits, before the shift."""
    top: float = 0.0
    """Share of the levels that are uniform in the highest twentieth instead, where hardly anything
    of a clip can be seen and only the text helps."""
    levels: tuple[float, ...] = ()
    """The noise levels to draw from, each as often; (): all, by the law of `shift`, `spread` and
    `top`."""
    history: tuple[float, float] = (0.02, 0.1)
    """Range of the noise of given tokens, which half of the examples have."""
    strengths: tuple[float, float] = (0.3, 0.95)
    """Range of the strengths of edits."""
    objects: float = 1.0
    """Weight in the loss of a token that shows a body."""

    def __post_init__(self) -> None:
        """Raises ConfigError for a number that no mask or noise can have."""
        kinds = "plain per_frame prefix suffix both middle box"
        check_range(self, "masking.", f"{kinds} objects spread", 0)
        check_range(self, "masking.", "single bridged top", 0, 1)
        check_range(self, "masking.", "shift", 0, beyond=True)
        for name, values in (("levels", self.levels), ("strengths", self.strengths)):
            if not all(0 < each <= 1 for each in values):
                raise ConfigError(f"masking.{name} are above 0 and at most 1, not {values}.")


@dataclass(frozen=True)
class TokenNoise:
    """The noise of the tokens of an example, [f, h, w] each: the terms of `generation.canvas`."""

    sigma_start: np.ndarray
    """The level at the beginning of sampling."""
    sigma_end: np.ndarray
    """The level at its end."""
    level: np.ndarray | float
    """The point of the schedule, from 1 to 0; may differ from token to token."""
    plain: bool = False
    """Whether nothing is given and all tokens have one level."""

    @property
    def held(self) -> np.ndarray:
        """True for given tokens, whose level never changes."""
        return self.sigma_start == self.sigma_end

    @property
    def sigma(self) -> np.ndarray:
        """The level of each token."""
        return token_sigma(self.sigma_start, self.sigma_end, self.level)


def nothing(grid: Grid, rng: np.random.Generator, config: MaskingConfig) -> np.ndarray:
    """No token is given."""
    del rng, config
    return np.zeros(grid, bool)


def prefix(grid: Grid, rng: np.random.Generator, config: MaskingConfig) -> np.ndarray:
    """The first latent frames are given."""
    return _frames(grid, 0, _length(grid[0], rng, config, end=True))


def suffix(grid: Grid, rng: np.random.Generator, config: MaskingConfig) -> np.ndarray:
    """The last latent frames are given."""
    count = _length(grid[0], rng, config, end=True)
    return _frames(grid, grid[0] - count, count)


def both(grid: Grid, rng: np.random.Generator, config: MaskingConfig) -> np.ndarray:
    """The first and the last latent frames are given."""
    f, count = grid[0], _length(grid[0], rng, config)
    left = int(rng.integers(0, count + 1))
    return _frames(grid, 0, left) | _frames(grid, f - (count - left), count - left)


def middle(grid: Grid, rng: np.random.Generator, config: MaskingConfig) -> np.ndarray:
    """A span of latent frames is given."""
    f, count = grid[0], _length(grid[0], rng, config)
    return _frames(grid, int(rng.integers(0, f - count + 1)), count)


def around_box(grid: Grid, rng: np.random.Generator, config: MaskingConfig) -> np.ndarray:
    """All is given but a box in time and space, at least half of the grid along each axis."""
    del config
    given = np.ones(grid, bool)
    ranges = []
    for length in grid:
        size = int(rng.integers((length + 1) // 2, length + 1))
        first = int(rng.integers(0, length - size + 1))
        ranges.append(slice(first, first + size))
    given[tuple(ranges)] = False
    return given


def _frames(grid: Grid, first: int, count: int) -> np.ndarray:
    """A mask of whole latent frames."""
    mask = np.zeros(grid, bool)
    mask[first : first + count] = True
    return mask


def _length(
    frames: int, rng: np.random.Generator, config: MaskingConfig, *, end: bool = False
) -> int:
    """How many latent frames are given: at least one, and not all. A share of the beginnings and
    ends is one."""
    single = config.single > 0 and rng.random() < config.single
    count = int(rng.integers(1, frames))
    return 1 if single and end else count


@dataclass(frozen=True)
class MaskKind:
    """A way of giving part of an example."""

    name: str
    """Its name, which is the field of `MaskingConfig` with its share."""
    given: Callable[[Grid, np.random.Generator, MaskingConfig], np.ndarray]
    """Draws which tokens are given, bool [f, h, w]."""
    per_frame: bool = False
    """Whether every latent frame has a noise level of its own."""
    whole_frames: bool = False
    """Whether it gives whole latent frames but never all of them, so that it needs two or more."""

    @property
    def gives(self) -> bool:
        """Whether it gives anything."""
        return self.given is not nothing


PLAIN = MaskKind("plain", nothing)
MASK_KINDS = (
    PLAIN,
    MaskKind("per_frame", nothing, per_frame=True),
    MaskKind("prefix", prefix, whole_frames=True),
    MaskKind("suffix", suffix, whole_frames=True),
    MaskKind("both", both, whole_frames=True),
    MaskKind("middle", middle, whole_frames=True),
    MaskKind("box", around_box),
)


def draw_kind(rng: np.random.Generator, config: MaskingConfig) -> MaskKind:
    """A kind of mask, by the shares of the configuration."""
    return MASK_KINDS[weighted(rng, tuple(getattr(config, kind.name) for kind in MASK_KINDS))]


def around_bridge(bridge: tuple[int, int]) -> MaskKind:
    """All is given but the latent frames from the first of a bridge to before its end."""

    def given(grid: Grid, rng: np.random.Generator, config: MaskingConfig) -> np.ndarray:
        del rng, config
        return ~_frames(grid, bridge[0], bridge[1] - bridge[0])

    return MaskKind("bridge", given)


def draw_level(
    rng: np.random.Generator, config: MaskingConfig, size: int | None = None
) -> np.ndarray | float:
    """Noise levels by the configuration's law: `size` of them, or one for None."""
    if config.levels:
        return rng.choice(config.levels, size)
    law = {"factor": config.shift, "spread": config.spread, "top": config.top}
    return training_sigmas(rng, size, **law)


def draw_history(rng: np.random.Generator, config: MaskingConfig) -> float:
    """The noise of what is given: none, or a little in half of the examples."""
    return rng.uniform(*config.history) if rng.random() < 0.5 else 0.0


def draw_noise(
    kind: MaskKind, grid: Grid, rng: np.random.Generator, config: MaskingConfig
) -> TokenNoise:
    """The noise of an example's tokens. One latent frame is never given as a whole."""
    level = draw_level(rng, config)
    if kind.per_frame and grid[0] > 1:
        level = np.asarray(draw_level(rng, config, grid[0]))[:, None, None]
    single = kind.whole_frames and grid[0] == 1
    given = (nothing if single else kind.given)(grid, rng, config)
    history = draw_history(rng, config)
    start, end = np.where(given, history, 1.0), np.where(given, history, 0.0)
    return TokenNoise(start, end, level, plain=kind is PLAIN)


def draw_edit_noise(
    grid: Grid, rng: np.random.Generator, config: MaskingConfig
) -> tuple[TokenNoise, float]:
    """The noise of an edit of random strength, and the level at which it starts."""
    start = strength_sigma(rng.uniform(*config.strengths))
    level = draw_level(rng, config)
    return TokenNoise(np.full(grid, start), np.zeros(grid), level), start
