"""How fast this machine is: one block of a transformer, timed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count

from sorairo.models.sizing.shape import NetworkShape
from sorairo.models.transformer import Block, TransformerConfig
from sorairo.nn.precision import compute_dtype
from sorairo.nn.rope import in_format_of, rotation
from sorairo.nn.skip_init import on_meta_device

TOKENS = {"cpu": 1024, "cuda": 16384}  # of the timed pass, at most
FEWEST_TOKENS = 64  # below, the products are too narrow to tell anything
CPU_FLOP = (
    1e11  # of the timed pass, at most: one to six seconds of a core, also for the widest model
)
RUNS = 3
HEAD = 128
CPU_ATTENTION = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu


def block_speed(
    shape: NetworkShape, device: torch.device, go_on: Callable[[], None] = lambda: None
) -> float:
    """FLOP a second of one block of a model's width, with one number in place of all weights; the
    best of a few runs. It takes seconds, and the memory of one block. `go_on` is called before
    each run, and may stop it by an exception."""
    dtype = compute_dtype(device)
    heads = max(1, shape.dim // HEAD)
    config = TransformerConfig(dim=shape.dim, ffn_dim=shape.ffn_dim, heads=heads, layers=1)
    with on_meta_device():  # to draw the weights of a wide block takes longer than to run it
        block = Block(config).eval().requires_grad_(False)
    weights = {
        name: torch.full(each.shape, 0.01, dtype=dtype, device=device)
        for name, each in block.state_dict().items()
    }
    block.load_state_dict(weights, assign=True)
    tokens = _tokens(shape, device)
    x = torch.randn(1, tokens, shape.dim, device=device, dtype=dtype)
    noise = torch.zeros(1, 1, 6, shape.dim, device=device, dtype=dtype)
    text = torch.randn(1, shape.text_tokens, shape.dim, device=device, dtype=dtype)
    angles = rotation(torch.zeros(1, tokens, 3, device=device), shape.dim // heads, 1e4)
    rope = in_format_of(x, angles)

    def run() -> None:
        go_on()
        block(x, noise, block.cross_attn.keys_values(text), None, rope)

    with torch.inference_mode():
        first = seconds_of(run, device)
        steady = [seconds_of(run, device) for _ in range(RUNS)]
    one = shape.forward_flops(tokens) / (shape.layers + shape.control_layers)
    return one / min(first, *steady)


def _tokens(shape: NetworkShape, device: torch.device) -> int:
    """How many tokens the timed pass has."""
    tokens = TOKENS.get(device.type, TOKENS["cpu"])
    if device.type == "cuda":
        return tokens
    blocks = shape.layers + shape.control_layers
    while tokens > FEWEST_TOKENS and shape.forward_flops(tokens) / blocks > CPU_FLOP:
        tokens //= 2
    return tokens


def matmul_speed(rows: int, inner: int, columns: int, device: torch.device) -> float:
    """FLOP a second of a product of matrices of these sizes, the best of a few runs: what this
    machine reaches at most at a model's own sizes."""
    dtype = compute_dtype(device)
    a = torch.randn(rows, inner, device=device, dtype=dtype)
    b = torch.randn(columns, inner, device=device, dtype=dtype)
    with torch.inference_mode():
        times = [seconds_of(lambda: torch.nn.functional.linear(a, b), device) for _ in range(5)]
    return 2.0 * rows * inner * columns / min(times)


def seconds_of(run: Callable[[], object], device: torch.device) -> float:
    """Seconds that something takes until the device has done it."""
    synchronize(device)
    started = time.perf_counter()
    run()
    synchronize(device)
    return time.perf_counter() - started


def synchronize(device: torch.device) -> None:
    """Waits until the device has done what was asked of it."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def first_and_steady(
    run: Callable[[], object], device: torch.device, repeats: int
) -> tuple[float, float]:
    """Seconds of the first call, which includes what is prepared once, and the median of later
    ones."""
    first = seconds_of(run, device)
    return first, statistics.median(seconds_of(run, device) for _ in range(repeats))


def counted_flops(run: Callable[[], object]) -> float:
    """FLOP of what `run` does, as torch counts them; torch does not count attention on a CPU by
    itself."""
    with FlopCounterMode(
        display=False, custom_mapping={CPU_ATTENTION: _attention_flops}
    ) as counter:
        run()
    return float(counter.get_total_flops())


def _attention_flops(
    query: torch.Size, key: torch.Size, value: torch.Size, *_rest: Any, **_named: Any
) -> int:
    return sdpa_flop_count(query, key, value)
