"""Clips that show characters of other clips again. The other clips are earlier shots of a story of
which only the later shots are delivered. No torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from sorairo.generation.prompts.character_names import describe_characters, mentioned
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.generation.tasks.context import Size, size_for
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec
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
    card = Card(start=0.0, end=num_frames / spec.fps, prompt=prompt)
    return _after_characters(characters, [card], [set(range(len(characters)))], (), spec, size)


def storyboard_with_characters(
    board: Storyboard, clips: Sequence[Clip], *, spec: CanvasSpec, size: Size | None = None
) -> CanvasLayout:
    """A canvas for a storyboard with characters, whose clips are the last of `clips`: a shot of
    each, then the shots of the cards. A shot sees the characters that its cards name, before other
    shots; the names are replaced by what the clips show. Raises RequestError."""
    board.validate_inputs(clips)
    footage = board.footage(clips)
    characters, texts = clips[len(footage) :], board.texts_in(spec.world)
    cards = [
        dataclasses.replace(
            card,
            prompt=describe_characters(text, board.names, characters, world=spec.world),
            **dict.fromkeys(("expanded", "read", "style"), ""),
        )
        for card, text in zip(board.cards, texts, strict=True)
    ]
    named = [mentioned(text, board.names) for text in texts]
    size = size or (size_for(footage[0], spec) if footage else spec.size)
    return _after_characters(characters, cards, named, footage, spec, size)


def _after_characters(
    characters: Sequence[Clip],
    cards: Sequence[Card],
    named: Sequence[set[int]],
    footage: Sequence[Clip],
    spec: CanvasSpec,
    size: Size,
) -> CanvasLayout:
    """A canvas with a shot of each character, then the `cards`, which show `footage`; of each card
    the characters that it shows are `named`."""
    shots, now = [], 0.0
    for index, clip in enumerate(characters):
        frames = max(1, round(min(SHOT_SECONDS, clip.duration) * spec.fps))
        end = now + frames / spec.fps
        shots.append(Card(start=now, end=end, clip=f"character {index + 1}"))
        now = end
    later = [
        dataclasses.replace(card, start=now + card.start, end=now + card.end, cut=card.cut or not i)
        for i, card in enumerate(cards)
    ]
    story, clips = Storyboard(cards=(*shots, *later)), (*characters, *footage)
    layout = storyboard(story, clips, spec=spec, size=size, earlier=len(shots))
    related, shot = [*layout.related_shots], len(shots) - 1
    shown: dict[int, set[int]] = {}
    for card, names in zip(later, named, strict=True):
        shot += card.cut
        shown.setdefault(shot, set()).update(names)
    for place, names in shown.items():
        others = [each for each in related[place] if each >= len(shots)]
        related[place] = (*(each for each in related[place] if each in names), *others)
    return dataclasses.replace(layout, related_shots=tuple(related))
