"""Sees from the pixels of a clip of the lifelike world what a prompt may say of it: the place, the
weather and hour, a named thing, how many people there are, what they wear and what they do.

The parts of people are those that `person_seen` finds. The weights of everything else are in
fitted/scenes.json, written by `python -m sorairo.exam.fitting.fit_scenes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage

from sorairo.exam.perception.fitted_nets import fitted_nets
from sorairo.exam.perception.person_seen import halved, sorted_people
from sorairo.exam.perception.real_people import blaze_pose, cut_out
from sorairo.exam.perception.view_seen import thing_chances, thing_features, view_features
from sorairo.world.lifelike.people.appearance.dressing import PARTS

LOOKED_AT = 6  # frames of a clip
SMALLEST, SMALLER = 0.006, 0.2  # of a picture: a person; of the largest person: another one
SHORTEST = 0.12  # of a picture's height: a person
TWICE = 2  # frames that show two people, of two people who may hide each other
BANDS = 5  # rows of a person whose parts are looked at apart
WHITE = 97  # percent of the pixels of a picture are darker than what may be white
GRID = 12  # cells of a side in which the motion of a person is seen


@dataclass(frozen=True, eq=False)
class PersonFound:
    """One person in one frame."""

    frame: int
    """Which of the frames."""
    where: np.ndarray
    """bool [H / 2, W / 2]."""
    colors: dict[str, np.ndarray]
    """Garment -> features of its colour, for those that are seen."""

    @property
    def box(self) -> tuple[int, int, int, int]:
        """First row, row after the last one, and the same for columns."""
        rows, columns = (np.flatnonzero(self.where.any(axis)) for axis in (1, 0))
        return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1

    @property
    def height(self) -> int:
        """Rows of half the picture's."""
        top, bottom, _, _ = self.box
        return bottom - top


class SceneSeen:
    """What a clip shows, frames uint8 [F, 128, 128, 3]."""

    def __init__(self, frames: np.ndarray) -> None:
        self.frames = looked_at(frames)

    @property
    def place(self) -> str:
        """The most probable place, a key of `places.PLACES`."""
        return _named("place", self._view)

    @property
    def air(self) -> str:
        """The most probable weather or hour, "clear" or one of `prompted_scenes.AIRS`."""
        return _named("air", self._view)

    @cached_property
    def _view(self) -> np.ndarray:
        return view_features(self.frames)

    @cached_property
    def thing(self) -> str:
        """The most probable thing, a key of `thing_names.NAMES`; "" where there is none."""
        chances = [
            thing_chances(frame, fitted_nets("scenes")["thing pixel"]) for frame in self.frames
        ]
        pairs = zip(self.frames, chances, strict=True)
        found = [f for f in (thing_features(*pair) for pair in pairs) if f is not None]
        return _named("thing", np.stack(found)) if 2 * len(found) >= len(self.frames) else ""

    @cached_property
    def people(self) -> list[list[PersonFound]]:
        """Of each frame the people, the largest first."""
        return [people_in(number, frame) for number, frame in enumerate(self.frames)]

    @property
    def count(self) -> int:
        """How many people there are: the largest number that at least TWICE frames show."""
        counts = sorted((len(each) for each in self.people), reverse=True)
        return counts[TWICE - 1] if len(counts) >= TWICE else 0

    @cached_property
    def first(self) -> list[PersonFound]:
        """The largest person of each frame that has one."""
        return [found[0] for found in self.people if found]

    @cached_property
    def real_person(self) -> bool:
        """Whether BlazePose sees somebody in half of the frames: in the square around the largest
        person, or in the whole picture where nobody was found. Needs the extra `judge`."""
        whole = np.ones(self.frames.shape[1:3], bool)
        seen = [
            blaze_pose().presence(cut_out(frame, _doubled(found[0].where) if found else whole))
            for frame, found in zip(self.frames, self.people, strict=True)
        ]
        return bool(np.mean(np.array(seen) >= 0.5) >= 0.5)

    @property
    def action(self) -> str:
        """What the largest person does, one of `prompted_scenes.ACTIONS`; "" for nobody."""
        features = motion_features(self.first, len(self.frames))
        return "" if features is None else _named("action", features[None])

    def color(self, garment: str, people: list[PersonFound] | None = None) -> str:
        """The colour of the "top" or "bottom" of somebody in several frames, by default of the
        largest person; "" where it is not seen."""
        found = [
            person.colors[garment]
            for person in (self.first if people is None else people)
            if garment in person.colors
        ]
        return _named("color", np.stack(found)) if found else ""


def _doubled(where: np.ndarray) -> np.ndarray:
    return where.repeat(2, 0).repeat(2, 1)


def looked_at(frames: np.ndarray) -> np.ndarray:
    """LOOKED_AT frames of a clip, evenly spaced from the first on."""
    return frames[np.arange(LOOKED_AT) * len(frames) // LOOKED_AT]


def _named(kind: str, features: np.ndarray) -> str:
    """What a classifier takes features [F, n] of frames that show the same for."""
    net = fitted_nets("scenes")[kind]
    return net.classes[int(np.log(net(features) + 0.01).mean(0).argmax())]


def people_in(number: int, frame: np.ndarray) -> list[PersonFound]:
    """The people in a frame uint8 [H, W, 3], the largest first."""
    picture, net = halved(frame[None])[0], fitted_nets("scenes")["person"]
    found = [
        PersonFound(number, where, dict(colors_of(picture, chances, where)))
        for where, chances in figures_in(picture)
        if net(person_features(where, chances))[1] >= 0.5
    ]
    return [each for each in found if each.where.sum() >= SMALLER * found[0].where.sum()]


def figures_in(picture: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """What may be people in a halved picture, the largest first, as `sorted_people` gives it."""
    found = [each for each in sorted_people(picture) if each[0].mean() >= SMALLEST]
    found = [each for each in found if each[0].any(1).sum() >= SHORTEST * len(picture)]
    return sorted(found, key=lambda each: -each[0].sum())


def person_features(where: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """What tells people from things: the parts from the top down, and the outline, float [n]."""
    rows, columns = (np.flatnonzero(where.any(axis)) for axis in (1, 0))
    tall, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    bands = np.array_split(np.arange(rows[0], rows[-1] + 1), BANDS)
    parts = where[..., None] * chances[..., 1:]
    amounts = [parts[band].sum((0, 1)) / max(where[band].sum(), 1) for band in bands]
    widths = [where[band].sum(1).mean() / tall for band in bands]
    return np.array([*np.concatenate(amounts), *widths, np.log(wide / tall), where.sum() / tall**2])


def colors_of(
    picture: np.ndarray, chances: np.ndarray, where: np.ndarray
) -> list[tuple[str, np.ndarray]]:
    """Features of the colours of the garments of a person who is somewhere."""
    none = chances[..., 0] > 0.9
    low = len(picture) * 2 // 3
    skin = _mean(picture, where * chances[..., 1 + PARTS.index("skin")] ** 2)
    white = np.percentile(picture[::2, ::2].reshape(-1, 3), WHITE, axis=0)
    light = [_mean(picture, none), _mean(picture[low:], none[low:]), skin, white]
    found = []
    for garment in ("top", "bottom"):
        weights = where * np.square(chances[..., 1 + PARTS.index(garment)])
        if (weights > 0.25).sum() >= 6:
            own = _mean(picture, weights)
            spread = np.sqrt(_mean(np.square(picture - own), weights)).mean()
            lit = _mean(picture, weights * (picture.mean(-1) >= own.mean()))
            parts = [each / (each.sum() + 0.1) for each in (own, lit)]
            features = np.concatenate([own, [spread], *parts, lit, np.log(own + 0.03), *light])
            found.append((garment, features))
    return found


def _mean(picture: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.einsum("hwc,hw->c", picture, weights) / max(float(weights.sum()), 1e-6)


def motion_features(found: list[PersonFound], frames: int) -> np.ndarray | None:
    """How a person moves, by where they are in some of the frames, float [n]; None for nobody.

    Of a person who leaves the picture the frames before count.
    """
    if not found:
        return None
    boxes = np.array([person.box for person in found], float)
    times = np.array([person.frame for person in found], float)
    middle, feet, tall = boxes[:, 2:].mean(1), boxes[:, 1], boxes[:, 1] - boxes[:, 0]
    scale = tall.mean()
    steps = [_slope(times, values) * frames for values in (middle / scale, feet / scale)]
    growth = _slope(times, np.log(tall)) * frames
    outlines = np.stack([_outline(person) for person in found])
    change = outlines.std(0)
    rows = [change[: GRID // 3], change[GRID // 3 : GRID // 2], change[GRID // 2 :]]
    width = (boxes[:, 3] - boxes[:, 2]) / tall
    high = outlines[:, : GRID // 3].mean((1, 2))
    found_in = len(found) / frames
    spread = (middle / scale).std(), np.log(tall).std(), width.std(), high.std()
    changes = [each.mean() for each in rows]
    return np.array(
        [*steps, growth, *changes, width.mean(), width.max(), high.mean(), *spread, found_in]
    )


def _slope(times: np.ndarray, values: np.ndarray) -> float:
    if len(times) < 2:
        return 0.0
    return float(np.polyfit(times, values, 1)[0])


def _outline(person: PersonFound) -> np.ndarray:
    """A person's outline laid on GRID x GRID cells as tall as the person."""
    top, bottom, left, right = person.box
    side = bottom - top
    cells = (np.arange(GRID) + 0.5) / GRID * side - 0.5
    across = (left + right) / 2 - side / 2 + cells
    grid = np.meshgrid(top + cells, across, indexing="ij")
    return ndimage.map_coordinates(person.where.astype(np.float32), grid, order=1)
