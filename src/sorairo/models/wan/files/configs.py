"""What is read of the configuration files of a folder: for which architecture it was written, and
the few settings that the tensors do not show. No torch.

All else (schedules, guidance, sizes, the boundary between experts) is known from `variants` and
from the tensors, because these files err. `scheduler_config.json` is not opened.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sorairo.errors import ModelError

PIPELINE = "model_index.json"
PART = "config.json"
OURS = ("wan", "umt5")
"""One of these is in the name of each class that is written for Wan: WanPipeline, WanModel,
VaceWanModel, CausalWanTransformer3DModel, AutoencoderKLWan, UMT5EncoderModel."""
SECOND_EXPERT = "transformer_2"
HIDDEN: dict[str, Any] = {
    "eps": 1e-6,
    "attention_head_dim": 128,
    "patch_size": [1, 2, 2],
    "qk_norm": "rms_norm_across_heads",
}
"""Settings of a transformer that its tensors do not show, as diffusers names them. The original
repositories write the first, and the number of heads."""


def check_architecture(path: Path, parts: Iterable[Path] = ()) -> None:
    """Raises ModelError where the configuration of a folder, or one beside the files `parts`,
    cannot be read or is that of another architecture."""
    folders = sorted({each.parent for each in parts})
    for file in (path / PIPELINE, *(folder / PART for folder in folders)):
        other = [name for name in _classes(_read(file)) if not _is_ours(name)]
        if other:
            raise ModelError(
                f"{file} is written for {other[0]}, which is not Wan: give the folder of a model"
                " that `sorairo models list --all` names."
            )


def check_settings(parts: Iterable[Path]) -> None:
    """Raises ModelError where the configuration beside the files of a transformer has a setting
    with which it would compute something else."""
    for file in sorted({each.parent / PART for each in parts}):
        record = _read(file)
        width, heads = record.get("dim"), record.get("num_heads")
        if isinstance(width, int) and isinstance(heads, int) and heads > 0:
            record.setdefault("attention_head_dim", width // heads)
        for name, value in HIDDEN.items():
            stated = record.get(name, value)
            if stated != value and isinstance(stated, type(value)):
                raise ModelError(
                    f"{file} has {name} = {json.dumps(stated)}, Wan {json.dumps(value)}: this is"
                    " another network, which cannot be run."
                )


def names_two_experts(path: Path) -> bool:
    """Whether the folder's `model_index.json` names a second expert. Raises ModelError."""
    record = _read(path / PIPELINE)
    second = record.get(SECOND_EXPERT)
    return isinstance(second, list) and any(second)


def _is_ours(name: str) -> bool:
    return any(each in name.lower() for each in OURS)


def _classes(record: dict[str, Any]) -> list[str]:
    """The classes that a configuration of diffusers, transformers or the original names."""
    architectures = record.get("architectures")
    names = [record.get("_class_name"), *(architectures if isinstance(architectures, list) else ())]
    return [name for name in names if isinstance(name, str)]


def _read(file: Path) -> dict[str, Any]:
    """The content of a file; of one that does not exist, nothing."""
    if not file.is_file():
        return {}
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{file} cannot be read as JSON: fetch it again.") from error
    if not isinstance(record, dict):
        raise ModelError(f"{file} has no settings: fetch it again.")
    return record
