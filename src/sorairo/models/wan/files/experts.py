"""Which expert is for high noise: the names of files and folders say it, since both have the same
tensors. No torch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from sorairo.errors import ModelError
from sorairo.models.wan.files.configs import names_two_experts

Noise = Literal["high", "low"]
WORD = re.compile(r"(?<![a-z])(high|low)(?![a-z])|(high|low)[-_ ]?noise")
"""high_noise_model/, wan2.2_t2v_low_noise_14B.safetensors, Wan2.2-T2V-A14B-HighNoise-Q4_K.gguf"""
PAIRED = re.compile(r"(high|low)[-_ ]?noise")
PLACES: dict[str, Noise] = {
    "transformer": "high",
    "transformer_2": "low",
}  # in folders of diffusers
GIVEN_CHANNELS = 36  # of the patch embedding: among models without an image encoder, only of a pair


def by_noise(
    path: Path, transformers: Sequence[tuple[Path, ...]], channels: int
) -> tuple[tuple[Path, ...], ...]:
    """The experts of a folder, that for high noise first; a model with one is as it is. `channels`
    is that of the patch embedding.

    Raises ModelError for one of two experts, and where names do not say which is which.
    """
    if len(transformers) == 1:
        _check_single(path, transformers[0], channels)
    if len(transformers) != 2:
        return tuple(transformers)
    first, second = transformers
    noise = (_noise(path, first), _noise(path, second))
    if noise[0] == noise[1]:
        names = " and ".join(str(files[0].relative_to(path)) for files in transformers)
        if noise[0] is None:
            raise ModelError(
                f"{path} has {names}, which do not say which is the expert for high noise: put"
                " high_noise into the name of one and low_noise into that of the other."
            )
        other = "low" if noise[0] == "high" else "high"
        raise ModelError(
            f"{path} has {names}, both for {noise[0]} noise, and lacks the expert for {other}"
            " noise: keep one of them and add the other expert."
        )
    return (first, second) if "high" in (noise[0], _other(noise[1])) else (second, first)


def _check_single(path: Path, files: tuple[Path, ...], channels: int) -> None:
    name = files[0].relative_to(path).as_posix().lower()
    place = files[0].relative_to(path).parts[0]
    paired = PAIRED.search(name) or place == "transformer_2" or channels == GIVEN_CHANNELS
    if not paired and not names_two_experts(path):
        return
    noise = _noise(path, files)
    missing = {"high": "that for low noise", "low": "that for high noise", None: "the other"}[noise]
    folder = {"transformer": " (transformer_2)", "transformer_2": " (transformer)"}.get(place, "")
    raise ModelError(
        f"{path} has one of two experts, {files[0].relative_to(path)}: {missing}{folder} is"
        " missing; fetch it too, or the whole model with `sorairo models pull`."
    )


def _other(noise: Noise | None) -> Noise | None:
    return {"high": "low", "low": "high", None: None}[noise]  # type: ignore[return-value]


def _noise(path: Path, files: tuple[Path, ...]) -> Noise | None:
    """The noise that an expert is for, as its file and folder say."""
    inside = files[0].relative_to(path)
    found = WORD.search(inside.as_posix().lower())
    if found:
        return "high" if "high" in (found[1], found[2]) else "low"
    return PLACES.get(inside.parts[0])
