"""GGUF files, read with the library gguf: what they hold, and tensors that stay mapped to the file.
No torch."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sorairo.errors import ModelError

if TYPE_CHECKING:
    import numpy as np

GGUF = ".gguf"
SHAPE = "comfy.gguf.orig_shape."  # + name: the shape of a tensor that is stored in another one


def gguf_shapes(path: Path) -> dict[str, tuple[str, tuple[int, ...], int]]:
    """The format, the shape and the bytes of each tensor. Raises ModelError for a file that is none
    or is cut short, and without the library."""
    reader = _reader(path)
    found = {}
    for tensor in reader.tensors:
        stated = reader.fields.get(SHAPE + tensor.name)
        shape = stated.contents() if stated else [int(side) for side in tensor.shape[::-1]]
        if math.prod(shape) != int(tensor.n_elements):
            raise ModelError(f"{tensor.name} in {path.name} has another size than its shape says.")
        found[tensor.name] = (tensor.tensor_type.name, tuple(shape), int(tensor.n_bytes))
    return found


def gguf_data(path: Path, name: str) -> np.ndarray:
    """A tensor as it is stored: floats, or bytes of rows. Raises KeyError and ModelError."""
    return {each.name: each for each in _reader(path).tensors}[name].data


def _reader(path: Path) -> Any:
    try:
        stamp = path.stat()
        return _opened(path, (stamp.st_size, stamp.st_mtime_ns))
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error


@lru_cache(maxsize=4)
def _opened(path: Path, _stamp: tuple[int, int]) -> Any:
    try:
        from gguf import GGUFReader
    except ImportError as error:
        raise ModelError(
            f"{path.name} is a GGUF file, which needs the library gguf: pip install"
            " 'sorairo[quantised]'."
        ) from error
    try:
        return GGUFReader(path, "c")  # copy on write: what torch takes without a copy
    except (ValueError, KeyError, IndexError, TypeError, OverflowError) as error:
        said = f"{path} is not a GGUF file, or only its beginning: fetch it again."
        raise ModelError(said) from error
