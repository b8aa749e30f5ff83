"""The frozen codec that encodes a denoiser's training clips."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from sorairo.config import from_json
from sorairo.data.cache import cache_folder
from sorairo.data.clips_config import ClipsConfig
from sorairo.data.digest import digest
from sorairo.data.rendered_shards import Shard, render
from sorairo.errors import TrainingError
from sorairo.models import hub
from sorairo.models.codec import Codec, CodecConfig
from sorairo.models.deflicker import Deflicker
from sorairo.models.network_files import load_networks
from sorairo.nn.pixels import to_video
from sorairo.training.data.sources import LatentSource
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.state import FILE as STATE
from sorairo.training.loop.state import averaged, read_state
from sorairo.training.networks.codec_directory import (
    WEIGHTS,
    codec_folder,
    open_codec,
    recipe_of_codec,
    weights_file,
)
from sorairo.training.networks.frozen_codec import freeze, frozen_path, mark_of, say_age

FITTED = 400  # clips of all sets, from which some are drawn to fit a scale


@dataclass(frozen=True)
class EncodingCodec:
    """A codec, and where its latents are kept."""

    codec: Codec
    deflicker: Deflicker | None
    """The network of the same model that removes what the codec adds from frame to frame."""
    folder: Path
    """The folder of its latents."""
    mark: str
    """Distinguishes its latents from those of other codecs in that folder."""


def codec_of_run(
    run: str, owner: str, config: CodecConfig | None, *clips: ClipsConfig
) -> EncodingCodec:
    """The codec of a run, as it was when the recipe `owner` used it first.

    Its scale is fitted to all sets of `clips` if it has none. Says on stderr where the run was not
    finished then, or has gone on since. Raises TrainingError if there is no such run, or its codec
    has another configuration than this one.
    """
    config = config or trained_config(run)
    frozen = frozen_path(run, owner)
    if frozen.exists():
        codec = Codec(config)
        codec.load_state_dict(load_file(frozen))
    else:
        codec, step = _averaged_codec(run, config, clips)
        freeze(frozen, codec.state_dict(), step)
    say_age(run, frozen)
    return EncodingCodec(codec, None, run_folder(run), mark_of(frozen))


def codec_of_model(name: str, config: CodecConfig | None = None) -> EncodingCodec:
    """The codec of a finished model, or of a directory that `write_codec` wrote (see
    `codec_folder`). All recipes that use it share its latents. Raises TrainingError unless it has
    this configuration."""
    folder = codec_folder(name)
    if folder is not None:
        codec, deflicker, file = open_codec(name), None, weights_file(folder)
    else:
        path = hub.find(name)
        loaded = load_networks(path)
        codec, deflicker, file = loaded.codec, loaded.deflicker, path / WEIGHTS
    if config is not None:
        _check(codec.config, config, f"'{name}'")
    mark = codec_digest(file)
    return EncodingCodec(codec.float(), deflicker, cache_folder() / "codecs" / mark, mark)


def latents_folder(encoding: EncodingCodec, source: LatentSource) -> Path:
    """The folder of the latents of a source."""
    return encoding.folder / f"latents-{digest([source, encoding.mark])}"


def codec_digest(file: Path) -> str:
    """A short name for the weights of a codec in a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def trained_config(run: str) -> CodecConfig:
    """The configuration of the codec of a run. Raises TrainingError if there is no such run."""
    recipe = recipe_of_codec(run)
    if recipe is None and (run_folder(run) / STATE).exists():
        raise TrainingError(f"The run '{run}' trains no codec: name the run of one.")
    if recipe is None:
        raise TrainingError(
            f"There is no codec run '{run}' yet: train it first with `sorairo train {run}`."
        )
    return from_json(CodecConfig, recipe["codec"])


def _averaged_codec(
    run: str, config: CodecConfig, clips: Sequence[ClipsConfig]
) -> tuple[Codec, str]:
    """The codec of a run as it is now, and the steps of the run."""
    trained = trained_config(run)
    _check(trained, config, f"the run '{run}'")
    codec = Codec(trained)
    tensors, record = read_state(run_folder(run) / STATE)
    codec.load_state_dict(averaged(tensors))
    if bool((codec.latent_std == 1).any()):  # a channel without a scale; a model gives one to each
        first = max(1, FITTED // len(clips))
        fit_scale(codec, [shard for each in clips for shard in render(each, first=first)])
    return codec.eval().requires_grad_(False), record["step"]


def _check(trained: CodecConfig, wanted: CodecConfig, owner: str) -> None:
    if trained != wanted:
        raise TrainingError(
            f"The codec of {owner} is not the one that this recipe asks for (model.codec): "
            "train another one, or give model.codec the fields of that one."
        )


@torch.no_grad()
def fit_scale(codec: Codec, shards: list[Shard], clips: int = 64) -> None:
    """Sets the mean and standard deviation of the latents' channels from some clips, so that
    normalised latents have zero mean and unit variance. A clip of less than a group of frames has
    copies of its first frame before it."""
    rng, group = np.random.default_rng(0), codec.config.time_factor
    found = []
    for _ in range(clips):
        frames = shards[int(rng.integers(len(shards)))].frames
        whole = max(min(40, frames.shape[1]) // group * group, group)
        clip = frames[int(rng.integers(len(frames)))][:whole]
        before = clip[:1].repeat(whole - len(clip), axis=0)
        video = to_video(np.concatenate([before, clip]))
        found.append(codec.encoder(video).transpose(0, 1).flatten(1))
    values = torch.cat(found, dim=1).float()
    codec.latent_mean.copy_(values.mean(1))
    codec.latent_std.copy_(values.std(1))
