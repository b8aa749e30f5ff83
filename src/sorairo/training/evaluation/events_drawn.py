"""How often a network draws what comes of an action, by kind of event.

The network sees the true pictures before an event, and draws the one after it from noise in one
step. Averages over all pictures hide these: most steps of a game are walks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from sorairo.models.crafter.given import HEIGHT, PLACES, given, positions
from sorairo.models.crafter.network import PlayModel
from sorairo.models.text import tokenize
from sorairo.nn.pixels import to_frames
from sorairo.training.data.games.events import EventIndex
from sorairo.training.data.games.latents import LatentGame
from sorairo.training.data.games.windows import Windows, WindowsConfig, stacked, window
from sorairo.world.crafter.events import is_gain
from sorairo.world.crafter.names import COLUMNS
from sorairo.world.crafter.perception import read_picture


@dataclass(frozen=True, kw_only=True)
class EventScore:
    """How well events of one kind are drawn; shares of the events, 0 to 1."""

    kind: str
    """See `data.games.events.kind_at`."""
    events: int
    amounts: float
    """The inventory shows the true amounts."""
    target: float
    """The tile that the action works on is the true one; nan for actions that work on none."""


def events_drawn(
    model: PlayModel, games: list[LatentGame], each: int = 4, seed: int = 0
) -> list[EventScore]:
    """The score of each kind of event, on `each` events of it at most. `model` is in float32."""
    frames = model.config.window
    index = EventIndex([game.truth for game in games])
    rng = np.random.default_rng(seed)
    config = WindowsConfig(frames=frames, blank=0, short=0, begun=0)
    scores = []
    for kind, places in sorted(index.kinds.items()):
        fit = [(game, frame) for game, frame in places if frame >= frames]
        chosen = [fit[i] for i in rng.permutation(len(fit))[:each]]
        if not chosen:
            continue
        windows = [window(games[i], frame - frames + 1, config, rng) for i, frame in chosen]
        scores.append(_score(model, kind, stacked(windows), seed))
    return scores


def gains_drawn(scores: list[EventScore]) -> float:
    """The share of gains and costs by actions whose amounts are right; each kind counts alike."""
    return float(np.mean([score.amounts for score in scores if is_gain(score.kind)]))


def _score(model: PlayModel, kind: str, windows: Windows, seed: int) -> EventScore:
    drawn = [read_picture(picture) for picture in _pictures(model, _drawn(model, windows, seed))]
    true = [read_picture(picture) for picture in _pictures(model, windows.latents[:, -1])]
    amounts = [np.array_equal(a.inventory, b.inventory) for a, b in zip(drawn, true, strict=True)]
    targets = [
        a.tiles().flat[at] == b.tiles().flat[at]
        for a, b, at in zip(drawn, true, windows.target[:, -1].tolist(), strict=True)
        if at >= 0
    ]
    return EventScore(
        kind=kind,
        events=len(drawn),
        amounts=float(np.mean(amounts)),
        target=float(np.mean(targets)) if targets else float("nan"),
    )


@torch.inference_mode()
def _drawn(model: PlayModel, windows: Windows, seed: int) -> torch.Tensor:
    """The clean latents of the last frame of each window, [b, 81, c], from noise in one step."""
    network, samples = model.denoiser, windows.actions.shape
    sigma = torch.zeros(samples)
    sigma[:, -1] = 1
    noise = torch.randn(windows.latents[:, -1].shape, generator=torch.Generator().manual_seed(seed))
    x = torch.cat([windows.latents[:, :-1], noise[:, None]], 1)
    length = network.text.config.max_length
    ids, mask = tokenize(model.tokenizer, [""], length)
    features = network.text(ids, mask).expand(samples.numel(), -1, -1)
    mask = mask.expand(samples.numel(), -1)
    text, text_mask = network.read(windows.actions.flatten(), features, mask)
    inputs = given(windows.memory, windows.age, None, model.config.counted)
    where = positions(*windows.place.unbind(-1))
    found = network.predict(x, sigma, inputs, where, text, text_mask)
    return network.draw(found, x)[:, -1]


@torch.inference_mode()
def _pictures(model: PlayModel, latents: torch.Tensor) -> np.ndarray:
    """uint8 [b, 72, 72, 3] of latents [b, 81, c]."""
    assert latents.shape[1] == PLACES
    grid = latents.transpose(1, 2).unflatten(2, (HEIGHT, COLUMNS))[:, :, None]
    return to_frames(model.codec.decode(grid))[:, 0]
