"""Laws of motion, fitted to the track of an object: places (x, z) in metres, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.tabletop.dynamics.placement import GRAVITY

FLIGHT = 5  # frames of free flight that a fit needs
HALF = 0.5  # seconds over which a speed is fitted
TOUCH = 0.35  # metres above the bounce: closer than that, the object may touch the floor


@dataclass(frozen=True, kw_only=True)
class Fall:
    """Fitted to the first fall of a body and its first bounce. None: too few frames."""

    gravity: float | None
    """m/s^2."""
    restitution: float | None
    """The speed after the first bounce divided by the speed before."""
    sideways: float | None
    """The change of the horizontal speed in free flight, in parts of the greatest speed."""


def fit_fall(places: np.ndarray, fps: float) -> Fall:
    """Fits places [F, 2], (x, z) in metres; NaN where nothing was visible."""
    first = _flight(places, 0)
    if first is None:
        return Fall(gravity=None, restitution=None, sideways=None)
    times = np.arange(len(places)) / fps
    begin, end = first
    curve = np.polyfit(times[begin:end], places[begin:end, 1], 2)
    gravity = float(-2 * curve[0])
    top = float(
        np.polyval(curve, np.clip(-curve[1] / (2 * curve[0]), times[begin], times[end - 1]))
    )
    low = float(np.nanmin(places[:, 1]))
    speed = float(np.sqrt(max(2 * GRAVITY * (top - low), 1e-6)))
    along = np.polyfit(times[begin:end], places[begin:end, 0], 2)
    sideways = abs(2 * along[0]) * (times[end - 1] - times[begin]) / speed
    second = _flight(places, end)
    restitution = None
    if second is not None:
        begin, end = second
        bounce = np.polyfit(times[begin:end], places[begin:end, 1], 2)
        if bounce[0] < 0:
            apex = float(np.polyval(bounce, -bounce[1] / (2 * bounce[0])))
            restitution = float(np.sqrt(max(apex - low, 0) / max(top - low, 1e-6)))
    return Fall(gravity=gravity, restitution=restitution, sideways=float(sideways))


def apex_rise(places: np.ndarray) -> float:
    """How much higher a body gets after a bounce than it was at first, relative to that height; 0
    if no bounce is as high. A bounce may be higher than the one before it, because the body
    tumbles."""
    low = np.nanmin(places[:, 1], initial=np.inf)
    start, apexes = 0, []
    while (flight := _flight(places, start)) is not None:
        begin, start = flight
        apexes.append(float(np.nanmax(places[begin:start, 1]) - low))
    return max(0.0, max(apexes) / max(apexes[0], 1e-6) - 1) if apexes else 1.0


def speed_rise(places: np.ndarray, fps: float) -> float:
    """The largest rise of the kinetic energy above its minimum so far, relative to its maximum.

    1 where too little is visible. Speeds are the slopes of lines fitted to half seconds: with only
    two places, an error of a third of a pixel in one of them would be a rise of a tenth.
    """
    seen = np.flatnonzero(~np.isnan(places[:, 0]))
    count = round(fps * HALF) + 1
    if len(seen) < 2 * (count - 1):
        return 1.0
    frames = np.arange(seen[0], seen[-1] + 1)
    along = np.interp(frames, seen, places[seen, 0])
    times = (np.arange(count) - (count - 1) / 2) / fps
    speeds = np.correlate(along, times / np.square(times).sum(), mode="valid")
    energy = np.square(speeds)
    rise = energy - np.minimum.accumulate(energy)
    return float(rise.max() / max(energy.max(), 1e-6))


def _flight(places: np.ndarray, start: int) -> tuple[int, int] | None:
    """(first frame, end) of the first flight from `start` on: the body is visible and well above
    the place where it last touched the floor or touches it next. None if there is no such
    flight."""
    clear = places[:, 1] > _floor(places[:, 1]) + TOUCH
    clear[:start] = False
    if not clear.any():
        return None
    begin = int(clear.argmax())
    gaps = np.flatnonzero(~clear[begin:])
    end = begin + int(gaps[0]) if len(gaps) else len(places)
    return (begin, end) if end - begin >= FLIGHT else None


def _floor(heights: np.ndarray) -> np.ndarray:
    """The height of the contact with the floor that is nearest in time, for each frame [F].

    If the body never bounces, its lowest place. One height for all contacts would miss some: a box
    on its edge is higher than a flat one, and the lowest point of a fast body is between two
    frames.
    """
    from scipy.signal import find_peaks  # takes half a second, and not every exam needs it

    seen = np.flatnonzero(~np.isnan(heights))
    if not len(seen):
        return np.full(len(heights), np.inf)
    frames = np.arange(len(heights))
    whole = np.interp(frames, seen, heights[seen])
    touches, _ = find_peaks(-whole, prominence=TOUCH)
    if not len(touches):
        return np.full(len(heights), whole.min())
    nearest = np.abs(frames[:, None] - touches).argmin(1)
    return whole[touches[nearest]]
