"""A scene of a user's footage: a part of a film, with its captions. Loads no reader of films."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from sorairo.errors import ConfigError
from sorairo.world.footage.folder import fingerprint

DETAILS = ("own",)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A part of a film from a time on, or a picture."""

    path: str
    """The file."""
    start: float
    """Seconds from the beginning of the film."""
    captions: tuple[str, ...]
    """Wordings of the caption."""

    def to_json(self) -> dict[str, object]:
        return {"path": self.path, "start": self.start, "captions": list(self.captions)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Scene:
        return cls(**{**record, "captions": tuple(record["captions"])})


@dataclass(frozen=True, kw_only=True)
class SceneConfig:
    """The films to draw scenes from."""

    NAMES: ClassVar[Mapping[str, Collection[str]]] = {}

    folder: str = ""
    """A folder of films and pictures with captions, see `footage.folder`."""
    fingerprint: str = ""
    """What identifies its files as they are; "": is computed."""

    def __post_init__(self) -> None:
        """Raises ConfigError for a folder that cannot be used."""
        if self.folder and not self.fingerprint:
            folder = str(Path(self.folder).expanduser().resolve())
            object.__setattr__(self, "folder", folder)
            object.__setattr__(self, "fingerprint", fingerprint(folder))

    def check(self) -> None:
        """Raises ConfigError if no folder is named."""
        if not self.folder:
            raise ConfigError(
                "Name the folder of your films: sources.own.clips.scene.folder=FOLDER. Each film"
                " needs a caption, such as cat.txt for cat.mp4."
            )


def caption(scene: Scene, rng: np.random.Generator, *, language: str, detail: str) -> str:
    """One of the captions of a scene, in the language that it is written in."""
    return scene.captions[int(rng.integers(len(scene.captions)))]
