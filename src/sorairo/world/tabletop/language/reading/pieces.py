"""A prompt cut into pieces: phrases of the lexicon, longest match first, and unknown words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sorairo.world.tabletop.language.reading import synonyms_zh
from sorairo.world.tabletop.language.reading.inflection import THIRD
from sorairo.world.tabletop.language.reading.lexicon import Entry, entries, longest, words_in_use
from sorairo.world.tabletop.language.reading.synonyms_en import COLOR_NOUNS
from sorairo.world.tabletop.language.reading.synonyms_zh import FREE, PLACES
from sorairo.world.tabletop.language.reading.typos import corrected
from sorairo.world.tabletop.language.vocabulary import IGNORED, language_of

# A Chinese character, a word or number, or one character of anything else.
TOKEN = re.compile("[\u3400-\u9fff]|[^\\W\u3400-\u9fff_]+|[^\\w\\s]")
JOINERS = frozenset("-_'\u2019\u2010\u2011&/")  # within words: "black-and-white", "it's"
ADJECTIVES = ("color", "size", "material")
UNKNOWN = frozenset(synonyms_zh.UNKNOWN.split())  # words of their own
PLACING = frozenset("on onto across over along to of".split())  # noqa: SIM905


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a prompt."""

    said: str
    """As the prompt says it, folded."""
    category: str
    """As in `Entry`, or unknown, article, name, pause."""
    value: str = ""
    written: bool = True
    """Whether captions say it so."""
    form: int = THIRD
    """As in `Entry`."""

    @property
    def language(self) -> str:
        """The language of the piece, "en" or "zh"."""
        return language_of(self.said)


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int
    misspelt: bool = False


def cut(text: str, names: Sequence[str] = ()) -> list[Piece]:
    """The pieces of a folded text. `names` are those of characters, which are kept."""
    pieces: list[Piece] = []
    for part, is_name in _around_names(text, names):
        if is_name:
            pieces.append(Piece(said=part, category="name", value=part))
            continue
        run: list[_Token] = []
        for found in TOKEN.finditer(part):
            token = _token(found)
            if token.text in JOINERS:
                continue
            if re.match(r"\w", token.text):
                run.append(token)
                continue
            pieces += _phrases(part, run)
            run = []
            category = "pause" if _is_punctuation(token.text) else "unknown"
            pieces.append(Piece(said=token.text, category=category, value=token.text))
        pieces += _phrases(part, run)
    return _in_context(_whole_words(pieces))


def _token(found: re.Match[str]) -> _Token:
    """A token, with a likely typing error put right."""
    text = found.group()
    known = corrected(text) if text not in words_in_use() else None
    return _Token(known or text, found.start(), found.end(), misspelt=known is not None)


def _is_punctuation(text: str) -> bool:
    return unicodedata.category(text)[0] in "PZ" or text in "~|+=<>^`$"


def _around_names(text: str, names: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The parts of a text that are names of characters, and those between them."""
    folded = [re.escape(name.strip().casefold()) for name in names if name.strip()]
    if not folded:
        yield text, False
        return
    letter = "[^\\W\u3400-\u9fff]"
    pattern = "|".join(
        rf"(?<!{letter}){name}(?!{letter})" if name.isascii() else name for name in folded
    )
    for index, part in enumerate(re.split(f"({pattern})", text)):
        if part:
            yield part, index % 2 == 1


def _phrases(text: str, tokens: Sequence[_Token]) -> Iterator[Piece]:
    """The pieces of a run of tokens without a pause. Articles are no part of a phrase's key."""
    table, at = entries(), 0
    while at < len(tokens):
        token = tokens[at]
        if token.text in IGNORED:
            yield Piece(said=token.text, category="article", value=token.text)
            at += 1
            continue
        entry, after = _longest_match(table, tokens, at)
        said = text[token.start : tokens[after - 1].end]
        if entry is None:
            yield Piece(said=said, category="unknown", value=said)
        else:
            yield Piece(
                said=said,
                category=entry.category,
                value=entry.value,
                written=entry.written and not any(each.misspelt for each in tokens[at:after]),
                form=entry.form,
            )
        at = after


def _longest_match(
    table: dict[tuple[str, ...], Entry], tokens: Sequence[_Token], at: int
) -> tuple[Entry | None, int]:
    """The entry of the longest phrase that begins at a token, and the index of the token after it;
    None and the next token where there is no such phrase."""
    found: tuple[Entry | None, int] = (None, at + 1)
    key: tuple[str, ...] = ()
    for index in range(at, len(tokens)):
        if tokens[index].text in IGNORED:
            continue
        key = (*key, tokens[index].text)
        if len(key) > longest():
            break
        if key in table:
            found = (table[key], index + 1)
    return found


def _whole_words(pieces: Sequence[Piece]) -> list[Piece]:
    """The same pieces, with neighbouring unknown Chinese characters as one word. A known single
    character before an unknown one belongs to it: the 飞 of 飞机 is no flight."""
    merged: list[Piece] = []
    for piece in pieces:
        before = merged[-1] if merged else None
        if piece.category == "unknown" and piece.language == "zh" and before is not None:
            earlier = merged[-2].category if len(merged) > 1 else "pause"
            if _part_of_word(before, earlier):
                merged[-1] = Piece(said=before.said + piece.said, category="unknown")
                continue
        merged.append(piece)
    return [replace(p, value=p.said) if p.category == "unknown" else p for p in merged]


def _part_of_word(piece: Piece, earlier: str) -> bool:
    """Whether a piece belongs to the unknown Chinese character that follows it."""
    if piece.language != "zh":
        return False
    if piece.category == "unknown":
        return piece.said not in UNKNOWN
    if len(piece.said) > 1 or piece.said in FREE:
        return False
    return not (piece.said in PLACES and earlier in ("floor", "shape", "unknown"))


def _in_context(pieces: list[Piece]) -> list[Piece]:
    """The same pieces; words of two meanings have the one that their neighbours give them."""
    return [_meant(pieces, index) for index in range(len(pieces))]


def _meant(pieces: Sequence[Piece], index: int) -> Piece:
    piece = pieces[index]
    if piece.category == "name":
        return piece
    before = pieces[index - 1] if index else Piece(said="", category="pause")
    after = pieces[index + 1] if index + 1 < len(pieces) else Piece(said="", category="pause")
    if piece.said in ("wood", "木", "木头") and after.category == "shape":
        return replace(piece, category="material", value="wood", written=piece.said != "木")
    if piece.said == "marble" and _names_a_thing(pieces, index):
        return replace(piece, category="shape", value="sphere", written=False)
    if piece.said == "marbles":
        return replace(piece, category="shape", value="sphere", written=False, form=1)
    if piece.said in ("can", "cans"):
        if before.category in (*ADJECTIVES, "article", "count"):
            form = int(piece.said == "cans")
            return replace(piece, category="shape", value="cylinder", written=False, form=form)
        return replace(piece, category="filler", written=False)
    if _turns_into(piece, after) or _turns_into(before, piece):
        return replace(piece, category="unknown", value=piece.said)
    if piece.said in COLOR_NOUNS and after.category not in (*ADJECTIVES, "shape", "floor", "name"):
        return replace(piece, category="unknown", value=piece.said)
    return piece


def _turns_into(verb: Piece, color: Piece) -> bool:
    """Whether two pieces are a change of colour, which no thing makes: "turns green"."""
    return verb.said in ("turn", "turns", "turning", "turned") and color.category == "color"


def _names_a_thing(pieces: Sequence[Piece], index: int) -> bool:
    """Whether "marble" is a toy: "a blue marble rolls", but not "on white marble"."""
    at = index - 1
    while at >= 0 and pieces[at].category in ("color", "size", "article", "count"):
        at -= 1
    placed = at >= 0 and pieces[at].said.split()[-1] in PLACING
    return at < index - 1 and not placed
