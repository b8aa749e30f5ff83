"""How often a word that no caption has is nearest to the word that a person would choose for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from sorairo.training.evaluation.unseen_words import UNREAD_WORDS, UNSEEN_WORDS
from sorairo.world import registry

Embed = Callable[[Sequence[str]], Float[Tensor, "n d"]]
WORLDS = ("tabletop", "lifelike")
KINDS = {"color", "size", "material", "shape", "thing", "person", "clothes"}
COUNTS = (1, 3)


def known_words(language: str) -> tuple[str, ...]:
    """The words of captions for what things are and look like."""
    groups = (group for world in WORLDS for group in registry.language(world).words())
    words = (word for group in groups if group.kind in KINDS for word in group.written[language])
    return tuple(dict.fromkeys(words))


def nearest(
    embed: Embed, words: Sequence[str], known: tuple[str, ...], count: int
) -> list[tuple[str, ...]]:
    """For each of some words the nearest of the known ones, by the cosine of their embeddings
    relative to the mean of the known ones."""
    found = embed([*words, *known]).float()
    unit = F.normalize(found - found[len(words) :].mean(0), dim=-1)
    order = (unit[: len(words)] @ unit[len(words) :].T).topk(count).indices
    return [tuple(known[i] for i in row) for row in order.tolist()]


def neighbour_rates(embed: Embed, languages: Iterable[str] = ("en", "zh")) -> dict[str, float]:
    """The share of `UNSEEN_WORDS` for which the nearest known word, or one of the nearest three, is
    one that a person would choose; also of those that texts for training may have ("read"), and of
    the others ("unread")."""
    rates = {}
    for language in languages:
        answers = UNSEEN_WORDS[language]
        found = nearest(embed, tuple(answers), known_words(language), max(COUNTS))
        for count in COUNTS:
            right = {
                word: not {*row[:count]}.isdisjoint(answers[word])
                for word, row in zip(answers, found, strict=True)
            }
            unread = [right[word] for word in UNREAD_WORDS[language]]
            read = [right[word] for word in answers if word not in UNREAD_WORDS[language]]
            for part, values in (("", [*right.values()]), ("read ", read), ("unread ", unread)):
                rates[f"{language} {part}top-{count}"] = round(sum(values) / len(values), 3)
    return rates


def mean_features(
    features: Float[Tensor, "n s d"], mask: Bool[Tensor, "n s"]
) -> Float[Tensor, "n d"]:
    """The mean of the features of each text over its tokens but the start token, float32."""
    weights = mask[:, 1:, None].float()
    return (features[:, 1:].float() * weights).sum(1) / weights.sum(1).clamp(min=1.0)
