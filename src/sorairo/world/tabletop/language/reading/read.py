"""Reading of prompts: the same scene in words that the model was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sorairo.world.tabletop.language import lexicon_en
from sorairo.world.tabletop.language.caption_plan import TRAVELLING
from sorairo.world.tabletop.language.parsing import BodyWords
from sorairo.world.tabletop.language.reading.camera_words import read_camera
from sorairo.world.tabletop.language.reading.compose import Sentence
from sorairo.world.tabletop.language.reading.fold import fold, same_to_the_model
from sorairo.world.tabletop.language.reading.pieces import Piece, cut
from sorairo.world.tabletop.language.reading.scene_words import SceneWords, scene_words
from sorairo.world.tabletop.language.reading.substitute import substituted
from sorairo.world.tabletop.language.reading.wording import wording
from sorairo.world.tabletop.language.vocabulary import language_of
from sorairo.world.tabletop.scene import SceneConfig

MOST = max(lexicon_en.NUMBERS)  # things of one kind that captions count
MEANING = ("shape", "color", "material", "event", "floor", "light", "style", "camera", "name")


@dataclass(frozen=True, kw_only=True)
class TabletopReading:
    """How a prompt is read."""

    text: str
    """What the model reads; the prompt itself where it consists of the words of captions."""
    unknown: tuple[str, ...]
    """Words that have no meaning in the world, each once."""
    unused: tuple[str, ...]
    """Known words that cannot be used where they stand, such as the colour of a floor."""
    undrawn: tuple[tuple[str, str], ...]
    """Categories and values of the world that the model was not trained on; they are left out."""
    empty: bool
    """Whether the prompt has no words."""
    understood: bool
    """Whether it names anything of the world; sizes, numbers and directions alone do not count."""


def read(
    prompt: str, part: SceneConfig | None = None, names: Sequence[str] = ()
) -> TabletopReading:
    """Reads a prompt for a model that was trained on a `part` of the world (None: all of it).
    `names` are those of characters, which are kept."""
    folded = fold(prompt)
    pieces = cut(folded, names)
    said = scene_words(pieces, part)
    text = prompt
    if not same_to_the_model(prompt, folded) or not _as_captions(pieces, said):
        text = _rewritten(pieces, said, part)
    return TabletopReading(
        text=text,
        unknown=_unknown(pieces),
        unused=tuple(dict.fromkeys([*said.unused, *_too_many(pieces)])),
        undrawn=tuple(dict.fromkeys(said.undrawn)),
        empty=not any(piece.category != "pause" for piece in pieces),
        understood=any(piece.category in MEANING for piece in read_camera(pieces)),
    )


def read_fragment(text: str, language: str) -> str:
    """The style, light and camera that a fragment names ("cyberpunk, at dusk"), in the words of
    captions; "" where it names none."""
    pieces = read_camera(cut(fold(text)))
    kept = [piece for piece in pieces if piece.category in ("style", "light", "camera")]
    said = [wording(piece.category, piece.value, language) for piece in kept]
    return ("\uff0c" if language == "zh" else ", ").join(dict.fromkeys(said))


def _as_captions(pieces: Sequence[Piece], said: SceneWords) -> bool:
    """Whether all of a prompt is said as captions say it."""
    known = all(piece.written and piece.category not in ("unknown", "lens") for piece in pieces)
    return known and not said.unused and not said.undrawn and not _too_many(pieces)


def _rewritten(pieces: Sequence[Piece], said: SceneWords, part: SceneConfig | None) -> str:
    language = _language(pieces)
    sentence = None if said.named else sentence_of(said)
    return sentence.write(language) if sentence else substituted(pieces, said, part, language)


def sentence_of(said: SceneWords) -> Sentence | None:
    """The sentence that says all of it; None where one sentence cannot."""
    if any(len(values) > 1 for values in said.values.values()) or "relation" in said.values:
        return None
    if len(set(said.bodies)) > 1 or (said.events and said.event is None) or said.names_nothing:
        return None
    event = said.event
    if event == "collide":  # with what?
        return None
    values = {name: said.one(name) for name in ("heading", "floor", "light", "style", "camera")}
    if event not in (None, *TRAVELLING):
        values["heading"] = None
    nothing: BodyWords = (None, None, None, None)
    body = said.bodies[0] if said.bodies else nothing
    return Sentence(
        body=body,
        count=min(max(1, len(said.bodies)), MOST),
        event=event,
        **values,
    )


def _language(pieces: Sequence[Piece]) -> str:
    """The language in which the thing is named; else that of most of the meaning."""
    for categories in (("shape",), MEANING):
        spoken = [piece.language for piece in pieces if piece.category in categories]
        if spoken:
            return "zh" if spoken.count("zh") > spoken.count("en") else "en"
    return language_of("".join(piece.said for piece in pieces))


def _unknown(pieces: Sequence[Piece]) -> tuple[str, ...]:
    found = [piece.said for piece in read_camera(pieces) if piece.category == "unknown"]
    return tuple(dict.fromkeys(found))


def _too_many(pieces: Sequence[Piece]) -> list[str]:
    """Numbers above those that captions have."""
    return [p.said for p in pieces if p.category == "count" and int(p.value) > MOST]
