"""Fits the classifiers of people's parts, clothes and hair to renders, and measures their errors.

python -m sorairo.exam.fitting.fit_people           fit, write fitted/people.json, report
python -m sorairo.exam.fitting.fit_people --report  report only

Rendering takes several minutes on a free core, fitting about two. `--keep FOLDER` keeps the renders
for the next time.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
from scipy import ndimage

from sorairo.exam.fitting.command import Nets, fit_and_report, parser
from sorairo.exam.fitting.fit_breakage import degradation
from sorairo.exam.fitting.person_renders import (
    PersonRenders,
    kept_person_renders,
    person_renders,
)
from sorairo.exam.perception.person_seen import (
    AGREES,
    CLASSES,
    COMPARED,
    SAME,
    PersonSeen,
    color_features,
    context_features,
    halved,
    pair_features,
    pooled,
)
from sorairo.world.lifelike.people.appearance.looks import Person
from sorairo.world.tabletop.fitting.fit_observer import fit_net
from sorairo.world.tabletop.perception.classifiers import Net

FIT_SEED, REPORT_SEED = 7_700_000, 8_700_000  # first seeds; training of models stays below
TAUGHT = 2  # frames of each person that the classifiers of pixels are fitted to
PIXELS = 14  # of each part and picture; three times as many of what is behind
SHOTS = ((0, 2, 4), (1, 3, 5)), ((0, 1, 2), (3, 4, 5))  # pairs of shots, of three frames each
HIDDEN, PAIR_HIDDEN = 24, 6


def worn(kind: str, person: Person) -> tuple[str, ...]:
    """What two shots of someone agree in: the clothes or the hair."""
    if kind == "hair":
        return ("bald",) if person.hair == "bald" else (person.hair, person.hair_color)
    clothes = person.top, person.top_color
    return clothes if person.top == "dress" else (*clothes, person.bottom, person.bottom_color)


def fit(renders: PersonRenders) -> Nets:
    """The classifiers of pixels, then those of pairs of shots."""
    rng = np.random.default_rng(0)
    pictures, parts = _pictures(renders, rng)
    chosen = [_choice(each, rng) for each in parts]
    names = [CLASSES[n] for each, at in zip(parts, chosen, strict=True) for n in each.flat[at]]
    colors = [color_features(picture) for picture in pictures]
    nets: dict[str, Net] = {}
    nets["first"] = _fit_pixels(colors, chosen, names, rng)
    around = [
        context_features(picture, nets["first"](each))
        for picture, each in zip(pictures, colors, strict=True)
    ]
    nets["second"] = _fit_pixels(around, chosen, names, rng)
    seen = [_seen(frames, nets, rng) for frames in renders.frames]
    for kind in COMPARED:
        values, same = _pairs(kind, renders.people, seen)
        labels = [SAME[int(each)] for each in same]
        nets[kind] = fit_net(values, labels, SAME, hidden=PAIR_HIDDEN, decay=2e-3, rng=rng)
    return nets


def _fit_pixels(
    features: list[np.ndarray], chosen: list[np.ndarray], names: list[str], rng: np.random.Generator
) -> Net:
    values = np.concatenate(
        [each.reshape(-1, each.shape[-1])[at] for each, at in zip(features, chosen, strict=True)]
    )
    return fit_net(values, names, CLASSES, hidden=HIDDEN, decay=1e-4, rng=rng)


def _pictures(
    renders: PersonRenders, rng: np.random.Generator
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Halved pictures and their parts; every second one degraded, any one mirrored."""
    pictures, parts = [], []
    for frames, masks in zip(renders.frames, renders.parts, strict=True):
        for index in range(TAUGHT):
            shown = frames[index : index + 1]
            picture = halved(degradation(rng)(shown, rng) if index % 2 else shown)[0]
            mask = masks[index, ::2, ::2]
            way = -1 if rng.random() < 0.5 else 1
            pictures.append(np.ascontiguousarray(picture[:, ::way]))
            parts.append(np.ascontiguousarray(mask[:, ::way]))
    return pictures, parts


def _choice(parts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pixels of each part, of what is behind, and of what is behind close to the person."""
    near = np.asarray(ndimage.binary_dilation(parts > 0, iterations=3), bool) & (parts == 0)
    wanted = [(parts == 0, 3 * PIXELS), (near, PIXELS)]
    wanted += [(parts == number, PIXELS) for number in range(1, len(CLASSES))]
    found = []
    for where, most in wanted:
        at = np.flatnonzero(where)
        found.append(rng.choice(at, min(most, len(at)), replace=False))
    return np.concatenate(found).astype(int)


def _seen(
    frames: np.ndarray, nets: Nets, rng: np.random.Generator
) -> list[tuple[tuple[PersonSeen, PersonSeen], ...]]:
    """For frames as they are, and degraded: both shots of each of SHOTS."""
    found = []
    for shown in (frames, degradation(rng)(frames, rng)):
        small = halved(shown)
        chances = np.stack(
            [nets["second"](context_features(p, nets["first"](color_features(p)))) for p in small]
        )
        found.append(
            tuple(
                (pooled(small[[*one]], chances[[*one]]), pooled(small[[*other]], chances[[*other]]))
                for one, other in SHOTS
            )
        )
    return found


def _pairs(
    kind: str, people: tuple[Person, ...], seen: list, degraded: tuple[int, ...] = (0, 1)
) -> tuple[np.ndarray, np.ndarray]:
    """Features of pairs of shots in one place, and whether they show the same of a kind."""
    values, same = [], []
    for start in range(0, len(people), 3):
        for a, b in product(range(start, start + 3), repeat=2):
            for which, pair in product(degraded, range(len(SHOTS))):
                one, other = seen[a][which][pair][0], seen[b][which][pair][1]
                values.append(pair_features(kind, one, other))
                same.append(worn(kind, people[a]) == worn(kind, people[b]))
    return np.stack(values), np.array(same)


def report(renders: PersonRenders, nets: Nets) -> None:
    """Prints how well pixels are sorted, and the share of pairs of shots that are read right."""
    rng = np.random.default_rng(1)
    overlaps = []
    for frames, masks in zip(renders.frames, renders.parts, strict=True):
        picture, mask = halved(frames[:1])[0], masks[0, ::2, ::2] > 0
        chances = nets["second"](context_features(picture, nets["first"](color_features(picture))))
        found = chances[..., 0] < 0.5
        overlaps.append((found & mask).sum() / max((found | mask).sum(), 1))
    print(f"the person's outline: IoU {np.mean(overlaps):.3f} of {len(overlaps)} pictures")
    seen = [_seen(frames, nets, rng) for frames in renders.frames]
    for kind in COMPARED:
        for name, which in (("clean", 0), ("degraded", 1)):
            values, same = _pairs(kind, renders.people, seen, (which,))
            right = (nets[kind](values)[:, 1] >= AGREES) == same
            print(
                f"{kind:8}{name:10}same {right[same].mean():.3f} of {same.sum()},"
                f" other {right[~same].mean():.3f} of {(~same).sum()}"
            )


def _renders(groups: int, seed: int, folder: Path | None) -> PersonRenders:
    if folder is None:
        return person_renders(groups, seed)
    return kept_person_renders(groups, seed, folder)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--groups", type=int, default=60, help="groups of people to fit to")
    options.add_argument("-n", type=int, default=8, help="groups of people to report on")
    options.add_argument("--keep", type=Path, help="a folder in which renders are kept")
    given = options.parse_args()
    fit_and_report(
        "people",
        lambda: fit(_renders(given.groups, FIT_SEED, given.keep)),
        lambda nets: report(_renders(given.n, REPORT_SEED, given.keep), nets),
        report_only=given.report,
    )


if __name__ == "__main__":
    main()
