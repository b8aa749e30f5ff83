"""Which LoRAs a request uses: by name and weight, and where their files are. No torch."""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from safetensors import SafetensorError, safe_open

from sorairo.config import parse_json
from sorairo.errors import ConfigError, ModelError, RequestError, unknown_name
from sorairo.models.pull.few_step_loras import few_step_lora
from sorairo.notes import Note

SUFFIX = ".safetensors"
MOST = 8  # LoRAs of a request
MOST_WEIGHT = 4.0
FOUR_STEPS = (1.0, 0.9375, 0.8333, 0.625, 0.0)
SOLVERS = ("euler", "adams", "heun", "unipc")  # the names of `flow.solvers.SOLVERS`
KEYS = {"sigmas", "guidance", "solver", "digest"}  # of a schedule in a file


@dataclass(frozen=True, kw_only=True)
class LoraChoice:
    """A LoRA file, and how strongly it counts."""

    path: Path
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class FewSteps:
    """The schedule that a LoRA was distilled for."""

    sigmas: tuple[float, ...]
    """Noise levels from 1 to 0."""
    guidance: float = 1.0
    solver: str = "euler"
    digest: str = ""
    """The digest of the only weights that it fits; "": of any that have its shape."""


KNOWN = (
    (re.compile(r"fastwan", re.I), FewSteps(sigmas=(1.0, 0.757, 0.522, 0.0))),
    (
        re.compile(r"lightx2v|wan.*lightning|self[-_]?forcing|4[-_]?steps?", re.I),
        FewSteps(sigmas=FOUR_STEPS),
    ),
)
"""Schedules of published LoRAs, by the names of their files or folders (FastVideo's FastWan,
lightx2v's 4-step distillation, Self-Forcing). A file NAME.json beside NAME.safetensors says it for
others."""


def loras_folder() -> Path:
    """Where LoRAs are found by name: the environment variable SORAIRO_LORAS, or `sorairo/loras` in
    the user's data directory."""
    given = os.environ.get("SORAIRO_LORAS")
    return (
        Path(given).expanduser() if given else Path(platformdirs.user_data_dir("sorairo")) / "loras"
    )


def shipped_loras() -> Path:
    """The folder of LoRAs inside the package."""
    return Path(__file__).parents[2] / "weights" / "loras"


def _folders() -> list[Path]:
    """Those of these two folders that are there and can be reached."""
    return [each for each in (loras_folder(), shipped_loras()) if os.path.isdir(each)]


def lora_names() -> list[str]:
    """The LoRAs in these two folders: files, and folders of files that belong together."""
    found: set[str] = set()
    for folder in _folders():
        found |= {path.stem for path in folder.glob(f"[!.]*{SUFFIX}")}
        found |= {path.parent.name for path in folder.glob(f"[!.]*/[!.]*{SUFFIX}")}
    return sorted(found)


def parse_lora(text: str) -> tuple[str, float]:
    """("paper:0.8") -> ("paper", 0.8); without a weight it is 1. Raises RequestError."""
    name, colon, number = text.rpartition(":")
    try:
        weight = float(number) if colon else 1.0
    except ValueError:
        is_path = number.endswith(SUFFIX) or "/" in number or "\\" in number  # with a drive
        name, weight = text, 1.0 if is_path else math.nan
    name = name if colon and name else text
    if not name.strip() or not abs(weight) <= MOST_WEIGHT:
        raise RequestError(
            Note(
                f"{text!r} is no LoRA: write NAME or NAME:WEIGHT, with a weight from"
                f" {-MOST_WEIGHT:g} to {MOST_WEIGHT:g}, such as paper:0.8.",
                "not_a_lora",
                lora=text,
            )
        )
    return name, weight


def check_loras(loras: tuple[str, ...]) -> None:
    """Raises RequestError for too many, or one that is written wrongly."""
    if len(loras) > MOST:
        raise RequestError(
            Note(
                f"{len(loras)} LoRAs are too many: use at most {MOST}.",
                "too_many_loras",
                loras=len(loras),
                most=MOST,
            )
        )
    for each in loras:
        parse_lora(each)


def find_lora(name: str) -> tuple[Path, ...]:
    """The files of a LoRA, by name or path: one, or one for each expert of a model. The user's come
    before those of the package. Raises UnknownNameError and ModelError."""
    names = lora_names()
    for folder in _folders() if name in names else ():
        file = folder / f"{name}{SUFFIX}"
        several = (folder / name).glob(f"[!.]*{SUFFIX}")
        files = (file,) if os.path.isfile(file) else tuple(sorted(several))
        if files:
            return files
    path = Path(os.path.expanduser(name))
    if path.suffix == SUFFIX or len(path.parts) > 1:
        if os.path.isfile(path):
            return (path,)
        raise ModelError(f"There is no file {path}: give a LoRA by name, or the path of its file.")
    if few_step_lora(name):
        raise ModelError(
            Note(
                f"The LoRA {name} is not installed: sorairo models pull {name}.",
                "lora_not_installed",
                lora=name,
            )
        )
    raise unknown_name("LoRA", name, names)


def check_readable(choices: tuple[LoraChoice, ...]) -> None:
    """Raises ModelError for a file that is no safetensors file, from its header alone."""
    for each in choices:
        try:
            with safe_open(each.path, "numpy"):
                pass
        except (OSError, SafetensorError) as error:
            raise unreadable(each.path) from error


def unreadable(path: Path) -> ModelError:
    """The error for a LoRA file that cannot be read."""
    return ModelError(
        f"The LoRA {path} is not a safetensors file, or only its beginning: fetch it again."
    )


def choices_of(loras: tuple[str, ...]) -> tuple[LoraChoice, ...]:
    """The files and weights of a request's LoRAs. Raises what `find_lora` and `parse_lora` do."""
    return tuple(
        LoraChoice(path=path, weight=weight)
        for name, weight in map(parse_lora, loras)
        for path in find_lora(name)
    )


def few_steps(loras: tuple[LoraChoice, ...]) -> FewSteps | None:
    """The schedule that comes with LoRAs: that of the first which has one. Raises ModelError for a
    file beside a LoRA that is no schedule."""
    for each in loras:
        described = each.path.with_suffix(".json")
        if described.is_file() and (found := _read(described)) is not None:
            return found
        for pattern, known in KNOWN:
            if pattern.search(_published_name(each.path)):
                return known
    return None


def _published_name(path: Path) -> str:
    """The name of a file, with that of its folder if this is a LoRA of several files: lightx2v's
    are called high_noise_model and low_noise_model."""
    is_one_of_several = path.parent.parent in (loras_folder(), shipped_loras())
    return f"{path.parent.name}/{path.stem}" if is_one_of_several else path.stem


def _read(path: Path) -> FewSteps | None:
    """The schedule in a file; None for what another program has noted there about the LoRA."""
    try:
        found = parse_json(path.read_text(encoding="utf-8"))
        if isinstance(found, dict) and not found.keys() & KEYS:
            return None
        sigmas = tuple(map(float, found["sigmas"]))
        guidance, solver = float(found.get("guidance", 1.0)), str(found.get("solver", "euler"))
        digest = str(found.get("digest", ""))
    except (OSError, ConfigError, json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f'{path} is no schedule: write {{"sigmas": [1, 0.757, 0.522, 0], "guidance": 1}}.'
        ) from error
    falling = all(a > b for a, b in zip(sigmas, sigmas[1:], strict=False))
    if len(sigmas) < 2 or not falling or sigmas[0] > 1 or sigmas[-1] != 0:
        raise ModelError(f"{path}: the sigmas must fall from at most 1 to 0.")
    if solver not in SOLVERS:
        raise ModelError(f"{path} names the solver {solver!r}: choose one of {', '.join(SOLVERS)}.")
    if not math.isfinite(guidance):
        raise ModelError(f"{path} has a guidance of {guidance:g}: choose a number such as 1.")
    return FewSteps(sigmas=sigmas, guidance=guidance, solver=solver, digest=digest)
