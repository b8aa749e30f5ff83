"""The tokenizer of a distilled text encoder: the teacher's, with fewer pieces.

Pieces are those of the teacher, with its scores, so that texts within the vocabulary have the same
pieces. Text is in lower case. What no piece spells is spelt in bytes, so that nothing is lost.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from sorairo.models.text import PAD, START
from sorairo.training.text_encoder.teacher_file import END, UNKNOWN, TeacherFile

SPACE = "▁"  # in pieces
SPECIAL = {UNKNOWN, PAD, START, END, "<mask>"}
BYTES = tuple(f"<0x{i:02X}>" for i in range(256))
NEVER = 100.0  # below the worst score: a text that spells "<unk>" is spelt with better pieces
SYMBOLS, CHINESE, OTHER_CHINESE = 700, 10_400, 1000  # pieces, at most
ENGLISH_WORD, FRAGMENT = re.compile("▁[a-z]+"), re.compile("[a-z]+")
HAN = re.compile("▁?[\u3400-\u9fff]+")
SYMBOL = re.compile(f"▁?[0-9{re.escape(string.punctuation)}、。「」《》“”‘’…—·]+|▁")


def choose_pieces(
    file: TeacherFile, english: Collection[str], texts: Iterable[str], limit: int
) -> tuple[str, ...]:
    """The pieces to keep, `limit` at most with bytes and special tokens, in the teacher's order.

    Those of `texts` and single letters, digits and signs come first, then the most frequent
    symbols, the words of `english`, Chinese (in simplified characters, single ones first; then
    other single characters), and at last parts of words, as many as there is room for.
    """
    score = scores_of(file)
    used = {piece for each in unigram(score).encode_batch(list(texts)) for piece in each.tokens}
    used |= {*string.ascii_lowercase, *string.digits, *string.punctuation, SPACE}
    ranked = sorted(score, key=lambda piece: (-score[piece], piece))
    plain = [piece for piece in ranked if unicodedata.normalize("NFKC", piece) == piece]
    han = [piece for piece in plain if HAN.fullmatch(piece)]
    simple = sorted(filter(_simplified, han), key=lambda piece: len(piece) > 1)
    words = [piece for piece in plain if piece in english]
    groups = (
        [piece for piece in ranked if piece in used],
        [piece for piece in plain if SYMBOL.fullmatch(piece)][:SYMBOLS],
        [piece for piece in words if ENGLISH_WORD.fullmatch(piece)],
        simple[:CHINESE],
        [piece for piece in han if len(piece) == 1 and not _simplified(piece)][:OTHER_CHINESE],
        [piece for piece in words if FRAGMENT.fullmatch(piece)],
    )
    chosen = [*dict.fromkeys(piece for group in groups for piece in group)]
    kept = {*chosen[: limit - len((UNKNOWN, *BYTES, PAD, START))]}
    return tuple(piece for piece in file.pieces if piece in kept)


def prune(
    file: TeacherFile, english: Collection[str], texts: Iterable[str], limit: int
) -> Tokenizer:
    """A tokenizer of the pieces that `choose_pieces` keeps."""
    score = scores_of(file)
    return unigram({piece: score[piece] for piece in choose_pieces(file, english, texts, limit)})


def scores_of(file: TeacherFile) -> dict[str, float]:
    """The score of each piece that stands for text."""
    pairs = zip(file.pieces, map(float, file.scores), strict=True)
    return {piece: score for piece, score in pairs if piece not in SPECIAL}


def unigram(scores: Mapping[str, float]) -> Tokenizer:
    """A tokenizer of pieces with these scores (Kudo, "Subword regularization", arXiv 1804.10959),
    and of the bytes of everything else."""
    never = min(scores.values()) - NEVER
    vocabulary = [(piece, never) for piece in (UNKNOWN, *BYTES)] + [*scores.items()]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex("[\\s\u200b-\u200f\ufeff]+"), " "),
            normalizers.Replace(Regex("[\\x00-\\x1f\\x7f]"), ""),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Sequence(
        [decoders.ByteFallback(), decoders.Metaspace(prepend_scheme="always"), decoders.Fuse()]
    )
    tokenizer.add_special_tokens([PAD, START])
    return tokenizer


def _simplified(piece: str) -> bool:
    """Whether all of a piece is in GB 2312, the characters of the People's Republic."""
    try:
        piece.removeprefix(SPACE).encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
