"""What safetensors files hold, read from their headers alone: no torch, nothing is loaded."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sorairo.errors import ModelError
from sorairo.models.wan.files.gguf_files import GGUF, gguf_shapes

MAX_HEADER = 100_000_000  # bytes: safetensors' own limit
WHOLE = 64 << 20  # bytes of a file that its fingerprint covers whole; of a larger one:
SAMPLES, SAMPLE = 256, 4096  # places, and bytes of each
METADATA = "__metadata__"


@dataclass(frozen=True, kw_only=True)
class TensorEntry:
    """A tensor in a file."""

    file: Path
    dtype: str
    """As safetensors writes it: BF16, F32, ..."""
    shape: tuple[int, ...]
    bytes: int
    """In the file."""


def read_header(path: Path) -> dict[str, TensorEntry]:
    """The tensors of a safetensors or GGUF file by name. Raises ModelError for a file that is none,
    or that is cut short."""
    if path.suffix == GGUF:
        return {
            name: TensorEntry(file=path, dtype=kind, shape=shape, bytes=size)
            for name, (kind, shape, size) in gguf_shapes(path).items()
        }
    try:
        with open(path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > MAX_HEADER:
                raise ValueError("no header")
            header: dict[str, Any] = json.loads(file.read(length))
            size = file.seek(0, 2)
        header.pop(METADATA, None)
        end = max((entry["data_offsets"][1] for entry in header.values()), default=0)
        entries = {name: _entry(path, entry) for name, entry in header.items()}
    except (ValueError, LookupError, TypeError, AttributeError, struct.error) as error:
        raise ModelError(
            f"{path} is not a safetensors file, or only its beginning: fetch it again."
        ) from error
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    if size != 8 + length + end:
        raise ModelError(
            f"{path} has {size} bytes, its header says {8 + length + end}: fetch it again."
        )
    return entries


def _entry(path: Path, entry: Mapping[str, Any]) -> TensorEntry:
    """A tensor as a header names it. Raises ValueError, KeyError and TypeError for another value
    than safetensors has there."""
    begin, end = entry["data_offsets"]
    shape = tuple(entry["shape"])
    if not isinstance(entry["dtype"], str) or not all(
        type(each) is int and each >= 0 for each in (begin, end, *shape)
    ):
        raise ValueError("no header")
    return TensorEntry(file=path, dtype=entry["dtype"], shape=shape, bytes=end - begin)


def read_headers(paths: Sequence[Path]) -> dict[str, TensorEntry]:
    """The tensors of several files. Raises ModelError, also for a name that two files have."""
    found: dict[str, TensorEntry] = {}
    for path in paths:
        entries = read_header(path)
        twice = found.keys() & entries.keys()
        if twice:
            raise ModelError(
                f"{path} has '{min(twice)}', which {found[min(twice)].file} has too: keep one."
            )
        found |= entries
    return found


def shards(index: Path) -> list[Path]:
    """The files that a `*.safetensors.index.json` names. Raises ModelError for missing ones."""
    try:
        weight_map: dict[str, str] = json.loads(index.read_text())["weight_map"]
        names = sorted({str(name) for name in weight_map.values()})
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise ModelError(f"{index} cannot be read: fetch it again.") from error
    wrong = [name for name in names if name != Path(name).name]
    if wrong:
        raise ModelError(f"{index} names '{wrong[0]}', which is not a file beside it.")
    missing = [name for name in names if not (index.parent / name).is_file()]
    if missing:
        raise ModelError(f"{index.parent} lacks {', '.join(missing)}, which {index.name} names.")
    files = [index.parent / name for name in names]
    lacking = sorted(weight_map.keys() - read_headers(files).keys())
    if lacking:
        raise ModelError(f"{index} names '{lacking[0]}', which none of its files has.")
    return files


def fingerprint(paths: Sequence[Path], root: Path) -> str:
    """16 hex digits that stand for the files of a model: the first of a SHA-256 over the names,
    sizes and contents of all. Of a file larger than WHOLE it covers the first megabyte (of
    safetensors, the header) and SAMPLES places spread evenly: to read 30 GB would take minutes."""
    total = hashlib.sha256()
    for path in paths:
        size = path.stat().st_size
        total.update(f"{path.relative_to(root)} {size}\n".encode())
        with open(path, "rb") as file:
            total.update(file.read(WHOLE if size <= WHOLE else 1 << 20))
            for sample in range(SAMPLES if size > WHOLE else 0):
                file.seek(size * sample // SAMPLES)
                total.update(file.read(SAMPLE))
    return total.hexdigest()[:16]
