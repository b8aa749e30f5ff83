"""Training examples: one function for each kind of canvas that a task may ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sorairo.data.latent_dataset import ClipSet, Example, Size
from sorairo.world.tabletop.language.captions import caption, parse
from sorairo.world.tabletop.scene import Scene

FPS = 12.0
GROUP = 4  # frames of a latent frame
TEXTS = 3  # of an example with several
LONG_CAPTIONS = 0.15
SAID = 0.8  # of the captions that are to say something
EVENT_UNSAID = 0.3  # of pictures, and of things that only stand
PHOTOGRAPHS = ("", "", "a photograph", "a picture", "a photo", "一张照片", "照片")


@dataclass(frozen=True, kw_only=True)
class CaptionConfig:
    """Shares of Chinese captions, of no caption, and of windows that begin where the clip does."""

    chinese: float = 0.45
    no_text: float = 0.1
    from_start: float = 0.7


@dataclass(frozen=True, kw_only=True)
class ExampleSpec:
    """A kind of example: what draws it (of DRAW), from which source and size (as rendered), how
    many latent frames (of a crop: its side in tokens), and how often. Most of the captions of a
    window say what is in `saying` ("material", "size")."""

    draw: str
    source: str
    frames: int
    weight: float
    size: Size = (96, 96)
    fps: float = FPS
    saying: tuple[str, ...] = ()

    def example(
        self, clips: dict[str, ClipSet], rng: np.random.Generator, taste: CaptionConfig
    ) -> Example:
        return DRAW[self.draw](clips[self.source], self, rng, taste)


def said(
    scene: Scene | None,
    rng: np.random.Generator,
    taste: CaptionConfig,
    *,
    picture: bool = False,
    saying: tuple[str, ...] = (),
) -> str:
    """A caption, now and then none. What happens may be left out for a picture, or where nothing
    does; what is in `saying` is mostly said."""
    if scene is None:
        return str(rng.choice(PHOTOGRAPHS))
    if rng.random() < taste.no_text:
        return ""
    language = "zh" if rng.random() < taste.chinese else "en"
    detail = "long" if rng.random() < LONG_CAPTIONS else "short"
    stands = picture or scene.event == "stand"
    event = not (stands and rng.random() < EVENT_UNSAID)
    saying = saying if saying and rng.random() < SAID else ()
    return caption(scene, rng, language=language, detail=detail, event=event, saying=saying)


def window(
    clips: ClipSet, kind: ExampleSpec, rng: np.random.Generator, taste: CaptionConfig
) -> Example:
    """A stretch of a clip."""
    latents, index, first = _cut(clips, kind, rng, taste)
    scene = clips.scenes[kind.size][index]
    return Example(
        latents=latents,
        objects=_objects(clips, kind, index, first),
        times=np.arange(kind.frames) * (GROUP / kind.fps),
        texts=(said(scene, rng, taste, picture=kind.frames == 1, saying=kind.saying),),
        prompt_weights=np.ones((kind.frames, 1), np.float32),
    )


def keyed(
    clips: ClipSet, kind: ExampleSpec, rng: np.random.Generator, taste: CaptionConfig
) -> Example:
    """A stretch of a clip, and two pictures of the same clip, inside it or up to 2 s beyond."""
    latents, index, first = _cut(clips, kind, rng, taste)
    step = GROUP / FPS
    times = np.arange(kind.frames) * step
    shown = [(frame / FPS - first * step) for frame in clips.picture_frames]
    near = [i for i, time in enumerate(shown) if -0.5 <= time <= times[-1] + 2.0]
    near = near or list(range(len(shown)))
    picked = sorted(rng.choice(near, size=2, replace=len(near) < 2))
    return Example(
        latents=latents,
        times=times,
        texts=(said(clips.scenes[kind.size][index], rng, taste),),
        prompt_weights=np.ones((kind.frames, 1), np.float32),
        loose=clips.pictures[kind.size][index][:, picked],
        loose_times=tuple(shown[i] for i in picked),
    )


def story(
    clips: ClipSet, kind: ExampleSpec, rng: np.random.Generator, taste: CaptionConfig
) -> Example:
    """Two or three shots of one story, each from its beginning, each with its own text."""
    all_clips, scenes = clips.clips[kind.size], clips.scenes[kind.size]
    first = int(rng.integers(len(all_clips) // TEXTS)) * TEXTS
    shots = rng.permutation(TEXTS)[: int(rng.integers(2, TEXTS + 1))]
    lengths = _lengths(rng, kind.frames, len(shots))
    latents, times, prompt_weights, now = [], [], [], 0.0
    for place, (shot, length) in enumerate(zip(shots, lengths, strict=True)):
        latents.append(all_clips[first + shot][:, :length])
        times.append(now + np.arange(length) * (GROUP / FPS))
        prompt_weights.append(np.eye(TEXTS, dtype=np.float32)[[place] * length])
        now = times[-1][-1] + 1 / FPS
    texts = [said(scenes[first + shot], rng, taste) for shot in shots]
    return Example(
        latents=np.concatenate(latents, axis=1),
        times=np.concatenate(times),
        texts=(*texts, *("",) * (TEXTS - len(texts))),
        prompt_weights=np.concatenate(prompt_weights),
    )


def fade(
    clips: ClipSet, kind: ExampleSpec, rng: np.random.Generator, taste: CaptionConfig
) -> Example:
    """A stretch in which one clip becomes another or comes back to its own beginning, and one text
    becomes the other."""
    size = kind.size
    latents, index, first = _cut(clips, kind, rng, taste)
    other, start, end = clips.fades[size][index]
    last_frames = (first + np.arange(kind.frames)) * GROUP
    second = np.clip((last_frames - start + 1) / (end - start + 1), 0, 1)
    scenes = clips.scenes[size]
    prompt_weights = np.zeros((kind.frames, TEXTS), np.float32)
    prompt_weights[:, 0], prompt_weights[:, 1] = 1 - second, second
    return Example(
        latents=latents,
        times=np.arange(kind.frames) * (GROUP / FPS),
        texts=(said(scenes[index], rng, taste), said(scenes[other], rng, taste), ""),
        prompt_weights=prompt_weights,
        objects=_objects(clips, kind, index, first),
        bridge=_latent_span(start, end, first, kind.frames),
    )


def _latent_span(start: int, end: int, first: int, frames: int) -> tuple[int, int] | None:
    """Latent frames of a stretch that hold the frames from `start` to before `end`; None if they
    are not all inside, with something given before and after."""
    one, last = (-(-frame // GROUP) - first for frame in (start, end))
    return (one, last) if 0 < one < last < frames else None


def edited(
    clips: ClipSet, kind: ExampleSpec, rng: np.random.Generator, taste: CaptionConfig
) -> Example:
    """A stretch of a clip, to be made out of the same clip with one thing changed."""
    size = kind.size
    sides = [(clips.clips[size], clips.scenes[size]), (clips.twins[size], clips.twin_scenes[size])]
    (target, scenes), (origin, others) = sides if rng.random() < 0.5 else sides[::-1]
    index = int(rng.integers(len(target)))
    first = int(rng.integers(target.shape[2] - kind.frames + 1))
    scene, other = scenes[index], others[index]
    text = said(scene, rng, taste)
    for _ in range(8):  # what is changed should be told
        if text and other is not None and _told_apart(text, other):
            break
        text = said(scene, rng, taste)
    return Example(
        latents=target[index, :, first : first + kind.frames],
        times=np.arange(kind.frames) * (GROUP / FPS),
        texts=(text,),
        prompt_weights=np.ones((kind.frames, 1), np.float32),
        objects=_objects(clips, kind, index, first),
        origin=origin[index, :, first : first + kind.frames],
    )


def _told_apart(text: str, other: Scene) -> bool:
    """Whether a text says anything that is not so in another scene."""
    assertions = parse(text)
    colors = {color for _, color, *_ in assertions.bodies if color}
    differences = (
        (assertions.floor, other.floor),
        (assertions.light, other.light),
        (assertions.style, other.style),
    )
    return bool(colors - {body.color for body in other.bodies}) or any(
        word is not None and word != truth for word, truth in differences
    )


def still(
    clips: ClipSet, kind: ExampleSpec, rng: np.random.Generator, taste: CaptionConfig
) -> Example:
    """One picture of a clip."""
    pictures = clips.pictures[kind.size]
    index, which = int(rng.integers(len(pictures))), int(rng.integers(pictures.shape[2]))
    return Example(
        latents=pictures[index][:, which : which + 1],
        times=np.zeros(1),
        texts=(said(clips.scenes[kind.size][index], rng, taste, picture=True),),
        prompt_weights=np.ones((1, 1), np.float32),
    )


def crop(
    clips: ClipSet, kind: ExampleSpec, rng: np.random.Generator, taste: CaptionConfig
) -> Example:
    """A part of a large picture, that knows where it lies. `kind.frames` is the side in tokens."""
    side, patch = kind.frames, 2
    pictures = clips.clips[kind.size]
    index, which = int(rng.integers(len(pictures))), int(rng.integers(pictures.shape[2]))
    rows, columns = pictures.shape[3] // patch, pictures.shape[4] // patch
    top, left = (int(rng.integers(n - side + 1)) for n in (rows, columns))
    cut = pictures[index, :, which : which + 1]
    cut = cut[..., top * patch : (top + side) * patch, left * patch : (left + side) * patch]
    return Example(
        latents=cut,
        times=np.zeros(1),
        texts=(said(clips.scenes[kind.size][index], rng, taste),),
        prompt_weights=np.ones((1, 1), np.float32),
        box=(top, left, side, side),
        whole=(rows, columns),
    )


def _cut(
    clips: ClipSet, kind: ExampleSpec, rng: np.random.Generator, taste: CaptionConfig
) -> tuple[np.ndarray, int, int]:
    """Latents of a stretch, the clip's index, and the stretch's first latent frame."""
    found = clips.clips[kind.size]
    index = int(rng.integers(len(found)))
    spare = found.shape[2] - kind.frames
    first = 0 if rng.random() < taste.from_start else int(rng.integers(spare + 1))
    return found[index, :, first : first + kind.frames], index, first


def _objects(clips: ClipSet, kind: ExampleSpec, index: int, first: int) -> np.ndarray | None:
    """Where the bodies are in a stretch of a clip, if the set knows."""
    if kind.size not in clips.objects:
        return None
    return clips.objects[kind.size][index, first : first + kind.frames]


def _lengths(rng: np.random.Generator, total: int, parts: int) -> list[int]:
    """Latent frames of each shot: at least three, where there are enough."""
    least = min(3, total // parts)
    spare = rng.multinomial(total - parts * least, [1 / parts] * parts)
    return (least + spare).tolist()


DRAW: dict[str, Callable[[ClipSet, ExampleSpec, np.random.Generator, CaptionConfig], Example]] = {
    "window": window,
    "keyed": keyed,
    "story": story,
    "fade": fade,
    "edited": edited,
    "still": still,
    "crop": crop,
}
