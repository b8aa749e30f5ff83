"""The kinds of animals: their actors in 0 A.D., their sizes, where they live and what they do.

Heights are those of wild or farm animals, from the ground to the top of the head as they stand,
horns and antlers included where they are part of the mesh.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class AnimalKind:
    """One kind of animal."""

    actor: str
    """Its actor, in the folder of the fauna."""
    height: float
    """Metres."""
    lives: tuple[str, ...]
    """Keys of `places.PLACES`."""
    coats: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"": ()})
    """By colour, a key of `lexicon.COATS`: the variants of the actor that show it. "": a kind that
    has one look, of which captions say nothing."""
    looks: tuple[str, ...] = ()
    """Variants of the actor that belong to the kind, such as "male"."""
    feeding: tuple[str, int] | None = None
    """The state and the number of the animation in which it eats from the ground."""
    runs: bool = True
    """Whether it has an animation of running."""
    prey: tuple[str, ...] = ()
    """The kinds that it may chase."""
    slow: float = 1.0
    """How long its steps take, relative to others of its height."""


def _coats(words: str) -> dict[str, tuple[str, ...]]:
    """ "black=a+b brown=c": variants joined by "+", with "_" for a space."""
    pairs = (word.split("=") for word in words.split())
    return {
        coat.replace("_", " "): tuple(name.replace("_", " ") for name in names.split("+"))
        for coat, names in pairs
    }


def _kind(actor: str, height: float, lives: str, *, coats: str = "", **more: object) -> AnimalKind:
    shown = {"coats": _coats(coats)} if coats else {}
    return AnimalKind(actor=actor, height=height, lives=tuple(lives.split()), **shown, **more)  # type: ignore[arg-type]


HORSE_COATS = "brown=brown black=black beige=beige tan=tan white=white grey=gray"
FARM = "meadow field farm"

KINDS: dict[str, AnimalKind] = {
    "wolf": _kind("wolf", 0.95, "forest field snow", coats="grey=fur-grey brown=fur-brown",
                  feeding=("idle", 0), prey=("sheep", "rabbit", "doe")),
    "white wolf": _kind("arctic_wolf", 0.95, "snow", prey=("rabbit",)),
    "brown bear": _kind("bear_brown", 1.25, "forest field meadow"),
    "black bear": _kind("bear_black", 1.05, "forest meadow"),
    "polar bear": _kind("bear_white", 1.45, "snow"),
    "lion": _kind("lion", 1.2, "savanna desert", prey=("zebra", "gazelle")),
    "lioness": _kind("lioness", 1.1, "savanna desert", prey=("zebra", "gazelle")),
    "tiger": _kind("tiger", 1.05, "forest savanna"),
    "fox": _kind("fox_red", 0.5, "forest field meadow snow", feeding=("feeding", 0),
                 prey=("chicken", "rabbit")),
    "white fox": _kind("fox_arctic", 0.5, "snow", feeding=("feeding", 0)),
    "dog": _kind("mastiff", 0.8, FARM, coats="brown=brown grey=taupe", prey=("sheep", "chicken")),
    "horse": _kind("horse", 2.05, FARM, coats=HORSE_COATS),
    "pony": _kind("pony", 1.5, FARM),
    "donkey": _kind("donkey", 1.45, "farm field desert", runs=False),
    "zebra": _kind("zebra_2", 1.75, "savanna", coats=""),
    "camel": _kind("camel", 2.25, "desert dunes",
                   coats="brown=dark_brown beige=beige"),
    "giraffe": _kind("giraffe_adult", 4.9, "savanna"),
    "baby giraffe": _kind("giraffe_baby", 2.6, "savanna"),
    "African elephant": _kind("elephant_african_bush", 3.5, "savanna"),
    "Asian elephant": _kind("elephant_asian", 3.0, "forest savanna"),
    "baby elephant": _kind("elephant_african_baby", 1.25, "savanna"),
    "rhinoceros": _kind("rhino", 1.6, "savanna", feeding=("idle", 0)),
    "hippopotamus": _kind("hippopotamus", 1.5, "savanna", feeding=("idle", 1)),
    "cow": _kind("cow", 1.5, FARM, looks=("cattle_horned",), feeding=("feeding", 0),
                 coats="black_and_white=black_and_white beige=beige"
                 " brown_and_white=white_and_brown"),
    "bull": _kind("bull", 1.6, FARM, feeding=("feeding", 0)),
    "long-horned cow": _kind("sanga_cattle", 1.75, "savanna field", feeding=("feeding", 0),
                             coats="white=white black=black brown=brown"),
    "zebu": _kind("zebu_wild", 1.55, "savanna field farm", feeding=("feeding", 0),
                  coats="white=zebu black=black_zebu brown=brown_zebu"),
    "wildebeest": _kind("wildebeest", 1.5, "savanna", feeding=("feeding", 0)),
    "sheep": _kind("sheep3", 0.9, FARM),
    "goat": _kind("goat", 0.95, "farm field desert", runs=False, feeding=("idle", 0),
                  coats="grey=gray brown=brown black=black white=white"),
    "stag": _kind("deer", 1.45, "forest meadow field", looks=("male", "base-brown")),
    "doe": _kind("deer", 1.35, "forest meadow field", looks=("female", "base-brown-freckles")),
    "gazelle": _kind("gazelle", 0.95, "savanna desert", looks=("male",)),
    "pig": _kind("pig1", 0.75, "farm"),
    "piglet": _kind("piglet", 0.34, "farm"),
    "wild boar": _kind("boar", 0.9, "forest"),
    "rabbit": _kind("rabbit1", 0.34, "meadow field forest", looks=("normal",), runs=False,
                    coats="grey=grey_1 white=white brown=red"),
    "chicken": _kind("chicken", 0.45, "farm meadow", feeding=("idle", 1),
                     coats="red=feathers-red brown=feathers-brown"),
    "peacock": _kind("peacock", 0.75, "meadow farm", runs=False),
    "crocodile": _kind("crocodile", 0.75, "savanna", slow=1.6),
}  # fmt: skip
