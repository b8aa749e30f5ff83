"""What the teacher makes of texts, kept in shards in the cache folder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor
from tqdm import tqdm

from sorairo.data.cache import cache_folder
from sorairo.data.digest import digest
from sorairo.models.text import tokenize
from sorairo.nn.precision import choose_device, compute_dtype
from sorairo.training.text_encoder.teacher import Teacher
from sorairo.video.atomic_write import whole_file

SHARD, BATCH = 2048, 64  # texts


@dataclass(frozen=True, kw_only=True, eq=False)
class Features:
    """Of texts: their tokens, and what the teacher makes of them."""

    ids: list[Int[ndarray, "_"]]
    """The tokens of each text."""
    tokens: list[Float[ndarray, "_ d"]]
    """What the teacher makes of each of them, float16; of the start token the mean of the text."""
    means: Float[ndarray, "n d"]
    """The embedding of each text, float32."""


def teacher_features(
    teacher: Teacher, tokenizer: Tokenizer, texts: tuple[str, ...], max_length: int, mark: str
) -> Features:
    """The features of texts of up to `max_length` tokens. `mark` distinguishes the teacher and the
    tokenizer from others."""
    folder = cache_folder() / "text-features" / digest([mark, max_length, *texts])
    folder.mkdir(parents=True, exist_ok=True)
    device = choose_device(None)
    teacher = teacher.to(device)
    ids, tokens, means = [], [], []
    for begin in tqdm(range(0, len(texts), SHARD), desc="teacher", unit="shard"):
        path = folder / f"{begin // SHARD:05d}.safetensors"
        if not path.exists():
            found = _computed(teacher, tokenizer, texts[begin : begin + SHARD], max_length)
            with whole_file(path) as new:
                save_file(found, new)
        shard = {name: value.numpy() for name, value in load_file(path).items()}
        ends = np.cumsum(shard["lengths"])[:-1]
        ids += np.split(shard["ids"], ends)
        tokens += np.split(shard["tokens"], ends)
        means.append(shard["means"])
    return Features(ids=ids, tokens=tokens, means=np.concatenate(means))


def _computed(
    teacher: Teacher, tokenizer: Tokenizer, texts: tuple[str, ...], max_length: int
) -> dict[str, Tensor]:
    """The features of some texts, those of all tokens one after the other."""
    ids, mask = tokenize(tokenizer, texts, max_length)
    lengths = mask.sum(1)
    device = teacher.embedding.weight.device
    dtype = compute_dtype(device)
    tokens: list[Tensor] = [torch.empty(0)] * len(texts)
    means = torch.zeros(len(texts), teacher.dim)
    for rows in lengths.argsort(stable=True).split(BATCH):  # of about one length
        width = int(lengths[rows].max())
        seen = mask[rows, :width]
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            found, average = teacher(ids[rows, :width].to(device), seen.to(device))
        found[:, 0] = average
        means[rows] = average.cpu()
        for row, values, length in zip(rows.tolist(), found.cpu(), lengths[rows], strict=True):
            tokens[row] = values[: int(length)].half()
    return {
        "ids": ids[mask],
        "lengths": lengths,
        "tokens": torch.cat(tokens),
        "means": means,
    }
