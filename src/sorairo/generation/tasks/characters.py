"""Clips in which things of other clips are seen again: they are earlier shots of the story, of
which only the last is delivered. No torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from sorairo.generation.requests.storyboard import Card, Storyboard
from sorairo.generation.tasks.context import Size
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec, GeneratedSegment
from sorairo.generation.tasks.storyboard import layout as story_draft
from sorairo.video import Clip

SEEN_SECONDS = 1.5  # of each clip of a character


def cast(
    characters: Sequence[Clip],
    prompt: str,
    *,
    spec: CanvasSpec,
    size: Size,
    num_frames: int,
) -> CanvasLayout:
    """A shot of `num_frames` after a shot of each character; only it is delivered."""
    cards, now = [], 0.0
    for index, clip in enumerate(characters):
        frames = max(1, round(min(SEEN_SECONDS, clip.duration) * spec.fps))
        end = now + frames / spec.fps
        cards.append(Card(start=now, end=end, clip=f"character {index + 1}"))
        now = end
    cards.append(Card(start=now, end=now + num_frames / spec.fps, prompt=prompt))
    layout = story_draft(Storyboard(cards=tuple(cards)), characters, spec=spec, size=size)
    first = layout.shots[-1]
    return dataclasses.replace(
        layout, pieces=(GeneratedSegment(first=first, last=first + num_frames),)
    )
