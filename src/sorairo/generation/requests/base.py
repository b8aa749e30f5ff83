"""What was asked for: one record for each capability, judged before anything is loaded. No torch.

A record has all that decides the result but the bytes of the files that were given, of which it has
the names and digests. It lies as JSON in the `comment` of the clip that came of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sorairo import config
from sorairo.errors import RequestError
from sorairo.generation.prompts.style import with_style
from sorairo.generation.requests.limits import (
    Limits,
    check_fps,
    check_prompt,
    check_sampling,
    check_seconds,
    check_size,
    check_texts,
)
from sorairo.world.registry import TABLETOP

if TYPE_CHECKING:
    from sorairo.generation.api import Capabilities
    from sorairo.generation.progress import ProgressCallback
    from sorairo.video import Clip

Kind = TypeVar("Kind", bound="Request")


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """A file that was given: its name without folders, and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """What all capabilities can be asked. None leaves the choice to the model: its native size, its
    steps, its guidance; or to what is given: its size, its rate (see `defaults` for what the
    command line puts in their place).

    `expanded` is the prompt in more detail, if it was to have more; `style` is the name of a style
    or any words, put after it. `inputs` are the files that
    were given, in the order in which `make` takes their clips.
    """

    command: ClassVar[str] = ""  # what the command line calls it
    largest_given: ClassVar[int | None] = 2048  # pixels of a side at which inputs are read

    prompt: str
    expanded: str = ""
    style: str = ""
    negative: str = ""
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    seed: int = 0
    steps: int | None = None
    guidance: float | None = None
    model: str = "tabletop"
    keep_latents: bool = False
    inputs: tuple[InputFile, ...] = ()

    @property
    def text(self) -> str:
        """What the model is told."""
        return with_style(self.expanded or self.prompt, self.style)

    @property
    def texts(self) -> tuple[str, ...]:
        """All that the model is told."""
        return (self.text,)

    @property
    def prompts(self) -> tuple[str, ...]:
        """What may be told in more detail; "" is left alone."""
        return (self.prompt,)

    def in_detail(self: Kind, prompts: Sequence[str]) -> Kind:
        """The same request with its `prompts` in more detail; "" where one stays as it is."""
        return replace(self, expanded=prompts[0])

    @property
    def scene(self) -> str:
        """What the result shows last, in words: the prompt for whatever is made from it."""
        return self.prompt

    def reworded(self: Kind, prompt: str) -> Kind:
        """The same request with another prompt."""
        return replace(self, prompt=prompt, expanded="")

    def validate(self, limits: Limits = Limits()) -> None:
        """Raise RequestError, in one sentence, for the first thing that cannot be done."""
        check_texts(limits, prompt=self.prompt, negative_prompt=self.negative, style=self.style)
        check_texts(limits, expanded_prompt=self.expanded)
        check_fps(self.fps, limits)
        check_size(self.width, self.height, limits)
        check_sampling(self.seed, self.steps, self.guidance, limits)

    def validate_inputs(self, clips: Sequence[Clip], limits: Limits = Limits()) -> None:
        """The same for what was given, in the order of `inputs`."""

    def makes_picture(self, clips: Sequence[Clip]) -> bool:
        """Whether one frame will come of it."""
        return False

    def make(
        self,
        model: Capabilities,
        clips: Sequence[Clip],
        on_progress: ProgressCallback | None = None,
    ) -> Clip:
        """What was asked for, of what was given (as many clips as there are `inputs`)."""
        raise NotImplementedError

    def how(self) -> dict[str, Any]:
        """The settings that all capabilities take."""
        names = ("negative", "width", "height", "fps", "seed", "steps", "guidance", "keep_latents")
        return {name: getattr(self, name) for name in names}

    def to_comment(self, **facts: Any) -> str:
        """The request as JSON for a clip's `comment`; `facts` are what else is worth keeping."""
        record = {"sorairo": self.command, "request": config.to_json(self), **facts}
        return json.dumps(record, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_comment(cls: type[Kind], comment: str) -> Kind:
        """The request of this kind in the `comment` of a clip that sorairo made (see `comment` for
        any kind). Raises RequestError, ConfigError and UnknownNameError."""
        record = read_record(comment)
        if record.get("sorairo") != cls.command:
            raise RequestError(f"This clip does not hold a request of `sorairo {cls.command}`.")
        return config.from_json(cls, record.get("request"))


def read_record(comment: str) -> dict[str, Any]:
    """The JSON object in a comment; empty where there is none."""
    try:
        record = json.loads(comment)
    except (json.JSONDecodeError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


@dataclass(frozen=True, kw_only=True)
class GenerateRequest(Request):
    """Text to video. `seconds` and `fps` give the number of frames; one frame is a picture. A
    `loop` plays for ever."""

    command: ClassVar[str] = "generate"

    seconds: float = 4.0
    fps: float = TABLETOP.fps
    loop: bool = False

    @property
    def num_frames(self) -> int:
        """Frames as delivered."""
        return max(1, round(self.seconds * self.fps))

    def validate(self, limits: Limits = Limits()) -> None:
        check_prompt(self.prompt)
        check_fps(self.fps, limits)
        check_seconds(self.seconds, limits)
        super().validate(limits)

    def makes_picture(self, clips: Sequence[Clip]) -> bool:
        return self.num_frames == 1 and not self.loop

    def make(
        self,
        model: Capabilities,
        clips: Sequence[Clip],
        on_progress: ProgressCallback | None = None,
    ) -> Clip:
        how = self.how() | {"seconds": self.seconds, "loop": self.loop, "on_progress": on_progress}
        clip = model.generate(self.text, **how)
        return replace(clip, frames=clip.frames[:1]) if self.makes_picture(clips) else clip


@dataclass(frozen=True, kw_only=True)
class ImageRequest(Request):
    """A picture of width x height pixels."""

    command: ClassVar[str] = "image"

    width: int | None = 512
    height: int | None = 512

    def validate(self, limits: Limits = Limits()) -> None:
        check_prompt(self.prompt)
        super().validate(limits)

    def makes_picture(self, clips: Sequence[Clip]) -> bool:
        return True

    def make(
        self,
        model: Capabilities,
        clips: Sequence[Clip],
        on_progress: ProgressCallback | None = None,
    ) -> Clip:
        how = {name: value for name, value in self.how().items() if name != "fps"}
        return model.image(self.text, **how, on_progress=on_progress)
