"""What all requests have in common. A request is checked before anything is loaded. No torch.

A request holds everything that decides the result except the bytes of the given files, of which it
has the names and digests. It is stored as JSON in the `comment` of the clip that is made from it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sorairo import config
from sorairo.errors import ConfigError, RequestError
from sorairo.generation.prompts.style import with_style
from sorairo.generation.requests.limits import (
    Limits,
    check_fps,
    check_quality,
    check_sampling,
    check_shape,
    check_size,
)
from sorairo.generation.requests.texts import check_prompt, check_texts
from sorairo.generation.settings import FULL, Settings
from sorairo.models.lora.choices import check_loras
from sorairo.models.lora.fast import SAYS_HOW
from sorairo.notes import Note
from sorairo.world import registry

if TYPE_CHECKING:
    from sorairo.video import Clip

MAX_COMMENT = 2**20  # characters; a storyboard of 500 cards may have 200,000 and more

Kind = TypeVar("Kind", bound="Request")


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """A file that was given with a request."""

    name: str
    """Its name without folders."""
    sha256: str
    """The SHA-256 of its bytes in hex; "" where it is not known."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The fields that every request has.

    None leaves the choice to the model (its native size, its steps, its guidance) or to what is
    given (its size, its rate); the command line fills in other defaults (see `defaults`).
    """

    command: ClassVar[str] = ""
    """The name of the command that makes it, `sorairo <command>`."""
    largest_given: ClassVar[int | None] = 2048
    """The largest side, in pixels, at which given files are read; None: at their own size."""
    given_seconds: ClassVar[float | None] = None
    """How many seconds of given clips, from their beginning, are shown; None: all."""

    prompt: str
    """What the result shows, as the user wrote it."""
    expanded: str = ""
    """The prompt with more detail, used in its place; "" where it was not expanded."""
    read: str = ""
    """The prompt, expanded or not, in words that the model knows, used in its place (see
    `reading`); "" where it is used as it is."""
    rewrite: bool = True
    """Whether the prompt is put in words that the model knows. If not, nothing is varied either."""
    vary: bool = True
    """Whether sizes, places and light that the prompt leaves open are drawn from the seed, in
    results that are made from text alone."""
    style: str = ""
    """The name of a style, or any words; put after the prompt."""
    negative: str = ""
    """What the result should not show."""
    width: int | None = None
    """Width of the result in pixels."""
    height: int | None = None
    """Height of the result in pixels."""
    fps: float | None = None
    """Frames a second of the result."""
    seed: int = 0
    """Decides the noise: equal requests with equal seeds give equal frames."""
    steps: int | None = None
    """Steps of the sampler."""
    guidance: float | None = None
    """Scale of classifier-free guidance: 1 is off, more follows the prompt more closely."""
    quality: str = FULL
    """`full`, or `draft`: the network runs about half as often in schedules of many steps."""
    model: str = "tabletop"
    """The name of a model, or its directory."""
    loras: tuple[str, ...] = ()
    """LoRAs that change the model, NAME or NAME:WEIGHT each."""
    keep_latents: bool = False
    """Whether the result keeps the latents of its ends, for extending it."""
    inputs: tuple[InputFile, ...] = ()
    """The given files. Their clips are passed beside the request, in this order."""

    @property
    def reading_side(self) -> int | None:
        """`largest_given` for this request."""
        return self.largest_given

    def footage(self, clips: Sequence[Clip]) -> Sequence[Clip]:
        """Those of the input `clips` whose size and rate the result has by default."""
        return clips

    @property
    def text(self) -> str:
        """The text that conditions a model of the default world; see `text_in`."""
        return self.text_in(registry.DEFAULT)

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts that condition a model of the default world; see `texts_in`."""
        return self.texts_in(registry.DEFAULT)

    def text_in(self, world: str) -> str:
        """The text that conditions a model of a `world`: the prompt, as it is read or expanded,
        with its style in the words of that world."""
        return with_style(self.read or self.expanded or self.prompt, self.style, world=world)

    def texts_in(self, world: str) -> tuple[str, ...]:
        """All texts that condition a model of a `world`."""
        return (self.text_in(world),)

    @property
    def prompts(self) -> tuple[str, ...]:
        """The prompts that may be expanded; "" for one that is not."""
        return (self.prompt,)

    def with_expanded(self: Kind, prompts: Sequence[str]) -> Kind:
        """The same request with its `prompts` expanded; "" where one stays as it is."""
        return replace(self, expanded=prompts[0], read="")

    @property
    def to_read(self) -> tuple[str, ...]:
        """The prompts as they are before they are put in words that the model knows."""
        return (self.expanded or self.prompt,)

    def with_read(self: Kind, texts: Sequence[str]) -> Kind:
        """The same request, of which the model reads these texts in place of `to_read`; "" for one
        that stays as it is."""
        return replace(self, read=texts[0])

    @property
    def from_text_alone(self) -> bool:
        """Whether nothing but the prompt and the seed decides what the result shows."""
        return False

    @property
    def scene(self) -> str:
        """The prompt for what the result shows at its end, for clips that are made from it: as the
        model read it."""
        return self.read or self.prompt

    def reworded(self: Kind, prompt: str) -> Kind:
        """The same request with another prompt."""
        return replace(self, prompt=prompt, expanded="", read="")

    def lasting(self: Kind, seconds: float) -> Kind | None:
        """The same request with a result of so many seconds; None where its length follows from
        that of what is given."""
        if not any(each.name == "seconds" for each in fields(self)):
            return None
        return replace(self, seconds=seconds)

    def validate(self, limits: Limits = Limits()) -> None:
        """Raise RequestError for the first field that is invalid or beyond the `limits`."""
        check_texts(limits, prompt=self.prompt, negative_prompt=self.negative, style=self.style)
        check_texts(limits, expanded_prompt=self.expanded, read_prompt=self.read)
        if self.prompt:
            check_prompt(self.prompt)
        check_fps(self.fps, limits)
        check_size(self.width, self.height, limits)
        check_sampling(self.seed, self.steps, self.guidance, limits)
        check_quality(self.quality)
        check_loras(self.loras)

    def validate_inputs(self, clips: Sequence[Clip], limits: Limits = Limits()) -> None:
        """The same check for the input `clips`, in the order of `inputs`, and the `limits`."""

    def makes_picture(self, clips: Sequence[Clip]) -> bool:
        """Whether the result of the request and these input `clips` is one frame."""
        return False

    def stages(self: Kind) -> tuple[Kind, ...]:
        """The requests that are run one after another, each but the first on the result of the one
        before. Most requests need one run."""
        return (self,)

    def settings(self) -> Settings:
        """How the request is sampled and delivered."""
        return Settings(
            seed=self.seed,
            steps=self.steps,
            guidance=self.guidance,
            quality=self.quality,
            loras=self.loras,
            negative=self.negative,
            width=self.width,
            height=self.height,
            fps=self.fps,
            keep_latents=self.keep_latents,
        )

    def said_of_sampling(self) -> dict[str, Any]:
        """The fields that say how to sample, where they are not those of every request."""
        names = {*SAYS_HOW, "loras"}
        values = {each: getattr(self, each.name) for each in fields(self) if each.name in names}
        return {each.name: value for each, value in values.items() if value != each.default}

    def to_comment(self, **facts: Any) -> str:
        """The request as JSON for a clip's `comment`, together with other `facts` to store."""
        record = {"sorairo": self.command, "request": config.to_json(self), **facts}
        return json.dumps(record, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_comment(cls: type[Kind], comment: str) -> Kind:
        """The request of this type in the `comment` of a clip that sorairo made (`read_comment`
        reads a request of any type). Raises RequestError, ConfigError and UnknownNameError."""
        record = read_record(comment)
        if record.get("sorairo") != cls.command:
            raise RequestError(
                Note(f"This clip does not hold a request of `sorairo {cls.command}`.", "no_recipe")
            )
        return from_stored(cls, record.get("request"))


@dataclass(frozen=True, kw_only=True)
class GivenRequest(Request):
    """A request that begins with given pictures or clips; it needs no prompt."""

    prompt: str = ""

    def validate_inputs(self, clips: Sequence[Clip], limits: Limits = Limits()) -> None:
        for source, clip in zip(self.inputs, clips, strict=True):
            if min(clip.width, clip.height) < limits.min_given:
                raise RequestError(
                    Note(
                        f"{source.name} has {clip.width}x{clip.height} pixels, too few to see"
                        f" anything:"
                        f" both sides must be at least {limits.min_given}.",
                        "too_few_pixels",
                        size=f"{clip.width}x{clip.height}",
                        least=limits.min_given,
                    )
                )
            check_shape(
                clip.width,
                clip.height,
                limits,
                f"{source.name}, which has {clip.width}x{clip.height} pixels,",
            )


def from_stored(kind: type[Kind], record: Any) -> Kind:
    """The request of a type from the JSON of its fields, as it is stored in comments and jobs.

    Before there was `rewrite`, prompts were used as they were written and nothing was varied: a
    request without this field is made again in that way. Raises ConfigError and UnknownNameError.
    """
    if isinstance(record, dict) and "rewrite" not in record:
        record = {"vary": False, **record, "rewrite": False}
    return config.from_json(kind, record)


def read_record(comment: str) -> dict[str, Any]:
    """The JSON object in a comment; empty where there is none.

    Anybody may have written the comment: one that no file of ours can hold (text that is not
    Unicode, numbers of thousands of digits, nesting without end) counts as none.
    """
    if len(comment) > MAX_COMMENT:
        return {}
    try:
        record = config.parse_json(comment)
        json.dumps(record, ensure_ascii=False).encode()
    except (ConfigError, UnicodeEncodeError):
        return {}
    return record if isinstance(record, dict) else {}
