"""A device is compared with the CPU before it is used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from single_precision import DEVICE, single_precision
from sorairo.errors import RequestError
from sorairo.generation.engine import load
from sorairo.models.sizing import device_check
from sorairo.models.sizing.device_check import check_device, device_errors, needs_check
from sorairo.models.wan import denoiser
from sorairo.nn.precision import choose_device, compute_dtype
from sorairo.video import Clip
from tiny_wan import write_wan


def test_a_device_that_computes_as_the_cpu_does():
    errors = device_errors(torch.device("cpu"))
    assert set(errors) == {"block", "decode"}
    assert all(error < 0.03 for error in errors.values())
    assert not needs_check(torch.device("cpu"))
    assert needs_check(torch.device("mps"))


def test_a_device_that_does_not_is_refused(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(RequestError, match="'meta' cannot be used here; choose cpu"):
        load(device="meta")
    with pytest.raises(RequestError, match="meta cannot compute the networks"):
        check_device(torch.device("meta"))
    monkeypatch.setattr(device_check, "compute_dtype", lambda _device: torch.float8_e5m2)
    with pytest.raises(RequestError, match="choose cpu"):
        check_device(torch.device("cpu", 0))


def test_a_device_without_float64_makes_the_clips_of_the_cpu(tmp_path: Path):
    """From the check of the device to the pixels, with noise per token."""
    folder = write_wan(tmp_path / "wan", "wan2.2-5b")
    asked = {"seconds": 5 / 24, "width": 64, "height": 64, "steps": 1, "seed": 3, "guidance": 1.0}
    film = np.random.default_rng(5).integers(0, 256, (1, 64, 64, 3), np.uint8)
    picture = Clip(frames=film, fps=24.0)
    wanted = load(folder, device="cpu").animate(picture, "a ball", **asked)
    with single_precision():
        engine = load(folder, device="single")
        found = engine.animate(picture, "a ball", **asked)
    assert engine.model.device.type == DEVICE.type
    difference = np.abs(found.frames.astype(int) - wanted.frames.astype(int))
    assert difference.mean() < 2  # GELU by tanh, not by erf, in bfloat16


def test_the_check_finds_float64_on_a_device_without_it(monkeypatch: pytest.MonkeyPatch):
    def on_the_device(sigma: torch.Tensor) -> torch.Tensor:
        return (sigma.to(DEVICE).double() * 1000).float()

    check_device.cache_clear()
    monkeypatch.setattr(denoiser, "timesteps", on_the_device)
    with single_precision(), pytest.raises(RequestError, match=r"single:0 cannot compute.*float64"):
        check_device(DEVICE)


def test_devices_that_are_there_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    with pytest.raises(RequestError, match="choose cpu or mps, or leave it out"):
        choose_device("cuda:7")


@pytest.mark.parametrize(
    ("capability", "hip", "dtype"),
    [
        ((7, 0), None, torch.float32),  # V100
        ((7, 5), None, torch.float32),  # T4 and RTX 20: torch emulates bfloat16 there
        ((8, 0), None, torch.bfloat16),  # A100
        ((8, 6), None, torch.bfloat16),  # RTX 30
        ((9, 0), None, torch.bfloat16),  # H200
        ((12, 0), None, torch.bfloat16),  # RTX 50
        ((9, 0), "6.2", torch.bfloat16),  # a GPU of AMD
    ],
)
def test_bfloat16_where_it_is_computed_by_instructions(
    monkeypatch: pytest.MonkeyPatch,
    capability: tuple[int, int],
    hip: str | None,
    dtype: torch.dtype,
):
    """Of the device that is meant, whichever is the current one."""
    capabilities = {1: capability}
    monkeypatch.setattr(torch.version, "hip", hip)
    monkeypatch.setattr(
        torch.cuda, "get_device_capability", lambda device: capabilities[device.index]
    )
    assert compute_dtype(torch.device("cuda", 1)) == dtype
