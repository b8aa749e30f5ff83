"""Which drafts can be sampled as one batch. No torch."""

from __future__ import annotations

from collections.abc import Sequence

from sorairo.generation.sampling.coarse_to_fine import outline
from sorairo.generation.sampling.temporal_windows import windows
from sorairo.generation.settings import Settings
from sorairo.generation.tasks.layout import CanvasLayout


def batch_groups(asked: Sequence[tuple[CanvasLayout, Settings]]) -> list[list[int]]:
    """Places of what can be sampled as one batch: canvases of one shape and one plan of windows,
    with as many texts and as much guidance. What is planned first goes alone."""
    found: dict[tuple[object, ...], list[int]] = {}
    for place, (layout, how) in enumerate(asked):
        size = (layout.width, layout.height, layout.num_frames, layout.cyclic)
        texts = (len(layout.prompts), len(layout.keyframes))
        alone = place if outline(layout) else None
        sampled = (how.steps, how.guidance, how.negative)
        key = (size, texts, tuple(windows(layout)), sampled, alone)
        found.setdefault(key, []).append(place)
    return list(found.values())
