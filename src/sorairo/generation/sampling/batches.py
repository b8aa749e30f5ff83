"""Which layouts can be sampled as one batch. No torch."""

from __future__ import annotations

from collections.abc import Sequence

from sorairo.generation.sampling.coarse_to_fine import plan_of
from sorairo.generation.sampling.temporal_windows import windows
from sorairo.generation.settings import DRAFT, Settings
from sorairo.generation.tasks.layout import CanvasLayout


def batch_groups(asked: Sequence[tuple[CanvasLayout, Settings]]) -> list[list[int]]:
    """Groups of indices that can be sampled as one batch: canvases of one shape and the same
    windows, with equally many prompts, which count for the same frames, pictures and hints at the
    same times, which decide what a window sees, and the same sampling settings. A layout that has a
    plan, or a draft, whose velocities are taken again by its own changes, is a group of its own."""
    found: dict[tuple[object, ...], list[int]] = {}
    for index, (layout, settings) in enumerate(asked):
        shape = (layout.width, layout.height, layout.num_frames, layout.cyclic)
        pictures = sorted((each.at, each.noise > 0) for each in layout.keyframes)
        beside = (len(layout.prompts), (layout.prompt_weights > 0).tobytes(), *pictures)
        alone = index if settings.quality == DRAFT or plan_of(layout) else None
        sampled = (settings.steps, settings.guidance, settings.negative, settings.loras)
        key = (shape, beside, tuple(windows(layout)), sampled, alone)
        found.setdefault(key, []).append(index)
    return list(found.values())
