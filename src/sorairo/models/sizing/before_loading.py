"""What a model needs on a machine before it is loaded, and which model would fit instead. No
torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from sorairo.errors import RequestError
from sorairo.models.hub import ModelDirectory
from sorairo.models.model_info import MemoryNeeds, Workload
from sorairo.models.model_record import TABLETOP_FAMILY
from sorairo.models.sizing.machine import SPARE, Machine
from sorairo.models.sizing.published import published_model
from sorairo.models.sizing.shape import wan_shape
from sorairo.models.sizing.stored import official_clip, stored_model
from sorairo.models.wan.facts import WAN_FAMILY
from sorairo.models.wan.files.folder import read_folder
from sorairo.models.wan.variants import VARIANTS, Variant
from sorairo.notes import Note

ALWAYS = "tabletop"  # the shipped model, which fits every machine
LEAST = Workload(tokens=16, pixels=64 * 64)  # of a clip: one frame of the smallest size
OFFICIAL = 1 << 24  # pixels: above every official size
SMALL = 640 * 352  # pixels that are worth a model


@dataclass(frozen=True, kw_only=True)
class Placing:
    """What is asked for about a model's weights."""

    offload: bool | None = None
    """Whether they rest in the host's memory; None: those that do not fit on the device."""
    rounding: str | None = None
    """The format that they are rounded to; None: as they are stored."""
    rounds_text: bool = False
    """Whether the text encoder's are rounded too, to int8."""

    @classmethod
    def of(cls, offload: bool | None, weights: str | None) -> Placing:
        """What options ask for: `weights` is a format, with "+text" for the text encoder's too."""
        rounding, text, _ = (weights or "").partition("+text")
        return cls(offload=offload, rounding=rounding or None, rounds_text=bool(text))


def planned_needs(
    info: ModelDirectory, machine: Machine, placing: Placing = Placing()
) -> MemoryNeeds | None:
    """The needs of a model on disk, placed on that machine; None for a family that is not known
    here, and for files that lack tensors, of which loading says more. Raises ModelError for files
    that cannot be read."""
    if info.family == WAN_FAMILY:
        try:
            stored = stored_model(
                read_folder(info.path),
                machine.number,
                placing.rounding,
                rounds_text=placing.rounds_text,
            )
        except (KeyError, IndexError, ValueError):
            return None
        return stored.placed(machine, placing.offload)[1]
    return MemoryNeeds(weights=info.bytes) if info.family == TABLETOP_FAMILY else None


def published_needs(
    variant: Variant, machine: Machine, placing: Placing = Placing()
) -> MemoryNeeds:
    """The same of a variant as it is fetched."""
    stored = published_model(variant, machine.number, placing.rounding)
    return stored.placed(machine, placing.offload)[1]


def largest_fitting(
    task: str, machine: Machine, fits: Callable[[Variant, MemoryNeeds], bool]
) -> str:
    """The name of the model of most weights in the catalogue that was trained for a task and fits;
    "" if none does."""
    able = [each for each in VARIANTS if task in each.trained_for] or list(VARIANTS)
    able.sort(key=lambda each: each.experts * wan_shape(each).parameters, reverse=True)
    found = (each.name for each in able if fits(each, published_needs(each, machine)))
    return next(found, "")


def weights_bytes(needs: MemoryNeeds, load: Workload, machine: Machine) -> tuple[float, float]:
    """What a model takes of the host and of the device, from loading it on, for networks that see
    so much at once, without frames."""
    working = needs.working(load)
    if not machine.shared:
        host = needs.program + max(needs.resting, needs.loading)
        return host, needs.staying + working
    host = needs.program + needs.weight_copies * needs.weights + working
    return max(host, needs.program + needs.loading), 0.0


def check_loading(info: ModelDirectory, machine: Machine, placing: Placing) -> None:
    """Raises RequestError for a model that could make nothing on a machine, and ModelError for
    files that cannot be read. Nothing is loaded."""
    needs = planned_needs(info, machine, placing)
    if needs is None:
        return
    host, device = weights_bytes(needs, LEAST, machine)
    if host <= SPARE * machine.host and device <= SPARE * machine.planned:
        return
    model = alternative(info.facts.trained_for, machine)
    if host > SPARE * machine.host:
        needed, free = round(host / 1e9, 1), round(machine.host / 1e9, 1)
        raise RequestError(
            Note(
                f"{info.name} needs about {needed} GB of memory at any size, and {free} GB are"
                f" free: use {model}.",
                "model_memory",
                name=info.name,
                needed=needed,
                free=free,
                model=model,
            )
        )
    needed, free = round(device / 1e9, 1), round(machine.planned / 1e9, 1)
    raise RequestError(
        Note(
            f"{info.name} needs about {needed} GB of the device's memory at any size, and {free} GB"
            f" are free: use {model}.",
            "model_device_memory",
            name=info.name,
            needed=needed,
            free=free,
            model=model,
        )
    )


def alternative(tasks: tuple[str, ...], machine: Machine) -> str:
    """The largest model that fits a machine at its official size, else at a small one; the shipped
    one, if none does."""

    def fits_at(pixels: int, variant: Variant, needs: MemoryNeeds) -> bool:
        clip = official_clip(variant)
        share = min(1.0, pixels / clip.pixels)
        clip = replace(clip, tokens=int(clip.tokens * share), pixels=int(clip.pixels * share))
        host, device = weights_bytes(needs, clip, machine)
        return host <= SPARE * machine.host and device <= SPARE * machine.planned

    task = tasks[0] if tasks else ""
    official = largest_fitting(task, machine, partial(fits_at, OFFICIAL))
    return official or largest_fitting(task, machine, partial(fits_at, SMALL)) or ALWAYS
