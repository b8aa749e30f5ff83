"""A storyboard: a request made of cards, each with its span of time. No torch.

Cards follow one another. Each begins a new shot, with a cut on its first frame, unless it says
`cut = false`: then the shot goes on, and the prompts cross-fade within half a second. Time that no
card covers belongs to the card before it; time before the first card belongs to that card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from sorairo.errors import RequestError
from sorairo.generation.prompts.character_names import mentioned
from sorairo.generation.prompts.style import with_style
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.limits import Limits, check_seconds
from sorairo.generation.requests.texts import check_texts, says_nothing
from sorairo.notes import Note

if TYPE_CHECKING:
    from sorairo.video import Clip


@dataclass(frozen=True, kw_only=True)
class Card:
    """A span of time and what the clip shows in it."""

    start: float
    """Seconds."""
    end: float
    """Seconds."""
    prompt: str = ""
    """What is shown."""
    expanded: str = ""
    """The prompt with more detail, used in its place; "" where it was not expanded."""
    read: str = ""
    """The prompt, expanded or not, in words that the model knows; "" where it is used as it is."""
    cut: bool = True
    """Whether the card begins a new shot."""
    picture: str | None = None
    """The name of a picture to show, if any; a card has a picture or a clip, not both."""
    clip: str | None = None
    """The name of a clip to show, if any."""
    at: float = 0.0
    """When the picture is shown or the clip begins, in seconds after `start`."""
    style: str = ""
    """The name of a style, or any words; "": that of the storyboard."""

    @property
    def footage(self) -> str | None:
        """The name of the card's file, if it has one."""
        return self.picture if self.picture is not None else self.clip


@dataclass(frozen=True, kw_only=True)
class Storyboard(Request):
    """A clip of several shots. `inputs`, if there are any, are the files of the cards in order, and
    after them those of the characters."""

    command: ClassVar[str] = "storyboard"

    cards: tuple[Card, ...]
    """In order, from time 0 on, without gaps or overlaps."""
    prompt: str = ""
    """Words that are added to the prompt of every card."""
    names: tuple[str, ...] = ()
    """The names of the characters: the clip of each shows the object that the cards call so."""

    @property
    def seconds(self) -> float:
        """Length of the result."""
        return self.cards[-1].end if self.cards else 0.0

    @property
    def seconds_shown(self) -> tuple[float | None, ...]:
        """How much of each file is shown, in seconds from its beginning; None for a picture."""
        cards = (
            card.end - card.start - card.at if card.clip is not None else None
            for card in self.cards
            if card.footage is not None
        )
        return (*cards, *(CastRequest.given_seconds for _ in self.names))

    def footage(self, clips: Sequence[Clip]) -> Sequence[Clip]:
        return clips[: len(clips) - len(self.names)]

    def texts_in(self, world: str) -> tuple[str, ...]:
        """The text of each card for a model of a `world`; a card without a prompt that does not
        cut has that of the one before, and its style where it has none of its own."""
        texts, said, style = [], "", self.style
        for number, card in enumerate(self.cards):
            goes_on = number > 0 and not card.cut and not card.prompt
            if not goes_on:
                said = card.read or card.expanded or card.prompt
                said = with_style(said, self.read or self.prompt, world=world)
            style = card.style or (style if goes_on else self.style)
            texts.append(with_style(said, style, world=world))
        return tuple(texts)

    @property
    def prompts(self) -> tuple[str, ...]:
        """The prompts of the cards; where a card shows footage, its prompt is not expanded."""
        return tuple("" if card.footage else card.prompt for card in self.cards)

    def with_expanded(self, prompts: Sequence[str]) -> Storyboard:
        cards = zip(self.cards, prompts, strict=True)
        expanded = (replace(card, expanded=text, read="") for card, text in cards)
        return replace(self, cards=tuple(expanded))

    @property
    def to_read(self) -> tuple[str, ...]:
        return (self.prompt, *(card.expanded or card.prompt for card in self.cards))

    def with_read(self, texts: Sequence[str]) -> Storyboard:
        cards = zip(self.cards, texts[1:], strict=True)
        read = tuple(replace(card, read=text) for card, text in cards)
        return replace(self, read=texts[0], cards=read)

    @property
    def scene(self) -> str:
        said = [card.prompt for card in self.cards if card.prompt]
        return with_style(said[-1] if said else "", self.prompt)

    def validate(self, limits: Limits = Limits()) -> None:
        super().validate(limits)
        for number, card in enumerate(self.cards, start=1):
            texts = {f"prompt_of_card_{number}": card.prompt, f"style_of_card_{number}": card.style}
            check_texts(limits, **texts, expanded_prompt=card.expanded, read_prompt=card.read)
            if card.prompt and says_nothing(card.prompt):
                raise RequestError(
                    Note(
                        f"The prompt of card {number} is empty: say what it shows.",
                        "card_prompt",
                        card=number,
                    )
                )
        named = {each for text in self.to_read for each in mentioned(text, self.names)}
        for number, name in enumerate(self.names):
            if number not in named:
                raise RequestError(
                    Note(
                        f"No card names the character '{name}': write the name in a prompt.",
                        "character_not_named",
                        name=name,
                    )
                )
        check_seconds(self.seconds, limits, "A storyboard")

    def validate_inputs(self, clips: Sequence[Clip], limits: Limits = Limits()) -> None:
        wanted = sum(card.footage is not None for card in self.cards) + len(self.names)
        if len(clips) != wanted:
            raise RequestError(
                Note(
                    f"The cards name {wanted} files, but {len(clips)} are given.",
                    "card_files",
                    wanted=wanted,
                    given=len(clips),
                )
            )
