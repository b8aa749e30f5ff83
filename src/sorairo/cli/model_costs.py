"""What a model costs at each of its sizes: memory, and time on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sorairo.cli.progress import duration_text

if TYPE_CHECKING:
    from sorairo.models.sizing.shape import NetworkShape

Size = tuple[int, int]


def speed_of(shape: NetworkShape, device: str | None) -> tuple[str, float]:
    """The device, and its FLOP a second, measured on one block of the model's width."""
    from sorairo.models.sizing.speed import block_speed
    from sorairo.nn.precision import choose_device

    chosen = choose_device(device)
    return chosen.type, block_speed(shape, chosen)


def costs(
    shape: NetworkShape,
    sizes: tuple[Size, ...],
    *,
    frames: int,
    fps: float,
    steps: int,
    guided: bool,
    speed: float | None,
) -> list[dict[str, Any]]:
    """Memory and FLOP of a clip of `frames` at each size, and with a speed the seconds."""
    found = []
    for size in sizes:
        flops = shape.request_flops(size, frames, steps=steps, guided=guided)
        least = shape.least_device_bytes(size, frames)
        found.append(
            {
                "size": list(size),
                "frames": frames,
                "seconds": round(frames / fps, 2),
                "device_gigabytes": round(shape.device_bytes(size, frames) / 1e9, 2),
                "offloaded_gigabytes": None if least is None else round(least / 1e9, 2),
                "petaflop": round(flops / 1e15, 4),
                "expected_seconds": None if speed is None else round(flops / speed, 1),
            }
        )
    return found


def cost_lines(rows: list[dict[str, Any]], host_gigabytes: float, machine: str) -> list[str]:
    """The same for people."""
    lines = [f"memory:         {host_gigabytes:g} GB of the host while it loads"]
    for row in rows:
        width, height = row["size"]
        text = (
            f"{width}x{height}, {row['frames']} frames ({row['seconds']:g} s):"
            f" {row['device_gigabytes']:g} GB of the device{_offloaded(row)},"
            f" {row['petaflop']:.3g} PFLOP"
        )
        if row["expected_seconds"] is not None:
            text += f", about {duration_text(row['expected_seconds'])} on {machine}"
        lines.append(f"{'':<15} {text}")
    return lines


def _offloaded(row: dict[str, Any]) -> str:
    least = row["offloaded_gigabytes"]
    return "" if least is None else f" ({least:g} GB with --offload)"
