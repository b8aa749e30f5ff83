"""Our Wan against that of diffusers: the same random weights, one process, alternating.

    pip install -e '.[parity]'
    python benchmarks/vs_diffusers.py --part codec-2.1 --size 128 --frames 9
    python benchmarks/vs_diffusers.py --part transformer --size 480x832 --frames 17 --blocks 4

Prints the seconds of each pair, the medians and their ratio as JSON. On a CPU the seconds are those
of the process (all threads together), so that other programs disturb them less; set
OMP_NUM_THREADS=1 where they do. Peak memory is what one run takes beside what was there before: of
the device, or of this process.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import torch

from sorairo.models.protocols import TokenBatch
from sorairo.models.wan.denoiser import WanDenoiser
from sorairo.models.wan.files.loading import load_codec, load_transformer
from sorairo.models.wan.positions import WholePositions
from sorairo.models.wan.variants import variant_named
from sorairo.nn.patches import patchify
from sorairo.nn.precision import choose_device, compute_dtype

FILE = "diffusion_pytorch_model.safetensors"
CODECS: dict[str, dict[str, Any]] = {
    "codec-2.1": {},
    "codec-2.2": {
        "base_dim": 160,
        "decoder_base_dim": 256,
        "z_dim": 48,
        "is_residual": True,
        "in_channels": 12,
        "out_channels": 12,
        "patch_size": 2,
        "scale_factor_spatial": 16,
    },
}
Pair = tuple[Callable[[], Any], Callable[[], Any]]


def codec(part: str, size: tuple[int, int], frames: int, device: torch.device) -> Pair:
    """Decoding of one clip, by ours and by theirs."""
    from diffusers import AutoencoderKLWan

    dtype = compute_dtype(device)
    theirs = AutoencoderKLWan(**CODECS[part])
    with tempfile.TemporaryDirectory() as folder:
        theirs.save_pretrained(folder)
        ours = load_codec([Path(folder) / FILE], dtype).to(device)
    theirs, law = theirs.to(device, dtype).eval(), ours.law
    shape = (1, law.channels, law.latent_frames(frames), *(s // law.space_factor for s in size))
    latents = torch.randn(shape, device=device, dtype=dtype)
    return (lambda: ours.decode(latents)), (lambda: theirs.decode(latents))


def transformer(size: tuple[int, int], frames: int, blocks: int, device: torch.device) -> Pair:
    """One forward of some blocks of the 1.3B model, by ours and by theirs."""
    from diffusers import WanTransformer3DModel

    variant, dtype = variant_named("wan2.1-1.3b"), compute_dtype(device)
    theirs = WanTransformer3DModel(num_attention_heads=12, ffn_dim=8960, num_layers=blocks)
    with tempfile.TemporaryDirectory() as folder:
        theirs.save_pretrained(folder)
        expert = load_transformer([Path(folder) / FILE], variant, dtype).to(device)
    for name, parameter in theirs.named_parameters():
        if not any(part in name for part in theirs._keep_in_fp32_modules):
            parameter.data = parameter.data.to(dtype)
    theirs = theirs.to(device).eval()
    f, h, w = 1 + (frames - 1) // 4, size[0] // 8, size[1] // 8
    x = torch.randn(1, 16, f, h, w, device=device, dtype=dtype)
    text = torch.randn(1, 512, 4096, device=device, dtype=dtype)
    grid = (f, h // 2, w // 2)
    places = WholePositions(units_per_second=4.0).grid(grid, torch.arange(f) / 4).reshape(1, -1, 3)
    batch = TokenBatch(
        x=patchify(x, 2),
        sigma=torch.full((1, 1), 0.75, device=device),
        positions=places.to(device),
        grid=grid,
    )
    denoiser = WanDenoiser(experts=(expert,))
    context = denoiser.read(text, torch.ones(1, 512, dtype=torch.bool, device=device))
    at = torch.tensor([750], device=device)
    return (
        lambda: denoiser.velocity(batch, context),
        lambda: theirs(x, timestep=at, encoder_hidden_states=text).sample,
    )


def seconds(run: Callable[[], Any], device: torch.device) -> float:
    """The time of one run."""
    if device.type == "cpu":
        begun = time.process_time()
        run()
        return time.process_time() - begun
    torch.cuda.synchronize()
    begun = time.perf_counter()
    run()
    torch.cuda.synchronize()
    return time.perf_counter() - begun


def peak_megabytes(run: Callable[[], Any], device: torch.device) -> float:
    """The most memory that one run takes beside what was there before."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        run()
        return (torch.cuda.max_memory_allocated(device) - before) / 1e6
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what earlier runs have left behind (Linux)
    process = psutil.Process()
    before, most, ended = process.memory_info().rss, [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.005):
            most[0] = max(most[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    run()
    ended.set()
    watcher.join()
    return max(0, most[0] - before) / 1e6


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=["transformer", *CODECS], default="transformer")
    parser.add_argument("--size", default="480x832", help="height x width, or one side")
    parser.add_argument("--frames", type=int, default=17)
    parser.add_argument("--blocks", type=int, default=4)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--device")
    args = parser.parse_args()
    sides = [int(side) for side in args.size.split("x")]
    size, device = (sides[0], sides[-1]), choose_device(args.device)
    torch.manual_seed(0)
    if args.part == "transformer":
        ours, theirs = transformer(size, args.frames, args.blocks, device)
    else:
        ours, theirs = codec(args.part, size, args.frames, device)
    for run in (ours, theirs):
        run()
    pairs = [(seconds(ours, device), seconds(theirs, device)) for _ in range(args.pairs)]
    middle = [statistics.median(each) for each in zip(*pairs, strict=True)]
    report = {
        "part": args.part,
        "size": size,
        "frames": args.frames,
        "device": device.type,
        "pairs": [[round(x, 3) for x in each] for each in pairs],
        "ours": round(middle[0], 3),
        "diffusers": round(middle[1], 3),
        "times as fast": round(middle[1] / middle[0], 2),
        "peak MB": [round(peak_megabytes(run, device)) for run in (ours, theirs)],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
