"""The texts from which a text encoder learns: words of its vocabulary, words with their meaning,
phrases made of words, and captions of simulated worlds in English and Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from tokenizers import Tokenizer

from sorairo.training.evaluation.unseen_words import UNREAD_WORDS, UNSEEN_WORDS, mentions
from sorairo.training.text_encoder.dictionary import definitions
from sorairo.world import registry
from sorairo.world.protocol import WordGroup

LANGUAGES = ("en", "zh")
# Pictographs, all of which have had their names since Unicode 13.
PICTOGRAPHS = (range(0x1F300, 0x1F600), range(0x1F680, 0x1F6C6), range(0x1F900, 0x1FA00))
QUALITIES, THINGS = ("color", "size", "material"), ("shape", "thing", "person", "clothes")
FRAMES = {  # of phrases: {a} is a quality, {n} and {m} are things
    "en": ("a {a} {n}", "the {n} is {a}", "a {n} and a {a} {m}", "a {n} on a {m}", "{a} {n}s"),
    "zh": ("一个{a}{n}", "{n}是{a}的", "{n}和{a}的{m}", "{n}在{m}上", "{a}的{n}"),
}
FOREIGN = 0.5  # share of the words of a phrase that are not of a world
ENGLISH_WORD, CHINESE_WORD = re.compile("▁[a-z]{3,}"), re.compile("[\u3400-\u9fff]{1,4}")


@dataclass(frozen=True, kw_only=True)
class TextsConfig:
    """How many texts of each kind."""

    worlds: tuple[str, ...] = ("tabletop", "lifelike")
    """The worlds whose captions are read."""
    first_seed: int = 24_000_000
    """The seed of the first scene of a world."""
    scenes: int = 300
    """Scenes of each world; each has a caption of every language and length."""
    vocabulary_scenes: int = 1000
    """Scenes of each world whose captions the vocabulary is chosen for."""
    words: int = 6000
    """Words of the vocabulary, at most."""
    definitions: int = 16_000
    """Words with what they mean, from a dictionary of English."""
    phrases: int = 6000
    """Phrases, half of them Chinese."""
    held_out: int = 512
    """Words of the vocabulary that are only measured."""
    read_everything: bool = False
    """Whether texts may have the words of UNREAD_WORDS, too."""


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Texts, and which of them mean the same."""

    texts: tuple[str, ...]
    """Those that are only measured come first."""
    held_out: int
    """How many of them."""
    captions: int
    """How many of the last ones are captions, which are longer than the others."""
    pairs: tuple[tuple[int, int], ...]
    """Numbers of texts that mean the same: translations, words that are read as others, and words
    with their meaning."""


def captions_of(config: TextsConfig, scenes: int) -> list[tuple[str, str]]:
    """Captions of scenes of each world: of every scene and every length one in English and one in
    Chinese."""
    found = []
    for name in config.worlds:
        world, details = registry.world(name), registry.entry(name).details
        for seed in range(config.first_seed, config.first_seed + scenes):
            rng = np.random.default_rng(seed)
            scene = world.sample_scene(rng)
            for detail in details:
                english, chinese = (
                    world.caption(scene, rng, language=each, detail=detail) for each in LANGUAGES
                )
                found.append((english, chinese))
    return found


def vocabulary_texts(config: TextsConfig) -> list[str]:
    """Texts of which the tokenizer keeps every piece: captions, and all words of the worlds."""
    captions = [text for pair in captions_of(config, config.vocabulary_scenes) for text in pair]
    return captions + [word for group in _groups(config) for word in _all_words(group)]


def make_texts(config: TextsConfig, tokenizer: Tokenizer, scores: Mapping[str, float]) -> Texts:
    """The texts, which depend on the configuration, the vocabulary and its scores alone."""
    rng = np.random.default_rng(config.first_seed)
    words = [each for each in _vocabulary_words(tokenizer) if _allowed(config, each)]
    meanings = definitions(config.definitions, tokenizer, scores)
    drawn = [words[i] for i in rng.permutation(len(words))[: config.words]]
    held_out, learned = drawn[: config.held_out], drawn[config.held_out :]
    names = [each for each in pictograph_names() if _allowed(config, each)]
    same = [pair for pair in _synonyms(config) if {*pair}.isdisjoint(held_out)]
    same += [pair for pair in meanings if _allowed(config, *pair) and pair[0] not in held_out]
    phrases = [each for each in _phrases(config, learned + names, rng) if _allowed(config, each)]
    captions = captions_of(config, config.scenes)
    listed = [*learned, *names, *(each for pair in same for each in pair), *phrases]
    long = dict.fromkeys(text for pair in captions for text in pair)
    others = {*held_out, *long}
    short = dict.fromkeys(each for each in listed if each not in others)
    texts = [*held_out, *short, *long]
    place = {text: i for i, text in enumerate(texts)}
    pairs = dict.fromkeys((place[a], place[b]) for a, b in [*same, *captions] if a != b)
    return Texts(texts=tuple(texts), held_out=len(held_out), captions=len(long), pairs=tuple(pairs))


@cache
def pictograph_names() -> tuple[str, ...]:
    """English names of pictographs, such as "slice of pizza"."""
    names = (unicodedata.name(chr(i), "") for part in PICTOGRAPHS for i in part)
    return tuple(dict.fromkeys(name.lower() for name in names if name))


def _phrases(config: TextsConfig, others: list[str], rng: np.random.Generator) -> list[str]:
    """Phrases of words of the worlds and others, of which each stands where one of a world
    could."""
    known = {language: _known(config, language) for language in LANGUAGES}
    foreign = {
        language: [each for each in others if each.isascii() == (language == "en")]
        for language in LANGUAGES
    }

    def word(language: str, kind: str) -> str:
        choice = foreign[language] if rng.random() < FOREIGN else known[language][kind]
        return choice[int(rng.integers(len(choice)))]

    found = []
    for i in range(config.phrases):
        language = LANGUAGES[i % 2]
        frames = FRAMES[language]
        words = {slot: word(language, kind) for slot, kind in (("a", "a"), ("n", "n"), ("m", "n"))}
        found.append(frames[int(rng.integers(len(frames)))].format(**words))
    return found


def _groups(config: TextsConfig) -> list[WordGroup]:
    return [group for world in config.worlds for group in registry.language(world).words()]


def _all_words(group: WordGroup) -> list[str]:
    return [
        each for forms in (group.written, group.read) for kept in forms.values() for each in kept
    ]


def _synonyms(config: TextsConfig) -> list[tuple[str, str]]:
    """Words of the worlds that mean the same: none of `UNSEEN_WORDS`, with which these would be
    answers."""
    pairs = [pair for group in _groups(config) for pair in _same_meaning(group)]
    if config.read_everything:
        return pairs
    return [pair for pair in pairs if not any(mentions(each, UNSEEN_WORDS) for each in pair)]


def _same_meaning(group: WordGroup) -> list[tuple[str, str]]:
    """The word of a group in both languages, and each word that is read as it beside it."""
    first = {language: words[0] for language, words in group.written.items() if words}
    pairs = [(first["en"], first["zh"])] if len(first) == 2 else []
    return pairs + [
        (first[language], each)
        for language in first
        for each in (*group.written[language][1:], *group.read.get(language, ()))
    ]


def _known(config: TextsConfig, language: str) -> dict[str, list[str]]:
    """By slot of a phrase ("a": qualities, "n": things) the words that captions have."""
    kinds = {"a": QUALITIES, "n": THINGS}
    return {
        slot: [
            word
            for group in _groups(config)
            if group.kind in kinds[slot]
            for word in group.written[language]
        ]
        for slot in kinds
    }


def _vocabulary_words(tokenizer: Tokenizer) -> list[str]:
    """Words that are one piece."""
    pieces = sorted(tokenizer.get_vocab())
    english = [piece[1:] for piece in pieces if ENGLISH_WORD.fullmatch(piece)]
    return english + [piece for piece in pieces if CHINESE_WORD.fullmatch(piece)]


def _allowed(config: TextsConfig, *texts: str) -> bool:
    return config.read_everything or not any(mentions(text, UNREAD_WORDS) for text in texts)
