"""Loads a model of any family by name or directory, ready for the engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from sorairo.errors import unknown_name
from sorairo.models import hub
from sorairo.models.network_files import load_networks
from sorairo.models.protocols import VideoModel
from sorairo.models.tabletop import TabletopModel


def load_model(name: str | Path, device: torch.device) -> VideoModel:
    """The model of that name or directory, on a device. Its `model.json` names the family; where it
    names none, it is our own.

    Raises ModelError when files are missing, broken, or do not fit together, and UnknownNameError
    for a model or a family that is not known.
    """
    found = hub.info(hub.find(str(name)))
    family = found.record.get("family", "tabletop")
    if family not in FAMILIES:
        raise unknown_name("model family", str(family), FAMILIES)
    return FAMILIES[family](found, device)


def _tabletop(found: hub.ModelDirectory, device: torch.device) -> VideoModel:
    return TabletopModel.of(load_networks(found.path), device, found.digest)


FAMILIES: dict[str, Callable[[hub.ModelDirectory, torch.device], VideoModel]] = {
    "tabletop": _tabletop,
}
"""How the models of each family are loaded."""
