"""A storyboard: cards with their texts, pictures and clips in time. No torch.

Cards follow one another. Each begins a new shot, with a cut on its first frame, unless it says
`cut = false`: then the shot goes on, and the texts fade within half a second. Time that no card
claims goes on with the card before it; before the first card, it leads up to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from sorairo.errors import RequestError
from sorairo.generation.prompts.style import with_style
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.limits import Limits, check_seconds, check_texts

if TYPE_CHECKING:
    from sorairo.generation.api import Capabilities
    from sorairo.generation.progress import ProgressCallback
    from sorairo.video import Clip


@dataclass(frozen=True, kw_only=True)
class Card:
    """From `start` to `end` (s) the clip shows what `prompt` says, in a `style` (a name, or words).

    `picture` or `clip` is the name of a file: the picture is seen, the clip begins, `at` seconds
    after the start. `cut` begins a new shot. `expanded` is the prompt in more detail, if it was to
    have more.
    """

    start: float
    end: float
    prompt: str = ""
    expanded: str = ""
    cut: bool = True
    picture: str | None = None
    clip: str | None = None
    at: float = 0.0
    style: str = ""

    @property
    def footage(self) -> str | None:
        return self.picture if self.picture is not None else self.clip


@dataclass(frozen=True, kw_only=True)
class Storyboard(Request):
    """Cards without gaps or overlaps, from time 0 on. `prompt` is said with each of them, `style`
    with each that has none of its own. `inputs`, if there are any, are the cards' files in order.
    """

    command: ClassVar[str] = "storyboard"

    cards: tuple[Card, ...]
    prompt: str = ""

    @property
    def seconds(self) -> float:
        return self.cards[-1].end

    @property
    def texts(self) -> tuple[str, ...]:
        """What the model is told, card by card; one that says nothing and does not cut goes on."""
        texts: list[str] = []
        for card in self.cards:
            if texts and not card.cut and not card.prompt:
                texts.append(texts[-1])
            else:
                said = with_style(card.expanded or card.prompt, self.prompt)
                texts.append(with_style(said, card.style or self.style))
        return tuple(texts)

    @property
    def prompts(self) -> tuple[str, ...]:
        """Those of the cards; of what footage shows no more is said than the card does."""
        return tuple("" if card.footage else card.prompt for card in self.cards)

    def in_detail(self, prompts: Sequence[str]) -> Storyboard:
        cards = zip(self.cards, prompts, strict=True)
        return replace(self, cards=tuple(replace(card, expanded=text) for card, text in cards))

    @property
    def scene(self) -> str:
        """What is seen last."""
        said = [card.prompt for card in self.cards if card.prompt]
        return with_style(said[-1] if said else "", self.prompt)

    def validate(self, limits: Limits = Limits()) -> None:
        super().validate(limits)
        for number, card in enumerate(self.cards, start=1):
            texts = {f"prompt_of_card_{number}": card.prompt, f"style_of_card_{number}": card.style}
            check_texts(limits, **texts, expanded_prompt=card.expanded)
        check_seconds(self.seconds, limits, "A storyboard")

    def validate_inputs(self, clips: Sequence[Clip], limits: Limits = Limits()) -> None:
        wanted = sum(card.footage is not None for card in self.cards)
        if len(clips) != wanted:
            raise RequestError(f"The cards name {wanted} files, but {len(clips)} are given.")

    def make(
        self,
        model: Capabilities,
        clips: Sequence[Clip],
        on_progress: ProgressCallback | None = None,
    ) -> Clip:
        return model.storyboard(self, clips, on_progress=on_progress)
