"""Plays a model: a picture for each action, from what it remembers and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sorairo.errors import RequestError
from sorairo.flow import path as flow
from sorairo.models.crafter.amounts import ITEM_PLACES
from sorairo.models.crafter.given import HEIGHT, MAP_PLACES, PLACES, Truth, given, positions
from sorairo.models.crafter.memory import CHANGED, PlaceMemory
from sorairo.models.crafter.network import PlayConfig, PlayModel
from sorairo.models.text import tokenize
from sorairo.models.transformer import KeysValues
from sorairo.nn.pixels import to_frames, to_video
from sorairo.nn.precision import compute_dtype
from sorairo.world.crafter.names import ACTIONS, COLUMNS, FACINGS, SIDE, action_number
from sorairo.world.crafter.state import GameState

MOST_STEPS = 4


def check_steps(steps: object) -> None:
    """Raises RequestError for a number of solver steps that cannot be taken."""
    if not isinstance(steps, Integral) or not 1 <= int(steps) <= MOST_STEPS:
        raise RequestError(
            f"{steps} steps are out of range: take a whole number from 1 to {MOST_STEPS}."
        )


class Dream:
    """One player's dream. `start` it from a picture or from words, then `step` it.

    Its memory is bounded: keys and values of the last frames, and a map of fixed size of what was
    last seen of each place. Not for use by several threads at once.
    """

    def __init__(
        self, model: PlayModel, *, device: torch.device | None = None, longest: int | None = None
    ) -> None:
        """`longest`: places are remembered for this number of steps; None: for as long as the map
        has room. Moves the model to `device`, None: the CPU."""
        self.device = device or torch.device("cpu")
        self.dtype = compute_dtype(self.device)
        self.model = model.to(device=self.device, dtype=self.dtype).eval().requires_grad_(False)
        self.config, self.longest = model.config, longest
        self._prompts: dict[str, tuple[Tensor, Tensor]] = {}
        self._forget()

    def _forget(self) -> None:
        self.memory = PlaceMemory(
            self.config.codec.latent_channels, changed=changed_from(self.config)
        )
        self.past: KeysValues | None = None
        self.position, self.time = (0, 0), 0
        self.latents: Tensor | None = None
        self.prompt = ""

    @torch.inference_mode()
    def start(
        self,
        picture: np.ndarray | None = None,
        *,
        prompt: str = "",
        steps: int = MOST_STEPS,
        generator: torch.Generator | None = None,
        state: GameState | None = None,
    ) -> np.ndarray:
        """Begins with a picture of the game, uint8 [72, 72, 3], or [F, 72, 72, 3] for a clip of
        which the last frame is taken; or, for None, with one that is dreamed from the prompt or
        drawn from a state. Returns the first picture. In anchored mode, `state` is what is true in
        it. `steps`: 1 to 4 steps of the solver.

        Raises RequestError for a picture of another size and for other numbers of steps.
        """
        check_steps(steps)
        self._forget()
        self.prompt = prompt
        true = self._true(state)
        if state is not None:
            self.position = state.position
        if picture is None:
            picture = self.decode(self._sample(0, steps, generator, true))
        return self._keep(picture, 0, true)

    @torch.inference_mode()
    def step(
        self,
        action: str | int,
        *,
        prompt: str | None = None,
        steps: int | None = None,
        generator: torch.Generator | None = None,
        state: GameState | None = None,
    ) -> np.ndarray:
        """The picture after an action, uint8 [72, 72, 3].

        `prompt` holds from now on; None: the one before. `steps`: 1 to 4 steps of the solver, None:
        the model's default, which may be more for new land. With a `state` (anchored mode), the
        picture shows what is true in it, and its position is taken from it.

        Raises RequestError before `start` and for other numbers of steps, UnknownNameError for an
        unknown action.
        """
        if self.latents is None:
            raise RequestError("No dream was begun: call start first.")
        number = action_number(action)
        if steps is not None:
            check_steps(steps)
        self.prompt = self.prompt if prompt is None else prompt
        self.time += 1
        self._move(number, state)
        true = self._true(state)
        steps = self._steps(true) if steps is None else steps
        picture = self.decode(self._sample(number, steps, generator, true))
        return self._keep(picture, number, true)

    def _steps(self, true: Tensor | None) -> int:
        """How many steps of the solver the next frame takes, by default."""
        sampling = self.config.sampling
        _, ages = self.memory.read(self.position, self.time, self.longest)
        new = true is None and bool((ages[:MAP_PLACES] < 0).any())
        return max(sampling.steps, sampling.new_land_steps) if new else sampling.steps

    @torch.inference_mode()
    def show(self, action: str | int, picture: np.ndarray) -> np.ndarray:
        """Takes a picture, uint8 [72, 72, 3], as what came of an action, in place of one that is
        dreamed; returns it."""
        if self.latents is None:
            return self.start(picture)
        number = action_number(action)
        self.time += 1
        self._move(number, None)
        return self._keep(picture, number, None)

    def encode(self, picture: np.ndarray) -> Tensor:
        """The latents of a picture, [81, c] in float32."""
        picture = picture[-1] if picture.ndim == 4 else picture
        if picture.shape != (SIDE, SIDE, 3):
            raise RequestError(
                f"A picture of {picture.shape[1]}x{picture.shape[0]} pixels cannot be played: give "
                f"one of the game, {SIDE}x{SIDE}."
            )
        video = to_video(picture[None], self.device).to(self.dtype)
        return self.model.codec.encode(video)[0, :, 0].flatten(1).T.float()

    def decode(self, latents: Tensor) -> np.ndarray:
        """The picture of latents [81, c], uint8 [72, 72, 3]."""
        grid = latents.T.unflatten(1, (HEIGHT, COLUMNS))[None, :, None].to(self.dtype)
        return to_frames(self.model.codec.decode(grid))[0, 0]

    def _true(self, state: GameState | None) -> Tensor | None:
        return None if state is None else truth_of(state).channels().to(self.device)

    def _move(self, action: int, state: GameState | None) -> None:
        """Where the player is after an action: as the network says, or the state."""
        if state is not None:
            self.position = state.position
            return
        assert self.latents is not None
        moves = FACINGS.get(ACTIONS[action])
        if moves is None:
            return
        chosen = torch.tensor([action], device=self.device)
        logit = self.model.denoiser.moved(self.latents[None], chosen)
        if float(logit) > 0:
            self.position = self.position[0] + moves[0], self.position[1] + moves[1]

    def _inputs(self, action: int, true: Tensor | None) -> dict[str, Any]:
        """What does not change while a frame is sampled."""
        memory, age = self.memory.read(self.position, self.time, self.longest)
        memory, age = memory.to(self.device), age.to(self.device)
        features, mask = self._read(self.prompt)
        chosen = torch.tensor([action], device=self.device)
        text, text_mask = self.model.denoiser.read(chosen, features, mask)
        time, x, y = (
            torch.tensor(float(each), device=self.device) for each in (self.time, *self.position)
        )
        return {
            "given": given(memory, age, true, self.config.counted)[None, None].to(self.dtype),
            "positions": positions(time, x, y)[None, None],
            "text": text,
            "text_mask": text_mask,
            "past": self.past,
        }

    def _sample(
        self, action: int, steps: int, generator: torch.Generator | None, true: Tensor | None
    ) -> Tensor:
        """Latents of a new frame, [81, c], by Euler steps from noise."""
        inputs = self._inputs(action, true)
        shape = (1, 1, PLACES, self.config.codec.latent_channels)
        x = torch.randn(shape, generator=generator).to(self.device)
        amounts: Tensor | None = None  # are drawn by the noise, at the first step
        sigmas = torch.linspace(1, 0, steps + 1).tolist()
        for now, then in zip(sigmas, sigmas[1:], strict=False):
            level = torch.full((1, 1), now, device=self.device)
            found = self.model.denoiser.predict(x, level, **inputs)
            clean = self.model.denoiser.draw(found, x)
            if self.config.named_amounts:
                amounts = clean[..., ITEM_PLACES, :] if amounts is None else amounts
                clean[..., ITEM_PLACES, :] = amounts
            x = flow.point(clean, (x - (1 - now) * clean) / now, torch.tensor(then))
        return x[0, 0]

    def _keep(self, picture: np.ndarray, action: int, true: Tensor | None) -> np.ndarray:
        """Remembers a picture, its keys and values and its places, and returns it.

        What is remembered is the picture, encoded, and not the latents it was decoded from: small
        errors of these, which the decoder leaves out, would add up from step to step.
        """
        latents = self.encode(picture)
        inputs = self._inputs(action, true)
        level = torch.zeros(1, 1, device=self.device)
        kept = self.model.denoiser.predict(latents[None, None], level, **inputs).kept
        room = (self.config.window - 1) * PLACES
        if self.past is not None:
            kept = [
                (torch.cat([old_k, k], 1), torch.cat([old_v, v], 1))
                for (old_k, old_v), (k, v) in zip(self.past, kept, strict=True)
            ]
        self.past = [(k[:, -room:], v[:, -room:]) for k, v in kept]
        asleep = bool(self.model.denoiser.asleep(latents) > 0)
        self.memory.write(latents, self.position, self.time, asleep)
        self.latents = latents
        return picture[-1] if picture.ndim == 4 else picture

    def _read(self, prompt: str) -> tuple[Tensor, Tensor]:
        """The features of a prompt, kept for the last few."""
        if prompt not in self._prompts:
            network = self.model.denoiser.text
            ids, mask = tokenize(self.model.tokenizer, [prompt], network.config.max_length)
            ids, mask = ids.to(self.device), mask.to(self.device)
            self._prompts[prompt] = network(ids, mask), mask
            while len(self._prompts) > 16:
                self._prompts.pop(next(iter(self._prompts)))
        return self._prompts[prompt]


def changed_from(config: PlayConfig) -> float:
    """`PlaceMemory.changed` of a model."""
    return CHANGED if config.counted else -1.0


def truth_of(state: GameState) -> Truth:
    """The truth of one picture, for `given`."""
    arrays: Mapping[str, Any] = {
        "ground": state.ground,
        "things": state.things,
        "inventory": np.array(list(state.inventory.values())),
        "daylight": np.array(state.daylight),
        "sleeping": np.array(state.sleeping),
    }
    return Truth.of(dict(arrays))
