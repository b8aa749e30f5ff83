"""`sorairo bench`: how fast a model is on this machine."""

from __future__ import annotations

import click

from sorairo.cli.console import say, show, show_json
from sorairo.cli.number_types import FiniteRange
from sorairo.cli.options import named_size
from sorairo.cli.shared_options import OFFLOAD, WEIGHTS


@click.command(
    epilog="""\b
    Examples:
      sorairo bench
      sorairo bench wan2.1-1.3b --size 832x480 --seconds 5 --json"""
)
@click.argument("model", default="tabletop")
@click.option("--size", help="Width x height of the canvas.  [default: the model's native size]")
@click.option(
    "--seconds",
    type=FiniteRange(0, 120, min_open=True),
    default=4.0,
    show_default=True,
    help="Length of the clip; the first window of a longer one is timed.",
)
@click.option(
    "--repeats",
    type=click.IntRange(1, 100),
    default=3,
    show_default=True,
    help="Timed calls after the first; their median is shown.",
)
@click.option("--device", help="cpu, cuda, mps.  [default: cuda if there is one, else cpu]")
@OFFLOAD
@WEIGHTS
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def bench(
    model: str,
    size: str | None,
    seconds: float,
    repeats: int,
    device: str | None,
    offload: bool | None,
    weights: str | None,
    as_json: bool,
) -> None:
    """Time a forward pass and a decode of MODEL: the first call and later ones, percent of what
    this machine reaches in a product of matrices, and the memory that they take."""
    sides = named_size(size) if size else None
    from sorairo.generation import engine
    from sorairo.generation.benchmark import benchmark

    say(f"Loading and timing {model}; this takes several times as long as one step.")
    loaded = engine.load(model, device=device, offload=offload, weights=weights)
    found = benchmark(loaded, seconds=seconds, size=sides, repeats=repeats).to_json()
    if as_json:
        show_json({"model": model, **found})
        return
    width, height = found["size"]
    show(f"{model}: {width}x{height}, {found['frames']} frames, {found['tokens']} tokens,")
    show(f"{found['rows']} rows a pass; peak {found['peak_teraflops']:.3g} TFLOP/s")
    show(f"{'':<8} {'first s':>9} {'steady s':>9} {'TFLOP':>8} {'% of peak':>9} {'MB':>8}")
    for name in ("forward", "decode"):
        row = found[name]
        show(
            f"{name:<8} {row['first_seconds']:>9.3f} {row['steady_seconds']:>9.3f}"
            f" {row['teraflop']:>8.3f} {row['percent_of_peak']:>9.1f} {row['peak_megabytes']:>8.0f}"
        )
