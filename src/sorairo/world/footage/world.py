"""A user's footage behind `world.protocol.World`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from sorairo.errors import ConfigError
from sorairo.video.clip import Clip
from sorairo.video.resampling import at_fps
from sorairo.world.clips import ClipMaker
from sorairo.world.footage.folder import PICTURES, Film, films_in
from sorairo.world.footage.scene import DETAILS, Scene, SceneConfig, caption
from sorairo.world.open_language import LANGUAGE
from sorairo.world.protocol import Sample, Size
from sorairo.world.registry import FOOTAGE
from sorairo.world.simulated_world import SimulatedWorld

SLACK = 0.5 / 12  # seconds that a film may lack at its end, where its last frame stays
LARGER = 3  # times the longer side: how large films are read, so that any shape can be cropped


@cache
def seconds_of(path: Path) -> float:
    """The length of a film; 0 of a picture. Raises MediaError."""
    return 0.0 if path.suffix.lower() in PICTURES else Clip.duration_of(path)


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """A part of a film at a frame rate."""

    scene: Scene
    fps: float
    frames: int

    def __len__(self) -> int:
        return self.frames

    def truth(self) -> dict[str, np.ndarray]:
        """Nothing is known of a film but its pixels."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Renderer:
    """Reads parts of films, cropped in the centre to a size."""

    width: int
    height: int

    def film(self, rollout: Rollout) -> np.ndarray:
        """uint8 [F, height, width, 3]. Raises MediaError."""
        path, length = Path(rollout.scene.path), len(rollout) / rollout.fps
        longest = seconds_of(path)
        start, end = rollout.scene.start, min(rollout.scene.start + length, longest)
        side = LARGER * max(self.width, self.height)
        if longest:
            clip = at_fps(Clip.load(path, start=start, end=end, max_side=side), rollout.fps)
        else:
            clip = Clip.load(path, max_side=side)
        frames = clip.fit(self.width, self.height).frames[: len(rollout)]
        missing = len(rollout) - len(frames)  # a frame by rounding, or of a picture
        return np.concatenate([frames, frames[-1:].repeat(missing, 0)])

    def masks(self, rollout: Rollout) -> np.ndarray:
        """No object is known, uint8 [F, height, width] of zeros."""
        return np.zeros((len(rollout), self.height, self.width), np.uint8)

    def depth(self, rollout: Rollout) -> None:
        """There is none."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class FootageWorld(SimulatedWorld[Scene, SceneConfig, Rollout]):
    """A world whose clips are parts of films."""

    def samples(
        self,
        *,
        seeds: Iterable[int],
        part: SceneConfig,
        seconds: float,
        fps: float,
        size: Size,
        shots: int = 1,
        twins: bool = False,
        bridges: int = 0,
    ) -> Iterator[Sample[Scene]]:
        """A part of a film for each seed, the films in turn, from a random time on. Single frames
        are of pictures, too. Raises ValueError for stories, twins and bridges, and ConfigError
        where no film is long enough."""
        if shots != 1 or twins or bridges:
            raise ValueError("Footage has no stories, twins or bridges.")
        part.check()
        frames = max(1, round(seconds * fps))
        films = _long_enough(part.folder, frames / fps, frames)
        renderer = Renderer(width=size[0], height=size[1])
        for seed in seeds:
            film = films[_turn(seed, len(films))]
            spare = max(0.0, seconds_of(film.path) - frames / fps)
            start = round(float(np.random.default_rng(seed).uniform(0, spare)), 3)
            scene = Scene(path=str(film.path), start=start, captions=film.captions)
            rollout = Rollout(scene=scene, fps=fps, frames=frames)
            yield Sample(frames=renderer.film(rollout), masks=renderer.masks(rollout), scene=scene)


def _turn(seed: int, count: int) -> int:
    """Which of some films a seed shows: each once in `count` seeds, in an order that changes every
    time, so that each is cropped to every size."""
    turn, place = divmod(seed, count)
    return int(np.random.default_rng((turn, count)).permutation(count)[place])


def _long_enough(folder: str, seconds: float, frames: int) -> list[Film]:
    films = films_in(folder)
    found = [film for film in films if frames == 1 or seconds_of(film.path) >= seconds - SLACK]
    if not found:
        raise ConfigError(
            f"None of the {len(films)} films and pictures in {folder} lasts {seconds:.2f} seconds:"
            " add longer films, or make 'seconds' of the clips less."
        )
    return found


def _story(rng: np.random.Generator, part: SceneConfig, shots: int) -> list[Scene]:
    """A film of the folder from its beginning. Raises ValueError for more than one shot, and
    ConfigError if no folder is named."""
    if shots != 1:
        raise ValueError("Footage has stories of one shot: set 'shots' to 1.")
    part.check()
    films = films_in(part.folder)
    film = films[int(rng.integers(len(films)))]
    return [Scene(path=str(film.path), start=0.0, captions=film.captions)]


WORLD = FootageWorld(
    name="footage",
    entry=FOOTAGE,
    text_languages=FOOTAGE.languages,
    caption_details=DETAILS,
    language=LANGUAGE,
    whole=SceneConfig(),
    read_scene=Scene.from_json,
    write_caption=caption,
    clips=ClipMaker(
        story=_story,
        simulate=lambda scene, seconds, fps: Rollout(
            scene=scene, fps=fps, frames=max(1, round(seconds * fps))
        ),
        renderer=lambda width, height: Renderer(width=width, height=height),
    ),
)
"""Films and pictures of a folder."""
