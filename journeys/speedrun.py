"""The speedrun: a model of the simplest table-top, from random weights, against the clock.

`journeys/speedrun.sh --help` lists the options, docs/speedrun.md has the rules. To try something,
edit `recipe` (network, data, schedule, sampling), or give FIELD.PATH=VALUE as in `sorairo train`.
Below it is only what the rules fix: the clock, the empty cache, the exam and the record.
"""

from __future__ import annotations

import time

BEGAN = time.time()  # the clock starts before anything is imported

import argparse  # noqa: E402
import dataclasses  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import platform  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from functools import partial  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402

if TYPE_CHECKING:
    from sorairo.exam.run import ExamRun
    from sorairo.training.networks.denoiser import ModelRecipe

CPU_MINUTES, GPU_MINUTES = 90.0, 10.0
EXAM_SHARE = 0.1  # of the minutes, which are left for the exam


def recipe(seed: int, *, gpu: bool) -> ModelRecipe:
    """All that decides how good the model gets. Change it at will."""
    from sorairo.data.clips_config import ClipsConfig
    from sorairo.models.model import ModelConfig, SamplingConfig
    from sorairo.models.text import TextConfig
    from sorairo.models.transformer import TransformerConfig
    from sorairo.training.data.masking import MaskingConfig
    from sorairo.training.data.mixture import DenoiserLossConfig, Phase, Shape
    from sorairo.training.data.samplers.captions import CaptionConfig
    from sorairo.training.data.samplers.example import ExampleSpec
    from sorairo.training.data.sources import LatentSource
    from sorairo.training.loop.optimiser import OptimiserConfig
    from sorairo.training.loop.schedule import LoopConfig
    from sorairo.training.networks.denoiser import ModelRecipe
    from sorairo.world.tabletop.scene import FIRST_LIGHT

    # Clips of 4 s: one object, 3 shapes, 8 colours, 4 floors, 4 events; and three pictures of each.
    # They are rendered at 96x96 and made smaller: 16 tokens a latent frame, not 36.
    clips = ClipsConfig(
        scene=FIRST_LIGHT,
        count=6000 if gpu else 2000,
        first_seed=100_000_000 + 1_000_000 * seed,  # far below the exam's, which begin at 1e9
        seconds=49 / 12,
        sizes=((96, 96),),
        shard_clips=100,
    )
    source = LatentSource(clips=clips, pictures=3, shrink=1.5)
    # Few tokens teach words: a third of the batches has pictures or the beginnings of clips.
    shapes = (
        Shape(kinds=(ExampleSpec(draw="still", source="clips", frames=1, weight=0.15),)),
        Shape(kinds=(ExampleSpec(draw="window", source="clips", frames=4, weight=0.2),)),
        Shape(kinds=(ExampleSpec(draw="window", source="clips", frames=13, weight=0.65),)),
    )
    # A quarter of the clips begins with given frames, mostly one picture, as in the questions about
    # falls. A tenth of the levels is where hardly anything can be seen and only the prompt helps.
    masking = MaskingConfig(
        plain=0.7, per_frame=0.03, prefix=0.25, suffix=0, both=0, middle=0, box=0,
        single=0.8, shift=3.0, top=0.1, objects=2.0,
    )  # fmt: skip
    dim, layers = (384, 10) if gpu else (192, 6)
    return ModelRecipe(
        name=f"speedrun-{seed}",
        sources={"clips": source},
        model=ModelConfig(
            name=f"speedrun-{seed}",
            transformer=TransformerConfig(
                dim=dim,
                ffn_dim=4 * dim,
                heads=dim // 64,
                layers=layers,
                text_dim=192,
                place_frequencies=6,
            ),
            text=TextConfig(dim=192, heads=3),
            native_sizes=((64, 64),),
            sampling=SamplingConfig(steps=12, guidance=3.0, guidance_interval=(0.3, 1.0)),
        ),
        objective=DenoiserLossConfig(
            phases=(Phase(until=1.0, shapes=shapes),),
            tokens=65_536 if gpu else 3328,  # 16 clips
            captions=CaptionConfig(from_start=0.85),
            masking=masking,
        ),
        optimiser=OptimiserConfig(muon_lr=0.02, adam_lr=2e-3),
        loop=LoopConfig(  # `minutes` is set to what is left when the data is there
            steps=1_000_000,
            warmup=50,
            cooldown=0.4,
            ema=0.99,
            seed=seed,
            sheet_every=1_000_000,
            workers=4 if gpu else 0,
        ),
    )


# ------------------------------------------------------------------ fixed by the rules from here on


def run(seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """Data, training and exam with one seed; the record, which is also written to its folder."""
    folder = (options.output / f"seed-{seed}").resolve()
    if (folder / "record.json").exists():
        return json.loads((folder / "record.json").read_text())
    folder.mkdir(parents=True, exist_ok=True)
    _empty_caches(folder)
    import torch

    from sorairo.config import override
    from sorairo.exam.setup import commit
    from sorairo.training.loop.run_folder import run_folder
    from sorairo.training.run import run as train

    gpu = torch.cuda.is_available()
    minutes = options.minutes or _usual_minutes()
    wanted = override(recipe(seed, gpu=gpu), options.overrides)
    progress, resumed = _progress(folder)
    if "train" not in progress:
        wanted.prepare(run_folder(wanted.run_name()))  # renders and encodes
        progress["data"] = _minutes()
        progress["train"] = max(0.01, minutes * (1 - EXAM_SHARE) - _minutes())
        (folder / "progress.json").write_text(json.dumps(progress))
    loop = dataclasses.replace(wanted.loop, minutes=progress["train"])
    model = train(dataclasses.replace(wanted, loop=loop))
    trained = _minutes()
    score = _exam(model, folder / "exam", options.scenes)
    training = json.loads((model / "model.json").read_text())["training"]
    record = {
        "seed": seed,
        **score,
        "minutes": round(_minutes(), 2),
        "minutes_of": {
            "data": round(progress["data"], 2),
            "training": round(trained - progress["data"], 2),
            "exam": round(_minutes() - trained, 2),
        },
        "steps": training["steps"],
        "flop": training["flop"],
        "machine": _machine(torch.cuda.get_device_name() if gpu else ""),
        "commit": commit(),
        "overrides": options.overrides,
    }
    record |= {"not_a_record_because": _faults(record, minutes, options, resumed=resumed)}
    (folder / "record.json").write_text(json.dumps(record, indent=1) + "\n")
    return record


def _minutes() -> float:
    return (time.time() - BEGAN) / 60


def _usual_minutes() -> float:
    import torch

    return GPU_MINUTES if torch.cuda.is_available() else CPU_MINUTES


def _empty_caches(folder: Path) -> None:
    """Clips, latents and compiled code of this run alone, also in its worker processes."""
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(folder / "cache" / "compiled")
    from sorairo.data.cache import cache_folder
    from sorairo.openmp import shorten_spinning

    shorten_spinning()
    if folder not in cache_folder().parents:
        raise SystemExit("The speedrun runs on Linux only: elsewhere it could use an older cache.")


def _progress(folder: Path) -> tuple[dict[str, float], bool]:
    """What an interrupted run has written down, and whether there was one."""
    path = folder / "progress.json"
    if path.exists():
        return json.loads(path.read_text()), True
    path.write_text("{}")
    return {}, False


def _examined(model: str, folder: Path) -> ExamRun:
    """The exam of a model without the columns that it is compared with."""
    from sorairo.exam.setup import run_of_model

    run = run_of_model(model, folder, steps=None, guidance=None)
    return dataclasses.replace(run, columns={"model": run.columns["model"]})


def _exam(model: Path, folder: Path, scenes: int | None) -> dict[str, Any]:
    """The score of a model, its interval, and the measures it is made of."""
    from sorairo.exam.registry import SUITES
    from sorairo.exam.setup import workers_for
    from sorairo.exam.suite import SuiteResult

    suite = SUITES["speedrun"]
    count = scenes or suite.count
    batches = len(suite.batches(suite.questions(count)))
    make = partial(_examined, str(model), folder)
    with workers_for(make, min(batches, os.cpu_count() or 1, 8)) as judge_batches:
        judged = list(make().run_suite(suite, count, judge_batches))
    found = SuiteResult(suite=suite, judged=judged).estimates()["model"]
    score = found["score"]
    return {
        "score": round(score.value, 4),
        "interval": [round(score.low, 4), round(score.high, 4)],
        "parts": {name: round(each.value, 4) for name, each in found.items() if name != "score"},
        "questions": len(judged),
    }


def _machine(gpu: str) -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    cores = f"{os.cpu_count()} x {names[0] if names else platform.machine()}"
    return f"{gpu}, {cores}" if gpu else cores


def _faults(
    record: dict[str, Any], minutes: float, options: argparse.Namespace, *, resumed: bool
) -> list[str]:
    """Why the rules do not let it count; empty for a record."""
    from sorairo.exam.suites.world.speedrun import SCENES

    found = {
        "it was interrupted": resumed,
        "it took longer than its minutes": record["minutes"] > minutes,
        "it had other minutes than the rules give": minutes != _usual_minutes(),
        "it asked other questions": options.scenes not in (None, SCENES),
        "its source has changes that are in no commit": record["commit"].endswith("+"),
    }
    return [reason for reason, holds in found.items() if holds]


def _summary(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean and spread (standard deviation) of the scores of several seeds."""
    scores = [each["score"] for each in records]
    return {
        "mean": round(statistics.mean(scores), 4),
        "spread": round(statistics.stdev(scores), 4),
        "seeds": records,
    }


def _seeds(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="journeys/speedrun.sh", description=__doc__)
    parser.add_argument(
        "--minutes", type=float, help="of the whole run (default: 90 on CPUs, 10 on a GPU)"
    )
    parser.add_argument("--seed", type=_seeds, default=[0], help="0,1,2 for a record (default: 0)")
    parser.add_argument("--output", type=Path, default=Path("speedrun"), help="folder to write")
    parser.add_argument("--scenes", type=int, help="ask fewer questions: not for a record")
    parser.add_argument("overrides", nargs="*", metavar="FIELD.PATH=VALUE", help="of the recipe")
    options = parser.parse_intermixed_args()
    if len(options.seed) == 1:
        print(json.dumps(run(options.seed[0], options), indent=1))
        return
    records = []
    for seed in options.seed:  # each in a process of its own, with a clock of its own
        command = [sys.executable, __file__, "--seed", str(seed), "--output", str(options.output)]
        command += ["--minutes", str(options.minutes)] if options.minutes else []
        command += ["--scenes", str(options.scenes)] if options.scenes else []
        made = subprocess.run(
            [*command, *options.overrides], check=True, capture_output=False, stdout=subprocess.PIPE
        )
        records.append(json.loads(made.stdout))
    print(json.dumps(_summary(records), indent=1))


if __name__ == "__main__":
    main()
