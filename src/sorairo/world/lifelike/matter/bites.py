"""A bite out of something to eat: it is missing from an instant on, and stays missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from sorairo.world.filament.geometry import Geometry
from sorairo.world.lifelike.grounds import to_srgb
from sorairo.world.lifelike.matter.motion import GRAVITY, MatterMotion, resting
from sorairo.world.lifelike.matter.table import TABLE_HEIGHT
from sorairo.world.lifelike.scene import Scene
from sorairo.world.lifelike.thing_names import NAMES
from sorairo.world.lifelike.things import Grid, closed, cut_out, filled, grid_over

CELLS = 110  # of the relief, along the longer side
SIZE = 0.5  # of the thing's size among other things: it stands on a table
BITE = (0.3, 0.36)  # radius as a share of the height
TEETH = 6  # marks along the edge of a bite
CRUMBS = 7
ROCKING = (2.2, 3.0)  # swings a second, and how fast they die down (1/s)
# The inner colour, linear RGB; None: the colours of the picture go through and through.
EDIBLE: dict[str, tuple[float, float, float] | None] = {
    "apple": (0.86, 0.74, 0.42),
    "pear": (0.84, 0.80, 0.52),
    "peach": (0.88, 0.48, 0.12),
    "tomato": (0.75, 0.16, 0.06),
    "strawberry": (0.86, 0.42, 0.36),
    "cookie": (0.50, 0.28, 0.11),
    "doughnut": (0.72, 0.46, 0.16),
    "cheese": (0.88, 0.66, 0.18),
    "chocolate": (0.13, 0.045, 0.02),
    "hamburger": None,
    "sandwich": None,
    "pizza": (0.78, 0.56, 0.24),
    "cake": (0.80, 0.58, 0.28),
    "watermelon": (0.80, 0.10, 0.08),
}


def bite(scene: Scene, times: np.ndarray, rng: np.random.Generator) -> MatterMotion:
    """The first thing, which stands on a table, is bitten once."""
    at = float(rng.uniform(0.25, 0.55)) * float(max(times[-1], 1.0))
    either = float(rng.choice([-1.0, 1.0]))
    side = {"orbit_left": -1.0, "orbit_right": 1.0}.get(scene.shot.camera, either)
    since = np.maximum(times - at, 0)
    rocking = np.exp(-ROCKING[1] * since) * np.sin(2 * np.pi * ROCKING[0] * since)
    angle = -side * 0.07 * rocking
    positions, rotations = resting(len(times), 1)
    cosine, sine = np.cos(angle), np.sin(angle)
    rotations[:, 0, 0, 0], rotations[:, 0, 0, 2] = cosine, sine
    rotations[:, 0, 2, 0], rotations[:, 0, 2, 2] = -sine, cosine
    thing = Bitten(scene.things[0].kind, side, int(rng.integers(2**31)))
    corners = thing.whole.positions
    for frame in range(len(times)):  # it rocks on its edges
        lowest = (corners @ rotations[frame, 0].T)[:, 2].min()
        positions[frame, 0] = (0, 0, TABLE_HEIGHT - lowest)
    bitten = times >= at
    never = np.zeros(len(times), bool)
    start = thing.middle + np.array([0, 0, TABLE_HEIGHT])
    return MatterMotion(
        positions=positions,
        rotations=rotations,
        contacts=bitten,
        broken=never,
        happened_at=at,
        truth={"bitten": bitten, "crumbs": _crumbs(rng, since, start)},
        shape={"bite": np.array([side, thing.seed])},
    )


def _crumbs(rng: np.random.Generator, since: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Crumbs that fall onto the table and lie there, [F, CRUMBS, 3]; inside the thing before."""
    speeds = rng.normal(0, 1, (CRUMBS, 3)) * [0.25, 0.12, 0.3] + [0, -0.3, 0.2]
    floor = TABLE_HEIGHT + 0.004
    height = start[2] - floor
    landing = (speeds[:, 2] + np.sqrt(speeds[:, 2] ** 2 + 2 * GRAVITY * height)) / GRAVITY
    flown = np.minimum(since[:, None], landing)
    places = start + speeds * flown[..., None]
    places[..., 2] -= GRAVITY * flown**2 / 2
    return places


@dataclass(frozen=True)
class Tooth:
    """A ball that a bite takes away."""

    x: float
    """Metres."""
    y: float
    z: float
    radius: float


class Bitten:
    """Something to eat, whole and bitten."""

    def __init__(self, kind: str, side: float, seed: int) -> None:
        """`side` 1 bites from the right, -1 from the left; `seed` decides where."""
        self.seed = seed
        rng = np.random.default_rng(seed)
        pixels = cut_out(kind)
        thing = NAMES[kind]
        height = SIZE * thing.height
        grid = grid_over(pixels[..., 3], height, CELLS, thing.thickness)
        self._teeth = _teeth(grid, height, side, rng)
        first = self._teeth[0]
        self.middle = np.array([first.x - 0.5 * side * first.radius, -0.01, first.z])
        front = -grid.depth
        for tooth in self._teeth:
            reach = tooth.radius**2 - (grid.x - tooth.x) ** 2 - (grid.z - tooth.z) ** 2
            dent = tooth.y + np.sqrt(np.maximum(reach, 0))
            front = np.where(reach > 0, np.maximum(front, dent), front)
        left = grid.inside & (front < grid.depth)
        front = np.minimum(front, grid.depth)
        halves = np.array([0.5, 1.0])
        back_uv = grid.uv * halves
        grid_uv = Grid(grid.x, grid.z, grid.depth, grid.inside, grid.outward, back_uv)
        front_uv = back_uv + np.array([0.5, 0.0])
        self.whole = closed(grid_uv, -grid.depth, grid.depth, grid.inside)
        self.bitten: Geometry = closed(grid_uv, front, grid.depth, left, front_uv)
        self.missing = 1 - float(left.sum() / grid.inside.sum())
        picture = filled(pixels)
        self.picture = np.concatenate([picture, self._flesh(kind, picture, height)], 1)

    def _flesh(self, kind: str, picture: np.ndarray, height: float) -> np.ndarray:
        """The picture of the front with the inner colour where the bite is."""
        color = EDIBLE[kind]
        tall, wide = picture.shape[:2]
        scale = height / (tall - 8)
        row, column = np.indices((tall, wide))
        x, z = (column - (wide - 1) / 2) * scale, (tall - 5 - row) * scale
        taken = np.zeros((tall, wide), bool)
        for tooth in self._teeth:
            taken |= (x - tooth.x) ** 2 + (z - tooth.z) ** 2 < tooth.radius**2
        if color is None:
            inner = picture * 0.86
        else:
            rng = np.random.default_rng(self.seed)
            grain = gaussian_filter(rng.standard_normal((tall, wide)), 1.5)
            inner = to_srgb(np.asarray(color) * (1 + 0.12 * grain / grain.std())[..., None])
        return np.where(taken[..., None], inner, picture).astype(np.uint8)


def _teeth(grid: Grid, height: float, side: float, rng: np.random.Generator) -> list[Tooth]:
    """The balls of a bite into the upper half of one side."""
    radius = float(rng.uniform(*BITE)) * height
    level = float(rng.uniform(0.5, 0.68)) * height
    row = np.abs(grid.z - level) < 0.03 * height
    edge = float((side * grid.x[row & grid.inside]).max())
    x, y = side * (edge + 0.1 * radius), -0.2 * radius
    teeth = [Tooth(x, y, level, radius)]
    for angle in np.linspace(-1.1, 1.1, TEETH):
        along = 0.94 * radius
        teeth.append(
            Tooth(
                x - side * along * float(np.cos(angle)),
                y,
                level + along * float(np.sin(angle)),
                0.26 * radius,
            )
        )
    return teeth
