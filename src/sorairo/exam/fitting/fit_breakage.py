"""Fits the classifiers of broken panes and things to renders, and measures their errors.

python -m sorairo.exam.fitting.fit_breakage           fit, write fitted/breakage.json, report
python -m sorairo.exam.fitting.fit_breakage --report  report only
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from tqdm import tqdm

from sorairo.exam.fitting.command import Nets, fit_and_report, parser
from sorairo.exam.lifelike_question import LifelikeTruth, lifelike_questions
from sorairo.exam.perception.breakage import CLASSES, KINDS, features
from sorairo.exam.suites.lifelike import breaking
from sorairo.world.tabletop.fitting.fit_observer import Degradation, fit_net

FIT_SEED, REPORT_SEED = 7_400_000, 8_400_000  # first seeds; training of models stays below
UNCLEAR = 2  # frames after the break that are not fitted to: the pieces have hardly parted
DEGRADED = 3  # copies of each clip, blurred, noisy and as JPEG
Example = tuple[np.ndarray, np.ndarray]  # features [F, n] and whether it is broken [F]


def examples(clips: int, seed: int) -> Iterator[tuple[str, list[Example]]]:
    """The kind of each of `clips` scenes, and examples from its clip: as it is, then degraded."""
    rng = np.random.default_rng(seed)
    scenes = breaking.scenes(clips, seed)
    for question in tqdm(lifelike_questions("fit", scenes, seconds=breaking.SECONDS)):
        truth = LifelikeTruth(question)
        kind = breaking.KINDS[question.scene.event]
        outline = breaking.outline_of(question, truth.masks)
        shown = [truth.clip.frames]
        shown += [degradation(rng)(truth.clip.frames, rng) for _ in range(DEGRADED)]
        broken = truth.rollout.broken
        yield kind, [(features(kind, frames, outline), broken) for frames in shown]


def degradation(rng: np.random.Generator) -> Degradation:
    quality = int(rng.integers(40, 95)) if rng.random() < 0.5 else None
    return Degradation(blur=rng.uniform(0, 1.5), noise=rng.uniform(0, 6), quality=quality)


def fit(found: list[tuple[str, list[Example]]]) -> Nets:
    """A classifier of each kind."""
    nets = {}
    for kind in KINDS:
        pairs = [_clear(*each) for k, shown in found if k == kind for each in shown]
        values, labels = (np.concatenate(each) for each in zip(*pairs, strict=True))
        names = [CLASSES[int(label)] for label in labels]
        rng = np.random.default_rng(0)
        nets[kind] = fit_net(values, names, CLASSES, hidden=6, decay=1e-3, rng=rng)
    return nets


def _clear(values: np.ndarray, broken: np.ndarray) -> Example:
    kept = np.ones(len(broken), bool)
    if broken.any():
        at = int(broken.argmax())
        kept[at : at + UNCLEAR] = False
    return values[kept], broken[kept]


def report(found: list[tuple[str, list[Example]]], nets: Nets) -> None:
    """Prints the share of frames that are read right, on clips as they are and on degraded ones."""
    for kind in KINDS:
        for name, part in (("clean", slice(0, 1)), ("degraded", slice(1, None))):
            pairs = [_clear(*each) for k, shown in found if k == kind for each in shown[part]]
            right = [(nets[kind](v)[:, 1] >= 0.5) == broken for v, broken in pairs]
            print(f"{kind:8}{name:10}{np.concatenate(right).mean():.4f} of {len(right)} clips")


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--clips", type=int, default=40, help="clips to fit to")
    options.add_argument("-n", type=int, default=32, help="clips to report on")
    given = options.parse_args()
    fit_and_report(
        "breakage",
        lambda: fit(list(examples(given.clips, FIT_SEED))),
        lambda nets: report(list(examples(given.n, REPORT_SEED)), nets),
        report_only=given.report,
    )


if __name__ == "__main__":
    main()
