"""The pictures and clips of a storyboard's cards, as files of a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sorairo.generation.requests.storyboard.request import Storyboard
from sorairo.server.api.fields.references import VideoReference
from sorairo.server.api.given_clips import inspected, picture_info
from sorairo.server.api.library.boards.field import BoardFields, CardFootage
from sorairo.server.api.new_job import StoredFiles
from sorairo.server.api.uploaded_file import Upload

PLACEHOLDER = "footage"  # the prompt of a card without one, while its table is checked


@dataclass(frozen=True, kw_only=True)
class CardFiles:
    """The files of a storyboard's cards."""

    table: dict[str, Any]
    """The table of the storyboard, in which cards with files have a prompt and a length."""
    files: tuple[Upload | str, ...]
    """The files in the order of the cards: uploads, or names in the media store."""
    parents: Mapping[str, str]
    """The videos that are shown, each with the part that it has."""
    footage: tuple[CardFootage, ...]
    """What the cards hold."""

    def put_into(self, board: Storyboard) -> Storyboard:
        """The storyboard of the table with the files in its cards."""
        cards = list(board.cards)
        for number, each in enumerate(self.footage, start=1):
            card = cards[each.card]
            prompt = "" if card.prompt == PLACEHOLDER else card.prompt
            cards[each.card] = replace(card, prompt=prompt, **{each.key: f"{each.key} {number}"})
        return replace(board, cards=tuple(cards))


def card_files(board: BoardFields, stored: StoredFiles) -> CardFiles:
    """The files of a storyboard. Raises ApiError."""
    if not board.footage:
        return CardFiles(table=board.table, files=(), parents={}, footage=())
    cards, files, parents = [*board.table["card"]], [], {}
    for each in board.footage:
        source, name = each.source, f"storyboard.card[{each.card}].{each.key}"
        seconds = None
        if isinstance(source, VideoReference):
            parents[source.id] = each.key
        if each.key == "picture":
            is_video = isinstance(source, VideoReference)
            files.append(stored.picture(source.id) if is_video else source)
            if isinstance(source, Upload):
                picture_info(source, name)
        elif isinstance(source, VideoReference):
            path, seconds = stored.clip(source.id)
            files.append(path)
        elif isinstance(source, Upload):
            seconds = inspected(source, name).duration
            files.append(source)
        cards[each.card] = _completed(cards[each.card], seconds)
    table = {**board.table, "card": cards}
    return CardFiles(table=table, files=tuple(files), parents=parents, footage=board.footage)


def _completed(card: Mapping[str, Any], seconds: float | None) -> dict[str, Any]:
    """A card with a file, with a prompt, and with the length of its clip where it states none."""
    done = {**card, "prompt": card.get("prompt") or PLACEHOLDER}
    if seconds is not None and "seconds" not in done and "end" not in done:
        done["seconds"] = max(0.1, round(seconds - float(done.get("at") or 0), 3))
    return done
