"""What a LoRA file holds: for each module of the network two factors, or a whole difference, and in
one of DoRA also lengths.

Three ways of naming are in use for video models, each with some prefixes: the dotted names of the
original code (`diffusion_model.blocks.0.self_attn.q.lora_A.weight`), those of diffusers and peft
(`transformer.blocks.0.attn1.to_q.lora_A.default.weight`), and names with underscores
(`lora_unet_blocks_0_self_attn_q.lora_down.weight`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from sorairo.errors import ModelError
from sorairo.models.lora.choices import unreadable
from sorairo.models.lora.stated_alphas import StatedAlphas

UNDERSCORED = re.compile(r"^lora_(?:unet|transformer)_+")
PREFIXES = (
    *("base_model.model.", "model.diffusion_model.", "diffusion_model."),
    *("transformer_2.", "transformer.", "unet.", "model."),
)
KEY = re.compile(
    r"^(?P<module>.+?)\.(?:"
    r"lora_(?P<factor>A|B|down|up)(?:\.[A-Za-z_]\w*)?\.weight"
    r"|lora\.(?P<dotted>down|up)\.weight"
    r"|(?P<shift>lora_B)(?:\.[A-Za-z_]\w*)?\.bias"
    r"|(?P<magnitude>dora_scale|lora_magnitude_vector(?:\.[A-Za-z_]\w*?)??(?:\.weight)?)"
    r"|(?P<other>alpha|diff|diff_b|diff_m))$"
)
DOWN = ("A", "down")
MODULATION = "diff_m"  # the change of the table of a block, as LightX2V names it
MOST_KEYS = 50_000


@dataclass(kw_only=True)
class ModuleChange:
    """What a file says of one module. The change of its weight is `up @ down * scale`, or
    `difference`."""

    module: str
    """Its name, without prefix; with underscores in place of dots if `underscored`."""
    underscored: bool = False
    second: bool = False
    """Whether it belongs to the second of two networks (`transformer_2.`)."""
    keys: list[str] = field(default_factory=list)
    """The keys of the file that speak of it."""
    down: Tensor | None = None
    up: Tensor | None = None
    alpha: float | None = None
    difference: Tensor | None = None
    magnitude: Tensor | None = None
    """The lengths of the rows or columns of the changed weight, see `magnitudes`."""
    bias: Tensor | None = None
    scales_bias: bool = False
    """Whether the change of the bias is scaled as that of the weight, as PEFT's `lora_B.bias`."""

    @property
    def scale(self) -> float:
        """What the product of the factors is multiplied with."""
        return 1.0 if self.alpha is None or self.down is None else self.alpha / self.down.shape[0]

    @property
    def is_complete(self) -> bool:
        """Whether it has both factors, or neither and no lengths that go with them."""
        if self.magnitude is not None and not self.has_weight:
            return False
        return (self.down is None) == (self.up is None)

    @property
    def is_product(self) -> bool:
        """Whether the factors can be multiplied, if it has them."""
        if self.up is None or self.down is None:
            return True
        return min(self.up.ndim, self.down.ndim) > 1 and self.up.shape[1] == self.down.shape[0]

    @property
    def has_weight(self) -> bool:
        """Whether the weight changes."""
        return self.up is not None or self.difference is not None

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """The shape of the change of the weight; () where it does not change."""
        if self.up is None or self.down is None:
            return () if self.difference is None else tuple(self.difference.shape)
        return (self.up.shape[0], *self.down.shape[1:])

    def factors(self) -> tuple[Tensor, Tensor | None]:
        """Two matrices whose product is the change of the weight, float32; or the whole change, and
        None. Only for one that changes the weight."""
        if self.up is None or self.down is None:
            assert self.difference is not None
            return self.difference.float(), None
        return self.scale * self.up.float().flatten(1), self.down.float().flatten(1)

    def bias_change(self) -> Tensor | None:
        """The change of the bias, float32; None if only the weight changes."""
        if self.bias is None:
            return None
        return self.bias.float() * (self.scale if self.scales_bias else 1.0)

    def weight(self) -> Tensor | None:
        """The change of the weight, float32; None if only the bias changes."""
        if self.up is None or self.down is None:
            return None if self.difference is None else self.difference.float()
        up, down = self.factors()
        return up if down is None else up @ down


@dataclass(frozen=True, kw_only=True)
class LoraFile:
    """The content of a file."""

    path: Path
    changes: tuple[ModuleChange, ...]
    unknown: tuple[str, ...]
    """Keys that are not understood."""

    @property
    def names_both(self) -> bool:
        """Whether it has changes of both of two networks, told apart by their names."""
        return len({each.second for each in self.changes}) > 1

    @property
    def num_keys(self) -> int:
        return sum(len(each.keys) for each in self.changes) + len(self.unknown)


def read_lora(path: Path) -> LoraFile:
    """Reads a file. Raises ModelError for one that is broken or no LoRA."""
    found: dict[str, ModuleChange] = {}
    unknown = []
    try:
        with safe_open(path, "pt") as file:
            names = sorted(file.keys())
            if len(names) > MOST_KEYS:
                raise ModelError(f"{path} has {len(names)} keys: it is no LoRA.")
            stated = StatedAlphas(path, file.metadata() or {})
            for name in names:
                matched = KEY.match(name)
                if matched is None:
                    unknown.append(name)
                    continue
                module = matched["module"]
                if matched["other"] == MODULATION:
                    module += "_modulation" if UNDERSCORED.match(module) else ".modulation"
                change = found.setdefault(module, _named(module))
                change.keys.append(name)
                _set(path, change, matched, file.get_tensor(name))
    except (OSError, SafetensorError) as error:
        raise unreadable(path) from error
    changes = tuple(found.values())
    if not changes:
        raise ModelError(f"{path} is no LoRA: none of its {len(unknown)} keys is one of a LoRA.")
    if torn := [each for each in changes if not each.is_complete]:
        raise ModelError(f"{path} is incomplete: {torn[0].module} lacks a factor.")
    if uneven := [each for each in changes if not each.is_product]:
        raise ModelError(f"{path} is broken: the factors of {uneven[0].module} have other ranks.")
    for module, each in found.items():
        if each.alpha is None and each.down is not None:
            each.alpha = stated.of(module, each.down.shape[0])
    return LoraFile(path=path, changes=changes, unknown=tuple(unknown))


def _named(module: str) -> ModuleChange:
    bare = module.removeprefix("base_model.model.")
    if UNDERSCORED.match(bare):
        return ModuleChange(module=UNDERSCORED.sub("", bare), underscored=True)
    second = bare.startswith("transformer_2.")
    for prefix in PREFIXES:
        if bare.startswith(prefix):
            return ModuleChange(module=bare.removeprefix(prefix), second=second)
    return ModuleChange(module=bare)


def _set(path: Path, change: ModuleChange, matched: re.Match[str], tensor: Tensor) -> None:
    factor, other = matched["factor"] or matched["dotted"], matched["other"]
    if factor:
        setattr(change, "down" if factor in DOWN else "up", tensor)
    elif matched["magnitude"]:
        change.magnitude = tensor
    elif matched["shift"]:
        change.bias, change.scales_bias = tensor, True
    elif other == "alpha":
        if tensor.numel() != 1:
            raise ModelError(f"{path} is broken: {matched[0]} is to be one number.")
        change.alpha = float(tensor)
    elif other == "diff_b":
        change.bias = tensor
    else:
        change.difference = tensor
