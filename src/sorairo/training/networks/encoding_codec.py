"""The frozen codec that encodes the clips a denoiser learns from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import load_file, save_file

from sorairo.config import from_json
from sorairo.data.cache import cache_folder
from sorairo.data.clips_config import ClipsConfig
from sorairo.data.rendered_shards import render
from sorairo.errors import TrainingError
from sorairo.models import hub
from sorairo.models.codec import Codec, CodecConfig
from sorairo.models.deflicker import Deflicker
from sorairo.models.network_files import load_networks
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.state import averaged_weights, read_record
from sorairo.training.objectives.codec import fit_scale


@dataclass(frozen=True)
class EncodingCodec:
    """A codec, and where the latents that it made are kept."""

    codec: Codec
    deflicker: Deflicker | None
    """The network of the same model that removes what the codec adds from frame to frame."""
    folder: Path
    """The folder of its latents."""
    mark: str
    """Distinguishes its latents from those of other codecs in that folder."""


def codec_of_run(run: str, owner: str, config: CodecConfig, clips: ClipsConfig) -> EncodingCodec:
    """The codec of a run, as it was when the recipe `owner` used it first.

    Its scale is fitted to `clips` if it has none.
    """
    folder = run_folder(run)
    frozen = folder / f"frozen-for-{owner}.safetensors"
    if frozen.exists():
        codec = Codec(config)
        codec.load_state_dict(load_file(frozen))
    else:
        codec = _averaged_codec(run, config, clips)
        save_file({k: v.contiguous() for k, v in codec.state_dict().items()}, frozen)
    return EncodingCodec(codec, None, folder, frozen.name)


def codec_of_model(model: str, config: CodecConfig) -> EncodingCodec:
    """The codec of a finished model. All recipes that use it share its latents."""
    path = hub.find(model)
    loaded = load_networks(path)
    codec = loaded.codec.float()
    _check(codec.config, config, f"the model '{model}'")
    mark = codec_mark(path)
    return EncodingCodec(codec, loaded.deflicker, cache_folder() / "codecs" / mark, mark)


def codec_mark(model: Path) -> str:
    """A short name for the weights of a model's codec."""
    return hashlib.sha256((model / "codec.safetensors").read_bytes()).hexdigest()[:12]


def _averaged_codec(run: str, config: CodecConfig, clips: ClipsConfig) -> Codec:
    path = run_folder(run) / "state.safetensors"
    if not path.exists():
        raise TrainingError(
            f"There is no codec run '{run}' yet: train it first with `sorairo train {run}`."
        )
    trained = from_json(CodecConfig, json.loads(read_record(path)["recipe"])["codec"])
    _check(trained, config, f"the run '{run}'")
    codec = Codec(trained)
    codec.load_state_dict(averaged_weights(path))
    if bool((codec.latent_std == 1).all()):  # a codec that started from a model keeps its scale
        fit_scale(codec, render(clips))
    return codec.eval().requires_grad_(False)


def _check(trained: CodecConfig, wanted: CodecConfig, owner: str) -> None:
    if trained != wanted:
        raise TrainingError(
            f"The codec of {owner} is not the one that this recipe asks for (model.codec): "
            "train another one, or give model.codec the fields of that one."
        )
