"""What a simulated world provides: scenes, captions, frames, ground truth and language services.

Generation, training data and the command line work with these types and import no particular
world; `registry` loads one by its name. A world is implemented in a sub-package of its own, as
`tabletop/world.py` shows.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, Self, TypeVar, runtime_checkable

if TYPE_CHECKING:
    import numpy as np

Size = tuple[int, int]  # width, height


@runtime_checkable
class Scene(Protocol):
    """An initial state and the events that follow, as a value: equal scenes give equal pixels."""

    def to_json(self) -> dict[str, object]:
        """The scene as JSON values; `World.scene_from_json` reads them back."""
        ...


@runtime_checkable
class ScenePart(Protocol):
    """A dataclass of the part of a world that scenes are drawn from; the default is all of it."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    NAMES: ClassVar[Mapping[str, Collection[str]]]
    """The values that may be in its fields, by field."""


@runtime_checkable
class Rollout(Protocol):
    """A scene run forward: the ground truth of one clip. Frame 0 is the state at time 0."""

    @property
    def fps(self) -> float:
        """Frames per second."""
        ...

    def __len__(self) -> int:
        """The number of frames F."""
        ...

    def truth(self) -> dict[str, np.ndarray]:
        """The true state by name, arrays [F, ...]. Which names there are, in which units, is for
        each world to document. A world with a player has "actions" [F], indices into
        `World.actions`."""
        ...


SceneT = TypeVar("SceneT", bound=Scene)
RolloutT = TypeVar("RolloutT", bound=Rollout)
RolloutT_contra = TypeVar("RolloutT_contra", bound=Rollout, contravariant=True)
PartT_contra = TypeVar("PartT_contra", bound=ScenePart, contravariant=True)


@runtime_checkable
class Renderer(Protocol[RolloutT_contra]):
    """Draws rollouts at one size. A context manager: it may hold a graphics context."""

    def film(self, rollout: RolloutT_contra) -> np.ndarray:
        """The frames as a viewer sees them, uint8 [F, height, width, 3]."""
        ...

    def masks(self, rollout: RolloutT_contra) -> np.ndarray:
        """Which object is visible where, uint8 [F, height, width]: 0 none, i + 1 object i."""
        ...

    def depth(self, rollout: RolloutT_contra) -> np.ndarray | None:
        """Distance from the camera in metres, float32 [F, height, width]; None where there is
        none to be had."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Sample(Generic[SceneT]):
    """One training clip."""

    frames: np.ndarray
    """uint8 [F, H, W, 3]."""
    masks: np.ndarray
    """uint8 [F, H, W]: 0 where no object is, i + 1 on object i."""
    scene: SceneT
    """The scene that the clip begins with."""
    bridge: tuple[int, int] | None = None
    """The first frame of a transition to another scene (or back to the beginning of this one), and
    the first frame after it. None: the clip has no transition."""
    truth: dict[str, np.ndarray] = field(default_factory=dict)
    """The true state by name, see `Rollout.truth`; empty where two scenes are blended."""


@runtime_checkable
class TextMeaning(Protocol):
    """What a text asserts, as far as the words of a world go."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Words that are not in the world's vocabulary, in their order."""
        ...

    @property
    def things(self) -> frozenset[Hashable]:
        """The objects named and their properties; what two texts share shows how close they are."""
        ...

    def may_share_scene(self, other: Self) -> bool:
        """Whether both texts can be about one scene: nothing that they assert differs."""
        ...


@dataclass(frozen=True, kw_only=True)
class PromptReading:
    """How a prompt is read for a model."""

    text: str
    """The prompt in words that the model was trained on; the prompt itself where it has no other
    words, and in languages that know no words."""
    notes: tuple[str, ...] = ()
    """Sentences on what is ignored: unknown words, and what the model was not trained on."""
    empty: bool = False
    """Whether the prompt has no words at all."""
    understood: bool = True
    """Whether the prompt names anything that the model can draw."""
    unknown: tuple[str, ...] = ()
    """The words of the prompt that are not known, each once."""


@dataclass(frozen=True, kw_only=True)
class WordGroup:
    """The words that stand for one value, such as a colour."""

    kind: str
    """What the value is: "color", "shape", ..."""
    value: str
    """Its name."""
    written: dict[str, tuple[str, ...]]
    """By language: the words that models are trained on."""
    read: dict[str, tuple[str, ...]]
    """By language: other words that are read as these."""


@runtime_checkable
class Language(Protocol):
    """Services on prompts in the words of a world. Loaded without the world's simulator."""

    def parse(self, text: str) -> TextMeaning:
        """What a text asserts, in any of the languages of `World.text_languages`."""
        ...

    @property
    def examples(self) -> tuple[str, ...]:
        """Prompts that work, for users whose prompt does not."""
        ...

    def read(
        self,
        prompt: str,
        trained_on: Mapping[str, Any] | None = None,
        names: Sequence[str] = (),
    ) -> PromptReading:
        """The prompt in words of the world, for a model trained on a part of it (as JSON; None: all
        of it). Idempotent. `names` are those of characters, which are kept."""
        ...

    def vary(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        """The prompt with sizes, places and light that it leaves open drawn from the seed. Never
        contradicts it."""
        ...

    def complete(self, texts: Sequence[str]) -> tuple[str, ...]:
        """The texts of one shot, in order: what one leaves open and a later one says is filled in
        with what holds by default, so that it does not begin too early."""
        ...

    def returning(self, text: str) -> str:
        """The text of the way back: where a thing travels in a direction, in the opposite one."""
        ...

    def words(self, trained_on: Mapping[str, Any] | None = None) -> tuple[WordGroup, ...]:
        """The vocabulary, as far as a model that was trained on this part of the world draws it."""
        ...

    def style_words(self, style: str, language: str) -> str:
        """What a prompt says of a style: ("pixel_art", "en") -> "in pixel art". "none", "" and
        words that mean nothing in the world give ""."""
        ...

    def expand(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        """The prompt with what it leaves open filled in, or unchanged. Never contradicts it; equal
        seeds give equal texts. `trained_on`: the part of the world to choose from, as JSON."""
        ...

    def warnings(self, prompt: str, trained_on: Mapping[str, Any] | None = None) -> list[str]:
        """Sentences on what a prompt in the words of the world asks for that a model trained on
        this part of it will not show. Unknown words are named by `read`."""
        ...


@runtime_checkable
class World(Protocol[SceneT, PartT_contra, RolloutT]):
    """A simulated world. Randomness is an argument: equal generators give equal scenes."""

    @property
    def name(self) -> str:
        """The name in the registry."""
        ...

    @property
    def fps(self) -> float:
        """Frames per second at which clips are rendered unless another rate is asked for."""
        ...

    @property
    def sizes(self) -> tuple[Size, ...]:
        """(width, height) of clips, the usual one first."""
        ...

    @property
    def actions(self) -> tuple[str, ...]:
        """Names of the actions a player can take in a frame; empty for a world without a player."""
        ...

    @property
    def text_languages(self) -> tuple[str, ...]:
        """Languages of captions and prompts, as ISO 639-1 codes."""
        ...

    @property
    def caption_details(self) -> tuple[str, ...]:
        """Lengths of captions, the shortest first."""
        ...

    @property
    def language(self) -> Language:
        """Services on prompts in the words of this world."""
        ...

    def scene_from_json(self, record: Mapping[str, Any]) -> SceneT:
        """The scene that `Scene.to_json` gave the record for."""
        ...

    def sample_scene(self, rng: np.random.Generator, part: PartT_contra | None = None) -> SceneT:
        """A scene drawn from a part of the world; None: from all of it."""
        ...

    def caption(
        self, scene: SceneT, rng: np.random.Generator, *, language: str, detail: str
    ) -> str:
        """A true caption of the scene that is never one of those reserved for evaluation."""
        ...

    def simulate(self, scene: SceneT, *, seconds: float, fps: float | None = None) -> RolloutT:
        """Runs a scene forward for round(seconds * fps) frames, at least one. Deterministic."""
        ...

    def renderer(self, width: int, height: int) -> Renderer[RolloutT]:
        """A renderer for frames of this size."""
        ...

    def samples(
        self,
        *,
        seeds: Iterable[int],
        part: PartT_contra,
        seconds: float,
        fps: float,
        size: Size,
        shots: int = 1,
        twins: bool = False,
        bridges: int = 0,
    ) -> Iterator[Sample[SceneT]]:
        """Training clips, a fixed number for each seed; a seed's clips do not depend on others.

        `shots` clips of one story for each seed. `twins`: the same clips, each with one thing
        changed. `bridges` > 0: two clips for each seed, each with a transition that covers whole
        groups of this number of frames. Raises ValueError for what the world does not offer.
        """
        ...

    def describe(self, picture: np.ndarray, language: str) -> str:
        """The most prominent object in a picture, uint8 [H, W, 3], in words that a prompt can use
        ("the red ball"); "" where none is recognised."""
        ...
