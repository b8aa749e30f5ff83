"""Makes an exam from the name of a model, from a folder of clips, or from an exam done before."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from os import cpu_count
from pathlib import Path

import torch

import sorairo
from sorairo.errors import ConfigError, ModelError
from sorairo.exam.candidates import baselines
from sorairo.exam.candidates.external_clips import ExternalClips
from sorairo.exam.candidates.standard import CodecCandidate, ModelCandidate, true_answer
from sorairo.exam.played_question import DreamCandidate, TileCodecCandidate, frozen_picture
from sorairo.exam.question import Candidate, Sampling
from sorairo.exam.registry import PLAYED_SUITES
from sorairo.exam.run import ExamRun, JudgeBatches
from sorairo.exam.run_folder import RunFolder
from sorairo.exam.suite import Suite
from sorairo.exam.worker_pool import worker_pool
from sorairo.models import hub
from sorairo.models.crafter.dream import Dream
from sorairo.models.crafter.files import load_play_model
from sorairo.models.lora.fast import chosen_loras
from sorairo.world import registry

EXAMINED_WORLDS = {"tabletop", "lifelike"}  # and models of no simulated world
Facts = dict[str, str]
"""What the report says of the exam: the model and the commit."""

COMPARISONS: Mapping[str, Candidate] = {
    "truth": true_answer,
    "frozen": baselines.frozen,
    "constant velocity": baselines.constant_velocity,
    "nearest clip": baselines.nearest_clip,
}


def look_of(model: str) -> str:
    """What drew the scenes of the table-top that a model was trained on, by its name or directory:
    one of LOOKS."""
    found = hub.info(hub.find(model))
    scene = found.trained_on or {}
    if registry.JOINT in found.world:
        scene = scene.get(registry.DEFAULT, {})
    return "filament" if scene.get("places") else "classic"


def run_of_model(
    name: str,
    folder: Path,
    *,
    steps: int | None,
    guidance: float | None,
    look: str = "classic",
    any_rate: bool = False,
) -> ExamRun:
    """An exam of a model, by name or directory, with scenes of a look; with `any_rate`, of a model
    of any frame rate.

    Raises ConfigError where the folder holds an exam of another model, and ModelError for a model
    of another world or frame rate.
    """
    engine = sorairo.load(name)
    _check_world(engine.spec.world, engine.spec.fps, name, any_rate=any_rate)
    stated = {"steps": steps, "guidance": guidance}
    default = engine.limits.default_loras
    loras = chosen_loras(engine.limits.model, default, None, stated).get("loras", ())
    sampling = Sampling(steps=steps, guidance=guidance, loras=loras, model=name)
    columns = {
        "model": ModelCandidate(engine=engine, sampling=sampling),
        "codec": CodecCandidate(engine=engine),
        **COMPARISONS,
    }
    model = f"{engine.info['name']} {engine.info['digest'][:12]}"
    identity = {"model": model, "steps": steps, "guidance": guidance, **_named(look)}
    if loras:
        identity["loras"] = list(loras)
    run = ExamRun(
        columns=columns, folder=folder, identity=identity, engine=engine, sampling=sampling
    )
    run.begin()
    return run


def run_of_played(name: str, folder: Path, *, steps: int | None) -> ExamRun:
    """An exam of a playable model, by name or directory. Raises ConfigError where the folder holds
    an exam of another model."""
    found = hub.info(hub.find(name))
    dream = Dream(load_play_model(found.path))
    columns: dict[str, Candidate] = {
        "model": DreamCandidate(dream=dream, steps=steps),
        "truth": true_answer,
        "codec": TileCodecCandidate(dream=dream),
        "frozen": frozen_picture,
    }
    identity = {"model": f"{found.name} {found.digest[:12]}", "steps": steps}
    run = ExamRun(columns=columns, folder=folder, identity=identity)
    run.begin()
    return run


def check_suites(suites: Iterable[Suite], model: str, *, played: bool) -> None:
    """Raises ModelError for suites that cannot examine a model, `played` or not."""
    for suite in suites:
        if (suite.name in PLAYED_SUITES) != played:
            kind = "plays a game" if suite.name in PLAYED_SUITES else "asks for clips from prompts"
            fits = ", ".join(PLAYED_SUITES) if played else "another suite"
            raise ModelError(f"{suite.name} {kind}, which '{model}' does not do: name {fits}.")


def _check_world(world: str, fps: float, name: str, *, any_rate: bool) -> None:
    fits = any_rate or fps == registry.TABLETOP.fps
    if not set(registry.names_in(world)) <= EXAMINED_WORLDS or not fits:
        raise ModelError(
            "The exam asks about the tabletop and lifelike worlds at"
            f" {registry.TABLETOP.fps:g} frames a second: it cannot examine '{name}', a model of"
            f" {f'the world {world}' if world else 'no simulated world'} at {fps:g}."
        )


def _named(look: str) -> dict[str, str]:
    """The look as a part of an exam's identity; exams of before have only classic scenes."""
    return {} if look == "classic" else {"look": look}


def run_of_clips(clips: ExternalClips, folder: Path, *, look: str = "classic") -> ExamRun:
    """An exam of clips that another model made: without a codec to compare with, and without
    probes of the model. Raises ConfigError where the folder holds another exam."""
    run = ExamRun(
        columns={"model": clips, **COMPARISONS},
        folder=folder,
        identity={"clips": clips.digest, **_named(look)},
    )
    run.begin()
    return run


def run_before(folder: Path) -> ExamRun:
    """The exam that was done in the folder, to report on: it cannot ask anything.

    Raises ConfigError where there is none.
    """
    identity = RunFolder(folder).identity()
    if identity is None:
        raise ConfigError(
            f"There is no exam in {folder}: leave out --report-only, or name its folder with -o."
        )
    return ExamRun(columns={}, folder=folder, identity=identity)


def facts_of(run: ExamRun) -> Facts:
    """What the report says of the exam."""
    clips = run.columns.get("model")
    if isinstance(clips, ExternalClips):
        model = f"{clips.name} {str(run.identity['clips'])[:12]}"
    else:
        known = run.identity
        model = str(known.get("model") or f"clips {str(known['clips'])[:12]}")
    return {"model": model, "commit": commit()}


def workers_for(
    make: Callable[[], ExamRun], workers: int | None
) -> AbstractContextManager[JudgeBatches | None]:
    """Processes that judge questions. Default: one for each core; with a GPU only one."""
    default = 1 if torch.cuda.is_available() else cpu_count() or 1
    return worker_pool(make, workers or default)


def commit() -> str:
    """The commit of the source tree, if it is one; with "+" if it has been changed since."""
    here = Path(__file__)
    tracked = ["git", "ls-files", "--error-unmatch", here.name]
    described = ["git", "describe", "--always", "--dirty=+"]
    try:
        # an installed package may lie inside another repository, whose commit says nothing
        for command in (tracked, described):
            found = subprocess.run(
                command, cwd=here.parent, capture_output=True, text=True, check=True
            )
    except (OSError, subprocess.CalledProcessError):
        return f"sorairo {sorairo.__version__}"
    return found.stdout.strip()
