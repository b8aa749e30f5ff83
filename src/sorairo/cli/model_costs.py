"""What a model costs at each of its sizes: memory, and time on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sorairo.cli.progress import duration_text

if TYPE_CHECKING:
    from sorairo.generation.memory.job_size import JobSize
    from sorairo.generation.tasks.layout import CanvasSpec
    from sorairo.models.model_info import MemoryNeeds
    from sorairo.models.sizing.before_loading import Placing
    from sorairo.models.sizing.machine import Machine
    from sorairo.models.sizing.shape import NetworkShape

Size = tuple[int, int]
Needs = Callable[["Machine", "Placing"], "MemoryNeeds | None"]
"""What a model needs on a machine, where its weights are placed so."""

ROOMY = 1e15  # bytes: more than any machine has
HALF = 2  # bytes of a number in bfloat16, which most GPUs compute with
PLACINGS: tuple[tuple[str, bool, str | None], ...] = (
    ("", False, None),
    ("--weights int8", False, "int8"),
    ("--offload", True, None),
    ("--offload --weights int8", True, "int8"),
)
"""How weights can be placed: the options, and what they say."""
MORE_SIZES = (832 * 480, 640 * 352, 480 * 272)  # pixels, below the official sizes of a model


def speed_of(shape: NetworkShape, device: str | None) -> tuple[str, float]:
    """The device, and its FLOP a second, measured on one block of the model's width."""
    from sorairo.models.sizing.speed import block_speed
    from sorairo.nn.precision import choose_device

    chosen = choose_device(device)
    return chosen.type, block_speed(shape, chosen)


def machine_with(device: str | None, *, small: bool = False) -> Machine:
    """This machine, with a device; that of a `small` model is not asked for, since it fits every
    one."""
    from sorairo.models.sizing.host_memory import free_memory
    from sorairo.models.sizing.machine import Machine

    if small:
        return Machine(host=free_memory())
    from sorairo.models.sizing.placement import machine_of
    from sorairo.nn.precision import choose_device

    return machine_of(choose_device(device))


def sizes_of(native: tuple[Size, ...], spec: CanvasSpec) -> tuple[Size, ...]:
    """The official sizes of a large model that are not others turned, and smaller ones."""
    from sorairo.video.resampling import canvas_size

    wide = [each for each in native if each[0] >= each[1]] or [native[0]]
    width, height = wide[0]
    below = [each for each in MORE_SIZES if each < min(w * h for w, h in wide)]
    smaller = [canvas_size(width, height, multiple=spec.multiple, area=each) for each in below]
    return tuple(dict.fromkeys((*wide, *smaller)))


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
    """FLOP of a clip of `frames` at each size, and with a speed the seconds."""
    found = []
    for size in sizes:
        flops = shape.request_flops(size, frames, steps=steps, guided=guided)
        found.append(
            {
                "size": list(size),
                "frames": frames,
                "seconds": round(frames / fps, 2),
                "petaflop": round(flops / 1e15, 4),
                "expected_seconds": None if speed is None else round(flops / speed, 1),
            }
        )
    return found


def memory_of(
    spec: CanvasSpec,
    size: Size,
    frames: int,
    needs: Needs,
    machines: tuple[Machine, Machine],
    *,
    guided: bool,
) -> dict[str, Any]:
    """The memory of a clip, in gigabytes: for each way to place the weights beside a GPU, and
    without one; and whether it fits this machine. `machines` are this one with the device that is
    asked for, and with its CPU."""
    from sorairo.generation.memory.estimate import job_memory
    from sorairo.generation.memory.job_size import WHOLE, JobSize
    from sorairo.models.sizing.before_loading import Placing

    job = JobSize(
        spec=spec,
        result=size,
        result_frames=frames,
        copies=WHOLE,
        canvas=size,
        canvas_frames=frames,
        latent_frames=1 + -(-(frames - 1) // spec.frames_per_latent_frame),
        upscaled=False,
        guided=guided,
    )
    machine, cpu = machines
    number = machine.number if machine.device == "cuda" else HALF
    gpu = replace(machine, device="cuda", total=ROOMY, free=ROOMY, host=ROOMY, number=number)
    cpu = replace(cpu, host=ROOMY)
    found: list[dict[str, Any]] = []
    for options, offload, rounding in PLACINGS if spec.smaller_sizes else ():
        own = needs(gpu, Placing(offload=offload, rounding=rounding))
        if own is not None:
            least = replace(own, most_pixels=_least(job, own)) if offload else own
            memory = job_memory(job, least, gpu)
            found.append({"options": options, **_gigabytes(memory.host, memory.device)})
    alone = needs(cpu, Placing())
    if alone is not None:
        memory = job_memory(job, alone, cpu)
        found.append({"options": "--device cpu", **_gigabytes(memory.host, memory.device)})
    here = [
        own is not None and job_memory(job, own, machine).fits(machine)
        for own in (needs(machine, Placing()), needs(machine, Placing(rounding="int8")))
    ]
    with_int8 = here[1] and not here[0] and spec.smaller_sizes
    return {"memory": found, "fits": here[0], "fits_with": "--weights int8" if with_int8 else ""}


def _least(job: JobSize, needs: MemoryNeeds) -> int:
    """Pixels that are decoded at once where memory is as short as can be."""
    from sorairo.models.sizing.needs import least_pixels

    return int(least_pixels(job.load(needs).pixels))


def _gigabytes(host: float, device: float) -> dict[str, float]:
    return {"host_gigabytes": round(host / 1e9, 1), "device_gigabytes": round(device / 1e9, 1)}


def cost_lines(rows: list[dict[str, Any]], machine: str) -> list[str]:
    """The same for people."""
    lines = []
    for row in rows:
        width, height = row["size"]
        text = (
            f"{width}x{height}, {row['frames']} frames ({row['seconds']:g} s):"
            f" {row['petaflop']:.3g} PFLOP"
        )
        if row["expected_seconds"] is not None:
            text += f", about {duration_text(row['expected_seconds'])} on {machine}"
        text += f", {_fitting(row)}"
        lines.append(f"{'clip:':<15} {text}")
        for each in row.get("memory", ()):
            device = each["device_gigabytes"]
            gpu = f" and {device:g} GB of the GPU" if device else ""
            options = each["options"] or "all on the GPU"
            host = f"{each['host_gigabytes']:g} GB of the host"
            lines.append(f"{'':<17} {options + ':':<25} {host}{gpu}")
    return lines


def _fitting(row: dict[str, Any]) -> str:
    """Whether a clip fits this machine."""
    if row["fits"]:
        return "fits here"
    return f"fits here with {row['fits_with']}" if row["fits_with"] else "does not fit here"
