"""Where training latents come from: sets of clips, styled, shrunk or made up, encoded once."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from sorairo.data.rendered_shards import ClipsConfig, Shard, digest, render, render_all
from sorairo.models.codec import Codec, pad_start
from sorairo.nn.pixels import to_frames, to_video
from sorairo.nn.precision import choose_device, compute_dtype
from sorairo.training.data.crops import shrink
from sorairo.training.data.dead_leaves import dead_leaves
from sorairo.world.tabletop.rendering.styles import STYLES, apply_style
from sorairo.world.tabletop.scene import Scene

LEAVES = 25  # clips of a shard
TWIN_STYLED = 0.3  # share of the twins that differ by a style
Encoded = dict[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class LatentSource:
    """A set of clips, and what is done to them before they are encoded.

    styled    share of the stories that are put in a style
    pictures  that many frames of each clip are encoded alone as well
    alone     every frame is encoded alone, as pictures
    shrink    pictures are made smaller by this factor
    stride    only every so manieth frame is taken
    leaves    not the world's clips but that many made up ones
    count     the first clips only
    twins     the same clips with one thing changed; where not, there is a style instead
    """

    clips: ClipsConfig
    styled: float = 0.0
    pictures: int = 0
    alone: bool = False
    shrink: float = 1.0
    stride: int = 1
    leaves: int = 0
    count: int | None = None
    twins: ClipsConfig | None = None


def encode_source(codec: Codec, source: LatentSource, folder: Path) -> list[Path]:
    """Writes `folder/shard-*` for what is not there yet; all of the source's folders."""
    (done,) = encode_sources(codec, [(source, folder)])
    return done


def encode_sources(
    codec: Codec, wanted: Sequence[tuple[LatentSource, Path]], *, workers: int = 0
) -> list[list[Path]]:
    """The same for several sources, each with its folder, by so many processes; 0: by this one."""
    render_all([each for source, _ in wanted for each in clips_of(source)])
    done = [[folder / name for name in _shards(source)] for source, folder in wanted]
    missing = {
        path: (source, i, path)
        for (source, _), paths in zip(wanted, done, strict=True)
        for i, path in enumerate(paths)
        if not path.exists()
    }
    with tqdm(total=len(missing), desc="encoding", unit="shard") as bar:
        if not workers:
            _take(codec)
            for each in missing.values():
                _encode(*each)
                bar.update()
            return done
        with ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_take, initargs=(codec,)
        ) as pool:
            for job in as_completed([pool.submit(_encode, *each) for each in missing.values()]):
                job.result()
                bar.update()
    return done


def clips_of(source: LatentSource) -> list[tuple[ClipsConfig, int | None]]:
    """The sets of clips that a source is made of, and how many of each."""
    if source.leaves:
        return []
    return [(each, source.count) for each in (source.clips, source.twins) if each]


_TAKEN: list[Codec] = []  # that this process encodes with


def _take(codec: Codec) -> None:
    device = choose_device(None)
    _TAKEN[:] = [copy.deepcopy(codec).eval().to(device, compute_dtype(device))]


@torch.inference_mode()
def _encode(source: LatentSource, index: int, target: Path) -> None:
    """One shard of a source. It appears whole or not at all."""
    temporary = target.with_name(f".{target.name}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    if source.leaves:
        encoded, record = _encode_leaves(_TAKEN[0], source, index)
    else:
        shard = render(source.clips, first=source.count)[index]
        encoded, record = _encode_shard(_TAKEN[0], source, shard, index)
    for part, values in encoded.items():
        np.save(temporary / f"{part}.npy", values)
    (temporary / "scenes.json").write_text(json.dumps(record))
    temporary.rename(target)


def folder_name(source: LatentSource) -> str:
    return f"source-{digest(source)}"


def _shards(source: LatentSource) -> list[str]:
    """The names of a source's shards."""
    if source.leaves:
        return [f"shard-{index:05d}" for index in range(-(-source.leaves // LEAVES))]
    return [shard.path.name for shard in render(source.clips, first=source.count)]


def _encode_shard(
    codec: Codec, source: LatentSource, shard: Shard, index: int
) -> tuple[Encoded, dict]:
    rng = np.random.default_rng((index, 7))
    frames, scenes = np.array(shard.frames[:, :: source.stride]), shard.scenes
    record: dict = {"size": [frames.shape[3], frames.shape[2]]}
    frames, scenes = _styled(rng, _smaller(frames, source.shrink), scenes, source)
    if source.alone:
        singles = [_latents(codec, frames[:, i : i + 1]) for i in range(frames.shape[1])]
        record["scenes"] = [scene.to_json() for scene in scenes]
        clips = np.concatenate(singles, axis=2)
        return {"clips": clips, "objects": shown(shard.masks, clips.shape, 1)}, record
    if source.clips.bridges:
        record["fades"] = [  # clips lead to the scene of the next, and back to their own, in turn
            (i + (i + 1) % 2, *bridge) for i, bridge in enumerate(shard.bridges)
        ]
    record["scenes"] = [scene.to_json() for scene in scenes]
    encoded = {"clips": _latents(codec, frames)}
    if source.stride == 1:
        encoded["objects"] = shown(shard.masks, encoded["clips"].shape, codec.config.time_factor)
    if source.twins:
        frames, scenes = _twins(rng, frames, scenes, source, index)
        encoded["twins"] = _latents(codec, frames)
        record["twins"] = [scene.to_json() for scene in scenes]
    if source.pictures:
        picked = np.linspace(0, frames.shape[1] - 1, source.pictures + 1).round().astype(int)[1:]
        alone = [_latents(codec, frames[:, i : i + 1]) for i in picked]
        encoded["pictures"] = np.concatenate(alone, axis=2)
        record["picture_frames"] = picked.tolist()
    return encoded, record


def shown(masks: np.ndarray, latents: tuple[int, ...], group: int) -> np.ndarray:
    """Which tokens of latents [n, c, f, h, w] show a body, bool [n, f, h / 2, w / 2], from masks
    uint8 [n, F, H, W] of the same clips at any size."""
    n, _, f, h, w = latents
    first = (masks[:, :1] > 0).repeat(group - 1, 1)
    there = np.concatenate([first, masks > 0], axis=1)[:, : f * group]
    height, width = there.shape[2:]
    rows = np.arange(height) * (h // 2) // height
    columns = np.arange(width) * (w // 2) // width
    grid = np.zeros((n, f, h // 2, w // 2), bool)
    any_time = np.asarray(there.reshape(n, f, group, height, width).any(2))
    for row in range(h // 2):
        band = np.asarray(any_time[:, :, rows == row].any(2))
        for column in range(w // 2):
            grid[:, :, row, column] = np.any(band[:, :, columns == column], axis=2)
    return grid


def _encode_leaves(codec: Codec, source: LatentSource, index: int) -> tuple[Encoded, dict]:
    rng = np.random.default_rng((index, 11))
    width, height = source.clips.sizes[0]
    count = round(source.clips.seconds * source.clips.fps)
    frames = np.stack([_photograph(rng, count, height, width) for _ in range(LEAVES)])
    record = {"size": [width, height], "scenes": [None] * LEAVES}
    return {"clips": _latents(codec, frames)}, record


def _photograph(rng: np.random.Generator, count: int, height: int, width: int) -> np.ndarray:
    """Dead leaves; half of them do not move at all, as a photograph without a prompt."""
    if rng.random() < 0.5:
        return dead_leaves(rng, count, height, width)
    return dead_leaves(rng, 1, height, width).repeat(count, 0)


def _smaller(frames: np.ndarray, factor: float) -> np.ndarray:
    """Clips made smaller, to multiples of 16 pixels."""
    if factor == 1.0:
        return frames
    size = [int(side / factor + 0.5) // 16 * 16 for side in frames.shape[2:4]]
    return np.concatenate(
        [to_frames(shrink(to_video(clip[None]), (size[0], size[1]))) for clip in frames]
    )


def _styled(
    rng: np.random.Generator, frames: np.ndarray, scenes: list[Scene], source: LatentSource
) -> tuple[np.ndarray, list[Scene]]:
    """Some stories in a style, all their shots in the same."""
    scenes = list(scenes)
    for first in range(0, len(scenes), source.clips.shots):
        if rng.random() >= source.styled:
            continue
        style = str(rng.choice(list(STYLES)))
        for i in range(first, first + source.clips.shots):
            frames[i] = apply_style(style, frames[i])
            scenes[i] = replace(scenes[i], style=style)
    return frames, scenes


def _twins(
    rng: np.random.Generator,
    frames: np.ndarray,
    scenes: list[Scene],
    source: LatentSource,
    index: int,
) -> tuple[np.ndarray, list[Scene]]:
    """For every clip of a shard its twin, or itself in a style."""
    assert source.twins is not None
    twins = render(source.twins, first=source.count)[index]
    found, told = _smaller(np.array(twins.frames), source.shrink), list(twins.scenes)
    for i in range(len(found)):
        if rng.random() < TWIN_STYLED:
            style = str(rng.choice(list(STYLES)))
            found[i], told[i] = apply_style(style, frames[i]), replace(scenes[i], style=style)
    return found, told


def _latents(codec: Codec, frames: np.ndarray) -> np.ndarray:
    """float16 [n, c, f, h, w] of clips uint8 [n, F, H, W, 3] from their beginning."""
    factor = codec.config.time_factor
    whole = codec.law.frames_held((frames.shape[1] - 1) // factor + 1)
    like = codec.latent_mean
    at_once = max(1, 8 * 49 * 96 * 96 // (whole * frames.shape[2] * frames.shape[3]))
    found: list[Tensor] = []
    for first in range(0, len(frames), at_once):
        video = pad_start(to_video(frames[first : first + at_once, :whole]), factor)
        found.append(codec.encode(video.to(like.device, like.dtype)).half().cpu())
    return torch.cat(found).numpy()
