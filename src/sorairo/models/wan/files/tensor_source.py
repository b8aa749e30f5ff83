"""Tensors in files, read one by one."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Iterable, Mapping, Sequence
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
FLOATS = ("F32", "F16", "BF16")
READABLE = {*FLOATS, "F8_E4M3", "F8_E5M2", *ggml.FORMATS}
"""Number formats, as files name them, that networks can be made from."""
PICKLED = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}
SCALES = (".scale_weight", ".weight_scale")
"""What the scale of a float8 weight is called, in place of ".weight", by ComfyUI's older and newer
files."""
COMPANIONS = (*SCALES, ".scale_input", ".input_scale", ".comfy_quant", "scaled_fp8")
"""Ends of the names of tensors that are no parameters."""


class TensorSource:
    """Tensors in files, by names without prefixes. What they are is known from the files' headers;
    each is read when it is asked for."""

    def __init__(
        self,
        shapes: Shapes,
        formats: Mapping[str, str],
        read: Callable[[str], Tensor | Packed],
    ) -> None:
        self.shapes = {n: shape for n, shape in shapes.items() if not n.endswith(COMPANIONS)}
        self.formats = formats
        """The number format of each tensor, as safetensors and GGUF name it."""
        self._read = read

    @classmethod
    def of(cls, files: Sequence[Path]) -> TensorSource:
        """Raises ModelError for files that cannot be read."""
        if files[0].suffix == ".pth":
            tensors = _unpickled(files[0])
            shapes = {name: tuple(each.shape) for name, each in tensors.items()}
            formats = {n: PICKLED.get(t.dtype, str(t.dtype)) for n, t in tensors.items()}
            return cls(shapes, formats, tensors.__getitem__)
        entries = read_headers(files)
        originals = {without_prefix(name): name for name in entries}
        shapes = {name: entries[each].shape for name, each in originals.items()}
        _check_scales(shapes)

        def read(name: str) -> Tensor | Packed:
            entry = entries[originals[name]]
            if entry.file.suffix == GGUF:
                return _from_gguf(entry, originals[name])
            with safe_open(entry.file, framework="pt") as file:
                tensor = file.get_tensor(originals[name])
            if tensor.dtype not in FP8_TYPES:
                return tensor
            stem = name.removesuffix(".weight")
            scales = [read(stem + end) for end in SCALES if stem + end in originals]
            scale = scales[0].float().flatten() if scales else None  # type: ignore[union-attr]
            if scale is not None and scale.numel() > 1:
                scale = scale.view(-1, *[1] * (tensor.ndim - 1))
            if tensor.ndim != 2:
                return tensor if scale is None else tensor.float() * scale
            return Packed(kind=FP8, data=tensor, columns=tensor.shape[1], scale=scale)

        formats = {name: entries[each].dtype for name, each in originals.items()}
        return cls(shapes, formats, read)

    def check_formats(self, names: Iterable[str]) -> None:
        """Raises ModelError where one of these tensors is stored in a format of numbers that cannot
        be computed with."""
        for name in names:
            if self.formats[name] not in READABLE:
                raise ModelError(
                    f"{name} is stored as {self.formats[name]}: use files in bfloat16, float16,"
                    f" float32 or float8, or GGUF files ({', '.join(ggml.FORMATS)})."
                )

    def read(self, name: str) -> Tensor | Packed:
        """A tensor, or a matrix in a quantised format. Raises ModelError."""
        try:
            return self._read(name)
        except (OSError, SafetensorError) as error:
            raise ModelError(f"{name} cannot be read: {str(error)[:200]}.") from error

    def dense(self, name: str, dtype: torch.dtype) -> Tensor:
        """A tensor in a number format, unpacked where it is quantised. Raises ModelError."""
        found = self.read(name)
        return found.unpacked(dtype) if isinstance(found, Packed) else found.to(dtype)


def _check_scales(shapes: Shapes) -> None:
    """Raises ModelError where a float8 weight has neither one scale nor one a row."""
    for name, shape in shapes.items():
        for end in SCALES:
            weight = shapes.get(f"{name.removesuffix(end)}.weight") if name.endswith(end) else None
            if weight is not None and math.prod(shape) not in (1, weight[0]):
                raise ModelError(
                    f"{name} is {list(shape)}: it is to be one number, or {weight[0]}."
                )


def _from_gguf(entry: TensorEntry, name: str) -> Tensor | Packed:
    data = torch.from_numpy(gguf_data(entry.file, name))
    if entry.dtype == "BF16":
        data = data.view(torch.bfloat16)
    if entry.dtype in FLOATS:
        return data.reshape(entry.shape)
    packed = Packed(kind=entry.dtype, data=data.flatten(0, -2), columns=0)
    form = ggml.FORMATS[entry.dtype]
    columns = packed.data.shape[1] // form.bytes * form.numbers
    packed = Packed(kind=entry.dtype, data=packed.data, columns=columns)
    if len(entry.shape) == 2 and entry.shape == packed.shape:
        return packed
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
