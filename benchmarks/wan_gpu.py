"""Our Wan and that of diffusers on one GPU, at real sizes: the same random weights, alternating.

    pip install -e '.[parity]' accelerate
    python benchmarks/wan_gpu.py                                  # every model and part
    python benchmarks/wan_gpu.py --model wan2.2-5b --part forward --memory 16
    python benchmarks/wan_gpu.py --dry-run                        # tiny sizes, on a CPU

Parts: a forward of the transformer, a guided step (ours: both halves of guidance as one batch;
diffusers: two passes, as its pipelines do; without the arithmetic of the solver) and a decode. Of
a model with two experts one is made, as a step uses one; it is offloaded block by block, by ours
and by diffusers' group offloading with a stream, which needs the library accelerate. Weights of
equal layout are shared by the two.

Prints one JSON object a part: seconds of each pair and their medians, the peak of the device's
memory with the weights (on a CPU: of what a run takes), and the relative error of the two outputs.
`--memory` limits the memory that the process may take on the device, in GB; what does not fit is
null.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from vs_diffusers import CODECS, FILE, peak_megabytes, seconds
from wan_cases import CASES, Case, offloaded, our_transformer, their_transformer

from sorairo.flow.guidance import guide
from sorairo.models.protocols import TokenBatch
from sorairo.models.wan.codec.config import MEANS_STDS
from sorairo.models.wan.denoiser import WanDenoiser
from sorairo.models.wan.files.loading import load_codec
from sorairo.models.wan.positions import WholePositions
from sorairo.models.wan.variants import variant_named
from sorairo.nn.patches import patchify, unpatchify
from sorairo.nn.precision import choose_device

TEXT_TOKENS, LEVEL, GUIDANCE = 512, 0.7504, 5.0
PARTS = ("forward", "step", "decode")
Run = Callable[[], Tensor]


def transformer_runs(case: Case, device: torch.device) -> dict[str, tuple[Run, Run]]:
    """A forward and a guided step, by ours and by theirs; both return [1, c, f, h, w]."""
    variant, dtype = variant_named(case.model), case.dtype(device)
    home = torch.device("cpu") if case.offload else device
    theirs = their_transformer(case, variant, home, dtype)
    ours = our_transformer(theirs, variant, dtype)
    if case.offload:
        print(f"diffusers' blocks are moved: {offloaded(ours, theirs, device)}", file=sys.stderr)
    factor = 16 if variant.latent_channels == 48 else 8
    shape = (1 + (case.frames - 1) // 4, *(side // factor for side in case.size))
    x = torch.randn(1, variant.latent_channels, *shape, device=device, dtype=dtype)
    text = torch.randn(2, TEXT_TOKENS, case.text_dim, device=device, dtype=dtype)
    velocity = our_velocity(WanDenoiser(experts=(ours,)), x, text)
    time = torch.tensor([int(1000 * LEVEL)], device=device)
    if case.model == "wan2.2-5b":  # its pipeline gives one for each token
        time = time.expand(1, shape[0] * (shape[1] // 2) * (shape[2] // 2))

    def passed(row: int) -> Tensor:
        features = text[row : row + 1]
        return theirs(x, timestep=time, encoder_hidden_states=features).sample

    def guided() -> Tensor:
        v = velocity(2).float()
        return guide(v[:1], v[1:], GUIDANCE)

    return {
        "forward": (lambda: velocity(1), lambda: passed(0)),
        "step": (guided, lambda: guide(passed(0).float(), passed(1).float(), GUIDANCE)),
    }


def our_velocity(denoiser: WanDenoiser, x: Tensor, text: Tensor) -> Callable[[int], Tensor]:
    """The velocity of latents [1, c, f, h, w] with the first of two prompts, or with both as rows
    of one batch. The prompts are read once, as in a request."""
    frames, height, width = x.shape[2:]
    grid = (frames, height // 2, width // 2)
    law = WholePositions(units_per_second=4.0)
    places = law.grid(grid, torch.arange(frames) / 4).reshape(1, -1, 3).to(x.device)
    both = denoiser.read(text, torch.ones(text.shape[:2], dtype=torch.bool, device=x.device))

    def velocity(rows: int) -> Tensor:
        batch = TokenBatch(
            x=patchify(x, 2).repeat(rows, 1, 1),
            sigma=torch.full((rows, 1), LEVEL, device=x.device),
            positions=places.repeat(rows, 1, 1),
            grid=grid,
        )
        return unpatchify(denoiser.velocity(batch, both.first(rows)), grid, 2)

    return velocity


def codec_runs(case: Case, device: torch.device) -> dict[str, tuple[Run, Run]]:
    """A decode, by ours and by theirs."""
    from diffusers.models.autoencoders.autoencoder_kl_wan import AutoencoderKLWan

    dtype = case.dtype(device)
    theirs: Any = AutoencoderKLWan(**{**CODECS[case.codec], **dict(case.codec_config)})
    with tempfile.TemporaryDirectory() as folder:
        theirs.save_pretrained(folder)
        ours = load_codec([Path(folder) / FILE], dtype).to(device)
    theirs, law = theirs.to(device, dtype).eval(), ours.law
    sides = (side // law.space_factor for side in case.size)
    z = torch.randn(1, law.channels, law.latent_frames(case.frames), *sides, device=device)
    mean, std = (
        torch.tensor(each, device=device).view(1, -1, 1, 1, 1) for each in MEANS_STDS[law.channels]
    )
    raw, z = (z * std + mean).to(dtype), z.to(dtype)
    return {"decode": (lambda: ours.decode(z), lambda: theirs.decode(raw).sample)}


def fitting(run: Callable[[], Any]) -> Any:
    """What a run returns; None where the device's memory does not hold it."""
    try:
        return run()
    except torch.OutOfMemoryError:
        return None
    finally:
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def peak_gigabytes(run: Run, device: torch.device) -> float:
    """The most memory of the device while it runs, with all weights; on a CPU what it takes."""
    if device.type != "cuda":
        return round(peak_megabytes(run, device) / 1000, 3)
    torch.cuda.reset_peak_memory_stats(device)
    run()
    return round(torch.cuda.max_memory_allocated(device) / 1e9, 2)


def compared(runs: tuple[Run, Run], pairs: int, device: torch.device) -> dict[str, Any]:
    """The two, alternating."""
    outputs = [fitting(lambda run=run: run().float().cpu()) for run in runs]
    peaks = [
        None if out is None else fitting(lambda run=run: peak_gigabytes(run, device))
        for run, out in zip(runs, outputs, strict=True)
    ]
    took = [
        [
            None if peak is None else round(seconds(run, device), 4)
            for run, peak in zip(runs, peaks, strict=True)
        ]
        for _ in range(pairs)
    ]
    ours, theirs = (
        None if None in each else statistics.median(each) for each in zip(*took, strict=True)
    )
    found, wanted = outputs
    error = None if found is None or wanted is None else (found - wanted).norm() / wanted.norm()
    return {
        "pairs": took,
        "ours": ours,
        "diffusers": theirs,
        "times as fast": round(theirs / ours, 2) if ours and theirs else None,
        "peak GB": peaks,
        "relative error": None if error is None else float(error),
    }


def reports(case: Case, parts: list[str], pairs: int, device: torch.device) -> Iterator[dict]:
    """What is measured of a model."""
    makers = [(codec_runs, ("decode",)), (transformer_runs, ("forward", "step"))]
    for make, made in makers:
        if not set(made) & set(parts):
            continue
        torch.manual_seed(0)
        runs = fitting(lambda make=make: make(case, device))
        for part in [each for each in made if each in parts]:
            facts = {"model": case.model, "part": part, "size": case.size, "frames": case.frames}
            facts |= {"offload": case.offload and part != "decode", "device": device.type}
            facts["dtype"] = str(case.dtype(device)).removeprefix("torch.")
            yield facts | ({} if runs is None else compared(runs[part], pairs, device))
        del runs
        fitting(lambda: None)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", choices=[each.model for each in CASES], action="append")
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--memory", type=float, help="GB of the device that may be taken")
    parser.add_argument("--device")
    parser.add_argument("--dry-run", action="store_true", help="tiny sizes, on a CPU")
    args = parser.parse_args()
    device = choose_device("cpu" if args.dry_run else args.device)
    if args.memory and device.type == "cuda":
        total = torch.cuda.get_device_properties(device).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, args.memory * 1e9 / total), device)
    for case in CASES:
        if args.model and case.model not in args.model:
            continue
        case = case.tiny if args.dry_run else case
        for report in reports(case, args.part or list(PARTS), args.pairs, device):
            print(json.dumps({**report, "limit GB": args.memory}), flush=True)


if __name__ == "__main__":
    main()
