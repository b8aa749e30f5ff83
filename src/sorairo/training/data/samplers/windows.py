"""Examples with one text: windows of a clip, pictures, and crops of large pictures."""

from __future__ import annotations

import numpy as np

from sorairo.data.latent_dataset import ClipSet
from sorairo.training.data.samplers.captions import CaptionConfig, example_caption
from sorairo.training.data.samplers.example import ExampleSpec, TrainingExample


def window(
    clips: ClipSet, spec: ExampleSpec, rng: np.random.Generator, captions: CaptionConfig
) -> TrainingExample:
    """A window of a clip."""
    latents, index, first = cut_window(clips, spec, rng, captions)
    scene = clips.scenes[spec.size][index]
    return TrainingExample(
        latents=latents,
        objects=objects_in(clips, spec, index, first),
        times=np.arange(spec.frames) * (clips.time_factor / (spec.fps or clips.fps)),
        texts=(
            example_caption(
                scene,
                rng,
                captions,
                world=clips.world,
                picture=spec.frames == 1,
                saying=spec.saying,
            ),
        ),
        prompt_weights=one_text(spec.frames),
    )


def keyed(
    clips: ClipSet, spec: ExampleSpec, rng: np.random.Generator, captions: CaptionConfig
) -> TrainingExample:
    """A window of a clip, and two pictures of the same clip, inside it or up to 2 s after it."""
    latents, index, first = cut_window(clips, spec, rng, captions)
    step = clips.frame_seconds
    times = np.arange(spec.frames) * step
    shown = [(frame / clips.fps - first * step) for frame in clips.picture_frames]
    near = [i for i, time in enumerate(shown) if -0.5 <= time <= times[-1] + 2.0]
    near = near or list(range(len(shown)))
    picked = sorted(rng.choice(near, size=2, replace=len(near) < 2))
    return TrainingExample(
        latents=latents,
        times=times,
        texts=(example_caption(clips.scenes[spec.size][index], rng, captions, world=clips.world),),
        prompt_weights=one_text(spec.frames),
        keyframes=clips.pictures[spec.size][index][:, picked],
        keyframe_times=tuple(shown[i] for i in picked),
    )


def still(
    clips: ClipSet, spec: ExampleSpec, rng: np.random.Generator, captions: CaptionConfig
) -> TrainingExample:
    """One picture of a clip."""
    pictures = clips.pictures[spec.size]
    index, which = int(rng.integers(len(pictures))), int(rng.integers(pictures.shape[2]))
    return TrainingExample(
        latents=pictures[index][:, which : which + 1],
        times=np.zeros(1),
        texts=(
            example_caption(
                clips.scenes[spec.size][index], rng, captions, world=clips.world, picture=True
            ),
        ),
        prompt_weights=one_text(1),
    )


def crop(
    clips: ClipSet, spec: ExampleSpec, rng: np.random.Generator, captions: CaptionConfig
) -> TrainingExample:
    """A square part of a large picture, with its place. `spec.frames` is its side in tokens."""
    side, patch = spec.frames, clips.patch
    pictures = clips.clips[spec.size]
    index, which = int(rng.integers(len(pictures))), int(rng.integers(pictures.shape[2]))
    rows, columns = pictures.shape[3] // patch, pictures.shape[4] // patch
    top, left = (int(rng.integers(n - side + 1)) for n in (rows, columns))
    cut = pictures[index, :, which : which + 1]
    cut = cut[..., top * patch : (top + side) * patch, left * patch : (left + side) * patch]
    return TrainingExample(
        latents=cut,
        times=np.zeros(1),
        texts=(example_caption(clips.scenes[spec.size][index], rng, captions, world=clips.world),),
        prompt_weights=one_text(1),
        box=(top, left, side, side),
        whole=(rows, columns),
    )


def cut_window(
    clips: ClipSet, spec: ExampleSpec, rng: np.random.Generator, captions: CaptionConfig
) -> tuple[np.ndarray, int, int]:
    """The latents of a random window, the index of its clip, and its first latent frame."""
    found = clips.clips[spec.size]
    index = int(rng.integers(len(found)))
    spare = found.shape[2] - spec.frames
    first = 0 if rng.random() < captions.from_start else int(rng.integers(spare + 1))
    return found[index, :, first : first + spec.frames], index, first


def objects_in(clips: ClipSet, spec: ExampleSpec, index: int, first: int) -> np.ndarray | None:
    """Which tokens of a window show a body; None if that is not known."""
    if spec.size not in clips.objects:
        return None
    return clips.objects[spec.size][index, first : first + spec.frames]


def one_text(frames: int) -> np.ndarray:
    """Prompt weights of latent frames with a single text, [f, 1]."""
    return np.ones((frames, 1), np.float32)
