"""The tokenizer of a model, trained on captions of the clips it learns from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from sorairo.data.latent_dataset import ClipSet
from sorairo.models import hub
from sorairo.models.network_files import load_networks
from sorairo.models.text import train_tokenizer, with_words
from sorairo.video.atomic_write import whole_file
from sorairo.world import registry

CAPTIONS = 20_000
REPEATED = 10  # times that each word of a vocabulary is shown


def make_tokenizer(clips: dict[str, ClipSet], start: str, vocabulary: int) -> Tokenizer:
    """The tokenizer of the model `start` with new words, or a new one for ""."""
    if start:
        known = load_networks(hub.find(start)).tokenizer
        return with_words(known, texts_of(clips), vocabulary)
    return train_tokenizer(texts_of(clips), vocabulary)


def kept_tokenizer(path: Path, make: Callable[[], Tokenizer]) -> Tokenizer:
    """The tokenizer in the file `path`; if it is not there, what `make` returns is written to it. A
    run that is continued keeps the one that it began with."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as new:
            make().save(str(new))
    return Tokenizer.from_file(str(path))


def texts_of(clips: dict[str, ClipSet], count: int = CAPTIONS) -> list[str]:
    """What a tokenizer learns from: captions of the clips, and the words of their worlds, of which
    some are rare in captions. Those of the table-top are all frequent."""
    worlds = {each.world for each in clips.values()} - {registry.DEFAULT, registry.NONE}
    groups = [group for world in sorted(worlds) for group in registry.language(world).words()]
    words = [
        word
        for group in groups
        for forms in (group.written, group.read)
        for each in forms.values()
        for word in each
    ]
    return captions(clips, count, seed=0) + words * REPEATED


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
