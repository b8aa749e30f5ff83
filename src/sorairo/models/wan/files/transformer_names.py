"""Names of the transformer's parameters: ours, those of the original repositories (which ComfyUI
and most LoRA files use too), and those of diffusers. No torch.

Ours are the original ones, except for the control branch.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Literal

Naming = Literal["ours", "original", "diffusers"]

Row = tuple[str, str, str]  # ours, original, diffusers

ROOT: tuple[Row, ...] = (
    ("patch_embedding", "patch_embedding", "patch_embedding"),
    ("text_embedding.0", "text_embedding.0", "condition_embedder.text_embedder.linear_1"),
    ("text_embedding.2", "text_embedding.2", "condition_embedder.text_embedder.linear_2"),
    ("time_embedding.0", "time_embedding.0", "condition_embedder.time_embedder.linear_1"),
    ("time_embedding.2", "time_embedding.2", "condition_embedder.time_embedder.linear_2"),
    ("time_projection.1", "time_projection.1", "condition_embedder.time_proj"),
    ("head.head", "head.head", "proj_out"),
    ("head.modulation", "head.modulation", "scale_shift_table"),
    ("control.patch_embedding", "vace_patch_embedding", "vace_patch_embedding"),
)
"""Modules and parameters outside of the blocks."""
ATTENTION = (
    *(("q", "to_q"), ("k", "to_k"), ("v", "to_v"), ("o", "to_out.0")),
    *(("norm_q", "norm_q"), ("norm_k", "norm_k")),
)
BLOCK: tuple[Row, ...] = (
    *(
        (f"{ours}.{part}", f"{ours}.{part}", f"{theirs}.{name}")
        for ours, theirs in (("self_attn", "attn1"), ("cross_attn", "attn2"))
        for part, name in ATTENTION
    ),
    ("norm3", "norm3", "norm2"),  # the original's norm2 and diffusers' norm3 have no weights
    ("ffn.0", "ffn.0", "ffn.net.0.proj"),
    ("ffn.2", "ffn.2", "ffn.net.2"),
    ("modulation", "modulation", "scale_shift_table"),
    ("before_proj", "before_proj", "proj_in"),
    ("after_proj", "after_proj", "proj_out"),
)
"""The same inside a block."""
BLOCKS: tuple[Row, ...] = (
    ("blocks.", "blocks.", "blocks."),
    ("control.blocks.", "vace_blocks.", "vace_blocks."),
)
"""Where blocks are."""
COLUMN: dict[Naming, int] = {"ours": 0, "original": 1, "diffusers": 2}
PREFIXES = ("model.diffusion_model.", "diffusion_model.", "model.", "transformer.")
"""What some files put in front of all names."""


def renamer(source: Naming, target: Naming) -> Callable[[str], str | None]:
    """A function from names in one naming to another one, for parameters (`blocks.0.ffn.0.weight`)
    and modules (`blocks.0.ffn.0`). It returns None for a name that Wan does not have."""
    a, b = COLUMN[source], COLUMN[target]
    root, block = ({row[a]: row[b] for row in table} for table in (ROOT, BLOCK))
    places = {row[a]: row[b] for row in BLOCKS}

    def renamed(name: str) -> str | None:
        stem, ending = _split(name)
        if stem in root:
            return root[stem] + ending
        for place, new_place in places.items():
            if stem.startswith(place):
                number, _, rest = stem.removeprefix(place).partition(".")
                if number.isdecimal() and rest in block:
                    return f"{new_place}{number}.{block[rest]}{ending}"
        return None

    return renamed


def without_prefix(name: str) -> str:
    """A name without what some files put in front of all of them."""
    for prefix in PREFIXES:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


def naming_of(names: Container[str]) -> Naming:
    """The naming of a file's parameters, whose prefixes are removed."""
    return "diffusers" if "proj_out.weight" in names else "original"


def _split(name: str) -> tuple[str, str]:
    for ending in (".weight", ".bias"):
        if name.endswith(ending):
            return name.removesuffix(ending), ending
    return name, ""
