"""Does the model show what it is told? Held-out prompts, judged from pixels, next to true renders.

    python -m sorairo.exam.claims [--model tabletop] [-n 128] [--seconds 4] [--language en|zh|both]
                                  [--json FILE] [--sheet FILE.png]

The column of renders judges clips that the simulator made of the same scenes: what it lacks to
100 % is the judge's own error.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from tqdm import tqdm

import sorairo
from sorairo.video.clip import Clip
from sorairo.video.writing.contact_sheet import contact_sheet
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.language.captions import LANGUAGES
from sorairo.world.tabletop.perception.classifiers import WORK
from sorairo.world.tabletop.perception.observer import Observation, judge, observe
from sorairo.world.tabletop.perception.prompt_cases import Claim, claims_prompts
from sorairo.world.tabletop.rendering.renderer import Renderer
from sorairo.world.tabletop.scene import FIRST_LIGHT

MEASURES = ("one_object", "color", "shape", "motion", "floor")
TARGETS = {"one_object": 0.90, "color": 0.90, "shape": 0.80, "motion": 0.70}
DRAWS = 2000  # of the bootstrap
STRIP, LINE = 8, 12  # frames shown of a case; pixels of its line of text

Film = Callable[[Claim, int], Clip]  # a claim and a seed -> the clip


@dataclass(frozen=True, kw_only=True)
class Case:
    """One claim, its clip, what was seen in it and whether that is as told."""

    claim: Claim
    seed: int
    clip: Clip
    seen: Observation
    verdict: dict[str, bool]

    @property
    def failed(self) -> list[str]:
        return [measure for measure in MEASURES if not self.verdict[measure]]

    def to_json(self) -> dict[str, object]:
        seen = self.seen
        return {
            "prompt": self.claim.prompt,
            "seed": self.seed,
            "target": asdict(self.claim.target),
            "seen": {
                "count": seen.count,
                "bad_frames": seen.bad_frames,
                "color": seen.color,
                "shape": seen.shape,
                "floor": seen.floor,
                "motion": asdict(seen.motion),
            },
            "failed": self.failed,
        }


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A share of cases and its 95 % bootstrap interval, 0..1."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{100 * self.value:5.1f} [{100 * self.low:3.0f}, {100 * self.high:3.0f}]"


def examine(claims: Iterable[Claim], film: Film) -> list[Case]:
    """Film each claim with its place in the row as the seed, and judge the clip."""
    cases = []
    for seed, claim in enumerate(claims):
        clip = film(claim, seed)
        seen = observe(clip.frames, fps=clip.fps)
        verdict = judge(seen, claim.target)
        cases.append(Case(claim=claim, seed=seed, clip=clip, seen=seen, verdict=verdict))
    return cases


def rates(cases: list[Case], rng: np.random.Generator) -> dict[str, Rate]:
    """Of each measure, and of "all" but the floor together."""
    table = np.array([[case.verdict[measure] for measure in MEASURES] for case in cases])
    table = np.column_stack([table, table[:, : len(TARGETS)].all(1)])
    draws = table[rng.integers(len(table), size=(DRAWS, len(table)))].mean(1)
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    values = zip((*MEASURES, "all"), table.mean(0), low, high, strict=True)
    return {name: Rate(value=float(v), low=float(a), high=float(b)) for name, v, a, b in values}


def table(columns: dict[str, dict[str, Rate]]) -> str:
    """Measures down, models across, in percent with 95 % intervals."""
    width = 2 + max(20, *(len(name) for name in columns))
    lines = ["percent".ljust(12) + "".join(name.rjust(width) for name in columns) + "    aim"]
    for measure in (*MEASURES, "all"):
        cells = "".join(str(column[measure]).rjust(width) for column in columns.values())
        aim = f"{100 * TARGETS[measure]:6.0f}" if measure in TARGETS else ""
        lines.append(measure.ljust(12) + cells + f" {aim}".rstrip())
    return "\n".join(lines)


def sheet(cases: list[Case]) -> Image.Image:
    """A strip of frames a case, under what was asked and what failed; worst first."""
    ordered = sorted(cases, key=lambda case: (-len(case.failed), case.seed))
    strips = []
    for case in ordered:
        frames = case.clip.resize(WORK * case.clip.width // case.clip.height, WORK).frames
        shown = frames[np.linspace(0, len(frames) - 1, STRIP).round().astype(int)]
        strips.append((case, contact_sheet(shown, columns=STRIP, every=1)))
    width = max(strip.width for _, strip in strips)
    height = WORK + LINE + 4
    page = Image.new("RGB", (2 * width + 8, height * -(-len(strips) // 2)), (255, 255, 255))
    draw = ImageDraw.Draw(page)
    for index, (case, strip) in enumerate(strips):
        x, y = (index % 2) * (width + 8), index // 2 * height
        t = case.claim.target
        asked = f"{case.seed}: {t.color} {t.shape}, {t.event} {t.heading}, {t.floor}"
        failed = f"  FAILED {', '.join(case.failed)}" if case.failed else ""
        draw.text((x, y), asked + failed, fill=(190, 0, 0) if failed else (0, 90, 0))
        page.paste(strip, (x, y + LINE + 2))
    return page


def model_film(name: str, seconds: float) -> Film:
    """The only place that knows how a model is called."""
    model = sorairo.load(name)
    return lambda claim, seed: model.generate(claim.prompt, seconds=seconds, seed=seed)


def true_film(renderer: Renderer, seconds: float, fps: float = 12.0) -> Film:
    """What the simulator shows of a claim's scene."""

    def film(claim: Claim, _seed: int) -> Clip:
        rollout = simulate(claim.scene, seconds=seconds, fps=fps)
        return Clip(frames=renderer.film(rollout), fps=fps)

    return film


def arguments(argv: list[str] | None) -> argparse.Namespace:
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("--model", default="tabletop", help="name or directory")
    parser.add_argument("-n", type=int, default=128, help="prompts in each language")
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--language", choices=[*LANGUAGES, "both"], default="both")
    parser.add_argument("--seed", type=int, default=0, help="of the choice of prompts")
    parser.add_argument("--json", type=Path, help="write figures and every case here")
    parser.add_argument("--sheet", type=Path, help="write a contact sheet, worst first, here")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    given = arguments(argv)
    languages = LANGUAGES if given.language == "both" else (given.language,)
    claims = {
        language: claims_prompts(FIRST_LIGHT, given.n, np.random.default_rng(given.seed), language)
        for language in languages
    }
    film = model_film(given.model, given.seconds)
    cases = {
        f"{given.model} {language}": examine(tqdm(claims[language], desc=language), film)
        for language in languages
    }
    with Renderer(width=WORK, height=WORK) as renderer:
        truth = true_film(renderer, given.seconds)
        cases["renders"] = examine(tqdm(claims[languages[0]], desc="renders"), truth)
    rng = np.random.default_rng(given.seed)
    figures = {name: rates(column, rng) for name, column in cases.items()}
    print(table(figures))
    if given.json:
        record = {
            name: {
                "rates": {key: asdict(rate) for key, rate in figures[name].items()},
                "cases": [case.to_json() for case in column],
            }
            for name, column in cases.items()
        }
        given.json.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    if given.sheet:
        made = [case for name, column in cases.items() if name != "renders" for case in column]
        sheet(made).save(given.sheet)


if __name__ == "__main__":
    main()
