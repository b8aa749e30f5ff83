"""What the pieces of a prompt say about a scene, and which words it leaves unused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sorairo.world.tabletop.language.parsing import BodyWords
from sorairo.world.tabletop.language.reading.camera_words import read_camera
from sorairo.world.tabletop.language.reading.pieces import ADJECTIVES, Piece
from sorairo.world.tabletop.scene import SceneConfig

# Colours that a floor has anyway: "a green lawn" loses nothing.
NATURAL = {
    "grass": ("green",),
    "sand": ("yellow", "orange"),
    "snow": ("white",),
    "marble": ("white",),
    "checker": ("white", "black"),
    "wood": ("orange",),
}
# Events that go without saying beside another one.
IMPLIED = {
    "hide": ("roll", "slide", "throw", "move"),
    "turntable": ("move", "stand"),
    "swing": ("move", "stand"),
    "toss": ("throw", "drop", "stand", "move"),
    "throw": ("move",),
    "drop": ("move",),
    "roll": ("move",),
    "slide": ("move",),
    "collide": ("roll", "slide", "throw", "move"),
}
GROUND = frozenset(("floor", "ground", "surface", "地面", "地板", "地上"))
SPEC_FIELDS = {  # by category, the field of SceneConfig with the values that a model was trained on
    "color": "colors",
    "shape": "shapes",
    "material": "materials",
    "size": "sizes",
    "floor": "floors",
    "light": "lights",
    "style": "styles",
    "event": "events",
    "camera": "cameras",
}


@dataclass(kw_only=True)
class SceneWords:
    """What a prompt says. Every list has each value once, in the order of the prompt."""

    bodies: list[BodyWords] = field(default_factory=list)
    named: bool = False
    """Whether a character is named, whose shape and colour are not known here."""
    events: list[str] = field(default_factory=list)
    values: dict[str, list[str]] = field(default_factory=dict)
    """Values of heading, floor, light, style, camera and relation."""
    unused: list[str] = field(default_factory=list)
    """Words that are known, but cannot be used where they stand."""
    undrawn: list[tuple[str, str]] = field(default_factory=list)
    """Categories and values of the world that the model was not trained on."""

    def one(self, category: str) -> str | None:
        """The only value of a category; None where there is none, or more than one."""
        values = self.values.get(category, [])
        return values[0] if len(values) == 1 else None

    @property
    def event(self) -> str | None:
        """The event that the others go with; None where there is none, or two that differ."""
        events = list(self.events)
        for event in self.events:
            rest = [other for other in events if other not in IMPLIED.get(event, ())]
            events = rest if event in rest else events
        if len(events) != 1:
            return None
        return self._moving() if events[0] == "move" else events[0]

    def _moving(self) -> str:
        """How a thing moves of which nothing more is said: balls roll, other things slide."""
        shapes = {shape for shape, *_ in self.bodies}
        return "roll" if not shapes or "sphere" in shapes or None in shapes else "slide"

    @property
    def names_nothing(self) -> bool:
        """Whether no thing, colour or event of the world is named."""
        return not (self.bodies or self.events or self.named)


@dataclass(kw_only=True)
class _Reader:
    said: SceneWords = field(default_factory=SceneWords)
    pending: dict[str, Piece] = field(default_factory=dict)
    count: int = 1
    orphans: list[BodyWords] = field(default_factory=list)  # adjectives of unknown things

    def read(self, pieces: Sequence[Piece], index: int) -> None:
        piece = pieces[index]
        match piece.category:
            case "count":
                self.count = int(piece.value)
            case "color" | "size" | "material":
                self.pending.setdefault(piece.category, piece)
            case "shape" if self._is_named(pieces, index):
                self._clear()
            case "shape":
                count = max(self.count, 2 if self.count == 1 and _many(pieces, index) else 1)
                self.said.bodies += [self._body(piece.value)] * min(count, 20)
                self._clear()
            case "name":
                self.said.named = True
                self._clear()
            case "floor":
                self._floor(piece)
            case "filler" if piece.said in GROUND:
                self._leave_unused()
            case "event":
                self.rest()
                if piece.value not in self.said.events:
                    self.said.events.append(piece.value)
            case "unknown":
                if not _thing_follows(pieces, index):
                    self._orphan()
            case "heading" | "light" | "style" | "camera" | "relation":
                self._add(piece.category, piece.value)
            case "pause":
                self.rest()

    def rest(self) -> None:
        """Adjectives without a noun after them describe the thing before, or an unnamed one."""
        color, bodies = self.pending.get("color"), self.said.bodies
        if color is not None and bodies and bodies[-1][1] is None:
            bodies[-1] = (bodies[-1][0], color.value, *bodies[-1][2:])
        elif color is not None:
            bodies += [self._body(None)] * self.count
        elif self.pending and bodies:
            old = bodies[-1]
            new = self._body(old[0])
            bodies[-1] = (*old[:2], old[2] or new[2], old[3] or new[3])
        self._clear()

    def result(self) -> SceneWords:
        self.rest()
        if not self.said.bodies:
            self.said.bodies = self.orphans[:1]
        return self.said

    def _body(self, shape: str | None) -> BodyWords:
        color, size, material = (
            self.pending[name].value if name in self.pending else None for name in ADJECTIVES
        )
        return shape, color, size, material

    def _floor(self, piece: Piece) -> None:
        """Adjectives before a floor are those of the floor, which has none."""
        self._leave_unused(NATURAL[piece.value])
        self._add("floor", piece.value)

    def _leave_unused(self, natural: Sequence[str] = ()) -> None:
        for name, word in self.pending.items():
            if name != "color" or word.value not in natural:
                self.said.unused.append(word.said)
        self._clear()

    def _is_named(self, pieces: Sequence[Piece], index: int) -> bool:
        """Whether "the ball" is the ball that was named before."""
        if self.pending or self.count > 1 or not index or pieces[index - 1].said != "the":
            return False
        return any(shape == pieces[index].value for shape, *_ in self.said.bodies)

    def _orphan(self) -> None:
        if "color" in self.pending:
            self.orphans.append(self._body(None))
        self._clear()

    def _add(self, category: str, value: str) -> None:
        values = self.said.values.setdefault(category, [])
        if value not in values:
            values.append(value)

    def _clear(self) -> None:
        self.count, self.pending = 1, {}


def scene_words(pieces: Sequence[Piece], part: SceneConfig | None) -> SceneWords:
    """What the pieces say. Values that are not in the `part` of the world that a model was trained
    on are left out and named; None: all of the world."""
    reader = _Reader()
    pieces = read_camera(pieces)
    for index, piece in enumerate(pieces):
        if part is not None and not _drawn(piece, part):
            reader.said.undrawn.append((piece.category, piece.value))
            if piece.category == "shape":
                nearest = replace(piece, value=NEAREST_SHAPE)
                reader.read([*pieces[:index], nearest, *pieces[index + 1 :]], index)
            continue
        reader.read(pieces, index)
    return reader.result()


NEAREST_SHAPE = "cylinder"  # to a capsule


def _drawn(piece: Piece, part: SceneConfig) -> bool:
    name = SPEC_FIELDS.get(piece.category)
    return name is None or piece.value in ("move", *getattr(part, name))


def _many(pieces: Sequence[Piece], index: int) -> bool:
    """Whether the shape at `index` is an English plural without a number: "red balls"."""
    return pieces[index].form == 1 and pieces[index].language == "en"


def _thing_follows(pieces: Sequence[Piece], index: int) -> bool:
    """Whether an unknown word at `index` stands among the adjectives of a known thing: "a red
    glass ball"."""
    for piece in pieces[index + 1 :]:
        if piece.category in ("shape", "name"):
            return True
        if piece.category not in (*ADJECTIVES, "unknown") and piece.said != "的":
            return False
    return False
