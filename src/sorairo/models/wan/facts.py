"""What a folder of open weights is to the program before it is loaded: the record that a model of
our own has in `model.json`. No torch."""

from __future__ import annotations

from typing import Any

from sorairo.models.wan.codec.config import CODEC_21, CODEC_22
from sorairo.models.wan.variants import LICENCE, Variant

WAN_FAMILY = "wan"
PATCH = 2  # latent pixels per side of a token


def record_of(variant: Variant) -> dict[str, Any]:
    """The record of a model of a variant."""
    codec = CODEC_22 if variant.latent_channels == CODEC_22.latent_channels else CODEC_21
    config = {
        "name": variant.name,
        "native_sizes": [list(size) for size in variant.native_sizes],
        "fps": variant.fps,
        "max_frames": variant.max_frames,
        "multiple": codec.law.space_factor * PATCH,
        "smaller_sizes": True,
        "sampling": {"steps": variant.steps, "guidance": variant.guidance[0]},
        "world": "",
        "delivery": {"size": None, "fps": None},
        "version": "",
        "notes": "",
        "licence": LICENCE,
        "trained_for": list(variant.trained_for),
        "use_instead": variant.use_instead,
        "takes_hints": variant.enters != "given channels",
    }
    return {"format": 1, "family": WAN_FAMILY, "config": config}
