"""A scene of the lifelike world as a value: a place, people, things, what happens, and a camera.

Lengths are in metres, times in seconds. The camera starts on the negative y axis and looks along y;
x points right, z up. A scene says what happens in the words of its captions; `simulate` works out
how.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sorairo.world.lifelike.people.appearance.looks import Person
from sorairo.world.lifelike.places import PLACES

WEATHERS = ("clear", "fog", "rain", "snowfall")
EVENTS = (
    "walk",  # the first person walks across, towards or away from the camera
    "stand",  # people or things do nothing
    "wave",  # the first person waves
    "dance",  # the first person dances on the spot
    "meet",  # two people walk up to each other and stop
    "pass",  # two people pass each other
    "run",  # the first person runs across, towards or away from the camera
    "stop",  # the first person walks up and stops
    "turn",  # the first person walks one way, turns around and walks back
    "sit",  # the first person sits down on the first thing
    "carry",  # the first person carries the first thing past
    "door",  # the first person opens a door and walks through it
    "hide",  # the first person walks behind a wall and comes out
    "topple",  # the first thing tips over
    "drop",  # a ball falls and bounces
    "track",  # a ball rolls and leaves a track on the ground
    "shatter",  # a ball hits a pane of glass, which breaks
    "miss",  # a ball flies past a pane of glass, which stays whole
    "drape",  # a cloth falls over a thing and takes on its shape
    "bite",  # something to eat loses a bite
    "float",  # a thing falls into a tank of water and floats
    "sink",  # a thing falls into a tank of water and sinks
    "smash",  # a vase is pushed off a table and breaks when it hits the ground
    "survive",  # a thing that does not break is pushed off a table
    "paint",  # a brush paints a stroke on a canvas
)
SOFT_GROUNDS = ("sand", "snow")  # people leave footprints on them
HEADINGS = ("left", "right", "towards", "away", "none")
CAMERAS = (
    "still",
    "orbit_left",  # around the subject
    "orbit_right",
    "push_in",
    "pull_back",
    "follow",  # beside the subject
    "pan_left",  # turns on the spot
    "pan_right",
    "crane_up",  # rises, looking at the subject
    "crane_down",
    "hand_held",
)
FRAMINGS = ("whole", "close")  # close: the upper half of the first person
ANGLES = ("eye", "low", "high")
HOURS = ("", "morning", "dusk", "night")  # "": as the place is
# Events whose subject crosses the picture.
FOLLOWED = ("walk", "run", "stop", "turn", "carry", "track")


@dataclass(frozen=True, kw_only=True)
class Thing:
    """An object."""

    kind: str
    """A key of `thing_names.NAMES`, "ball", "pane", "wall", "door", "doorway", "cloth", "box",
    "vase" or "bucket", or one of `matter.painting.STROKES`."""
    color: str = ""
    """A key of `looks.CLOTHES_COLORS` for what has a colour of its own; "" for others."""
    position: tuple[float, float] = (0.0, 0.0)
    """Where it stands, x and y."""
    turn: float = 0.0
    """About the vertical axis, radians."""


@dataclass(frozen=True, kw_only=True)
class Shot:
    """How the camera films the event."""

    camera: str = "still"
    """One of CAMERAS."""
    framing: str = "whole"
    """One of FRAMINGS."""
    angle: str = "eye"
    """One of ANGLES."""
    side: float = 0.0
    """Where the camera stands around the subject, radians; 0 looks along y, from -y."""

    def follows(self, scene: Scene) -> bool:
        """Whether the camera keeps a subject that crosses the picture in its middle."""
        moving = self.camera in ("follow", "pan_left", "pan_right") or self.framing == "close"
        return moving and scene.event in FOLLOWED


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A cut to a second shot, while the event goes on."""

    share: float
    """When: the share of the clip's length that is before it."""
    shot: Shot
    """How the rest is filmed."""

    def kind(self, before: Shot) -> str:
        """What a caption says of it, after the first shot: "close", "whole" or "side"."""
        return "side" if self.shot.framing == before.framing else self.shot.framing


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything needed to simulate and render a clip; equal scenes give equal pixels."""

    place: str
    """A key of `places.PLACES`."""
    ground: str
    """A key of `grounds.COLORS`."""
    event: str
    """One of EVENTS."""
    people: tuple[Person, ...] = ()
    """The people of the event first."""
    things: tuple[Thing, ...] = ()
    """The things of the event first."""
    heading: str = "none"
    """Where the first person or thing goes, one of HEADINGS, as the camera sees it."""
    weather: str = "clear"
    """One of WEATHERS."""
    hour: str = ""
    """One of HOURS; others than "" for places in daylight."""
    shot: Shot = Shot()
    """How it is filmed."""
    cut: Cut | None = None
    """A second shot."""
    turn: int = 0
    """By how many of its 512 columns the panorama is turned."""
    seed: int = 0
    """Decides what no caption says: exact places, speeds, the steps of a walk."""

    def to_json(self) -> dict[str, object]:
        """The scene as JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Scene:
        """The scene that `to_json` gave the record for."""
        people = tuple(Person(**person) for person in record.get("people", ()))
        things = tuple(
            Thing(**{**thing, "position": tuple(thing["position"])})
            for thing in record.get("things", ())
        )
        cut = record.get("cut")
        if cut is not None:
            cut = Cut(share=cut["share"], shot=Shot(**cut["shot"]))
        shot = Shot(**record.get("shot", {}))
        filmed: dict[str, Any] = {"people": people, "things": things, "shot": shot, "cut": cut}
        return cls(**{**record, **filmed})


@dataclass(frozen=True, kw_only=True)
class SceneConfig:
    """The part of the world that scenes are drawn from. A value listed twice is twice as likely."""

    NAMES: ClassVar[Mapping[str, Collection[str]]] = {
        "places": PLACES,
        "events": EVENTS,
        "cameras": CAMERAS,
        "framings": FRAMINGS,
        "angles": ANGLES,
        "weathers": WEATHERS,
        "hours": HOURS,
    }

    places: tuple[str, ...] = ()
    """Empty: all."""
    events: tuple[str, ...] = ("walk", *EVENTS)
    cameras: tuple[str, ...] = (*("still",) * 8, *CAMERAS[1:])
    framings: tuple[str, ...] = ("whole", "whole", "whole", "close")
    angles: tuple[str, ...] = (*("eye",) * 6, "low", "high")
    weathers: tuple[str, ...] = (*("clear",) * 8, *WEATHERS[1:])
    hours: tuple[str, ...] = (*("",) * 5, *HOURS[1:])
    cuts: float = 0.15
    """The fraction of scenes with a cut, of those that may have one."""
