"""Examples with several texts: stories of several shots, and clips that fade into others."""

from __future__ import annotations

import numpy as np

from sorairo.data.latent_dataset import ClipSet
from sorairo.training.data.samplers.captions import CaptionConfig, example_caption
from sorairo.training.data.samplers.example import ExampleSpec, TrainingExample
from sorairo.training.data.samplers.windows import cut_window, objects_in

TEXTS = 3  # of an example; those that are not needed are empty


def story(
    clips: ClipSet, spec: ExampleSpec, rng: np.random.Generator, captions: CaptionConfig
) -> TrainingExample:
    """Two or three shots of one story, each from its beginning, each with its own text."""
    all_clips, scenes = clips.clips[spec.size], clips.scenes[spec.size]
    first = int(rng.integers(len(all_clips) // TEXTS)) * TEXTS
    shots = rng.permutation(TEXTS)[: int(rng.integers(2, TEXTS + 1))]
    lengths = _lengths(rng, spec.frames, len(shots))
    latents, times, prompt_weights, now = [], [], [], 0.0
    for place, (shot, length) in enumerate(zip(shots, lengths, strict=True)):
        latents.append(all_clips[first + shot][:, :length])
        times.append(now + np.arange(length) * clips.frame_seconds)
        prompt_weights.append(np.eye(TEXTS, dtype=np.float32)[[place] * length])
        now = times[-1][-1] + 1 / clips.fps
    texts = [
        example_caption(scenes[first + shot], rng, captions, world=clips.world) for shot in shots
    ]
    return TrainingExample(
        latents=np.concatenate(latents, axis=1),
        times=np.concatenate(times),
        texts=(*texts, *("",) * (TEXTS - len(texts))),
        prompt_weights=np.concatenate(prompt_weights),
    )


def _lengths(rng: np.random.Generator, total: int, parts: int) -> list[int]:
    """Latent frames of each shot: at least three, where there are enough."""
    least = min(3, total // parts)
    spare = rng.multinomial(total - parts * least, [1 / parts] * parts)
    return (least + spare).tolist()


def fade(
    clips: ClipSet, spec: ExampleSpec, rng: np.random.Generator, captions: CaptionConfig
) -> TrainingExample:
    """A window in which a clip becomes another one or returns to its own beginning, and one text
    becomes the other."""
    size = spec.size
    latents, index, first = cut_window(clips, spec, rng, captions)
    other, start, end = clips.fades[size][index]
    last_frames = (first + np.arange(spec.frames)) * clips.time_factor
    second = np.clip((last_frames - start + 1) / (end - start + 1), 0, 1)
    scenes = clips.scenes[size]
    prompt_weights = np.zeros((spec.frames, TEXTS), np.float32)
    prompt_weights[:, 0], prompt_weights[:, 1] = 1 - second, second
    return TrainingExample(
        latents=latents,
        times=np.arange(spec.frames) * clips.frame_seconds,
        texts=(
            *(example_caption(scenes[i], rng, captions, world=clips.world) for i in (index, other)),
            "",
        ),
        prompt_weights=prompt_weights,
        objects=objects_in(clips, spec, index, first),
        bridge=_latent_span(clips, start, end, first, spec.frames),
    )


def _latent_span(
    clips: ClipSet, start: int, end: int, first: int, frames: int
) -> tuple[int, int] | None:
    """The latent frames of a window that hold the frames from `start` to before `end`; None if they
    do not all lie inside, with others before and after."""
    one, last = (-(-frame // clips.time_factor) - first for frame in (start, end))
    return (one, last) if 0 < one < last < frames else None
