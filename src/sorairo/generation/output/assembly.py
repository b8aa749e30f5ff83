"""From the canvas's frames to the result: pieces in order, given frames as they were, and no step
at the joints.

A given frame and what the codec makes of it differ a little, by the codec's blur. That difference,
known at the joint, is carried into the frames made next to it: fully where a part of the picture
is found again, for a second also where it has moved to, and elsewhere only in its colour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from sorairo.generation.output.block_matching import moved
from sorairo.generation.output.color_ramp import COLOR_BLUR, blurred, match_colors
from sorairo.generation.output.retiming import retime_jerks
from sorairo.generation.tasks.layout import CanvasLayout, GeneratedSegment, GivenSegment
from sorairo.video import Clip, Sound
from sorairo.video.resampling import at_fps

Finish = Callable[[np.ndarray, float, int, int, float], np.ndarray]
"""Frames, their rate, width, height, rate wanted: frames as delivered."""

SAME = 10.0  # of 255: where the made picture is so near to what it was at the joint, detail stays
COLOR_SECONDS = 1.0  # how long a difference of colour lasts
FOLLOWED = 1.0  # seconds for which what moves is looked for
SPEED, FARTHEST = 24, 8  # 64ths of the shorter side: a second, and in all


@dataclass(frozen=True, kw_only=True, eq=False)
class Joint:
    """A given frame [H, W, 3] beside made ones, and what the canvas made of it; `at` in frames of
    the made piece, -1 before it or its length after it."""

    at: int
    given: np.ndarray
    rebuilt: np.ndarray

    @cached_property
    def missing(self) -> np.ndarray:
        """What the made frame lacks, float32 [H, W, 3]."""
        return self.given.astype(np.float32) - self.rebuilt

    @cached_property
    def color(self) -> np.ndarray:
        """What of that is colour."""
        return blurred(self.missing, COLOR_BLUR)


def assemble(
    layout: CanvasLayout, frames: np.ndarray, *, width: int, height: int, fps: float, finish: Finish
) -> Clip:
    """The result at the size and rate asked for, from the canvas's frames uint8 [n, h, w, 3]."""
    if (
        layout.cyclic
    ):  # it may begin anywhere: within a group, where less changes than at its border
        frames = np.roll(frames, -(layout.spec.group // 2), axis=0)
    kept = {
        index: at_fps(piece.clip.fit(width, height), fps).frames
        for index, piece in enumerate(layout.pieces)
        if isinstance(piece, GivenSegment)
    }
    parts = [
        kept[index]
        if index in kept
        else _made(layout, index, frames, kept, (width, height), fps, finish)
        for index in range(len(layout.pieces))
    ]
    frames = np.concatenate(parts) if len(parts) > 1 else parts[0]
    return Clip(frames=frames, fps=fps, sound=sound_of(layout, [len(p) for p in parts], fps))


def sound_of(layout: CanvasLayout, lengths: list[int], fps: float) -> Sound | None:
    """The sound of what was given, where it now stands; silence where something was made. Of an
    edit it is the clip's own."""
    starts = np.cumsum([0, *lengths]) / fps
    clips = [
        piece.clip if isinstance(piece, GivenSegment) else piece.under for piece in layout.pieces
    ]
    placed = [
        (float(start), clip.sound.part(0, clip.duration))
        for clip, start in zip(clips, starts, strict=False)
        if clip is not None and clip.sound is not None
    ]
    return Sound.joined(placed, float(starts[-1])) if placed else None


def _made(
    layout: CanvasLayout,
    index: int,
    frames: np.ndarray,
    kept: Mapping[int, np.ndarray],
    size: tuple[int, int],
    fps: float,
    finish: Finish,
) -> np.ndarray:
    """The frames of a made piece as delivered; `kept` are those of the given ones, by index."""
    piece = layout.pieces[index]
    assert isinstance(piece, GeneratedSegment)
    rate = layout.spec.fps
    count = max(1, round((piece.last - piece.first) / rate * fps))
    made = finish(frames[_seen(layout, piece)], rate, *size, fps)[:count]

    def rebuilt(frame: int) -> np.ndarray:
        return finish(frames[frame : frame + 1], rate, *size, rate)[0]

    before, after = (_neighbour(layout, index, side) for side in (-1, 1))
    joints = []
    for other, edge, at in ((before, -1, -1), (after, 0, len(made))):
        if other is not None:
            shown = Clip(frames=other.clip.frames[edge][None], fps=rate).fit(*size).frames[0]
            joints.append(Joint(at=at, given=shown, rebuilt=rebuilt(other.frame)))
    made = carry(made, joints, fps)
    beside = [other and kept[other.piece] for other in (before, after)]
    made = match_colors(retime_jerks(made, *beside, fps=fps), *beside)
    if piece.under is not None and piece.region is not None:
        made = lay_over(made, at_fps(piece.under.fit(*size), fps).frames, piece.region)
    return made


def _seen(layout: CanvasLayout, piece: GeneratedSegment) -> list[int]:
    """The canvas's frames of a piece, and the next one where no cut is before it: at a higher rate
    there are frames on the way to it."""
    seen = list(range(piece.first, piece.last))
    if layout.cyclic:
        return [*seen, piece.last % layout.num_frames]
    if piece.last < layout.num_frames and piece.last not in layout.shots:
        return [*seen, piece.last]
    return seen


class Neighbour(NamedTuple):
    """A given piece, its clip, and the canvas's frame that shows where the two meet."""

    piece: int
    clip: Clip
    frame: int


def _neighbour(layout: CanvasLayout, index: int, side: int) -> Neighbour | None:
    """The given piece that a made one goes on from (`side` -1) or leads into (1), with no cut
    between them; before the first stands the last if the result is to be a cycle."""
    pieces, beside = layout.pieces, index + side
    if not 0 <= beside < len(pieces):
        first, last = pieces[0], pieces[-1]
        cyclic = (
            isinstance(first, GivenSegment)
            and isinstance(last, GeneratedSegment)
            and first.edges[0] == last.last
        )
        if not cyclic:
            return None
        beside %= len(pieces)
    other = pieces[beside]
    frame = other.edges[1 if side < 0 else 0] if isinstance(other, GivenSegment) else None
    if not isinstance(other, GivenSegment) or frame is None:
        return None
    return Neighbour(beside, other.clip, frame)


def carry(made: np.ndarray, joints: list[Joint], fps: float) -> np.ndarray:
    """The made frames [n, H, W, 3], each corrected by what the joints know; nearer ones count
    more."""
    if not joints or not len(made):
        return made
    out = made.copy()
    for index, picture in enumerate(made):
        distances = np.array([abs(index - joint.at) for joint in joints], float)
        weights = distances**-2 / (distances**-2).sum()
        total = np.zeros(picture.shape, np.float32)
        for joint, weight, away in zip(joints, weights, distances, strict=True):
            total += weight * correction(picture, joint, (away - 1) / fps)
        out[index] = (picture + total).round().clip(0, 255).astype(np.uint8)
    return out


def correction(picture: np.ndarray, joint: Joint, seconds: float) -> np.ndarray:
    """What to add to a made picture, [H, W, 3]."""
    missing, there = joint.missing, joint.rebuilt.astype(np.float32)
    if seconds < FOLLOWED:
        reach = min(FARTHEST, 2 + round(seconds * SPEED))
        both = np.concatenate([missing, there], axis=-1)
        both = moved(both, joint.rebuilt, picture, reach)
        missing, there = both[..., :3], both[..., 3:]
    change = np.abs(picture.astype(np.float32) - there).mean(-1)
    same = np.exp(-np.square(blurred(change[..., None], 1 / 96) / SAME))
    lasting = np.exp(-seconds / COLOR_SECONDS)
    return same * missing + (1 - same) * lasting * joint.color


def lay_over(made: np.ndarray, under: np.ndarray, region: np.ndarray) -> np.ndarray:
    """The made frames inside a region, feathered inwards; the frames under it elsewhere."""
    height, width = made.shape[1:3]
    mask = Image.fromarray((np.asarray(region, np.float32) * 255).astype(np.uint8))
    mask = mask.resize((width, height), Image.Resampling.NEAREST)
    radius = max(1, round(min(width, height) / 48))
    inner = mask.filter(ImageFilter.MinFilter(2 * radius + 1)).filter(ImageFilter.BoxBlur(radius))
    weight = np.where(np.asarray(mask) > 0, np.asarray(inner, np.float32) / 255, 0)[..., None]
    count = min(len(made), len(under))
    mixed = weight * made[:count] + (1 - weight) * under[:count]
    return np.where(weight > 0, mixed.round(), under[:count]).astype(np.uint8)
