"""Where the changes of a LoRA file belong in the networks of a model, and which have no place."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sorairo.errors import ModelError
from sorairo.models.lora.files import LoraFile, ModuleChange
from sorairo.models.lora.magnitudes import fits
from sorairo.models.lora.report import LoraReport
from sorairo.models.lora.targets import LoraTarget, Part
from sorairo.notes import Note

NOISE = (re.compile(r"(high|low)[-_ ]?noise"), re.compile(r"(?<![a-z])(high|low)(?![a-z])"))
"""Which expert a name says, the clearest first: Wan22-HighNoise, lora_low_noise; T2V_HIGH_fp16."""


BIAS = (".bias", ".diff_b")  # how keys end that change a bias


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A change that has a place."""

    target: int
    parameter: str
    change: ModuleChange
    is_bias: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the file that say it."""
        of_bias = {key for key in self.change.keys if key.endswith(BIAS)}
        if self.is_bias:
            return tuple(of_bias)
        return tuple(key for key in self.change.keys if key not in of_bias)


@dataclass(frozen=True, kw_only=True)
class PlacedFile:
    """A LoRA file with the places of its changes."""

    file: LoraFile
    placed: list[Placed]
    """What changes the model."""
    misfits: list[Placed]
    """What has a place, where the model has another shape."""

    def report(self, weight: float, largest_change: float, *, beside: bool) -> LoraReport:
        """What becomes of the file."""
        keys = {key for each in self.placed for key in each.keys}
        wrong = dict.fromkeys(key for each in self.misfits for key in each.keys if key not in keys)
        missing = [key for each in self.file.changes for key in each.keys if key not in keys]
        return LoraReport(
            path=self.file.path,
            weight=weight,
            placed=len(keys),
            total=self.file.num_keys,
            largest_change=largest_change,
            unplaced=(*(key for key in missing if key not in wrong), *self.file.unknown),
            misfitting=tuple(wrong),
            beside=beside,
        )


def place(file: LoraFile, targets: Sequence[LoraTarget]) -> PlacedFile:
    """The places of a file's changes. Single ones that do not fit are left out, as ComfyUI does:
    those of the first layer of Wan 2.1 image-to-video, for example, in a model for text. Raises
    ModelError for a file of which nothing fits, or less than what does not: a file for another
    model may still have a bias in common with this one."""
    part = part_of(file.path)
    found: list[Placed] = []
    for index, target in enumerate(targets):
        for change in file.changes:
            if _is_for(target.part, part, change, names_both=file.names_both):
                found += _places(target, index, change)
    if not found:
        raise ModelError(
            Note(
                f"{file.path} does not fit this model: none of its {file.num_keys} keys has a"
                f" place in it, such as {file.changes[0].keys[0]}. It was made for another"
                " model.",
                "lora_misfit",
                lora=file.path.stem,
            )
        )
    misfits = [each for each in found if not _fits(each, targets)]
    placed = [each for each in found if _fits(each, targets)]
    if len(misfits) > len(placed):
        own = _own_shape(misfits[0], targets)
        raise ModelError(
            Note(
                f"{file.path} does not fit this model: its {misfits[0].keys[0]} changes a weight"
                f" of {_shape(misfits[0])}, and that of the model is {own}. It was made for"
                " another model.",
                "lora_misfit",
                lora=file.path.stem,
            )
        )
    return PlacedFile(file=file, placed=placed, misfits=misfits)


def _fits(placed: Placed, targets: Sequence[LoraTarget]) -> bool:
    own, shape = _own_shape(placed, targets), _shape(placed)
    return (
        math.prod(shape) == math.prod(own)
        and shape[:1] == _outputs(own, shape)
        and (placed.is_bias or fits(placed.change.magnitude, shape))
    )


def _own_shape(placed: Placed, targets: Sequence[LoraTarget]) -> tuple[int, ...]:
    return targets[placed.target].shape(placed.parameter) or ()


def _shape(placed: Placed) -> tuple[int, ...]:
    """The shape of the change."""
    bias = placed.change.bias
    return tuple(bias.shape) if placed.is_bias and bias is not None else placed.change.weight_shape


def _outputs(own: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The first axis that a change of that shape must have: the parameter's, except where the
    network holds a table with more axes."""
    return shape[:1] if len(own) > len(shape) else own[:1]


def part_of(path: Path) -> Part:
    """Which of two networks a file is for, from its name, as files are published: `..._high_noise`,
    `..._HIGH_fp16`, `...LowNoise`; "" for both. Words that have "low" in them, such as "yellow",
    say nothing."""
    for pattern in NOISE:
        found = {matched[1] for matched in pattern.finditer(path.stem.lower())}
        if found:
            return "" if len(found) > 1 else ("high" if "high" in found else "low")
    return ""


def _is_for(target: Part, part: Part, change: ModuleChange, *, names_both: bool) -> bool:
    """Whether a change is for a network; that of a second one has no place in a model of one. In a
    file that has changes of both, the others are for the first."""
    if change.second or names_both:
        return (target == "low") == change.second
    return not target or not part or part == target


def _places(target: LoraTarget, index: int, change: ModuleChange) -> list[Placed]:
    module = target.module_of(change)
    if module is None:
        return []
    found = []
    weight = module if target.shape(module) is not None else f"{module}.weight"
    for name, is_bias in ((weight, False), (f"{module}.bias", True)):
        has_change = change.bias is not None if is_bias else change.has_weight
        if has_change and target.shape(name) is not None:
            found.append(Placed(target=index, parameter=name, change=change, is_bias=is_bias))
    return found
