"""The tokenizer of a model, trained on captions of the clips it learns from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from sorairo.data.latent_dataset import ClipSet
from sorairo.models import hub
from sorairo.models.network_files import load_networks
from sorairo.models.text import train_tokenizer, with_words
from sorairo.world import registry

CAPTIONS = 20_000


def make_tokenizer(path: Path, clips: dict[str, ClipSet], start: str, vocabulary: int) -> Tokenizer:
    """The tokenizer in the file `path`, which is written if it is not there: that of the model
    `start` with new words, or a new one for ""."""
    if path.exists():
        return Tokenizer.from_file(str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    if start:
        known = load_networks(hub.find(start)).tokenizer
        texts = captions(clips, CAPTIONS, seed=0)
        tokenizer = with_words(known, texts, vocabulary)
    else:
        tokenizer = train_tokenizer(captions(clips, CAPTIONS, seed=0), vocabulary)
    tokenizer.save(str(path))
    return tokenizer


def captions(clips: dict[str, ClipSet], count: int, seed: int) -> list[str]:
    """Captions of random clips: every second one Chinese, half of them long."""
    rng = np.random.default_rng(seed)
    scenes = [
        (each.world, scene)
        for each in clips.values()
        for found in each.scenes.values()
        for scene in found
        if scene
    ]
    texts = []
    for i in range(count):
        world, scene = scenes[int(rng.integers(len(scenes)))]
        language, details = "en" if i % 2 else "zh", registry.entry(world).details
        detail = details[-1 if i % 4 < 2 else 0]
        texts.append(registry.caption(world, scene, rng, language=language, detail=detail))
    return texts
