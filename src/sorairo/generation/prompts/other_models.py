"""Names a model that knows more of a prompt than the one that is asked. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sorairo.notes import Note
from sorairo.world import registry

CODES = ("unknown_words", "nothing_known")  # of the notes on prompts that a model does not know


def has_unknown(notes: Iterable[str]) -> bool:
    """Whether notes on prompts say that something in them is not known."""
    return any(isinstance(note, Note) and note.code in CODES for note in notes)


def other_model(
    prompts: Sequence[str], world: str, others: Mapping[str, str], names: Sequence[str] = ()
) -> Note | None:
    """A note that names the model which knows the most words of the prompts, of `others`: their
    worlds by the names of the models. None where none knows more than a model of this `world`.
    `names` are those of characters, which no model need know."""
    missing = {model: _missing(prompts, other, names) for model, other in others.items() if other}
    if not missing or world == registry.NONE:
        return None
    best = min(missing, key=lambda model: missing[model])
    if missing[best] >= _missing(prompts, world, names):
        return None
    return Note(
        f"The model {best} knows more of these words: choose it with --model {best}, in requests"
        f' with "model": "{best}".',
        "other_model",
        model=best,
    )


def _missing(prompts: Sequence[str], world: str, names: Sequence[str]) -> tuple[int, int]:
    """How many prompts of a model of this world name nothing that it knows, and how many words it
    does not know."""
    readings = [registry.language(world).read(each, None, names) for each in prompts if each]
    return sum(not r.understood for r in readings), sum(len(r.unknown) for r in readings)
