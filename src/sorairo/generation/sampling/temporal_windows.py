"""What of a canvas the model sees at once, window after window. No torch.

A canvas that fits is one window. A longer one is seen in time windows, each with the end of the
window before. Of several shots each has windows of its own, the first of which begins with the
beginnings of one or two earlier shots of the same scene: the model has learned from stories of such
shots, and keeps their looks. In every window the times run as if what is seen were all there is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sorairo.generation.tasks.layout import CanvasLayout

OVERLAP = 4  # latent frames of the past that a window sees
SHOTS = 3  # that the model sees at once: the most that a story has in training
LEAST, MOST = 3, 4  # latent frames of an earlier shot
BEFORE, AFTER = 1 / 3, 8 / 3  # seconds around a window in which keyframes are seen


@dataclass(frozen=True, kw_only=True)
class Window:
    """Latent frames `groups` of a canvas, seen at `times` (s); the first `known` are made already.

    Keyframes between the two times `near` of the canvas are seen too.
    """

    groups: tuple[int, ...]
    known: int
    times: tuple[float, ...]
    near: tuple[float, float]


def windows(layout: CanvasLayout) -> list[Window]:
    """The windows in which a draft is filled, in order; each makes what no window before made."""
    size, own = layout.spec.window, layout.times()
    shots = [group.shot for group in layout.groups()]
    whole = Window(
        groups=tuple(range(len(own))),
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
                groups=(*before, *seen),
                known=len(before) + known,
                times=_run_on(own, shots, [*before, *seen], 1 / layout.spec.fps),
                near=(max(own[seen[0]] - BEFORE, begins), min(own[seen[-1]] + AFTER, ends)),
            )
            found.append(window)
    return found


def _spans(count: int, size: int, room: int) -> list[tuple[int, int, int]]:
    """(first, last, known): first <= i < last, the first `known` of them made by the span before.
    Spans make as equal parts as can be; the first leaves `room` in a window of `size`."""
    parts = 1 + max(0, math.ceil((count - size + room) / (size - OVERLAP)))
    alone = 0 if room else OVERLAP  # what the first span makes more than the others: no past
    ends = [alone + math.ceil((count - alone) * (i + 1) / parts) for i in range(parts)]
    return [
        (max(0, begun - OVERLAP), end, min(begun, OVERLAP))
        for begun, end in zip([0, *ends[:-1]], ends, strict=True)
    ]


def _context(wanted: tuple[int, ...], places: list[list[int]], room: int) -> list[int]:
    """The beginnings of one or two earlier shots, in the order of the clip."""
    chosen = sorted(list(dict.fromkeys(wanted))[: min(SHOTS - 1, room // LEAST)])
    return [group for other in chosen for group in places[other][: min(MOST, room // len(chosen))]]


def _run_on(
    own: tuple[float, ...], shots: list[int], seen: list[int], frame: float
) -> tuple[float, ...]:
    """Times from 0 on, as in training: the network knows where in a window a token stands. Each
    shot begins a `frame` after the one before it."""
    times, later = [], -own[seen[0]]
    for before, group in zip([seen[0], *seen], seen, strict=False):
        if shots[group] != shots[before]:
            later = times[-1] + frame - own[group]
        times.append(own[group] + later)
    return tuple(times)
