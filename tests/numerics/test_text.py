"""The tokenizer keeps words and Chinese characters apart; the encoder uses all of its input."""

from __future__ import annotations

import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from random_weights import randomise
from sorairo.models.text import START, TextConfig, TextNetwork, tokenize, train_tokenizer

CAPTIONS = [
    "a red ball drops onto a wooden floor",
    "a blue cube slides to the left on the checkerboard",
    "an orange cylinder rolls to the right, slowly",
    "一个红色的球落到木地板上",
    "一个紫色的方块在沙地上向右滑动，很慢",
]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(CAPTIONS * 50, 600)


def test_common_words_are_one_token(tokenizer: Tokenizer):
    assert tokenizer.encode("a red ball").tokens == ["Ġa", "Ġred", "Ġball"]
    assert [tokenizer.decode([i]) for i in tokenizer.encode("红色的球").ids] == list("红色的球")


def test_a_first_word_is_the_token_that_it_is_inside(tokenizer: Tokenizer):
    assert tokenizer.encode("Red ball").tokens == tokenizer.encode("a red ball").tokens[1:]
    assert tokenizer.encode(" red ball").tokens == tokenizer.encode("red ball").tokens
    assert tokenizer.encode(" 红").tokens == tokenizer.encode("红").tokens
    assert tokenizer.encode("").tokens == []


def test_no_token_joins_two_chinese_characters_or_crosses_a_word(tokenizer: Tokenizer):
    for i in range(2, tokenizer.get_vocab_size()):
        text = tokenizer.decode([i])
        assert len(CHINESE.findall(text)) <= 1, text
        assert not CHINESE.search(text) or len(text) == 1, text
        assert " " not in text[1:], text


@given(text=st.text(st.sampled_from("红球 色的abz,.，é\U0001f600"), max_size=30))
def test_tokens_stay_within_words_of_any_text(tokenizer: Tokenizer, text: str):
    encoding = tokenizer.encode(text)
    normal = tokenizer.normalizer.normalize_str(text)
    assert tokenizer.decode(encoding.ids) == normal
    for token in encoding.ids:
        assert len(CHINESE.findall(tokenizer.decode([token]))) <= 1


def test_case_and_width_are_folded(tokenizer: Tokenizer):
    assert tokenizer.encode("A RED Ball，").ids == tokenizer.encode("a red ball,").ids


def test_a_prompt_begins_with_the_start_token(tokenizer: Tokenizer):
    start = tokenizer.token_to_id(START)
    ids, mask = tokenize(tokenizer, ["", "a red ball", "红"], 64)
    assert ids[:, 0].tolist() == [start] * 3
    assert mask.sum(1).tolist() == [1, 4, 2]
    assert ids[1, 1:].tolist() == tokenizer.encode("a red ball").ids
    assert bool((ids[~mask] == tokenizer.token_to_id("<pad>")).all())
    alone, _ = tokenize(tokenizer, [""], 64)
    assert alone.tolist() == [[start]]


def test_long_prompts_are_cut(tokenizer: Tokenizer):
    ids, mask = tokenize(tokenizer, ["a red " * 100, "a red"], 16)
    assert ids.shape == mask.shape == (2, 16)
    assert mask.sum(1).tolist() == [16, 3]


def test_special_tokens_cannot_be_typed(tokenizer: Tokenizer):
    """A prompt that spells one out must not be cut short or padded by it."""
    ids, _ = tokenize(tokenizer, ["a <pad> ball <s>"], 64)
    assert ids[0, 1:].min() > tokenizer.token_to_id(START)


def test_features_do_not_depend_on_padding(tokenizer: Tokenizer):
    config = TextConfig(vocabulary=tokenizer.get_vocab_size(), dim=32, heads=2, layers=2)
    encoder = randomise(TextNetwork(config)).double()
    ids, mask = tokenize(tokenizer, ["a red ball", CAPTIONS[1]], 64)
    alone, own = tokenize(tokenizer, ["a red ball"], 64)
    features = encoder(ids, mask)
    torch.testing.assert_close(
        features[:1, : alone.shape[1]], encoder(alone, own), atol=1e-5, rtol=1e-4
    )
    assert features.shape == (*ids.shape, 32)


def test_the_order_of_words_counts(tokenizer: Tokenizer):
    config = TextConfig(vocabulary=tokenizer.get_vocab_size(), dim=32, heads=2, layers=2)
    encoder = randomise(TextNetwork(config)).double()
    ids, mask = tokenize(tokenizer, ["red ball", "ball red"], 64)
    features = encoder(ids, mask)
    assert not torch.allclose(features[0, 0], features[1, 0], atol=1e-4)
