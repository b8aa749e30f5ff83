"""The windows in which a canvas is filled, and what the model sees in each. No torch.

A canvas that fits is one window. A longer one is cut into windows in time, each of which also sees
the end of the window before. Each of several shots has windows of its own; the first of them also
sees the beginnings of one or two earlier shots of the same scene, so that the model keeps the look
of the scene, as in the stories that it was trained on. In every window, times start at 0, as in a
whole clip.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sorairo.generation.tasks.layout import CanvasLayout

OVERLAP = 4  # latent frames of the window before that a window sees
SHOTS = 3  # shots that the model sees at once: as many as a story has in training, at most
LEAST, MOST = 3, 4  # latent frames of an earlier shot that a window sees
BEFORE, AFTER = 1 / 3, 8 / 3  # seconds around a window in which keyframes are seen


@dataclass(frozen=True, kw_only=True)
class Window:
    """What the model sees of a canvas at once."""

    latent_frames: tuple[int, ...]
    """Indices of latent frames of the canvas, in the order in which they are seen."""
    known: int
    """How many of them, from the first on, are already filled."""
    times: tuple[float, ...]
    """The seconds at which they are seen."""
    near: tuple[float, float]
    """Two times of the canvas in seconds; keyframes between them are seen too."""


def windows(layout: CanvasLayout) -> list[Window]:
    """The windows of a layout, in order. Each latent frame is filled in exactly one of them."""
    size, own = layout.spec.window, layout.times()
    shots = [each.shot for each in layout.latent_frames()]
    whole = Window(
        latent_frames=tuple(range(len(own))),
        known=0,
        times=own,
        near=(own[0] - BEFORE, own[-1] + AFTER),
    )
    fits = len(own) <= size and len(layout.shots) <= SHOTS
    one_scene = all(len(others) == shot for shot, others in enumerate(layout.related_shots))
    if layout.cyclic or (fits and one_scene):
        return [whole]
    places = [[i for i, of in enumerate(shots) if of == shot] for shot in range(len(layout.shots))]
    found = []
    for shot, mine in enumerate(places):
        begins, ends = own[mine[0]], own[mine[-1]]
        if len(places) == 1:
            begins, ends = begins - BEFORE, ends + AFTER
        wanted = layout.related_shots[shot] if layout.related_shots else (shot - 1, 0)[: 2 * shot]
        for first, last, known in _spans(len(mine), size, room=LEAST if wanted else 0):
            seen, before = mine[first:last], []
            if not known:
                before = _context(wanted, places, size - len(seen))
            window = Window(
                latent_frames=(*before, *seen),
                known=len(before) + known,
                times=_run_on(own, shots, [*before, *seen], 1 / layout.spec.fps),
                near=(max(own[seen[0]] - BEFORE, begins), min(own[seen[-1]] + AFTER, ends)),
            )
            found.append(window)
    return found


def _spans(count: int, size: int, room: int) -> list[tuple[int, int, int]]:
    """Spans (first, last, known) of `count` latent frames: first <= i < last, of which the first
    `known` belong to the span before. All fill about equally many; the first leaves `room` in a
    window of `size`."""
    more = max(0, count - size + room)  # a window of OVERLAP or less is never continued
    parts = 1 + (math.ceil(more / (size - OVERLAP)) if more and size > OVERLAP else 0)
    alone = 0 if room else OVERLAP  # the first span fills that many more: it has no past
    ends = [alone + math.ceil((count - alone) * (i + 1) / parts) for i in range(parts)]
    return [
        (max(0, begun - OVERLAP), end, min(begun, OVERLAP))
        for begun, end in zip([0, *ends[:-1]], ends, strict=True)
    ]


def _context(wanted: tuple[int, ...], places: list[list[int]], room: int) -> list[int]:
    """The beginnings of one or two earlier shots, in the order of the clip."""
    chosen = sorted(list(dict.fromkeys(wanted))[: min(SHOTS - 1, room // LEAST)])
    return [index for other in chosen for index in places[other][: min(MOST, room // len(chosen))]]


def _run_on(
    own: tuple[float, ...], shots: list[int], seen: list[int], frame: float
) -> tuple[float, ...]:
    """Times that begin at 0, as in training, where the network has learned to tell tokens by their
    time in the window. Each shot begins a `frame` after the one before it."""
    times, later = [], -own[seen[0]]
    for before, index in zip([seen[0], *seen], seen, strict=False):
        if shots[index] != shots[before]:
            later = times[-1] + frame - own[index]
        times.append(own[index] + later)
    return tuple(times)
