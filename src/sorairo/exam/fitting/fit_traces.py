"""Fits the classifier of traces to renders, and measures its errors.

python -m sorairo.exam.fitting.fit_traces           fit, write fitted/traces.json, report
python -m sorairo.exam.fitting.fit_traces --report  report only
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage
from tqdm import tqdm

from sorairo.exam.fitting.command import Nets, fit_and_report, parser
from sorairo.exam.fitting.fit_breakage import degradation
from sorairo.exam.perception.trace_seen import CLASSES, trace_features
from sorairo.exam.suites.lifelike.traced_scene import moved_trace
from sorairo.exam.suites.lifelike.traces import asked
from sorairo.world.tabletop.fitting.fit_observer import fit_net

FIT_SEED, REPORT_SEED = 7_500_000, 8_500_000  # first seeds; training of models stays below
DEGRADED = 3  # copies of each clip, blurred, noisy, moved, brighter or darker, and as JPEG
OFF = (2.0, 6.0)  # pixels: how far the camera of a copy is off, up or down and sideways
ELSEWHERE = (7, 16)  # pixels: how far away a trace is that is not in its place
Example = tuple[str, np.ndarray, str, str]  # kind of trace, features, class, what is wrong


def examples(clips: int, seed: int) -> Iterator[Example]:
    """Of each of `clips` scenes: ends with the trace, without it, and with it elsewhere; as they
    are, then degraded."""
    rng = np.random.default_rng(seed)
    for question in tqdm(asked("fit", clips, seed)):
        there, gone = question.truth().ends
        far = rng.integers(*ELSEWHERE) * rng.choice([-1, 1])
        move = (int(far), 0) if question.about == "track" else (0, int(far))
        shown = {"": there, "gone": gone, "elsewhere": moved_trace(there, gone, move)}
        for wrong, frames in shown.items():
            for copy in range(1 + DEGRADED):
                seen = _degraded(frames, rng) if copy else frames
                found = trace_features(seen, there, gone)
                yield question.about, found, CLASSES[not wrong], wrong


def _degraded(frames: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    down, right = (rng.uniform(-most, most) for most in OFF)
    moved = ndimage.shift(frames.astype(np.float32), (0, down, right, 0), order=1, mode="nearest")
    lit = (moved - 128) * rng.uniform(0.85, 1.1) + 128 + rng.uniform(-10, 10)
    return degradation(rng)(np.clip(lit, 0, 255).astype(np.uint8), rng)


def fit(found: list[Example]) -> Nets:
    """The classifier."""
    values, names = np.stack([each[1] for each in found]), [each[2] for each in found]
    rng = np.random.default_rng(0)
    return {"trace": fit_net(values, names, CLASSES, hidden=4, decay=1e-3, rng=rng)}


def report(found: list[Example], nets: Nets) -> None:
    """Prints the share of ends that are read right, by kind of trace and by what is wrong."""
    for wrong in ("", "gone", "elsewhere"):
        for kind in dict.fromkeys(each[0] for each in found):
            part = [(v, name) for k, v, name, w in found if (k, w) == (kind, wrong)]
            right = [CLASSES[int(nets["trace"](values).argmax())] == name for values, name in part]
            print(f"{kind:8}{wrong or 'there':12}{np.mean(right):.3f} of {len(right)}")


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--clips", type=int, default=48, help="scenes to fit to")
    options.add_argument("-n", type=int, default=24, help="scenes to report on")
    given = options.parse_args()
    fit_and_report(
        "traces",
        lambda: fit(list(examples(given.clips, FIT_SEED))),
        lambda nets: report(list(examples(given.n, REPORT_SEED)), nets),
        report_only=given.report,
    )


if __name__ == "__main__":
    main()
