"""Whether a device computes what the CPU computes: a denoiser of one block and one decode, with
random numbers in place of weights. Chips and drivers exist that give wrong pictures without an
error."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import cast

import torch
from torch import Tensor, nn

from sorairo.errors import RequestError
from sorairo.models.protocols import TokenBatch
from sorairo.models.transformer import Transformer, TransformerConfig
from sorairo.models.wan.codec.config import WanCodecConfig
from sorairo.models.wan.codec.network import WanCodec
from sorairo.models.wan.denoiser import WanDenoiser
from sorairo.nn.precision import compute_dtype

MOST = 0.05  # relative error; rounding in bfloat16 is below 0.02
CPU = torch.device("cpu")
GRID, TEXT = (3, 4, 8), 64  # tokens, and the width of the text's features
DENOISER = TransformerConfig(
    latent_channels=16,
    dim=256,
    ffn_dim=1024,
    heads=2,
    layers=1,
    text_dim=TEXT,
    rope_theta=1e4,
    eps=1e-6,
    time_scale=1.0,
)


def needs_check(device: torch.device) -> bool:
    """Whether a device is neither the CPU nor a GPU with CUDA, which the tests and benchmarks ran
    on."""
    return device.type not in ("cpu", "cuda") or (device.type == "cuda" and bool(torch.version.hip))


@lru_cache(maxsize=4)
def check_device(device: torch.device) -> None:
    """Raises RequestError for a device that cannot compute the networks, or computes other numbers
    than the CPU."""
    try:
        errors = device_errors(device)
    except (RuntimeError, TypeError) as error:
        reason = str(error).strip().splitlines()[0][:150].rstrip(".")
        raise RequestError(f"{device} cannot compute the networks ({reason}): choose cpu.") from (
            error
        )
    wrong = [f"a {name} differs by {error:.0%}" for name, error in errors.items() if error > MOST]
    if wrong:
        raise RequestError(
            f"{device} computes other numbers than the CPU here ({', '.join(wrong)}): choose cpu,"
            " or update torch and the device's driver."
        )


@torch.inference_mode()
def device_errors(device: torch.device) -> dict[str, float]:
    """The relative errors of a denoiser's velocity ("block") and of a decode on a device, in its
    number format, against the CPU in float32."""
    generator = torch.Generator().manual_seed(0)
    transformer = Transformer(DENOISER)
    codec = WanCodec(WanCodecConfig(encoder_width=8, decoder_width=16))
    for network in (transformer, codec):
        for parameter in network.parameters():
            fan_in = max(1, parameter[0].numel()) if parameter.ndim > 1 else 1
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * fan_in**-0.5)
    frames, rows, columns = GRID
    tokens, held = frames * rows * columns, rows * columns
    x = torch.randn(1, tokens, DENOISER.token_channels, generator=generator)
    text = torch.randn(1, 12, TEXT, generator=generator)
    positions = torch.rand(1, tokens, 3, generator=generator) * 20
    sigma = torch.tensor([0.0] * held + [0.7] * (tokens - held))[None]
    latents = torch.randn(1, 16, 3, 6, 10, generator=generator)

    def denoised(network: nn.Module, on: torch.device, dtype: torch.dtype) -> Tensor:
        denoiser = WanDenoiser(experts=(cast("Transformer", network),))
        seen = torch.ones(1, text.shape[1], dtype=torch.bool, device=on)
        batch = TokenBatch(
            x=x.to(on, dtype), sigma=sigma.to(on), positions=positions.to(on), grid=GRID
        )
        return denoiser.velocity(batch, denoiser.read(text.to(on, dtype), seen))

    def decoded(network: nn.Module, on: torch.device, dtype: torch.dtype) -> Tensor:
        return cast("WanCodec", network).decode(latents.to(on, dtype))

    dtype = compute_dtype(device)
    found = {}
    for name, network, run in (("block", transformer, denoised), ("decode", codec, decoded)):
        wanted = run(network, CPU, torch.float32)
        moved = copy.deepcopy(network).to(device, dtype)
        result = run(moved, device, dtype).float().to(CPU)
        error = float((result - wanted).norm() / wanted.norm())
        found[name] = error if error == error else float("inf")
    return found
