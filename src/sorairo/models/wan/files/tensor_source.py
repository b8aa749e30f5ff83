"""Tensors in files, read one by one."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from sorairo.errors import ModelError
from sorairo.models.wan.files.gguf_files import GGUF, gguf_data
from sorairo.models.wan.files.pickles import check_pickle
from sorairo.models.wan.files.tensor_files import TensorEntry, read_headers
from sorairo.models.wan.files.transformer_names import without_prefix
from sorairo.nn import ggml
from sorairo.nn.packed import FP8, FP8_TYPES, Packed

Shapes = Mapping[str, tuple[int, ...]]
FLOATS = (torch.float32, torch.float16, torch.bfloat16)
SCALES = (".scale_weight", ".weight_scale")
"""What the scale of a float8 weight is called, in place of ".weight", by ComfyUI's older and newer
files."""
COMPANIONS = (*SCALES, ".scale_input", ".input_scale", ".comfy_quant", "scaled_fp8")
"""Ends of the names of tensors that are no parameters."""


class TensorSource:
    """Tensors in files, by names without prefixes."""

    def __init__(self, shapes: Shapes, read: Callable[[str], Tensor | Packed]) -> None:
        self.shapes = {n: shape for n, shape in shapes.items() if not n.endswith(COMPANIONS)}
        self._read = read

    @classmethod
    def of(cls, files: Sequence[Path]) -> TensorSource:
        """Raises ModelError for files that cannot be read."""
        if files[0].suffix == ".pth":
            tensors = _unpickled(files[0])
            return cls({name: tuple(t.shape) for name, t in tensors.items()}, tensors.__getitem__)
        entries = read_headers(files)
        originals = {without_prefix(name): name for name in entries}

        def read(name: str) -> Tensor | Packed:
            entry = entries[originals[name]]
            if entry.file.suffix == GGUF:
                return _from_gguf(entry, originals[name])
            with safe_open(entry.file, framework="pt") as file:
                tensor = file.get_tensor(originals[name])
            if tensor.dtype not in FP8_TYPES or tensor.ndim != 2:
                return tensor
            stem = name.removesuffix(".weight")
            scales = [read(stem + end) for end in SCALES if stem + end in originals]
            scale = scales[0].float().flatten() if scales else None  # type: ignore[union-attr]
            if scale is not None and scale.numel() > 1:
                scale = scale[:, None]
            return Packed(kind=FP8, data=tensor, columns=tensor.shape[1], scale=scale)

        return cls({name: entries[each].shape for name, each in originals.items()}, read)

    def read(self, name: str) -> Tensor | Packed:
        """A tensor, or a matrix in a quantised format. Raises ModelError."""
        try:
            tensor = self._read(name)
        except (OSError, SafetensorError) as error:
            raise ModelError(f"{name} cannot be read: {str(error)[:200]}.") from error
        if isinstance(tensor, Tensor) and tensor.dtype not in (*FLOATS, *FP8_TYPES):
            raise ModelError(
                f"{name} is stored as {tensor.dtype}: use files in bfloat16, float16, float32 or"
                " float8, or GGUF files."
            )
        return tensor

    def dense(self, name: str, dtype: torch.dtype) -> Tensor:
        """A tensor in a number format, unpacked where it is quantised. Raises ModelError."""
        found = self.read(name)
        return found.unpacked(dtype) if isinstance(found, Packed) else found.to(dtype)


def _from_gguf(entry: TensorEntry, name: str) -> Tensor | Packed:
    data = torch.from_numpy(gguf_data(entry.file, name))
    if entry.dtype == "BF16":
        data = data.view(torch.bfloat16)
    if entry.dtype in ("F32", "F16", "BF16"):
        return data.reshape(entry.shape)
    if entry.dtype not in ggml.FORMATS:
        raise ModelError(
            f"{name} in {entry.file.name} is stored as {entry.dtype}: use one of"
            f" {', '.join(ggml.FORMATS)}."
        )
    packed = Packed(kind=entry.dtype, data=data.flatten(0, -2), columns=0)
    form = ggml.FORMATS[entry.dtype]
    columns = packed.data.shape[1] // form.bytes * form.numbers
    packed = Packed(kind=entry.dtype, data=packed.data, columns=columns)
    if len(entry.shape) == 2 and entry.shape == packed.shape:
        return packed
    if math.prod(entry.shape) != math.prod(packed.shape):
        raise ModelError(f"{name} in {entry.file.name} has another size than its shape says.")
    return packed.unpacked(torch.float32).reshape(entry.shape)


def _unpickled(file: Path) -> dict[str, Tensor]:
    """The tensors of a file of the original repositories. Nothing but tensors is unpickled."""
    check_pickle(file)
    try:
        found: Any = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
        if not isinstance(found, dict) or not all(isinstance(t, Tensor) for t in found.values()):
            raise ValueError("no tensors")
    except (pickle.UnpicklingError, RuntimeError, ValueError, EOFError, OSError) as error:
        raise ModelError(
            f"{file} is not a file of tensors alone: fetch it again, or use the safetensors file."
        ) from error
    return found
