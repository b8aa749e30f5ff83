"""Clips that show characters of other clips again. The other clips are earlier shots of a story of
which only the last shot is delivered. No torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.generation.tasks.context import Size
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec, GeneratedSegment
from sorairo.generation.tasks.storyboard import storyboard
from sorairo.video import Clip

SHOT_SECONDS = 1.5  # how much of each character's clip the model sees


def cast(
    characters: Sequence[Clip],
    prompt: str,
    *,
    spec: CanvasSpec,
    size: Size,
    num_frames: int,
) -> CanvasLayout:
    """A canvas with a shot of each character, then the shot of `num_frames` that is delivered."""
    cards, now = [], 0.0
    for index, clip in enumerate(characters):
        frames = max(1, round(min(SHOT_SECONDS, clip.duration) * spec.fps))
        end = now + frames / spec.fps
        cards.append(Card(start=now, end=end, clip=f"character {index + 1}"))
        now = end
    cards.append(Card(start=now, end=now + num_frames / spec.fps, prompt=prompt))
    layout = storyboard(Storyboard(cards=tuple(cards)), characters, spec=spec, size=size)
    first = layout.shots[-1]
    return dataclasses.replace(
        layout, segments=(GeneratedSegment(first=first, last=first + num_frames),)
    )
