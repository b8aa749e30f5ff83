"""Storyboards: a shot for each cut, a prompt for each card, pictures and clips at their times. No
torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sorairo.errors import RequestError
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.generation.tasks.context import Size, part, size_for, still
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    CanvasSpec,
    GeneratedSegment,
    GivenFrames,
    GivenSegment,
    Keyframe,
)
from sorairo.notes import Note
from sorairo.video import Clip
from sorairo.video.resampling import at_fps, frames_at
from sorairo.world import registry
from sorairo.world.protocol import TextMeaning

FADE = 0.5  # seconds in which one prompt takes over from another where there is no cut


def storyboard(
    board: Storyboard,
    clips: Sequence[Clip] = (),
    *,
    spec: CanvasSpec,
    size: Size | None = None,
    earlier: int = 0,
) -> CanvasLayout:
    """A canvas for a storyboard whose cards show `clips`. Without a `size` it has the shape of the
    first clip, if there is one. The first `earlier` cards are seen by the others, but not
    delivered.

    A cut falls on the frame nearest to its time. Raises RequestError for a card that is shorter
    than a frame, and where there are more or fewer clips than the cards name.
    """
    board.validate_inputs(clips)
    spans = _spans(board, spec)
    given = iter(clips)
    shown = [next(given) if card.footage is not None else None for card in board.cards]
    size = size or (size_for(clips[0], spec) if clips else spec.size)
    shots = tuple(start for i, (start, _) in enumerate(spans) if i == 0 or board.cards[i].cut)
    texts = _complete(board.texts_in(spec.world), spans, shots, spec.world)
    prompts = tuple(dict.fromkeys(texts))
    parts = _LayoutParts(spec=spec, size=size, shots=shots, end=spans[-1][1])
    for number, (card, span, clip) in enumerate(zip(board.cards, spans, shown, strict=True)):
        if number and number == earlier:
            parts.generate(span[0])
            parts.segments.clear()
        parts.put(card, span, clip)
    parts.generate(parts.end)
    return CanvasLayout(
        spec=spec,
        num_frames=parts.end,
        width=size[0],
        height=size[1],
        prompts=prompts,
        prompt_weights=_prompt_weights(
            [prompts.index(text) for text in texts], spans, shots, spec.fps
        ),
        segments=tuple(parts.segments),
        given=tuple(parts.given),
        keyframes=tuple(parts.keyframes),
        shots=shots,
        padding_frames=spec.frames_per_latent_frame - 1,
        related_shots=_related_shots(texts, spans, shots, spec.world),
    )


def _complete(
    texts: Sequence[str], spans: list[tuple[int, int]], shots: tuple[int, ...], world: str
) -> tuple[str, ...]:
    """The text of each card. The prompts of a shot are mixed, so what one of them leaves open would
    be filled by another that says it only later: it is filled in before."""
    language = registry.language(world)
    done: list[str] = []
    for start, end in zip(shots, [*shots[1:], spans[-1][1]], strict=True):
        cards = [
            text for text, (first, _) in zip(texts, spans, strict=True) if start <= first < end
        ]
        done += language.complete(cards)
    return tuple(done)


def _spans(board: Storyboard, spec: CanvasSpec) -> list[tuple[int, int]]:
    """First and last frame (not included) of each card."""
    spans = []
    for number, card in enumerate(board.cards, start=1):
        start, end = round(card.start * spec.fps), round(card.end * spec.fps)
        if start >= end:
            raise RequestError(
                Note(
                    f"Card {number} lasts {card.end - card.start:g} s, less than a frame: make it"
                    f" {1 / spec.fps:.2f} s or longer.",
                    "card_too_short",
                    card=number,
                    seconds=card.end - card.start,
                    least=round(1 / spec.fps, 2),
                )
            )
        spans.append((start, end))
    return spans


def _prompt_weights(
    texts: list[int], spans: list[tuple[int, int]], shots: tuple[int, ...], fps: float
) -> np.ndarray:
    """[frames, prompts]: each card has its own; where two meet within a shot they cross-fade.
    `texts` are the indices of the cards' prompts."""
    prompt_weights = np.zeros((spans[-1][1], max(texts) + 1), np.float32)
    for text, (start, end) in zip(texts, spans, strict=True):
        prompt_weights[start:end, text] = 1.0
    for i in range(1, len(spans)):
        joint = spans[i][0]
        if joint in shots or texts[i] == texts[i - 1]:
            continue
        half = min(
            round(FADE * fps / 2), *((end - start) // 2 for start, end in spans[i - 1 : i + 1])
        )
        fading = np.arange(joint - half, joint + half)
        second = (fading - fading[:1] + 1) / (len(fading) + 1)
        prompt_weights[fading] = 0.0
        prompt_weights[fading, texts[i]] = second
        prompt_weights[fading, texts[i - 1]] = 1 - second
    return prompt_weights


@dataclass(kw_only=True)
class _LayoutParts:
    """The parts of the layout, put together card by card."""

    spec: CanvasSpec
    size: Size
    shots: tuple[int, ...]
    end: int  # frames of the canvas
    done: int = 0  # frames that have a segment
    segments: list[GivenSegment | GeneratedSegment] = field(default_factory=list)
    given: list[GivenFrames] = field(default_factory=list)
    keyframes: list[Keyframe] = field(default_factory=list)

    def put(self, card: Card, span: tuple[int, int], clip: Clip | None) -> None:
        """The footage of a card, and a generated segment before it."""
        if clip is None:
            return
        first = min(round((card.start + card.at) * self.spec.fps), span[1] - 1)
        self.generate(first)
        if card.picture is not None:
            self._put_picture(clip, first)
        else:
            self._put_clip(clip, first, span[1])

    def generate(self, until: int) -> None:
        """Generated segments from the last segment to frame `until`, one in each shot."""
        cuts = [shot for shot in self.shots if self.done < shot < until]
        for end in (*cuts, until):
            if end > self.done:
                self.segments.append(GeneratedSegment(first=self.done, last=end))
                self.done = end

    def _put_picture(self, clip: Clip, frame: int) -> None:
        picture = clip.fit(*self.size).frames[:1]
        if frame in self.shots:
            self.given.append(GivenFrames(first=frame, frames=picture))
        else:
            self.keyframes.append(Keyframe(at=frame, picture=picture[0]))
        self._keep(still(clip, self.spec.fps), frame, frame + 1)

    def _put_clip(self, clip: Clip, first: int, end: int) -> None:
        count = min(end - first, frames_at(clip, self.spec.fps))
        frames = at_fps(clip, self.spec.fps, 0, count).fit(*self.size).frames
        last = first + len(frames)
        self.given.append(GivenFrames(first=first, frames=frames))
        # latent frames that the clip fills only in part are generated; keyframes lead them
        for frame in {first, last - 1}:
            if not self._is_cut(frame if frame == first else last):
                self.keyframes.append(Keyframe(at=frame, picture=frames[frame - first]))
        self._keep(part(clip, 0, len(frames) / self.spec.fps), first, last)

    def _keep(self, clip: Clip, first: int, last: int) -> None:
        """A given segment; its edge at a cut has no neighbour on the canvas."""
        edges = (None if self._is_cut(first) else first, None if self._is_cut(last) else last - 1)
        self.segments.append(GivenSegment(clip=clip, edges=edges))
        self.done = last

    def _is_cut(self, frame: int) -> bool:
        return frame in (*self.shots, self.end)


def _related_shots(
    texts: tuple[str, ...], spans: list[tuple[int, int]], shots: tuple[int, ...], world: str
) -> tuple[tuple[int, ...], ...]:
    """For each shot the earlier ones that may show the same scene: first those that name the same
    things, then the one before, the first, and the rest.

    The model is trained on stories of one scene. If it saw an earlier shot of another scene, it
    would draw the shot like that scene.
    """
    parse = registry.language(world).parse
    meanings = [
        [parse(text) for text, (first, _) in zip(texts, spans, strict=True) if start <= first < end]
        for start, end in zip(shots, [*shots[1:], spans[-1][1]], strict=True)
    ]
    things = [{thing for meaning in shot for thing in meaning.things} for shot in meanings]
    found = []
    for shot, mine in enumerate(things):
        able = [o for o in range(shot) if _may_be_one_scene(meanings[o], meanings[shot])]
        shared = {other: len(mine & things[other]) for other in able}
        near = sorted((o for o in able if shared[o]), key=lambda o: (-shared[o], -o))
        usual = [other for other in (shot - 1, 0) if other in able]
        found.append(tuple(dict.fromkeys([*near, *usual, *able])))
    return tuple(found)


def _may_be_one_scene(shot: list[TextMeaning], other: list[TextMeaning]) -> bool:
    return all(one.may_share_scene(two) for one in shot for two in other)
