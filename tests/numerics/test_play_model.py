"""A playable model: frames one by one as all at once, memory by position, files, mistakes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sorairo.errors import ModelError, RequestError, UnknownNameError
from sorairo.models.codec import Codec
from sorairo.models.crafter.amounts import (
    amount_latents,
)
from sorairo.models.crafter.dream import Dream, check_steps, truth_of
from sorairo.models.crafter.files import load_play_model, save_play_model
from sorairo.models.crafter.given import PLACES, Truth, given, given_channels, positions
from sorairo.models.crafter.memory import PlaceMemory
from sorairo.models.crafter.network import PlayConfig, PlayModel, StepSampling
from sorairo.models.text import train_tokenizer
from sorairo.training.recipes.crafter import MODEL
from sorairo.world.crafter.names import ACTIONS, GROUND, ITEMS, THINGS
from sorairo.world.crafter.perception import read_picture
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.state import GameState

CONFIG = replace(
    MODEL,
    codec=replace(MODEL.codec, widths=(8, 16), encoder_depths=(1, 1), decoder_depths=(1, 1)),
    transformer=replace(MODEL.transformer, dim=48, ffn_dim=48, heads=2, layers=2, text_dim=24),
    text=replace(MODEL.text, dim=24, heads=1, ffn_dim=24, vocabulary=300),
)
GREY = np.full((72, 72, 3), 90, np.uint8)


def random_model(config: PlayConfig = CONFIG) -> PlayModel:
    """A model with random weights everywhere, also where training begins at zero."""
    torch.manual_seed(0)
    model = PlayModel(config, train_tokenizer(["night falls", "by day"], config.text.vocabulary))
    for weight in model.parameters():
        if weight.ndim >= 2:
            torch.nn.init.normal_(weight, std=0.3 * weight[0].numel() ** -0.5)
    if model.denoiser.amounts is not None:
        model.denoiser.amounts.table.copy_(amount_latents(model.codec))
    return model


def state(**changes: object) -> GameState:
    values: dict[str, object] = {
        "ground": np.full((7, 9), GROUND.index("grass"), np.uint8),
        "things": np.zeros((7, 9), np.uint8),
        "inventory": dict.fromkeys(ITEMS, 3),
        "achievements": {},
        "position": (32, 32),
        "facing": "down",
        "daylight": 1.0,
        "sleeping": False,
    }
    return GameState(**(values | changes))  # type: ignore[arg-type]


def test_a_dream_computes_on_its_device():
    """As far as that shows without a GPU: whether the player moves is computed where the model is,
    on a device here whose numbers cannot be read."""
    dream = Dream(random_model())
    dream.start(GREY)
    assert dream.latents is not None
    dream.device, dream.latents = torch.device("meta"), dream.latents.to("meta")
    dream.model.to("meta")
    with pytest.raises(RuntimeError, match=r"Tensor.item\(\) cannot be called on meta"):
        dream._move(ACTIONS.index("left"), None)


def test_frames_one_by_one_are_those_of_all_at_once() -> None:
    network = random_model().denoiser.eval()
    frames, generator = 3, torch.Generator().manual_seed(1)
    x = torch.randn(1, frames, PLACES, 8, generator=generator)
    channels = given(
        torch.randn(1, frames, PLACES, 8, generator=generator),
        torch.ones(1, 3, PLACES),
        counted=CONFIG.counted,
    )
    times = torch.arange(float(frames))[None]
    where = positions(times, times * 2, -times)
    sigma = torch.tensor([[0.0, 0.3, 1.0]])
    actions = torch.tensor([0, 4, 7])
    features = torch.randn(frames, 2, 24, generator=generator)
    mask = torch.tensor([[True, True], [True, False], [True, True]])
    text, text_mask = network.read(actions, features, mask)
    whole = network.draw(network.predict(x, sigma, channels, where, text, text_mask), x)
    past = None
    for i in range(frames):
        one = np.s_[:, i : i + 1]
        own = [(k[i : i + 1], v[i : i + 1]) for k, v in text]
        found = network.predict(
            x[one], sigma[one], channels[one], where[one], own, text_mask[i : i + 1], past
        )
        out, kept = network.draw(found, x[one]), found.kept
        torch.testing.assert_close(out, whole[one], atol=2e-5, rtol=1e-4)
        past = (
            kept
            if past is None
            else [
                (torch.cat([a, c], 1), torch.cat([b, d], 1))
                for (a, b), (c, d) in zip(past, kept, strict=True)
            ]
        )
    # and a frame changes nothing before it
    changed = x.clone()
    changed[:, 2] += 1
    found = network.predict(changed, sigma, channels, where, text, text_mask)
    again = network.draw(found, changed)
    torch.testing.assert_close(again[:, :2], whole[:, :2], atol=2e-5, rtol=1e-4)
    assert (again[:, 2] - whole[:, 2]).abs().max() > 1e-3


def test_a_latent_pixel_of_the_codec_holds_one_tile() -> None:
    codec = Codec(CONFIG.codec)
    video = torch.rand(1, 3, 1, 72, 72) * 2 - 1
    changed = video.clone()
    changed[..., 8:16, 16:24] = 0.5
    with torch.inference_mode():
        difference = (codec.encode(video) - codec.encode(changed)).abs().amax((0, 1, 2))
    assert difference[1, 2] > 0
    assert difference.count_nonzero() == 1


def test_places_are_remembered_by_position() -> None:
    memory = PlaceMemory(4, span=16)
    first = torch.randn(PLACES, 4)
    memory.write(first, (3, 5), 0)
    latents, ages = memory.read((4, 5), 1)  # a step to the right: all but the last column is known
    seen = first[:63].view(7, 9, 4)
    torch.testing.assert_close(latents[:63].view(7, 9, 4)[:, :8], seen[:, 1:])
    assert (ages[:63].view(7, 9)[:, :8] == 1).all()
    assert (ages[:63].view(7, 9)[:, 8] == -1).all()
    assert (latents[:63].view(7, 9, 4)[:, 8] == 0).all()
    torch.testing.assert_close(latents[63:], first[63:])
    assert (memory.read((4, 5), 30, longest=5)[1] == -1)[:63].all()
    # one that lies a whole span further is another place
    assert (memory.read((3 + 16, 5), 1)[1][:63] == -1).all()


def test_truth_names_every_tile_and_amount() -> None:
    things = np.zeros((7, 9), np.uint8)
    things[3, 4] = THINGS.index("cow")
    channels = truth_of(state(things=things, daylight=0.25)).channels()
    assert channels.shape == (PLACES, given_channels(8) - 8 - 2 - 18)
    assert channels[0, GROUND.index("grass")] == 1
    assert channels[3 * 9 + 4, len(GROUND) + THINGS.index("cow")] == 1
    assert channels[63 + 15, len(GROUND) + len(THINGS) + 3] == 1
    assert (channels[63 + 16 :, :-3] == 0).all()
    torch.testing.assert_close(channels[:, -3], torch.full((PLACES,), 0.25))
    many = Truth.of(
        {
            "ground": np.zeros((2, 5, 7, 9)),
            "things": np.zeros((2, 5, 7, 9)),
            "inventory": np.zeros((2, 5, 16)),
            "daylight": np.zeros((2, 5)),
            "sleeping": np.zeros((2, 5)),
        }
    )
    assert many.channels().shape == (2, 5, PLACES, channels.shape[-1])


def test_new_land_takes_more_steps_than_what_was_seen() -> None:
    model = random_model(replace(CONFIG, sampling=StepSampling(steps=1, new_land_steps=3)))

    def pictures(actions: list[str], last: int | None, state: GameState | None = None):
        dream, noise = Dream(model), torch.Generator().manual_seed(3)
        dream.start(GREY, state=state)
        for action in actions[:-1]:
            dream.step(action, steps=1, generator=noise)
        return dream.step(actions[-1], steps=last, generator=noise, state=state)

    with torch.no_grad():
        model.denoiser.moves[2].bias.fill_(100.0)  # every move succeeds
    for actions, steps in ((["left"], 3), (["left", "right"], 1), (["noop"], 1)):
        chosen = pictures(actions, None)
        assert (chosen == pictures(actions, steps)).all()
        assert (chosen != pictures(actions, 4 - steps)).any()
    anchored = pictures(["left"], None, state())
    assert (anchored == pictures(["left"], 1, state())).all(), "what is true is no question"


def test_a_dream_obeys_the_seed_and_its_memory_stays_flat() -> None:
    model = random_model()

    def play(seed: int, steps: int) -> tuple[np.ndarray, Dream]:
        dream = Dream(model)
        dream.start(GREY)
        generator = torch.Generator().manual_seed(seed)
        frames = [dream.step("left", steps=1, generator=generator) for _ in range(steps)]
        return np.stack(frames), dream

    one, dream = play(1, 5)
    again, _ = play(1, 5)
    other, _ = play(2, 5)
    assert one.shape == (5, 72, 72, 3)
    assert one.dtype == np.uint8
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    assert dream.past is not None
    assert dream.past[0][0].shape[1] == (CONFIG.window - 1) * PLACES


def test_actions_prompts_and_states_change_the_picture() -> None:
    model = random_model()

    def second(action: str, prompt: str = "", true: GameState | None = None) -> np.ndarray:
        dream = Dream(model)
        dream.start(GREY)
        generator = torch.Generator().manual_seed(0)
        return dream.step(action, prompt=prompt, state=true, generator=generator).astype(int)

    plain = second("noop")
    assert (second("do") != plain).any()
    assert (second("noop", "night falls") != plain).any()
    assert (second("noop", true=state()) != plain).any()


def test_a_dream_begins_from_words_or_a_state() -> None:
    dream = Dream(random_model())
    generator = torch.Generator().manual_seed(0)
    one = dream.start(prompt="night falls", generator=generator)
    assert one.shape == (72, 72, 3)
    dream.start(state=state(position=(10, 20)), generator=generator)
    assert dream.position == (10, 20)


def test_a_model_comes_back_from_its_files(tmp_path: Path) -> None:
    model = random_model()
    save_play_model(model, tmp_path / "mine", {"steps": 1})
    read = load_play_model(tmp_path / "mine")
    assert read.config == CONFIG
    for name, value in model.state_dict().items():
        torch.testing.assert_close(read.state_dict()[name], value.to(torch.bfloat16))


def test_mistakes_are_named(tmp_path: Path) -> None:
    dream = Dream(random_model())
    with pytest.raises(RequestError, match="call start first"):
        dream.step("left")
    dream.start(GREY)
    with pytest.raises(UnknownNameError, match="Did you mean 'left'"):
        dream.step("lefft")
    for steps in (9, 0, -1):
        with pytest.raises(RequestError, match=f"^{steps} steps are out of range: .* 1 to 4"):
            dream.step("left", steps=steps)
        with pytest.raises(RequestError, match=f"^{steps} steps are out of range: .* 1 to 4"):
            dream.start(steps=steps)
    for steps in (2.5, 2.0, "2", None):  # the types of arguments are checked in tests alone
        with pytest.raises(RequestError, match=f"^{steps} steps are out of range: take a whole"):
            check_steps(steps)
    check_steps(np.int64(4))
    assert dream.step("left", steps=1).shape == (72, 72, 3), "it goes on as it was"
    with pytest.raises(RequestError, match="72x72"):
        dream.start(np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(ModelError, match="cannot be played"):
        load_play_model("tabletop")
    save_play_model(random_model(), tmp_path / "mine")
    (tmp_path / "mine" / "codec.safetensors").unlink()
    with pytest.raises(ModelError, match="incomplete"):
        load_play_model(tmp_path / "mine")


@pytest.mark.needs_weights
def test_the_shipped_model_obeys_actions_and_draws_what_is_true() -> None:
    simulator = Simulator()
    simulator.reset(7)
    dream = Dream(load_play_model("crafter"))
    dream.start(simulator.frame(), state=simulator.state)
    right = []
    for action in ("left", "left", "up", "right", "down", "right"):
        picture, true = simulator.step(action)
        drawn = dream.step(action, state=true, generator=torch.Generator().manual_seed(1))
        found, wanted = read_picture(drawn), read_picture(picture)
        right.append((found.tiles() == wanted.tiles()).mean())
        assert found.things[3, 4] == THINGS.index(f"player-{action}")
    assert np.mean(right) > 0.9
