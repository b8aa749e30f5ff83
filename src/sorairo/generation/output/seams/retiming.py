"""Spreads a jerk of motion over the generated frames beside it.

Beside a given frame, or in a bridge between two clips, one step from frame to frame may change much
more than the steps around it: a cut, or what is left of one. Such a step is slowed down, and the
steps beside it are sped up, as little as necessary; a frame that falls between two is a mixture of
them, a short dissolve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.interruption import check_interrupted

FLOOR = 0.5  # of 255: a smaller change is none
LEAST = 1 / 3  # of the changes around it: a bridge's outermost steps are not slowed below that
CUT = 2.0  # inside a bridge, a step of more than CUT times the usual change is spread
EVEN = 1.15  # or, between two different scenes, of more than EVEN times the mean change
SECONDS = 1.0  # on each side of a jerk, in which time may run faster
LONGEST = 8  # times that: a longer segment counts as two beginnings, not as a bridge
FASTEST = 0.5  # of its duration: no step is shortened below that
YIELDED = 0.85  # of its ideal duration: the limit where a seam needs the time
DIFFERENT = 6.0  # of 255: where half of a picture differs by more, it shows another scene


def retime_jerks(
    generated: np.ndarray, before: np.ndarray | None, after: np.ndarray | None, fps: float
) -> np.ndarray:
    """Generated frames uint8 [n, H, W, 3] without jerks beside the frames given `before` and
    `after` them."""
    if (before is None and after is None) or not len(generated):
        return generated  # a copy of a minute of frames would take a gigabyte
    reach = max(2, round(SECONDS * fps))
    none, out = generated[:0], generated.copy()
    before = none if before is None else before[-reach:]
    after = none if after is None else after[:reach]
    if len(before) and len(after) and len(generated) <= LONGEST * reach:
        out[:] = _retimed(generated, before, after, reach)
        return out
    if len(before):
        out[: 2 * reach] = _retimed(out[: 2 * reach], before, none, reach)
    if len(after):
        out[-2 * reach :] = _retimed(out[-2 * reach :], none, after, reach)
    return out


def _retimed(
    generated: np.ndarray, before: np.ndarray, after: np.ndarray, reach: int
) -> np.ndarray:
    frames = np.concatenate([before, generated, after])
    steps = Steps.of(frames, len(before), len(after))
    return steps.frames_at(steps.places(reach))[len(before) : len(before) + len(generated)]


@dataclass(frozen=True, kw_only=True, eq=False)
class Steps:
    """The steps from frame to frame over a generated segment and the given frames beside it."""

    frames: np.ndarray
    """Given frames, generated ones, given ones: uint8 [n, H, W, 3]."""
    changes: np.ndarray
    """How much each frame differs from the one before, [n - 1]: one number for each step."""
    generated: range
    """The steps that lead to a generated frame or from one."""
    seams: tuple[int, ...]
    """The ones among them that start or end at a given frame."""
    other_scene: bool
    """Whether the given frames on the two sides show different scenes."""

    @classmethod
    def of(cls, frames: np.ndarray, before: int, after: int) -> Steps:
        pairs = list(zip(frames, frames[1:], strict=False))
        first, last = max(0, before - 1), len(pairs) - max(0, after - 1)
        return cls(
            frames=frames,
            changes=np.array([np.abs(a.astype(np.int16) - b).mean() for a, b in pairs]),
            generated=range(first, last),
            seams=(*((first,) if before else ()), *((last - 1,) if after else ())),
            other_scene=before > 0 and after > 0 and _different(frames[before - 1], frames[-after]),
        )

    def places(self, reach: int) -> np.ndarray:
        """The place of each frame of the result among these frames, [n]."""
        durations = self._durations(reach)
        first, count = self.generated.start, len(self.generated)
        places = np.arange(len(self.frames), dtype=float)
        ends = np.concatenate([[0], np.cumsum(durations)])
        inner = np.interp(np.arange(1, count), ends, np.arange(count + 1))
        places[first + 1 : first + count] = first + inner
        return places

    def frames_at(self, places: np.ndarray) -> np.ndarray:
        """The frames, mixed where a place lies between two."""
        out = self.frames.copy()
        for index in np.flatnonzero(np.abs(places - np.arange(len(places))) > 1e-3):
            check_interrupted()
            first = int(places[index])
            share = np.float32(places[index] - first)
            mixed = (1 - share) * self.frames[first] + share * self.frames[first + 1]
            out[index] = mixed.round()
        return out

    def _durations(self, reach: int) -> np.ndarray:
        """How long each generated step should last: where one lasts longer, those near it are
        shorter."""
        wanted = np.array([self._wanted(index, max(2, reach // 4)) for index in self.generated])
        durations, seams = np.ones(len(wanted)), [at - self.generated.start for at in self.seams]
        bridge = len(seams) == 2
        for place in [*seams, *(np.argsort(-wanted) if bridge else ())]:
            if wanted[place] <= 1:
                continue
            owed = wanted[place] - durations[place]
            least = np.maximum(FASTEST, wanted * (YIELDED if place in seams else 1.0))
            for other in (place + side * away for away in range(1, reach + 1) for side in (-1, 1)):
                if 0 <= other < len(wanted) and other not in seams:
                    taken = min(owed, max(0.0, durations[other] - least[other]))
                    durations[other] -= taken
                    durations[place] += taken
                    owed -= taken
        return durations

    def _wanted(self, index: int, reach: int) -> float:
        """How long a step must last so that it is no jerk: its change divided by the allowed
        change.

        At a seam, that is the usual change or that of the steps beside it, whichever is more: a
        body that slides and slows down is fastest there. In a bridge the usual change counts alone,
        and away from its ends CUT times that. Within one scene a motion may gather speed over
        `reach` steps and more; from one scene to another all steps should be equal.
        """
        usual = max(float(np.median(self.changes)), FLOOR)
        sides = self._beside(index, 2 if index in self.seams else reach)
        if index in self.seams:
            beside = np.concatenate(sides)
            if not len(beside):  # the only step: one frame after the only one given
                return 1.0
            around = beside.max() if len(self.seams) == 1 else LEAST * np.median(beside)
            return self.changes[index] / max(usual, float(around))
        own = self.changes[self.generated]
        usual = min(usual, max(float(np.median(own)), FLOOR))
        even = float(own.mean())
        if not self.other_scene:
            even = max(even, *(float(np.median(side)) for side in sides if len(side)))
        return self.changes[index] / max(CUT * usual, EVEN * even)

    def _beside(self, index: int, reach: int) -> tuple[np.ndarray, np.ndarray]:
        """The changes of the steps before and after one."""
        low, high = max(0, index - reach), index + reach + 1
        return self.changes[low:index], self.changes[index + 1 : high]


def _different(one: np.ndarray, other: np.ndarray) -> bool:
    return float(np.median(np.abs(one.astype(np.int16) - other))) > DIFFERENT
