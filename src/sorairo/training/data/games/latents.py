"""Games as latents, with the place where each part of a picture was seen before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from sorairo.data.cache import cache_folder
from sorairo.models.codec import Codec
from sorairo.models.crafter.given import MAP_PLACES, PLACES, SLEEP_PLACE
from sorairo.nn.pixels import to_video
from sorairo.nn.precision import compute_dtype
from sorairo.training.data.games.mirrored import MIRRORS, mirrored
from sorairo.training.data.games.shards import read_games
from sorairo.video.atomic_write import whole_file
from sorairo.world.crafter.drawing import draw
from sorairo.world.crafter.names import COLUMNS, ITEMS, ROWS
from sorairo.world.crafter.rollouts import state_at

BATCH = 64
NEVER = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class LatentGame:
    """A game of F frames."""

    latents: np.ndarray
    """float16 [F, 81, c]."""
    seen: np.ndarray
    """Where each place was last seen before: frame * 81 + place, or NEVER; int32 [F, 81]."""
    since: np.ndarray
    """The frame from which on each place of the inventory has shown what the frame before shows, or
    NEVER; for SLEEP_PLACE, from which on the player has slept or been awake; int32 [F, 18]."""
    truth: dict[str, np.ndarray]
    """See `world.crafter.rollouts.Game.truth`, with "wish" (see `shards`)."""

    def __len__(self) -> int:
        return len(self.latents)


def encode_games(
    paths: list[Path], codec: Codec, mirrors: Sequence[tuple[bool, bool]] = MIRRORS[:1]
) -> list[LatentGame]:
    """The games of files of `shards.record_games`, in each of the mirrors, as latents, which are
    kept in the cache by the codec and the folder of the games: worlds of one number are played in
    other ways there."""
    codec = deepcopy(codec).to(compute_dtype(torch.device("cpu"))).eval()
    latents_folder = cache_folder() / "latents" / f"crafter-{_digest(codec)}"
    games = []
    for path, (x, y) in tqdm(list(product(paths, mirrors)), desc="Encoding games"):
        stored = latents_folder / path.parent.name / f"{path.stem}{'-x' * x}{'-y' * y}.npy"
        truths = [mirrored(truth, x, y) for truth in read_games(path)]
        if not stored.exists():
            stored.parent.mkdir(parents=True, exist_ok=True)
            encoded = np.concatenate([encode(codec, truth) for truth in truths])
            with whole_file(stored) as temporary, temporary.open("wb") as file:
                np.save(file, encoded)
        ends = np.cumsum([len(truth["actions"]) for truth in truths])[:-1]
        for latents, truth in zip(np.split(np.load(stored), ends), truths, strict=True):
            games.append(
                LatentGame(
                    latents=latents,
                    seen=last_seen(truth["position"]),
                    since=last_changed(truth),
                    truth=truth,
                )
            )
    return games


@torch.inference_mode()
def encode(codec: Codec, truth: dict[str, np.ndarray]) -> np.ndarray:
    """The latents of a game's pictures, float16 [F, 81, c]."""
    pieces = []
    for first in range(0, len(truth["actions"]), BATCH):
        frames = range(first, min(first + BATCH, len(truth["actions"])))
        pictures = np.stack([draw(state_at(truth, frame)) for frame in frames])
        video = to_video(pictures[:, None]).to(codec.latent_mean.dtype)
        latents = codec.encode(video)[:, :, 0].flatten(2).transpose(1, 2)
        pieces.append(latents.to(torch.float16).numpy())
    return np.concatenate(pieces)


def last_seen(positions: np.ndarray) -> np.ndarray:
    """`LatentGame.seen`, from the positions [F, 2] of the player."""
    frames = len(positions)
    seen = np.full((frames, PLACES), NEVER, np.int32)
    low = positions.min(0) - (COLUMNS, ROWS)
    wide, high = positions.max(0) - low + (COLUMNS, ROWS)
    world = np.full((high, wide), NEVER, np.int32)
    places = np.arange(MAP_PLACES).reshape(ROWS, COLUMNS)
    for frame, (x, y) in enumerate(positions - low):
        top, left = y - ROWS // 2, x - COLUMNS // 2
        view = np.s_[top : top + ROWS, left : left + COLUMNS]
        seen[frame, :MAP_PLACES] = world[view].ravel()
        world[view] = frame * PLACES + places
        if frame:
            seen[frame, MAP_PLACES:] = (frame - 1) * PLACES + np.arange(MAP_PLACES, PLACES)
    return seen


def last_changed(truth: Mapping[str, np.ndarray]) -> np.ndarray:
    """`LatentGame.since` of a game."""
    frames = len(truth["inventory"])
    shown = np.zeros((frames, PLACES - MAP_PLACES), np.int32)
    shown[:, : len(ITEMS)] = truth["inventory"]
    shown[:, SLEEP_PLACE - MAP_PLACES] = truth["sleeping"]
    since = np.zeros_like(shown)
    since[0] = NEVER
    for frame in range(2, frames):
        changed = shown[frame - 1] != shown[frame - 2]
        since[frame] = np.where(changed, frame - 1, since[frame - 1])
    return since


def _digest(codec: Codec) -> str:
    total = hashlib.sha256()
    for name, value in sorted(codec.state_dict().items()):
        total.update(name.encode() + value.float().numpy().tobytes())
    return total.hexdigest()[:8]
