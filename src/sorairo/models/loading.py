"""Loads a model of any family by name or directory, ready for the engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from sorairo.errors import ModelError, unknown_name
from sorairo.models import hub
from sorairo.models.network_files import load_networks
from sorairo.models.preview.fit import fit_preview
from sorairo.models.preview.preview_map import save_preview
from sorairo.models.protocols import VideoCodec, VideoModel
from sorairo.models.sizing.before_loading import Placing, check_loading
from sorairo.models.sizing.device_check import check_device, needs_check
from sorairo.models.sizing.placement import Placement, machine_of
from sorairo.models.tabletop import TabletopModel
from sorairo.models.wan.facts import WAN_FAMILY
from sorairo.models.wan.files.folder import read_folder
from sorairo.models.wan.files.loading import load_codec
from sorairo.models.wan.model import load_wan
from sorairo.nn.precision import compute_dtype


def load_model(name: str | Path, placement: Placement) -> VideoModel:
    """The model of that name or directory, placed as is asked for. Its `model.json` names the
    family; where it names none, it is our own.

    Raises ModelError when files are missing, broken, or do not fit together, and UnknownNameError
    for a model or a family that is not known, RequestError for a device that computes wrongly and
    for a model that does not fit into memory at any size; then nothing is loaded.
    """
    found = hub.info_for_clips(str(name))
    family = found.family
    if family not in FAMILIES:
        raise unknown_name("model family", family, FAMILIES)
    if needs_check(placement.device):
        check_device(placement.device)
    placing = Placing(
        offload=placement.offload,
        rounding=placement.rounding,
        rounds_text=placement.rounds_text,
    )
    check_loading(found, machine_of(placement.device), placing)
    model = FAMILIES[family](found, placement)
    _check_record(found, model)
    return model


def store_preview(found: hub.ModelDirectory) -> None:
    """Fits the map from latents to previews to the codec of a model, which is all of it that is
    loaded, and stores it in the model's directory. Raises ModelError."""
    if found.family in CODECS:
        codec = CODECS[found.family](found)
        save_preview(found.path, fit_preview(codec, torch.device("cpu")), found.digest)


def _check_record(found: hub.ModelDirectory, model: VideoModel) -> None:
    """Raises ModelError where the record and the loaded model differ."""
    info, facts = model.info, found.facts
    pairs = {
        "multiple": (facts.multiple, model.codec.law.space_factor * model.denoiser.patch),
        "native_sizes": (facts.native_sizes, info.native_sizes),
        "fps": (facts.fps, info.fps),
        "max_frames": (facts.max_frames, info.max_frames),
        "world": (facts.world, info.world),
        "licence": (facts.licence, info.licence),
    }
    for key, (recorded, loaded) in pairs.items():
        if recorded != loaded:
            raise ModelError(
                f"{found.path / 'model.json'} does not fit the model: its {key} is {recorded!r},"
                f" that of the loaded model {loaded!r}."
            )


def _tabletop(found: hub.ModelDirectory, placement: Placement) -> VideoModel:
    networks = load_networks(found.path)
    return TabletopModel.of(networks, placement.device, found.digest, found.trained_on)


def _wan(found: hub.ModelDirectory, placement: Placement) -> VideoModel:
    return load_wan(read_folder(found.path), placement)


FAMILIES: dict[str, Callable[[hub.ModelDirectory, Placement], VideoModel]] = {
    "tabletop": _tabletop,
    WAN_FAMILY: _wan,
}
"""How the models of each family are loaded."""


def _tabletop_codec(found: hub.ModelDirectory) -> VideoCodec:
    return load_networks(found.path).codec.to(compute_dtype(torch.device("cpu")))


def _wan_codec(found: hub.ModelDirectory) -> VideoCodec:
    return load_codec(read_folder(found.path).codec, compute_dtype(torch.device("cpu")))


CODECS: dict[str, Callable[[hub.ModelDirectory], VideoCodec]] = {
    "tabletop": _tabletop_codec,
    WAN_FAMILY: _wan_codec,
}
"""How the codec of a model is loaded alone, on the CPU."""
