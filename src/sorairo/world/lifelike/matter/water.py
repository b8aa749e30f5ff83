"""Something falls into a tank of water, which rises by what is displaced and makes waves.

The surface is a sum of the standing waves of a rectangular tank; each swings at the frequency that
linear theory gives for its wavelength and the depth (Lamb, "Hydrodynamics", 1932, article 228).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.lifelike.matter.motion import GRAVITY, MatterMotion, resting
from sorairo.world.lifelike.scene import Scene
from sorairo.world.lifelike.thing_names import NAMES
from sorairo.world.lifelike.things import CELLS, cut_out, grid_over

TANK = (1.0, 0.5, 0.62)  # inside, metres
FLOOR = 0.03  # of the water above the ground, metres
LEVEL = 0.40  # of the water above its floor at rest, metres
SURFACE = (64, 32)  # cells of the surface along x and y
STEP = 1 / 480  # seconds
WATER = 1000.0  # kg/m^3
SIZE = 0.29  # height of what falls, metres
DRAG, SLAM = 0.5, 0.5  # of a ball: the drag coefficient, and its added mass as a share of the water
RADIATION = 1.5  # 1/s: how fast waves carry away the motion of what floats
DAMPING = 0.55  # 1/s, of long waves
MODES = (44, 22)  # standing waves along x and y
HIGHEST = 0.11  # of a wave, metres: where it would break
TO_WAVES = 0.45  # of an impulse; the rest goes into spray and whirls
DROPS = 46
# Density in units of that of water.
FLOATING = {
    "ball": 0.25,
    "apple": 0.8,
    "duck": 0.3,
    "log": 0.6,
    "pear": 0.85,
    "tomato": 0.9,
    "bottle": 0.4,
    "teddy bear": 0.45,
    "present": 0.35,
    "watermelon": 0.85,
}
SINKING = {"ball": 3.0, "stone": 2.6, "anchor": 7.0, "cup": 2.4, "robot": 3.5, "car": 3.0}


@dataclass(frozen=True, eq=False)
class _Solid:
    """What falls, upright."""

    heights: np.ndarray
    """Above its lowest point, metres, [N]."""
    volumes: np.ndarray
    """Below each of these heights, m^3, [N]."""
    density: float
    """kg/m^3."""

    @property
    def mass(self) -> float:
        """kg."""
        return self.density * float(self.volumes[-1])

    def below(self, height: float) -> float:
        """The volume below a height, m^3."""
        return float(np.interp(height, self.heights, self.volumes))

    def cut(self, height: float) -> float:
        """The largest area of its cross-sections below a height, m^2."""
        areas = np.diff(self.volumes) / np.diff(self.heights)
        wet = areas[self.heights[1:] <= max(height, self.heights[1])]
        return float(wet.max())


def splash(scene: Scene, times: np.ndarray, rng: np.random.Generator) -> MatterMotion:
    """The first thing falls into the water and floats ("float") or sinks ("sink")."""
    kind = scene.things[0].kind
    densities = FLOATING if scene.event == "float" else SINKING
    solid = _solid(kind, densities.get(kind, 0.5 if scene.event == "float" else 2.5) * WATER)
    place = np.array([rng.uniform(-0.18, 0.18), rng.uniform(-0.05, 0.05)])
    waves = Waves(place, float(np.sqrt(solid.cut(SIZE) / np.pi)))
    height, speed, moment = FLOOR + TANK[2] + float(rng.uniform(0.15, 0.4)), 0.0, 0.0
    area = TANK[0] * TANK[1]
    wet, touched_at = 0.0, None
    lows, levels, surfaces = [], [], []
    for time in times:
        while moment < time - STEP / 2:
            moment += STEP
            level = FLOOR + LEVEL + wet / area
            if touched_at is None and height < level:
                touched_at = moment
            height, speed, push = _step(solid, height, speed, level)
            wet = solid.below(level - height)
            waves.step(push)
        lows.append(height)
        levels.append(FLOOR + LEVEL + wet / area)
        surfaces.append(waves.surface())
    positions, rotations = resting(len(times), 1)
    positions[:, 0, :2], positions[:, 0, 2] = place, lows
    wet_frames = np.zeros(len(times), bool) if touched_at is None else times >= touched_at
    drops = _drops(rng, times, touched_at, place, np.sqrt(solid.cut(SIZE) / np.pi))
    return MatterMotion(
        positions=positions,
        rotations=rotations,
        contacts=wet_frames,
        broken=np.zeros(len(times), bool),
        happened_at=touched_at,
        truth={"level": np.array(levels), "waves": np.array(surfaces), "drops": drops},
        shape={"volume": solid.volumes[-1:]},
    )


def _solid(kind: str, density: float) -> _Solid:
    if kind == "ball":
        heights = np.linspace(0, SIZE, 40)
        return _Solid(heights, np.pi * heights**2 * (3 * SIZE / 2 - heights) / 3, density)
    thing = NAMES[kind]
    grid = grid_over(cut_out(kind)[..., 3], SIZE, CELLS, thing.thickness)
    wide = np.abs(np.gradient(grid.x, axis=1)) * np.abs(np.gradient(grid.z, axis=0))
    slices = (2 * grid.depth * wide).sum(1)[::-1]
    heights = np.maximum.accumulate(grid.z.mean(1)[::-1])
    heights = np.maximum(heights, 0) + 1e-6 * np.arange(len(heights))
    heights, slices = np.insert(heights + 1e-6, 0, 0.0), np.insert(slices, 0, 0.0)
    return _Solid(heights, np.cumsum(slices), density)


def _step(solid: _Solid, height: float, speed: float, level: float) -> tuple[float, float, float]:
    """The height and speed a step later, and the force on the water beside buoyancy, N.

    The water that moves along is an added mass, which grows as the solid dips in.
    """
    wet = solid.below(level - height)
    entering = max(solid.below(level - height - speed * STEP) - wet, 0) / STEP
    resistance = -SLAM * WATER * entering * speed
    if wet > 0:
        dragged = solid.cut(level - height)
        resistance -= DRAG * WATER * dragged * abs(speed) * speed / 2
        resistance -= RADIATION * WATER * wet * speed
    along = SLAM * WATER * wet
    force = WATER * wet * GRAVITY - solid.mass * GRAVITY + resistance
    gained = force / (solid.mass + along)
    depth = max(level - height - SIZE, 0)
    push = (resistance - along * gained) * float(np.exp(-depth / 0.08))
    speed += gained * STEP
    height += speed * STEP
    if height < FLOOR:
        height, speed = FLOOR, -0.2 * speed if speed < -0.1 else 0.0
    return height, speed, push


class Waves:
    """The surface of the tank."""

    def __init__(self, place: np.ndarray, radius: float) -> None:
        """Nothing moves yet; forces act at a place [2] over about a radius in metres."""
        across, along = np.arange(MODES[0]), np.arange(MODES[1])
        number = np.hypot(
            *np.meshgrid(across * np.pi / TANK[0], along * np.pi / TANK[1], indexing="ij")
        )
        self._rate = number * np.tanh(number * LEVEL)
        swing = np.sqrt(GRAVITY * self._rate) * STEP
        self._decay = np.exp(-DAMPING * STEP * (1 + number / 20))
        self._cosine, self._sine = np.cos(swing), np.sin(swing)
        self._swing = np.sqrt(GRAVITY * self._rate)
        corner = place + np.array(TANK[:2]) / 2
        shape = np.outer(
            np.cos(across * np.pi * corner[0] / TANK[0]) * np.where(across, 2, 1),
            np.cos(along * np.pi * corner[1] / TANK[1]) * np.where(along, 2, 1),
        )
        spread = np.exp(-((number * 0.5 * radius) ** 2) / 2)
        self._push = shape * spread / (TANK[0] * TANK[1]) / WATER * self._rate
        self._height, self._speed = np.zeros(MODES), np.zeros(MODES)
        self._tables = [
            np.cos(np.outer(np.linspace(0, np.pi, cells + 1), np.arange(modes)))
            for cells, modes in zip(SURFACE, MODES, strict=True)
        ]

    def step(self, push: float) -> None:
        """A step under a downward force, N."""
        speed = self._speed - self._push * TO_WAVES * push * STEP
        swing = np.maximum(self._swing, 1e-9)
        height = self._cosine * self._height + self._sine * speed / swing
        self._speed = self._decay * (self._cosine * speed - self._sine * swing * self._height)
        self._height = self._decay * height

    def surface(self) -> np.ndarray:
        """Heights above the mean level at the corners of the cells, metres,
        [SURFACE[0] + 1, SURFACE[1] + 1]."""
        height = self._tables[0] @ self._height @ self._tables[1].T
        height = HIGHEST * np.tanh(height / HIGHEST)
        return height - height.mean()


def _drops(
    rng: np.random.Generator,
    times: np.ndarray,
    touched_at: float | None,
    place: np.ndarray,
    radius: float,
) -> np.ndarray:
    """Drops that fly up around what falls in, [F, DROPS, 3]; nan where there is none."""
    around = rng.uniform(0, 2 * np.pi, DROPS)
    outward = np.stack([np.cos(around), np.sin(around)], -1)
    speeds = np.concatenate(
        [outward * rng.uniform(0.1, 0.7, (DROPS, 1)), rng.uniform(0.8, 2.6, (DROPS, 1))], 1
    )
    start = np.concatenate([place + outward * radius, np.full((DROPS, 1), FLOOR + LEVEL)], 1)
    since = times - (np.inf if touched_at is None else touched_at)
    since = since[:, None] - rng.uniform(0, 0.06, DROPS)
    flown = np.clip(since, 0, None)[..., None]
    places = start + speeds * flown - np.array([0, 0, GRAVITY / 2]) * flown**2
    inside = (np.abs(places[..., :2]) < np.array(TANK[:2]) / 2 - 0.01).all(-1)
    gone = (since <= 0) | (places[..., 2] < FLOOR + LEVEL) | ~inside
    return np.where(gone[..., None], np.nan, places)
