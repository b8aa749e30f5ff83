"""The times of a storyboard's cards, worked out from what its file says about them. No torch."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sorairo.errors import RequestError
from sorairo.generation.requests.storyboard.request import Card
from sorairo.generation.settings import FULL
from sorairo.notes import Note

EPSILON = 1e-6  # seconds: sums of decimal lengths are not exact


@dataclass(frozen=True, kw_only=True)
class CardTable:
    """A card as it is written in a file."""

    prompt: str = ""
    seconds: float | None = None
    """Its length; a card has `seconds` or `end`, not both."""
    start: float | None = None
    """Where it begins, in seconds; None: where the card before it ends."""
    end: float | None = None
    """Where it ends, in seconds."""
    cut: bool = True
    picture: str | None = None
    clip: str | None = None
    at: float = 0.0
    style: str = ""


@dataclass(frozen=True, kw_only=True)
class CharacterTable:
    """A character as it is written in a file."""

    name: str
    """What prompts call it."""
    clip: str
    """The file that shows it."""


@dataclass(frozen=True, kw_only=True)
class BoardTable:
    """A storyboard as it is written in a file."""

    card: list[dict[str, Any]]
    seconds: float | None = None
    """The length of the whole."""
    character: list[dict[str, Any]] = field(default_factory=list)
    size: str | None = None
    """WIDTHxHEIGHT."""
    fps: float | None = None
    seed: int | None = None
    prompt: str = ""
    steps: int | None = None
    guidance: float | None = None
    quality: str = FULL
    negative: str = ""
    style: str = ""


def check_numbers(board: BoardTable, cards: Sequence[CardTable]) -> None:
    """Raises RequestError for times that contradict each other or are out of range."""
    if board.seconds is not None and not 0 < board.seconds < math.inf:
        raise RequestError(
            Note(
                f"A storyboard cannot last {board.seconds:g} seconds: choose above 0.",
                "board_seconds",
                seconds=board.seconds,
            )
        )
    for number, card in enumerate(cards, start=1):
        if card.seconds is not None and card.end is not None:
            raise RequestError(
                Note(
                    f"Card {number} has both seconds and end: leave one of them out.",
                    "card_seconds_and_end",
                    card=number,
                )
            )
        if card.seconds is not None and not 0 < card.seconds < math.inf:
            raise RequestError(
                Note(
                    f"Card {number} cannot last {card.seconds:g} s: choose above 0.",
                    "card_seconds",
                    card=number,
                    seconds=card.seconds,
                )
            )
        if card.start is not None and card.end is not None and card.end <= card.start:
            raise RequestError(
                Note(
                    f"Card {number} ends at {card.end:g} s, but begins at {card.start:g} s:"
                    " let it end later.",
                    "card_end",
                    card=number,
                    end=card.end,
                    start=card.start,
                )
            )
        for name in ("start", "end", "at"):
            time = getattr(card, name)
            if time is not None and not 0 <= time < math.inf:
                raise RequestError(
                    Note(
                        f"Card {number} has {name} = {time:g}: choose 0 or more.",
                        "card_negative",
                        card=number,
                        name=name,
                        time=time,
                    )
                )
    for number, (card, following) in enumerate(pairwise(cards), start=1):
        if card.end is not None and following.start is not None:
            _check_order(number, card.end, following.start)


def _check_order(number: int, end: float, start: float) -> None:
    if end > start + EPSILON:
        raise RequestError(
            Note(
                f"Card {number + 1} begins at {start:g} s, before card {number} ends at {end:g} s:"
                " let it begin later, or make the card before it shorter.",
                "card_overlap",
                card=number + 1,
                start=start,
                before=number,
                end=end,
            )
        )


def card_times(
    board: BoardTable, written: Sequence[CardTable], clip_seconds: Sequence[float | None]
) -> list[tuple[float, float]]:
    """Start and end of each card as far as they are written. A card without a length lasts as long
    as its clip (`clip_seconds`); cards without either share evenly what is left until the next time
    that is known."""
    known = [_known(*each) for each in zip(written, clip_seconds, strict=True)]
    begins: list[float | None] = [written[0].start or 0.0]
    for before, card in pairwise(written):
        begins.append(card.start if card.start is not None else before.end)
    ending = written[-1].end if written[-1].end is not None else board.seconds
    anchors = [i for i, time in enumerate(begins) if time is not None]
    times: list[tuple[float, float]] = []
    for first, last in pairwise([*anchors, len(written)]):
        now = begins[first] or 0.0
        until = begins[last] if last < len(written) else ending
        lengths = _shared(known[first:last], None if until is None else until - now, first + 1)
        for length in lengths:
            times.append((now, now + length))
            now += length
    return times


def _known(written: CardTable, clip_seconds: float | None) -> float | None:
    """The length that a card states, or that its clip gives it."""
    if written.seconds is not None:
        return written.seconds
    if written.end is not None:
        return None if written.start is None else written.end - written.start
    return None if clip_seconds is None else written.at + clip_seconds


def _shared(known: list[float | None], seconds: float | None, number: int) -> list[float]:
    """Lengths of the cards from `number` on; those that are not known share what is left of
    `seconds`."""
    if None not in known:
        return [length for length in known if length is not None]
    first = number + known.index(None)
    if seconds is None:
        raise RequestError(
            Note(
                f"Card {first} has no length: give it seconds, or give the storyboard seconds in"
                f" all.",
                "card_no_length",
                card=first,
            )
        )
    share = (seconds - sum(length or 0.0 for length in known)) / known.count(None)
    if share <= EPSILON:
        raise RequestError(
            Note(
                f"There is no time left for card {first}: make other cards shorter.",
                "card_no_time",
                card=first,
            )
        )
    return [share if length is None else length for length in known]


def without_gaps(
    cards: Sequence[Card], times: Sequence[tuple[float, float]], seconds: float | None
) -> tuple[Card, ...]:
    """The cards at their times, each until the next one begins. Raises RequestError for cards that
    overlap or are too long."""
    last = times[-1][1]
    if seconds is not None and last > seconds + EPSILON:
        raise RequestError(
            Note(
                f"Card {len(cards)} ends at {last:g} s, but the storyboard lasts {seconds:g} s:"
                f" give it {last:g} seconds, or make cards shorter.",
                "board_too_short",
                card=len(cards),
                end=last,
                seconds=seconds,
            )
        )
    starts = [start for start, _ in times]
    ends = [*starts[1:], max(last, seconds or 0.0)]
    done = []
    for i, (card, (start, end)) in enumerate(zip(cards, times, strict=True)):
        _check_order(i + 1, end, ends[i])
        if card.at >= end - start:
            raise RequestError(
                Note(
                    f"Card {i + 1} has at = {card.at:g}, but lasts {end - start:g} s: choose less.",
                    "card_at",
                    card=i + 1,
                    at=card.at,
                    seconds=end - start,
                )
            )
        early = start if i == 0 else 0.0  # the time before the first card leads up to it
        done.append(dataclasses.replace(card, start=start - early, end=ends[i], at=card.at + early))
    return tuple(done)
