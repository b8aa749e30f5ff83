"""Whether a device computes what the CPU computes: one block of a transformer and one decode, with
random numbers in place of weights. Chips and drivers exist that give wrong pictures without an
error."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import lru_cache

import torch
from torch import Tensor, nn

from sorairo.errors import RequestError
from sorairo.models.transformer import Block, TransformerConfig
from sorairo.models.wan.codec.config import WanCodecConfig
from sorairo.models.wan.codec.network import WanCodec
from sorairo.nn.precision import compute_dtype
from sorairo.nn.rope import rotation

MOST = 0.05  # relative error; rounding in bfloat16 is below 0.02
CPU = torch.device("cpu")
DIM, HEADS, TOKENS = 256, 2, 96


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
    """The relative errors of a block and of a decode on a device, in its number format, against the
    CPU in float32."""
    generator = torch.Generator().manual_seed(0)
    block = Block(TransformerConfig(dim=DIM, ffn_dim=4 * DIM, heads=HEADS, eps=1e-6))
    codec = WanCodec(WanCodecConfig(encoder_width=8, decoder_width=16))
    for network in (block, codec):
        for parameter in network.parameters():
            fan_in = max(1, parameter[0].numel()) if parameter.ndim > 1 else 1
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * fan_in**-0.5)
    x = torch.randn(1, TOKENS, DIM, generator=generator)
    noise = torch.randn(1, 1, 6, DIM, generator=generator)
    places = torch.rand(1, TOKENS, 3, generator=generator) * 20
    latents = torch.randn(1, 16, 3, 6, 10, generator=generator)

    def attended(network: nn.Module, each: Callable[[Tensor], Tensor]) -> Tensor:
        cos, sin = rotation(each(places), DIM // HEADS, 1e4)
        text = network.cross_attn.keys_values(each(x))  # type: ignore[union-attr, operator]
        return network(each(x), each(noise), text, None, (each(cos), each(sin)))

    def decoded(network: nn.Module, each: Callable[[Tensor], Tensor]) -> Tensor:
        return network.decode(each(latents))  # type: ignore[operator]

    dtype = compute_dtype(device)
    found = {}
    for name, network, run in (("block", block, attended), ("decode", codec, decoded)):
        wanted = run(network, lambda tensor: tensor)
        moved = copy.deepcopy(network).to(device, dtype)
        result = run(moved, lambda tensor: tensor.to(device, dtype)).float().to(CPU)
        error = float((result - wanted).norm() / wanted.norm())
        found[name] = error if error == error else float("inf")
    return found
