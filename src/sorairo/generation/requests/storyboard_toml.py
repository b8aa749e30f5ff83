"""Storyboards as they are written, in TOML. No torch.

    seconds = 9          # of which cards without a length have equal parts
    size = "512x512"     # also fps, seed, steps, guidance, negative
    prompt = "at night"  # said with every card, as is style = "neon"

    [[card]]
    prompt = "a red ball rolls to the left on the grass"
    seconds = 3          # or end = 3; start, if time is to pass before it

    [[card]]
    cut = false          # the shot goes on, its texts fade
    prompt = "the red ball lies in the snow"
    picture = "ball.png" # or clip = "ball.mp4", which is kept as it is
    at = 1.5             # seconds into the card

Unknown names, wrong types, missing files, cards that overlap or have no time are refused in one
sentence with the card's number.
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sorairo import config
from sorairo.errors import ConfigError, MediaError, RequestError, unknown_name
from sorairo.generation.requests.limits import parse_size
from sorairo.generation.requests.storyboard import Card, Storyboard

if TYPE_CHECKING:
    from sorairo.video import Clip

EPSILON = 1e-6  # seconds: sums of decimal lengths are not exact


@dataclass(frozen=True, kw_only=True)
class _CardFile:
    """A card as it is written."""

    prompt: str = ""
    seconds: float | None = None
    start: float | None = None
    end: float | None = None
    cut: bool = True
    picture: str | None = None
    clip: str | None = None
    at: float = 0.0
    style: str = ""


@dataclass(frozen=True, kw_only=True)
class _BoardFile:
    """A storyboard as it is written."""

    card: list[dict[str, Any]]
    seconds: float | None = None
    size: str | None = None
    fps: float | None = None
    seed: int = 0
    prompt: str = ""
    steps: int | None = None
    guidance: float | None = None
    negative: str = ""
    style: str = ""


def read_storyboard(path: str | Path) -> tuple[Storyboard, tuple[Path, ...]]:
    """The storyboard of a TOML file, and the pictures and clips that its cards name, in order; they
    are looked for beside it. Raises RequestError, in one sentence that names the card."""
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        table = tomllib.loads(text.replace("\r\n", "\n"))
    except FileNotFoundError as error:
        raise RequestError(f"There is no file {path}.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RequestError(f"Cannot read {path} as a storyboard in TOML: {reason}.") from error
    return storyboard(table, folder=path.parent)


def storyboard(
    table: dict[str, Any], *, folder: Path = Path()
) -> tuple[Storyboard, tuple[Path, ...]]:
    """The same of a TOML table whose files are in `folder`. Raises RequestError."""
    board: _BoardFile = _typed(_BoardFile, {"card": [], **table}, "the storyboard")
    if not board.card:
        raise RequestError(
            'The storyboard has no cards: add one, as [[card]] with prompt = "a red ball drops".'
        )
    written: list[_CardFile] = [
        _typed(_CardFile, card, f"card {number}") for number, card in enumerate(board.card, 1)
    ]
    _check_numbers(board, written)
    files = [_file(number, card, folder) for number, card in enumerate(written, start=1)]
    cards = [
        Card(
            start=0.0,
            end=0.0,
            prompt=card.prompt.strip(),
            cut=card.cut,
            picture=file.name if file and card.picture is not None else None,
            clip=file.name if file and card.clip is not None else None,
            at=card.at,
            style=card.style.strip(),
        )
        for card, file in zip(written, files, strict=True)
    ]
    for number, card in enumerate(cards, start=1):
        if not (card.prompt or card.footage) and (card.cut or number == 1):
            raise RequestError(f"Card {number} says nothing: give it a prompt, picture or clip.")
    times = _times(board, written, files)
    width, height = parse_size(board.size) if board.size is not None else (None, None)
    names = ("fps", "seed", "steps", "guidance", "negative", "style", "prompt")
    made = Storyboard(
        cards=_without_gaps(cards, times, board.seconds),
        width=width,
        height=height,
        **{name: getattr(board, name) for name in names},
    )
    return made, tuple(file for file in files if file)


def load_footage(board: Storyboard, files: tuple[Path, ...]) -> list[Clip]:
    """The pictures and clips of a storyboard, as far as they are shown. Raises MediaError."""
    shown = [(i, card) for i, card in enumerate(board.cards, start=1) if card.footage]
    return [
        _load(i, file, card.end - card.start - card.at if card.clip else None)
        for (i, card), file in zip(shown, files, strict=True)
    ]


def _load(number: int, file: Path, seconds: float | None = None) -> Clip:
    from sorairo.video import Clip

    try:
        return Clip.load(file, end=seconds)
    except MediaError as error:
        raise MediaError(f"Card {number}: {error}") from error


def _file(number: int, card: _CardFile, folder: Path) -> Path | None:
    """The picture or clip of a card."""
    if card.picture is not None and card.clip is not None:
        raise RequestError(f"Card {number} has a picture and a clip: make two cards of it.")
    name = card.picture if card.picture is not None else card.clip
    if name is None:
        return None
    file = folder / name
    if not file.is_file():
        raise RequestError(f"Card {number} names {file}, but there is no such file.")
    return file


def _typed(kind: Any, table: Any, of: str) -> Any:
    """A table as a dataclass; what is wrong is told with where it is."""
    known = config.field_types(kind)
    for name in table if isinstance(table, dict) else ():
        if name not in known:
            raise unknown_name(f"setting of {of},", name, known)
    try:
        return config.from_json(kind, table)
    except ConfigError as error:
        raise RequestError(f"In {of}, {error}") from error


def _check_numbers(board: _BoardFile, cards: list[_CardFile]) -> None:
    if board.seconds is not None and not 0 < board.seconds < math.inf:
        raise RequestError(f"A storyboard cannot last {board.seconds:g} seconds: choose above 0.")
    for number, card in enumerate(cards, start=1):
        if card.seconds is not None and card.end is not None:
            raise RequestError(f"Card {number} has both seconds and end: leave one of them out.")
        if card.seconds is not None and not 0 < card.seconds < math.inf:
            raise RequestError(f"Card {number} cannot last {card.seconds:g} s: choose above 0.")
        if card.start is not None and card.end is not None and card.end <= card.start:
            raise RequestError(
                f"Card {number} ends at {card.end:g} s, but begins at {card.start:g} s:"
                " let it end later."
            )
        for name in ("start", "end", "at"):
            time = getattr(card, name)
            if time is not None and not 0 <= time < math.inf:
                raise RequestError(f"Card {number} has {name} = {time:g}: choose 0 or more.")
    for number, (card, following) in enumerate(pairwise(cards), start=1):
        if card.end is not None and following.start is not None:
            _check_order(number, card.end, following.start)


def _check_order(number: int, end: float, start: float) -> None:
    if end > start + EPSILON:
        raise RequestError(
            f"Card {number + 1} begins at {start:g} s, before card {number} ends at {end:g} s:"
            " let it begin later, or make the card before it shorter."
        )


def _times(
    board: _BoardFile, written: list[_CardFile], files: list[Path | None]
) -> list[tuple[float, float]]:
    """Start and end of each card as far as they are written; cards without a length share evenly
    what is left until the next time that is known."""
    known = [_known(*each) for each in enumerate(zip(written, files, strict=True), start=1)]
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


def _known(number: int, pair: tuple[_CardFile, Path | None]) -> float | None:
    """Seconds that a card says it lasts, or its clip does."""
    written, file = pair
    if written.seconds is not None:
        return written.seconds
    if written.end is not None:
        return None if written.start is None else written.end - written.start
    if file is None or written.clip is None:
        return None
    return written.at + _load(number, file).duration


def _shared(known: list[float | None], seconds: float | None, number: int) -> list[float]:
    """Lengths of cards from `number` on, of which those unknown share what is left of `seconds`."""
    if None not in known:
        return [length for length in known if length is not None]
    first = number + known.index(None)
    if seconds is None:
        raise RequestError(
            f"Card {first} has no length: give it seconds, or give the storyboard seconds in all."
        )
    share = (seconds - sum(length or 0.0 for length in known)) / known.count(None)
    if share <= EPSILON:
        raise RequestError(f"There is no time left for card {first}: make other cards shorter.")
    return [share if length is None else length for length in known]


def _without_gaps(
    cards: list[Card], times: list[tuple[float, float]], seconds: float | None
) -> tuple[Card, ...]:
    """The cards at their times, each until the next begins."""
    last = times[-1][1]
    if seconds is not None and last > seconds + EPSILON:
        raise RequestError(
            f"Card {len(cards)} ends at {last:g} s, but the storyboard lasts {seconds:g} s:"
            f" give it {last:g} seconds, or make cards shorter."
        )
    starts = [start for start, _ in times]
    ends = [*starts[1:], max(last, seconds or 0.0)]
    done = []
    for i, (card, (start, end)) in enumerate(zip(cards, times, strict=True)):
        _check_order(i + 1, end, ends[i])
        if card.at >= end - start:
            raise RequestError(
                f"Card {i + 1} has at = {card.at:g}, but lasts {end - start:g} s: choose less."
            )
        early = start if i == 0 else 0.0  # the time before the first card leads up to it
        done.append(dataclasses.replace(card, start=start - early, end=ends[i], at=card.at + early))
    return tuple(done)
