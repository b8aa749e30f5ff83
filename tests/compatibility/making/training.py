"""Training runs that were stopped after two of four steps, and the losses of all four steps."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from making.command import sorairo

from sorairo.training import runs, steadying, upscaling
from sorairo.training.codec import CodecObjective
from sorairo.training.denoiser import DenoiserObjective
from sorairo.training.steadying import SteadyObjective
from sorairo.training.upscaling import FinishObjective

SHOTS = '"seconds":0.75,"sizes":[[32,32]]'
WORLD = f'{{"count":3,"shard_clips":3,"shots":3,{SHOTS}}}'
TWINS = f'{{"count":3,"shard_clips":3,"shots":3,"twins":true,{SHOTS}}}'
BRIDGES = (
    '{"count":2,"shard_clips":2,"shots":2,"bridges":4,"seconds":3.0,"sizes":[[16,16]]}'
)
LARGE = '{"count":1,"shard_clips":1,"seconds":0.375,"fps":24.0,"sizes":[[32,32]]}'
LOOP = [
    "loop.steps=4",
    "loop.warmup=2",
    "loop.log_every=1",
    "loop.sheet_every=1000",
    "loop.save_minutes=1000",
]
NETWORK = (
    '{"latent_channels":4,"widths":[4,4],"encoder_depths":[1,1],"decoder_depths":[1,1],'
    '"time_factor":4,"space_factor":8}'
)


def kind(draw: str, source: str, frames: int, side: int = 32) -> str:
    return (
        f'{{"draw":"{draw}","source":"{source}","frames":{frames},"weight":0.5,'
        f'"size":[{side},{side}]}}'
    )


def shape(*kinds: str) -> str:
    return f'{{"kinds":[{",".join(kinds)}]}}'


SHAPES = (
    shape(kind("window", "world", 2), kind("edited", "twins", 2)),
    shape(kind("keyed", "world", 1)),
    shape(kind("fade", "bridges", 5, 16)),
    shape(kind("still", "world", 1), kind("window", "photographs", 1)),
)
COMMANDS = {
    "codec": [
        "tabletop-codec",
        "name=old-codec",
        f"clips={WORLD}",
        f"held_out={WORLD}",
        f"codec={NETWORK}",
        "objective.batch=2",
        "objective.groups=2",
        "objective.crop=16",
        "objective.styled=0.5",
        *LOOP,
    ],
    "denoiser": [
        "tabletop",
        "name=old-model",
        "codec_run=old-codec",
        f'sources={{"world":{{"clips":{WORLD},"styled":0.5,"pictures":3}},'
        f'"twins":{{"clips":{WORLD},"twins":{TWINS}}},'
        f'"bridges":{{"clips":{BRIDGES}}},'
        f'"photographs":{{"clips":{WORLD},"leaves":25}}}}',
        f"model.codec={NETWORK}",
        'model.transformer={"latent_channels":4,"dim":16,"ffn_dim":32,"heads":1,"layers":1,'
        '"text_dim":16,"freq_dim":16}',
        'model.text={"vocabulary":300,"dim":16,"heads":1,"layers":1,"ffn_dim":32}',
        "model.native_sizes=[[64,64]]",
        f'objective.phases=[{{"until":0.5,"shapes":[{",".join(SHAPES[:1])}]}},'
        f'{{"until":1.0,"shapes":[{",".join(SHAPES[1:])}]}}]',
        "objective.tokens=32",
        "objective.compiled=false",
        *LOOP,
    ],
    "steadier": [
        "tabletop-steadier",
        "name=old-steadier",
        "model=../models/tiny",
        f"clips=[{WORLD}]",
        f"held_out={WORLD}",
        'steadier={"width":4,"blocks":1,"kernel":3}',
        "objective.batch=2",
        "objective.groups=2",
        "objective.crop=16",
        *LOOP,
    ],
    "finish": [
        "tabletop-finish",
        "name=old-finish",
        f"clips={LARGE}",
        f"wide={LARGE}",
        f"held_out={LARGE}",
        "pairs.model=../models/tiny",
        "pairs.leaves=0",
        'upscaler={"width":4,"blocks":[1,1,1]}',
        "objective.batch=2",
        "objective.crop=8",
        *LOOP,
    ],
}
OBJECTIVES = {
    "codec": (runs, CodecObjective),
    "denoiser": (runs, DenoiserObjective),
    "steadier": (steadying, SteadyObjective),
    "finish": (upscaling, FinishObjective),
}


def stops_after_two(objective: Any) -> Any:
    """The objective, and Ctrl-C in the middle of its second step."""

    class Stopping(objective):
        def draw(self, step: int, rng: np.random.Generator):
            if step == 1:
                signal.raise_signal(signal.SIGINT)
            return super().draw(step, rng)

    return Stopping


def losses(folder: Path) -> dict[str, float]:
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return {str(line["step"]): line["loss"] for line in lines if "loss" in line}


def make_training() -> None:
    """Each run whole, in a cache of its own, for the losses; then stopped, in the cache kept."""
    expected: dict[str, Any] = {}
    kept = Path("cache").resolve()
    with tempfile.TemporaryDirectory() as scratch:
        for name, (recipe, *settings) in COMMANDS.items():
            os.environ["XDG_CACHE_HOME"] = str(kept)
            module, objective = OBJECTIVES[name]
            setattr(module, objective.__name__, stops_after_two(objective))
            try:
                runs.main(recipe, settings)
                raise AssertionError("it was not stopped")
            except KeyboardInterrupt:
                setattr(module, objective.__name__, objective)
            begins = settings[0].removeprefix("name=")
            (folder,) = (kept / "sorairo" / "runs").glob(f"{begins}*")
            assert list(losses(folder)) == ["1", "2"]
            for part in ("tensorboard", "model", "finish"):  # a run that goes on reads none
                shutil.rmtree(folder / part, ignore_errors=True)
            trial = Path(scratch) / name
            shutil.copytree(kept, trial)
            os.environ["XDG_CACHE_HOME"] = str(trial)
            printed = sorairo("train", recipe, *settings).strip()
            there = trial / "sorairo" / "runs" / folder.name
            found = losses(there)
            assert list(found) == ["1", "2", "3", "4"], found
            result = Path(printed).relative_to(trial)
            expected[name] = {
                "command": [recipe, *settings],
                "folder": folder.name,
                "result": str(result),
                "losses": found,
            }
    Path("expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    with tarfile.open("cache.tar.xz", "w:xz") as archive:
        archive.add("cache", filter=nobodys)
    shutil.rmtree("cache")


def nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member
