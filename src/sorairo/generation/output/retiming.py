"""Where made frames change in a jerk, the change is spread over the frames beside it.

Beside a given frame, or in a bridge between two, more can change in a step or two than in those
around them: a cut, or what is left of one. Time is run slower there and faster beside it, as little
as will do; between two frames stands a mixture of them, a short dissolve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FLOOR = 0.5  # of 255: less is no change
LEAST = 1 / 3  # of the changes around it: at its ends a step is not made less, that were a halt
CUT = 2.0  # elsewhere in a bridge, more than so many times the usual change is spread
EVEN = 1.15  # or the mean change, where two unlike clips are far from each other
SECONDS = 1.0  # on either side of a jerk, in which time may run faster for it
LONGEST = 8  # times that: a longer piece is two beginnings and no bridge
FASTEST = 0.5  # of its due: no less is left to a step for the sake of another
YIELDED = 0.85  # of its due, for the sake of a joint
UNLIKE = 6.0  # of 255: where half of a picture differs by more, it shows another scene


def retime_jerks(
    made: np.ndarray, before: np.ndarray | None, after: np.ndarray | None, fps: float
) -> np.ndarray:
    """Made frames uint8 [n, H, W, 3], evened towards those given `before` and `after` them."""
    if before is None and after is None:
        return made  # of a minute it would be a gigabyte to copy
    reach = max(2, round(SECONDS * fps))
    none, out = made[:0], made.copy()
    before = none if before is None else before[-reach:]
    after = none if after is None else after[:reach]
    if len(before) and len(after) and len(made) <= LONGEST * reach:
        out[:] = _evened(made, before, after, reach)
        return out
    if len(before):
        out[: 2 * reach] = _evened(out[: 2 * reach], before, none, reach)
    if len(after):
        out[-2 * reach :] = _evened(out[-2 * reach :], none, after, reach)
    return out


def _evened(made: np.ndarray, before: np.ndarray, after: np.ndarray, reach: int) -> np.ndarray:
    course = Course.of(np.concatenate([before, made, after]), len(before), len(after))
    return course.frames_at(course.places(reach))[len(before) : len(before) + len(made)]


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """Frames [n, H, W, 3], how much each differs from the one before [n - 1]; which of these steps
    are `made`, leading to a made frame or from one, and which of them are `joints`; whether the
    given frames on either side are of `unlike` scenes."""

    frames: np.ndarray
    steps: np.ndarray
    made: range
    joints: tuple[int, ...]
    unlike: bool

    @classmethod
    def of(cls, frames: np.ndarray, before: int, after: int) -> Course:
        pairs = list(zip(frames, frames[1:], strict=False))
        first, last = max(0, before - 1), len(pairs) - max(0, after - 1)
        return cls(
            frames=frames,
            steps=np.array([np.abs(a.astype(np.int16) - b).mean() for a, b in pairs]),
            made=range(first, last),
            joints=(*((first,) if before else ()), *((last - 1,) if after else ())),
            unlike=before > 0 and after > 0 and _unlike(frames[before - 1], frames[-after]),
        )

    def places(self, reach: int) -> np.ndarray:
        """Where each frame of the result lies among these frames, [n]."""
        lasting = self._lasting(reach)
        first, count = self.made.start, len(self.made)
        places = np.arange(len(self.frames), dtype=float)
        ends = np.concatenate([[0], np.cumsum(lasting)])
        inner = np.interp(np.arange(1, count), ends, np.arange(count + 1))
        places[first + 1 : first + count] = first + inner
        return places

    def frames_at(self, places: np.ndarray) -> np.ndarray:
        """The frames, mixed where a place lies between two."""
        out = self.frames.copy()
        for index in np.flatnonzero(np.abs(places - np.arange(len(places))) > 1e-3):
            first = int(places[index])
            share = np.float32(places[index] - first)
            mixed = (1 - share) * self.frames[first] + share * self.frames[first + 1]
            out[index] = mixed.round()
        return out

    def _lasting(self, reach: int) -> np.ndarray:
        """How long each made step should last; what one lasts longer, those near it last less."""
        wanted = np.array([self._wanted(index, max(2, reach // 4)) for index in self.made])
        lasting, joints = np.ones(len(wanted)), [joint - self.made.start for joint in self.joints]
        bridge = len(joints) == 2
        for place in [*joints, *(np.argsort(-wanted) if bridge else ())]:
            if wanted[place] <= 1:
                continue
            owed = wanted[place] - lasting[place]
            least = np.maximum(FASTEST, wanted * (YIELDED if place in joints else 1.0))
            for other in (place + side * away for away in range(1, reach + 1) for side in (-1, 1)):
                if 0 <= other < len(wanted) and other not in joints:
                    taken = min(owed, max(0.0, lasting[other] - least[other]))
                    lasting[other] -= taken
                    lasting[place] += taken
                    owed -= taken
        return lasting

    def _wanted(self, index: int, reach: int) -> float:
        """How long a step would last for its change to be no jerk.

        Beside a given frame it is the usual change, or that of the steps around it: what slides and
        slows down is fastest there. In a bridge it is the usual one alone, and away from its ends
        CUT times that. In one scene what gathers speed, over `reach` steps and more, and loses it
        may do so; from one to another all goes evenly.
        """
        usual = max(float(np.median(self.steps)), FLOOR)
        sides = self._beside(index, 2 if index in self.joints else reach)
        if index in self.joints:
            beside = np.concatenate(sides)
            around = beside.max() if len(self.joints) == 1 else LEAST * np.median(beside)
            return self.steps[index] / max(usual, float(around))
        mine = self.steps[self.made]
        usual = min(usual, max(float(np.median(mine)), FLOOR))
        even = float(mine.mean())
        if not self.unlike:
            even = max(even, *(float(np.median(side)) for side in sides if len(side)))
        return self.steps[index] / max(CUT * usual, EVEN * even)

    def _beside(self, index: int, reach: int) -> tuple[np.ndarray, np.ndarray]:
        """The steps before and after one."""
        low, high = max(0, index - reach), index + reach + 1
        return self.steps[low:index], self.steps[index + 1 : high]


def _unlike(one: np.ndarray, other: np.ndarray) -> bool:
    return float(np.median(np.abs(one.astype(np.int16) - other))) > UNLIKE
