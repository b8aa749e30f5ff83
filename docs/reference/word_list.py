"""The page of words: what the shipped model draws, and how prompts are read."""

from __future__ import annotations

from itertools import groupby

from sorairo.models import hub
from sorairo.world import registry
from sorairo.world.protocol import WordGroup

INTRODUCTION = """# Words

What the shipped model draws, by kind. The first column names each value; then come, in English and
Chinese, the words that the model was trained on, in bold, and words that are read as these. Before
a clip is made, its prompt is put in the words in bold: "a crimson orb plummets onto golden dunes"
is read as "a red ball drops onto the sand", and you are told so. Words that are not here are
ignored, and named. `--no-rewrite` (Python: `rewrite=False`) gives the model your prompt as it is.

`sorairo words` prints this list for any model.
"""


def page() -> str:
    """The page in Markdown."""
    info = hub.info(hub.find("tabletop"))
    groups = registry.language(info.world).words(info.trained_on)
    parts = [INTRODUCTION]
    for kind, values in groupby(groups, key=lambda group: group.kind):
        rows = "\n".join(map(_row, values))
        parts.append(f"## {kind.capitalize()}\n\n| | English | 中文 |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def _row(group: WordGroup) -> str:
    cells = []
    for language in ("en", "zh"):
        written = [f"**{word}**" for word in group.written[language]]
        cells.append(", ".join([*written, *group.read[language]]))
    return f"| {group.value} | {' | '.join(cells)} |"
