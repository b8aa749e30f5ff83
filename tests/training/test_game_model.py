"""Training of a playable model: what it names, what it starts from, and what is measured of it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from sorairo.errors import TrainingError
from sorairo.models.crafter.amounts import AMOUNTS, ITEM_PLACES, KEPT, amount_latents
from sorairo.models.crafter.files import load_play_model
from sorairo.models.crafter.given import MAP_PLACES, PLACES, Truth, given, given_channels, positions
from sorairo.models.crafter.network import PlayConfig, PlayModel
from sorairo.models.text import train_tokenizer
from sorairo.training.data.games.latents import (
    LatentGame,
    encode,
    encode_games,
    last_changed,
    last_seen,
)
from sorairo.training.data.games.shards import GamesConfig, record_games
from sorairo.training.evaluation.events_drawn import events_drawn, gains_drawn
from sorairo.training.networks.game_model import PlayTask, embeddings, grown
from sorairo.training.objectives.game_model import NamingNetwork, without_names
from sorairo.training.recipes.crafter import MODEL, crafter
from sorairo.world.crafter.names import GROUND, ITEMS, THINGS
from sorairo.world.crafter.rollouts import play
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import Start

SMALL = replace(
    MODEL, transformer=replace(MODEL.transformer, dim=48, ffn_dim=48, heads=2, layers=2)
)
PLAIN = replace(
    SMALL,
    counted=0,
    counts_sleep=False,
    named_amounts=False,
    transformer=replace(SMALL.transformer, given_channels=given_channels(8)),
)


def fresh(config: PlayConfig) -> PlayModel:
    torch.manual_seed(0)
    return PlayModel(config, train_tokenizer(["night falls"], config.text.vocabulary))


def inputs(config: PlayConfig) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    memory = torch.randn(1, 2, PLACES, 8, generator=generator)
    return {
        "x": torch.randn(1, 2, PLACES, 8, generator=generator),
        "sigma": torch.tensor([[0.0, 1.0]]),
        "given": given(memory, torch.ones(1, 2, PLACES), counted=config.counted),
        "positions": positions(*torch.zeros(3, 1, 2).unbind(0)),
    }


def predicted(network: torch.nn.Module, config: PlayConfig):
    features, mask = torch.zeros(2, 1, 96), torch.ones(2, 1, dtype=torch.bool)
    text, text_mask = network.read(torch.tensor([1, 5]), features, mask)
    return network.predict(**inputs(config), text=text, text_mask=text_mask)


def test_a_network_that_names_amounts_starts_as_one_that_does_not() -> None:
    plain = fresh(PLAIN)
    torch.nn.init.normal_(plain.denoiser.transformer.head.head.weight, std=0.1)
    network = NamingNetwork(SMALL)
    network.load_state_dict(network.state_dict() | grown(plain, SMALL, plain.tokenizer))
    assert network.amounts is not None
    torch.testing.assert_close(network.amounts.table, amount_latents(plain.codec))
    before, after = predicted(plain.denoiser, PLAIN), predicted(network, SMALL)
    torch.testing.assert_close(before.clean, after.clean)
    assert before.amounts is None
    assert after.amounts is not None


def test_a_network_grows_a_classifier_of_sleep() -> None:
    awake = replace(SMALL, counts_sleep=False)
    start, network = fresh(awake), NamingNetwork(SMALL)
    assert (start.denoiser.asleep(torch.randn(3, PLACES, 8)) < 0).all(), "nobody sleeps without one"
    network.load_state_dict(network.state_dict() | grown(start, SMALL, start.tokenizer))
    assert network.asleep(torch.randn(3, PLACES, 8)).shape == (3,)


def test_new_tokens_start_as_the_mean_of_their_pieces() -> None:
    before = train_tokenizer(["night"] * 4, 300)
    after = train_tokenizer(["night falls"] * 4, 300)
    known = torch.randn(300, 8)
    found = embeddings(known, before, after, 320)
    assert found.shape == (320, 8)

    def row(tokenizer: Tokenizer, token: str) -> int:
        number = tokenizer.token_to_id(token)
        assert number is not None
        return number

    night = known[row(before, "Ġnight")]
    torch.testing.assert_close(found[row(after, "Ġnight")], night)
    pieces = known[[row(before, each) for each in "Ġfalls"]]
    torch.testing.assert_close(found[row(after, "Ġfalls")], pieces.mean(0))


def test_the_initial_weights_must_have_the_shapes_of_the_recipe() -> None:
    recipe = replace(crafter(), start="other")
    start = fresh(SMALL)
    initial = grown(start, recipe.model, start.tokenizer)
    task = PlayTask(recipe, start.codec, [], [], start.tokenizer, initial)
    with pytest.raises(TrainingError, match="another shape"):
        task.network()


def test_names_cost_the_logarithm_of_what_they_could_be() -> None:
    network = NamingNetwork(SMALL)
    torch.nn.init.zeros_(network.naming_head[1].weight)
    torch.nn.init.zeros_(network.naming_head[1].bias)
    found = predicted(network, SMALL)
    true = Truth(
        ground=torch.zeros(1, 2, 7, 9, dtype=torch.long),
        things=torch.zeros(1, 2, 7, 9, dtype=torch.long),
        inventory=torch.full((1, 2, len(ITEMS)), 4),
        daylight=torch.ones(1, 2),
        sleeping=torch.zeros(1, 2),
    )
    loss = network.naming_loss(found, true.channels())
    land = math.log(len(GROUND)) + math.log(len(THINGS))
    torch.testing.assert_close(loss[..., :MAP_PLACES], torch.full((1, 2, MAP_PLACES), land))
    assert (loss[..., ITEM_PLACES.stop :] == 0).all(), "places without items"
    total = math.log(AMOUNTS - 1 + math.exp(KEPT))
    remembered = predicted(network, SMALL).amounts.argmax(-1)
    expected = torch.where(remembered == 4, total - KEPT, torch.tensor(total))
    torch.testing.assert_close(loss[..., ITEM_PLACES], expected)


def test_names_are_not_stored() -> None:
    weights = without_names(NamingNetwork(SMALL).state_dict())
    PlayModel(SMALL, fresh(SMALL).tokenizer).denoiser.load_state_dict(weights)


@pytest.fixture(scope="module")
def game() -> LatentGame:
    """Five steps over grass, then a table, a pickaxe and a step that is refused."""
    start = Start(place="meadow", inventory={"wood": 4})
    walk = ["left", "right", "left", "right", "left"]
    actions = [*walk, "place_table", "make_wood_pickaxe", "make_iron_pickaxe"]
    truth = play(Simulator(), 11, start, actions).truth()
    truth["wish"] = np.zeros(len(truth["actions"]), np.uint8)
    return LatentGame(
        latents=encode(load_play_model("crafter").codec.float(), truth),
        seen=last_seen(truth["position"]),
        since=last_changed(truth),
        truth=truth,
    )


def test_a_network_to_which_nothing_happens_draws_no_gains(game: LatentGame) -> None:
    """Before it is trained, a network repeats what it remembers."""
    model = fresh(SMALL)
    shipped = load_play_model("crafter").float()
    model.codec.load_state_dict(shipped.codec.state_dict())
    assert model.denoiser.amounts is not None
    model.denoiser.amounts.table.copy_(amount_latents(shipped.codec))
    scores = {each.kind: each for each in events_drawn(model.eval(), [game])}
    table = scores["place_table grass -wood"]
    assert (table.amounts, table.target) == (0, 0)
    assert scores["make_iron_pickaxe"].amounts == 1
    assert gains_drawn(list(scores.values())) == 0


def test_games_of_one_number_and_other_settings_have_latents_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    codec = fresh(SMALL).codec
    for steps in (3, 5):
        paths = record_games(GamesConfig(worlds=1, games=1, steps=steps))
        (found,) = encode_games(paths, codec)
        assert len(found.latents) == len(found.truth["actions"]), steps
