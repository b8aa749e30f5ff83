"""Tensors in files, read one by one."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from sorairo.errors import ModelError
from sorairo.models.wan.files.tensor_files import read_headers
from sorairo.models.wan.files.transformer_names import without_prefix

Shapes = Mapping[str, tuple[int, ...]]
FLOATS = (torch.float32, torch.float16, torch.bfloat16)


class TensorSource:
    """Tensors in files, by names without prefixes."""

    def __init__(self, shapes: Shapes, read: Callable[[str], Tensor]) -> None:
        self.shapes = shapes
        self._read = read

    @classmethod
    def of(cls, files: Sequence[Path]) -> TensorSource:
        """Raises ModelError for files that cannot be read."""
        if files[0].suffix == ".pth":
            tensors = _unpickled(files[0])
            return cls({name: tuple(t.shape) for name, t in tensors.items()}, tensors.__getitem__)
        entries = read_headers(files)
        originals = {without_prefix(name): name for name in entries}

        def read(name: str) -> Tensor:
            entry = entries[originals[name]]
            with safe_open(entry.file, framework="pt") as file:
                return file.get_tensor(originals[name])

        return cls({name: entries[each].shape for name, each in originals.items()}, read)

    def read(self, name: str) -> Tensor:
        """Raises ModelError."""
        try:
            tensor = self._read(name)
        except (OSError, SafetensorError) as error:
            raise ModelError(f"{name} cannot be read: {str(error)[:200]}.") from error
        if tensor.dtype not in FLOATS:
            raise ModelError(
                f"{name} is stored as {tensor.dtype}: use files in bfloat16, float16 or float32."
            )
        return tensor


def _unpickled(file: Path) -> dict[str, Tensor]:
    """The tensors of a file of the original repositories. Nothing but tensors is unpickled."""
    try:
        found: Any = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
        if not isinstance(found, dict) or not all(isinstance(t, Tensor) for t in found.values()):
            raise ValueError("no tensors")
    except (pickle.UnpicklingError, RuntimeError, ValueError, EOFError, OSError) as error:
        raise ModelError(
            f"{file} is not a file of tensors alone: fetch it again, or use the safetensors file."
        ) from error
    return found
