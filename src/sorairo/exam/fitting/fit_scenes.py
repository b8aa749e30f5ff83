"""Fits the judge of M6b to renders, and measures how often it is right, by what it reads.

python -m sorairo.exam.fitting.fit_scenes           fit, write fitted/scenes.json, report
python -m sorairo.exam.fitting.fit_scenes --report  report only

Rendering takes about a quarter of an hour on a free core, once; fitting about five minutes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from scipy import ndimage

from sorairo.exam.fitting.command import fit_and_report, parser
from sorairo.exam.fitting.fit_breakage import degradation
from sorairo.exam.fitting.fit_people import FIT_SEED as PEOPLE_SEED
from sorairo.exam.fitting.person_renders import PersonRenders, kept_person_renders
from sorairo.exam.fitting.scene_renders import (
    FIT_SCENES,
    FIT_SEED,
    KEPT,
    REPORT_SCENES,
    REPORT_SEED,
    SceneRender,
    scene_renders,
)
from sorairo.exam.perception.person_seen import color_features, halved
from sorairo.exam.perception.scene_seen import (
    PersonFound,
    SceneSeen,
    colors_of,
    figures_in,
    motion_features,
    person_features,
)
from sorairo.exam.perception.view_seen import (
    of_ground,
    thing_chances,
    thing_features,
    view_features,
)
from sorairo.exam.statistics import Goal, estimate
from sorairo.exam.suites.lifelike.prompted import right_and_read
from sorairo.exam.suites.lifelike.prompted_scenes import ACTIONS, AIRS, DAYLIGHT, action_of
from sorairo.world.lifelike.people.appearance.looks import CLOTHES_COLORS, Person
from sorairo.world.lifelike.places import PLACES
from sorairo.world.lifelike.thing_names import NAMES
from sorairo.world.tabletop.fitting.fit_observer import fit_net
from sorairo.world.tabletop.perception.classifiers import Net

PIXELS = 12  # of a frame: on a thing, close to it, and elsewhere
DRESSED = 150  # groups of people, to fit the colours of garments to
LIGHTS = (0.85, 1.15)  # times which a copy is as bright
SEEN_OF_AROUND = 3  # of the frames of places one in three is looked at for colours of clothes
MIRRORED = {"walk left": "walk right", "walk right": "walk left"}
Example = tuple[np.ndarray, str]  # features, and what they are of
CLASSES: Mapping[str, tuple[str, ...]] = {
    "place": tuple(PLACES),
    "air": ("clear", *AIRS),
    "thing pixel": ("none", "thing"),
    "thing": tuple(NAMES),
    "person": ("none", "person"),
    "color": tuple(CLOTHES_COLORS),
    "action": ACTIONS,
}
SIZES: Mapping[str, tuple[int, float]] = {  # hidden units, decay of the weights
    "place": (24, 3e-3),
    "air": (12, 1e-3),
    "thing pixel": (16, 1e-4),
    "thing": (28, 3e-3),
    "person": (8, 1e-3),
    "color": (32, 1e-3),
    "action": (10, 2e-3),
}


def fit(renders: Sequence[SceneRender], dressed: PersonRenders) -> dict[str, Net]:
    """The classifiers of views, of things, of colours, those of `dressed` people too, and of
    motion."""
    rng = np.random.default_rng(0)
    peopled = [each for each in renders if each.scene.people]
    alone = [each for each in renders if not each.scene.people]
    places = list(_views(peopled, rng, of_air=False))
    found = {
        "place": _net("place", _on_other_ground(places, rng), rng),
        "air": _net("air", _views(peopled, rng, of_air=True), rng),
        "thing pixel": _net("thing pixel", _pixels(alone, rng), rng),
    }
    found["thing"] = _net("thing", _things(alone, found["thing pixel"], rng), rng)
    figures, colors, moves = _people(peopled, rng)
    colors += _worn(dressed, rng)
    found["person"] = _net("person", [*figures, *_other_figures(alone)], rng)
    return {**found, "color": _net("color", colors, rng), "action": _net("action", moves, rng)}


def _net(kind: str, examples: Iterable[Example], rng: np.random.Generator) -> Net:
    values, labels = zip(*examples, strict=True)
    features = np.stack(values).astype(np.float32)
    hidden, decay = SIZES[kind]
    return fit_net(features, list(labels), CLASSES[kind], hidden=hidden, decay=decay, rng=rng)


def copies(
    frames: np.ndarray, rng: np.random.Generator, *, count: int = 1, tint: float = 0.02
) -> Iterator[tuple[np.ndarray, int]]:
    """Frames as they are, and so many copies: degraded, in a brighter, darker or tinted light, and
    mirrored; and 1 or, if mirrored, -1."""
    yield frames, 1
    for copy in range(count):
        light = rng.uniform(*LIGHTS) * (1 + rng.normal(0, tint, 3))
        lit = np.clip(frames * light, 0, 255).astype(np.uint8)
        way = 1 if copy % 2 else -1
        yield np.ascontiguousarray(degradation(rng)(lit, rng)[:, :, ::way]), way


def _views(
    renders: Sequence[SceneRender], rng: np.random.Generator, *, of_air: bool
) -> Iterator[Example]:
    """Pictures of places, or of the air where it can be told from the place."""
    for render in renders:
        scene = render.scene
        if of_air and scene.place not in DAYLIGHT:
            continue
        air = scene.hour or scene.weather
        for frames, _ in copies(render.frames, rng):
            for features in view_features(frames):
                yield features, air if of_air else scene.place


def _on_other_ground(examples: list[Example], rng: np.random.Generator) -> list[Example]:
    """Views of places, and copies with the ground of another view of the place, and of any."""
    names = np.array([name for _, name in examples])
    found, ground = list(examples), of_ground()
    for features, name in examples:
        for others in (np.flatnonzero(names == name), np.arange(len(names))):
            other = examples[int(rng.choice(others))][0]
            found.append((np.where(ground, other, features), name))
    return found


def _pixels(renders: Sequence[SceneRender], rng: np.random.Generator) -> Iterator[Example]:
    """Pixels on things, close to them and elsewhere."""
    for render in renders:
        for frame, thing in zip(render.frames, render.things, strict=True):
            picture = halved(degradation(rng)(frame[None], rng))[0]
            features = color_features(picture).reshape(picture.shape[0] * picture.shape[1], -1)
            small = thing[::2, ::2]
            near = np.asarray(ndimage.binary_dilation(small, iterations=4), bool) & ~small
            for where in (small, near, ~small):
                at = np.flatnonzero(where)
                for pixel in rng.choice(at, min(PIXELS, len(at)), replace=False):
                    yield features[pixel], CLASSES["thing pixel"][int(small.flat[pixel])]


def _things(
    renders: Sequence[SceneRender], pixel: Net, rng: np.random.Generator
) -> Iterator[Example]:
    """Things as they are outlined, and as the classifier of pixels outlines them."""
    for render in renders:
        kind = render.scene.things[0].kind
        for frames, way in copies(render.frames, rng, count=3, tint=0.08):
            for frame, thing in zip(frames, render.things[:, :, ::way], strict=True):
                outlines = thing[::2, ::2].astype(np.float32), thing_chances(frame, pixel)
                for features in (thing_features(frame, outline) for outline in outlines):
                    if features is not None:
                        yield features, kind


def _people(
    renders: Sequence[SceneRender], rng: np.random.Generator
) -> tuple[list[Example], list[Example], list[Example]]:
    """The figures of people, the colours of garments where they can be told, and motions in clips
    of questions."""
    figures: list[Example] = []
    colors: list[Example] = []
    moves: list[Example] = []
    for render in renders:
        scene = render.scene
        person, moving = scene.people[0], render.task == "action"
        if scene.hour or scene.weather != "clear" or scene.place == "night":
            continue
        frames = render.frames[::SEEN_OF_AROUND] if render.task == "place" else render.frames
        for shown, way in copies(frames, rng):
            first: list[PersonFound] = []
            for number, picture in enumerate(halved(shown)):
                for where, chances in figures_in(picture)[:1]:
                    seen = dict(colors_of(picture, chances, where))
                    first.append(PersonFound(number, where, seen))
                    figures.append((person_features(where, chances), "person"))
                    colors += _named(seen, person)
            if moving:
                moves += _moves(first, len(frames), _mirrored(action_of(scene), way))
    return figures, colors, moves


def _named(seen: Mapping[str, np.ndarray], person: Person) -> list[Example]:
    """The colours of the garments that are seen of somebody; a dress has one."""
    below = person.top_color if person.top == "dress" else person.bottom_color
    worn = {"top": person.top_color, "bottom": below}
    return [(features, worn[garment]) for garment, features in seen.items()]


def _worn(dressed: PersonRenders, rng: np.random.Generator) -> Iterator[Example]:
    """The colours of garments of people who are seen from around, close ones too."""
    for frames, person in zip(dressed.frames, dressed.people, strict=True):
        for shown, _ in copies(frames, rng):
            for picture in halved(shown):
                for where, chances in figures_in(picture)[:1]:
                    yield from _named(dict(colors_of(picture, chances, where)), person)


def _other_figures(renders: Sequence[SceneRender]) -> Iterator[Example]:
    """Things that the classifiers of people's parts take for somebody."""
    for render in renders:
        for picture in halved(render.frames[:2]):
            for where, chances in figures_in(picture):
                yield person_features(where, chances), "none"


def _moves(people: list[PersonFound], frames: int, action: str) -> Iterator[Example]:
    """How somebody moves, and the mirror image."""
    for way in (1, -1):
        done = _mirrored(action, way)
        shown = [PersonFound(each.frame, each.where[:, ::way], {}) for each in people]
        features = motion_features(shown, frames)
        if features is not None:
            yield features, done


def _mirrored(action: str, way: int) -> str:
    return action if way == 1 else MIRRORED.get(action, action)


def report(renders: Iterable[SceneRender]) -> None:
    """Prints the share of clips of each task that are read right, with its 95 % interval, and what
    is taken for what."""
    rng = np.random.default_rng(1)
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    confusions: dict[str, Counter[str]] = defaultdict(Counter)
    for render in renders:
        shown = {"clean": render.frames, "degraded": degradation(rng)(render.frames, rng)}
        for name, frames in shown.items():
            ok, read = right_and_read(render.task, render.scene, SceneSeen(frames))
            right[render.task, name].append(ok)
            if not ok:
                confusions[render.task][read] += 1
    for (task, name), values in right.items():
        verdicts = [{"right": float(value)} for value in values]
        found = estimate(Goal(measure="right", share=True), verdicts)
        print(f"{task:18}{name:10}{found.format(share=True)} of {len(values)}")
    for task, wrong in confusions.items():
        print(f"{task}: " + ", ".join(f"{what} ({n})" for what, n in wrong.most_common()))


def main() -> None:
    fit_and_report(
        "scenes",
        lambda: fit(
            list(scene_renders(FIT_SCENES, FIT_SEED)),
            kept_person_renders(DRESSED, PEOPLE_SEED, KEPT),
        ),
        lambda _nets: report(scene_renders(REPORT_SCENES, REPORT_SEED)),
        report_only=parser(__doc__).parse_args().report,
    )


if __name__ == "__main__":
    main()
