"""Storyboards in TOML files. No torch.

    seconds = 9          # cards without a length share what is left of it evenly
    size = "512x512"     # also fps, seed, steps, guidance, quality, negative
    prompt = "at night"  # added to every card, as is style = "neon"

    [[card]]
    prompt = "a red ball rolls to the left on the grass"
    seconds = 3          # or end = 3; start, if it does not begin at once

    [[card]]
    cut = false          # the shot continues, the prompts cross-fade
    prompt = "the red ball rolls on the snow"
    picture = "ball.png" # or clip = "ball.mp4", which is kept as it is
    at = 1.5             # seconds into the card

    [[character]]        # what cards call Ruby looks as in this clip, or picture
    name = "Ruby"
    clip = "ruby.mp4"

Unknown names, wrong types, missing files, and cards that overlap or have no length raise an error
of one sentence with the card's number.
"""

from __future__ import annotations

import reprlib
from itertools import count
from pathlib import Path
from typing import Any

from sorairo import config
from sorairo.errors import ConfigError, MediaError, RequestError, unknown_name
from sorairo.generation.requests.limits import parse_size
from sorairo.generation.requests.storyboard.bounded_toml import MAX_LENGTH, load_toml
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.generation.requests.storyboard.times import (
    BoardTable,
    CardTable,
    CharacterTable,
    card_times,
    check_numbers,
    without_gaps,
)
from sorairo.notes import Note, sentence_of
from sorairo.video import Clip
from sorairo.video.input_files import check_regular

MAX_CARDS = 500  # four a second for the two minutes of the longest clip


def read_storyboard(
    path: str | Path, *, default_seed: int = 0
) -> tuple[Storyboard, tuple[Path, ...]]:
    """The storyboard of a TOML file, and the pictures and clips that its cards name, in order, then
    those of its characters; they are looked for beside it. It has the `default_seed` where the file
    has none. Raises RequestError, in one sentence that names the card, and MediaError for what is
    no file."""
    path = Path(path)
    check_regular(path)
    try:
        with path.open("rb") as file:
            text = file.read(4 * MAX_LENGTH + 4).decode("utf-8-sig")  # four bytes a letter at most
        table = load_toml(text)
    except FileNotFoundError as error:
        raise RequestError(f"There is no file {path}.") from error
    except (OSError, UnicodeDecodeError, RequestError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
        raise RequestError(f"Cannot read {path} as a storyboard in TOML: {reason}.") from error
    return parse_storyboard(table, folder=path.parent, default_seed=default_seed)


def parse_storyboard(
    table: dict[str, Any], *, folder: Path = Path(), default_seed: int = 0
) -> tuple[Storyboard, tuple[Path, ...]]:
    """The storyboard of a TOML table, and its files, which are in `folder`. Raises RequestError."""
    board, written = _tables(table)
    files = [_file(number, card, folder) for number, card in enumerate(written, start=1)]
    characters = [_character(each, folder) for each in board.character]
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
            raise RequestError(
                Note(
                    f"Card {number} is empty: give it a prompt, a picture or a clip.",
                    "card_empty",
                    card=number,
                )
            )
    times = card_times(board, written, [*map(_clip_seconds, count(1), written, files)])
    width, height = parse_size(board.size) if board.size is not None else (None, None)
    names = ("fps", "steps", "guidance", "quality", "negative", "style", "prompt")
    made = Storyboard(
        cards=without_gaps(cards, times, board.seconds),
        seed=default_seed if board.seed is None else board.seed,
        width=width,
        height=height,
        names=tuple(name for name, _ in characters),
        **{name: getattr(board, name) for name in names},
    )
    return made, (*(file for file in files if file), *(file for _, file in characters))


def written_times(table: dict[str, Any]) -> list[tuple[float, float]] | None:
    """Start and end of each card of a TOML table, whose files are not read; None where they depend
    on the length of a clip. Raises RequestError."""
    board, written = _tables(table)
    if any(card.clip is not None and card.seconds is card.end is None for card in written):
        return None
    return card_times(board, written, [None] * len(written))


def _tables(table: dict[str, Any]) -> tuple[BoardTable, list[CardTable]]:
    """The tables of a storyboard and of its cards, checked. Raises RequestError."""
    board: BoardTable = _typed(BoardTable, {"card": [], **table})
    if not board.card:
        raise RequestError(
            Note(
                'The storyboard has no cards: add one, as [[card]] with prompt = "a red ball'
                ' drops".',
                "no_cards",
            )
        )
    if len(board.card) > MAX_CARDS:
        raise RequestError(
            Note(
                f"The storyboard has {len(board.card)} cards: at most {MAX_CARDS} are possible.",
                "too_many_cards",
                cards=len(board.card),
                most=MAX_CARDS,
            )
        )
    written: list[CardTable] = [
        _typed(CardTable, card, number) for number, card in enumerate(board.card, start=1)
    ]
    check_numbers(board, written)
    return board, written


def load_footage(board: Storyboard, files: tuple[Path, ...]) -> list[Clip]:
    """The pictures and clips of a storyboard's files; of each clip the part that is shown. Raises
    MediaError."""
    owners = [f"Card {i}" for i, card in enumerate(board.cards, start=1) if card.footage]
    return [
        _load(owner, file, seconds)
        for owner, file, seconds in zip(
            [*owners, *board.names], files, board.seconds_shown, strict=True
        )
    ]


def _load(owner: str, file: Path, seconds: float | None) -> Clip:
    try:
        return Clip.load(file, end=seconds)
    except MediaError as error:
        raise MediaError(f"{owner}: {error}") from error


def _clip_seconds(number: int, card: CardTable, file: Path | None) -> float | None:
    """The length of a card's clip where it decides that of the card."""
    if file is None or card.clip is None or card.seconds is not None or card.end is not None:
        return None
    try:
        return Clip.duration_of(file)
    except MediaError as error:
        raise MediaError(f"Card {number}: {error}") from error


def _file(number: int, card: CardTable, folder: Path) -> Path | None:
    """The picture or clip of a card."""
    if card.picture is not None and card.clip is not None:
        raise RequestError(
            Note(
                f"Card {number} has a picture and a clip: make two cards of it.",
                "card_picture_and_clip",
                card=number,
            )
        )
    name = card.picture if card.picture is not None else card.clip
    return None if name is None else _found(f"Card {number}", name, folder)


def _character(table: Any, folder: Path) -> tuple[str, Path]:
    """The name of a character, and its picture or clip."""
    written: CharacterTable = _typed(CharacterTable, table, of="a character")
    if not written.name.strip():
        raise RequestError("A character has an empty name: write what prompts call it.")
    return written.name.strip(), _found(f"The character {written.name}", written.clip, folder)


def _found(owner: str, name: str, folder: Path) -> Path:
    """The file in the folder that a card or a character names."""
    file = folder / name
    try:
        found = file.is_file()
    except (OSError, ValueError) as error:  # too long for a name, or a zero byte in it
        raise RequestError(f"{owner} names a file that cannot exist: {reprlib.repr(name)}.") from (
            error
        )
    if not found:
        there = "that is not a file" if file.exists() else "but there is no such file"
        raise RequestError(f"{owner} names {file}, {there}.")
    return file


def _typed(kind: Any, table: Any, card: int = 0, *, of: str = "the storyboard") -> Any:
    """A table as a dataclass: that of a card, or (0) of the storyboard or a part `of` it. Raises an
    error that says in which table it is."""
    of = f"card {card}" if card else of
    known = config.field_types(kind)
    for name in table if isinstance(table, dict) else ():
        if name not in known:
            raise unknown_name(f"setting of {of},", name, known)
    try:
        return config.from_json(kind, table)
    except ConfigError as error:
        message = sentence_of(error)
        name = str(message.values.get("name", "")) if isinstance(message, Note) else ""
        text = f"In {of}, {message}"
        if card:
            raise RequestError(Note(text, "card_setting", card=card, name=name)) from error
        raise RequestError(Note(text, "board_setting", name=name)) from error
