"""How the files in `files` were made: a record, run once, at commit 8e9f576, and only there.

    python tests/compatibility/make_files.py

Later code must still read them; it cannot make them again, for its own files may look different.
Everything is made by the command line where it can be.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from random_weights import randomise
from serving import _wait, free_port, picture
from sorairo.models import hub
from sorairo.models.bundle import Bundle, ModelConfig, SamplingConfig
from sorairo.models.codec import CodecConfig
from sorairo.models.delivered import Delivered
from sorairo.models.finisher import save_upscaler
from sorairo.models.steadier import SteadierConfig
from sorairo.models.text import TextConfig, train_tokenizer
from sorairo.models.transformer import TransformerConfig
from sorairo.models.upscaler import Upscaler, UpscalerConfig
from sorairo.training import runs, steadying, upscaling
from sorairo.training.codec import CodecObjective
from sorairo.training.denoiser import DenoiserObjective
from sorairo.training.steadying import SteadyObjective
from sorairo.training.upscaling import FinishObjective
from sorairo.video import Clip

FILES = Path(__file__).parent / "files"


def main() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["MESA_SHADER_CACHE_DISABLE"] = "true"
    torch.set_num_threads(1)
    parts = {
        "models": make_models,
        "clips": make_clips,
        "jobs": make_jobs,
        "training": make_training,
        "exam": make_exam,
    }
    for name in sys.argv[1:] or parts:
        shutil.rmtree(FILES / name, ignore_errors=True)
        (FILES / name).mkdir(parents=True)
        os.chdir(FILES / name)
        parts[name]()


def sorairo(*arguments: object, expected: int = 0) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "sorairo", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == expected, done.stderr
    return done.stdout


# --- models: every optional part, none of them, and a record as the first versions wrote it

CODEC = CodecConfig(
    latent_channels=4, widths=(4, 4), encoder_depths=(1, 1), decoder_depths=(1, 1)
)


def pale(bundle: Bundle) -> Bundle:
    """Random weights, and pictures of little contrast: their clips are small files."""
    randomise(bundle)
    with torch.no_grad():
        bundle.codec.decoder.head.weight.mul_(0.15)
        bundle.codec.decoder.head.bias.mul_(0.15)
    return bundle


def make_models() -> None:
    tokenizer = train_tokenizer(["a red ball drops", "一个红色的球落下"] * 50, 300)
    plain = ModelConfig(
        name="tiny",
        codec=CODEC,
        transformer=TransformerConfig(
            latent_channels=4, dim=16, ffn_dim=32, heads=1, layers=2, text_dim=16, freq_dim=16
        ),
        text=TextConfig(
            vocabulary=tokenizer.get_vocab_size(), dim=16, heads=1, layers=1, ffn_dim=32
        ),
        sampling=SamplingConfig(steps=2),
        native_sizes=((64, 64), (128, 64)),
        max_frames=400,
        delivered=Delivered(size=None, fps=None),
    )
    hub.save(pale(Bundle(plain, tokenizer)), Path("tiny"))
    whole = dataclasses.replace(
        plain,
        name="whole",
        transformer=dataclasses.replace(plain.transformer, place_frequencies=2),
        steadier=SteadierConfig(width=4, blocks=1, kernel=3),
        sampling=SamplingConfig(
            steps=3, guidance=1.5, guided=(0.5, 0.9), solver="heun", shift=2.0
        ),
        native_sizes=((64, 64),),
        fps=8.0,
        max_frames=41,
        window_frames=17,
        delivered=Delivered(size=(128, 128), fps=16.0),
        version="1.2",
        notes="made for a test",
    )
    scene = {"shapes": ["sphere"], "colors": ["red"], "events": ["drop"], "max_bodies": 1}
    facts = {"steps": 5, "seconds": 6, "flop": 7e9, "scene": scene}
    facts["steadier"] = {"steps": 2, "seconds": 3, "flop": 4e6}
    hub.save(pale(Bundle(whole, tokenizer)), Path("whole"), facts)
    record = json.loads(Path("tiny/model.json").read_text())
    record["config"]["name"] = "early"
    for name in ("steadier", "window_frames", "delivered"):
        del record["config"][name]
    del record["config"]["sampling"]["guided"]
    Path("early").mkdir()  # beside it belong the other files of `tiny`
    Path("early/model.json").write_text(json.dumps(record, indent=1) + "\n")
    torch.manual_seed(0)
    upscaler = randomise(Upscaler(UpscalerConfig(width=4, blocks=(1, 1, 1))), scale=0.3)
    save_upscaler(upscaler, Path("finish"), {"steps": 8, "seconds": 9, "flop": 1e9})


# --- clips: one of every kind of request, with all of its fields given

TINY = "../models/tiny"


def make_clips() -> None:
    Path("ball.png").write_bytes(picture((64, 64)))
    mask = np.zeros((1, 64, 64, 3), np.uint8)
    mask[:, 16:48, 16:48] = 255
    Clip(frames=mask, fps=1).save(Path("mask.png"))
    common = ("--model", TINY, "--steps", 2, "--guidance", 1.5, "--negative", "blur", "--size")
    common = (*common, "64x64", "--fps", 12, "--style", "film_noir")

    def command(name: str, *arguments: object) -> None:
        told = json.loads(sorairo(*arguments, *common, "-o", name, "--json"))
        assert told["size"] == "64x64", told

    command(
        "generate.mp4", "generate", "a red ball drops", "--seconds", 1, "--seed", 11,
        "--expand", "--keep-latents",
    )  # fmt: skip
    command("generate.gif", "generate", "a red ball drops", "--seconds", 0.5, "--seed", 11)
    command("endless.mp4", "generate", "a red ball", "--seconds", 1, "--seed", 12, "--loop")
    told = [*common]
    place = told.index("--fps")
    del told[place : place + 2]
    sorairo("image", "a red ball", "--seed", 13, *told, "-o", "image.png")
    command(
        "animate.mp4", "animate", "ball.png", "it drops", "--at", "0.5=image.png",
        "--seconds", 1, "--strength", 0.75, "--seed", 14,
    )  # fmt: skip
    command(
        "extend.mp4", "extend", "generate.mp4", "it rolls", "--forward", 0.5, "--backward", 0.25,
        "--seed", 15,
    )  # fmt: skip
    command("loop.mp4", "loop", "generate.mp4", "it rolls back", "--seconds", 0.5, "--seed", 16)
    command(
        "connect.mp4", "connect", "generate.mp4", "animate.mp4", "they meet",
        "--prompt-a", "a red ball", "--prompt-b", "a blue ball", "--seconds", 0.5, "--seed", 17,
    )  # fmt: skip
    command(
        "edit.mp4", "edit", "generate.mp4", "a blue ball", "--strength", 0.7,
        "--region", "25%,0%,50%,100%", "--from", 0.25, "--to", 0.75, "--seed", 18,
    )  # fmt: skip
    command(
        "masked.mp4", "edit", "generate.mp4", "a blue ball", "--region", "mask.png", "--seed", 19
    )
    Path("story.toml").write_text(STORY)
    sorairo("storyboard", "story.toml", "--model", TINY, "-o", "storyboard.mp4")


STORY = """\
seconds = 3
size = "64x64"
fps = 12
seed = 20
prompt = "at night"
steps = 2
guidance = 1.5
negative = "blur"
style = "neon"

[[card]]
prompt = "a red ball rolls"
start = 0.25
end = 1
style = "oil"

[[card]]
cut = false
prompt = "the ball lies there"
picture = "ball.png"
at = 0.25
seconds = 0.75

[[card]]
clip = "generate.mp4"
"""


# --- jobs: what a server leaves behind that was killed

CANVAS = {"seconds": "20", "size": "64x64", "fps": 12, "num_inference_steps": 12}
QUICK = {"seconds": "0.5", "size": "64x64", "fps": 12, "num_inference_steps": 2}


@contextmanager
def serving(*words: object) -> Iterator[httpx.Client]:
    """A server in this folder, killed when the block ends."""
    port = free_port()
    places = ("--database", "sqlite:///jobs.db", "--media", "media", "--model", TINY)
    command = ("serve", "--port", port, "--lease", 600, *places, *words)
    process = subprocess.Popen(
        [sys.executable, "-m", "sorairo", *map(str, command)], start_new_session=True
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield httpx.Client(base_url=f"{url}/v1", timeout=60)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ended(client: httpx.Client, video: dict[str, Any]) -> dict[str, Any]:
    while (now := client.get(f"/videos/{video['id']}").json())["status"] not in (
        "completed",
        "failed",
    ):
        time.sleep(0.1)
    return now


def make_jobs() -> None:
    places = ("--database", "sqlite:///jobs.db")
    told: dict[str, Any] = {}
    data = base64.b64encode(picture((64, 64))).decode()
    with serving("--workers", 1) as client:

        def post(path: str = "/videos", **asked: object) -> dict[str, Any]:
            answer = client.post(path, json=asked, headers={"Idempotency-Key": told["name"]})
            return answer.raise_for_status().json()

        limits = ("--most-waiting", 50, "--most-pixel-seconds", 1e9, "--json")
        key = json.loads(sorairo("keys", "create", "--name", "studio", *limits, *places))
        gone = json.loads(sorairo("keys", "create", "--name", "gone", "--json", *places))
        sorairo("keys", "revoke", gone["id"], *places)
        hook = ("webhooks", "create", "http://127.0.0.1:9/", "--key", key["id"], "--json")
        told |= {"key": key, "revoked": gone, "hook": json.loads(sorairo(*hook, *places))}
        client.headers["authorization"] = f"Bearer {key['key']}"

        def make(name: str, path: str = "/videos", **asked: object) -> dict[str, Any]:
            told["name"] = name
            told[name] = ended(client, post(path, **asked))
            return told[name]

        first = make("generate", prompt="a red ball drops", seed=31, negative_prompt="x", **QUICK)
        name = {"name": "Ball", "video": {"id": first["id"]}}
        told["character"] = client.post("/videos/characters", json=name).raise_for_status().json()
        which = [{"id": told["character"]["id"]}]
        make("cast", prompt="Ball rolls", seed=32, characters=which, **QUICK)
        make("loop", prompt="a red ball", seed=33, loop=True, **QUICK)
        given = {"image_url": f"data:image/png;base64,{data}"}
        make("animate", prompt="it drops", seed=34, input_reference=given, **QUICK)
        cards = {"seconds": 1, "card": [{"prompt": "a red ball"}, {"prompt": "a blue ball"}]}
        story = {**QUICK, "seconds": "1"}
        make("storyboard", prompt="at night", seed=35, storyboard=cards, **story)
        parent = {"video": {"id": first["id"]}, "num_inference_steps": 2}
        make("edit", "/videos/edits", prompt="a blue ball", seed=36, strength=0.7, **parent)
        make("extend", "/videos/extensions", prompt="it rolls", seed=37, seconds="0.5", **parent)
        make("remix", f"/videos/{first['id']}/remix", prompt="a blue ball drops")
        make("failed", prompt="x", seed=38, num_inference_steps=2, size="64x64", seconds="0.5",
             input_reference={"image_url": f"data:image/png;base64,{data[:120]}"})  # fmt: skip
    for one in ("interrupted", "altered"):
        with serving("--workers", 1) as client:
            client.headers["authorization"] = f"Bearer {told['key']['key']}"
            body = {"prompt": "a red ball drops", "seed": 39, **CANVAS}
            headers = {"Idempotency-Key": one}
            video = client.post("/videos", json=body, headers=headers).raise_for_status().json()
            while not list(Path("media").glob(f"{video['id']}/stages/canvas-0.safetensors")):
                time.sleep(0.02)
            told[one] = client.get(f"/videos/{video['id']}").json()
            assert told[one]["status"] == "in_progress"
    with serving("--workers", 0) as client:
        client.headers["authorization"] = f"Bearer {told['key']['key']}"
        body = {"prompt": "a green ball", "n": 2, "seed": 40, **QUICK}
        told["queued"] = client.post("/videos", json=body).raise_for_status().json()
        body = {"prompt": "unwanted", "seed": 42, **QUICK}
        unwanted = client.post("/videos", json=body).raise_for_status().json()
        told["cancelled"] = client.post(f"/videos/{unwanted['id']}/cancel").json()
        page = client.get("/videos", params={"limit": 100}).json()["data"]
        told["videos"] = {each["id"]: each for each in page}
    del told["name"]
    for file in Path("media").glob("*/1/*"):  # of the first all are kept, of others the clip
        if file.parts[1] != told["generate"]["id"] and file.suffix != ".mp4":
            file.unlink()
    with sqlite3.connect("jobs.db") as database:
        database.execute("UPDATE jobs SET worker = 'worker:1' WHERE worker IS NOT NULL")
        told["outbox"] = database.execute("SELECT count(*) FROM outbox").fetchone()[0]
        events = "DELETE FROM outbox WHERE job != ?"  # of the first, who has tried in vain
        database.execute(events, (told["generate"]["id"],))
    make_old("jobs.db")
    told = earlier(told)
    database = sqlite3.connect("jobs.db")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.execute("VACUUM")
    database.close()
    Path("told.json").write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")


AGO = 100_000_000  # seconds, so that no clock is before what the files say
TIMES = {
    "jobs": ("created_at", "started_at", "ended_at", "leased_until"),
    "spending": ("at",),
    "keys": ("created_at", "revoked_at"),
    "characters": ("created_at",),
    "outbox": ("created_at", "due_at"),
}


def make_old(path: str) -> None:
    with sqlite3.connect(path) as database:
        for table, columns in TIMES.items():
            for column in columns:
                database.execute(f"UPDATE {table} SET {column} = {column} - {AGO}")


def earlier(told: Any) -> Any:
    """The same of what a client was told."""
    if isinstance(told, list):
        return [earlier(each) for each in told]
    if not isinstance(told, dict):
        return told
    return {
        key: value - AGO if key.endswith("_at") and value else earlier(value)
        for key, value in told.items()
    }


# --- training: runs that were stopped after two of four steps

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
    told: dict[str, Any] = {}
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
            told[name] = {
                "command": [recipe, *settings],
                "folder": folder.name,
                "result": str(result),
                "losses": found,
            }
    Path("told.json").write_text(json.dumps(told, indent=1) + "\n")
    with tarfile.open("cache.tar.xz", "w:xz") as archive:
        archive.add("cache", filter=nobodys)
    shutil.rmtree("cache")


def nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


# --- the exam: questions, clips that were handed in, records of sittings, reports, kept cases


def make_exam() -> None:
    sorairo("exam", "export-prompts", "questions", "M2", "M3", "-n", 2)
    Path("clips").mkdir()
    for line in Path("questions/prompts.jsonl").read_text().splitlines():
        question = json.loads(line)
        size = question["size"][0], question["size"][1]
        count = round(question["seconds"] * question["fps"])
        frames = np.zeros((count, size[1], size[0], 3), np.uint8)
        frames[:, 30:50, 40:60] = (200, 30, 30)
        Clip(frames=frames, fps=question["fps"]).save(Path("clips") / question["file"])
    sorairo("exam", "M2", "M3", "-n", 2, "--clips", "clips", "-o", "clips-sat", "--workers", 1)
    with tempfile.TemporaryDirectory() as scratch:
        square = Path(scratch) / "square"  # the exam's own size
        shutil.copytree("../models/tiny", square)
        record = json.loads((square / "model.json").read_text())
        record["config"] |= {"name": "square", "native_sizes": [[96, 96]], "max_frames": 1441}
        (square / "model.json").write_text(json.dumps(record))
        what = ("-n", 1, "--model", square, "--steps", 2, "--guidance", 1.5, "--workers", 1)
        sorairo("exam", *what, "-o", "model-sat")
    for folder in ("clips-sat", "model-sat"):
        Path(folder, "index.html").unlink()
        for clip in Path(folder).glob("*/*.mp4"):  # a report links to them, and reads none
            clip.unlink()
    benchmark = Path(__file__).parents[2] / "benchmarks" / "canvas.py"
    what = ["extend", "connect", "--model", "../models/tiny", "-n", "1", "--steps", "2"]
    what += ["--keep", "kept", "--json", "kept.json"]
    subprocess.run([sys.executable, str(benchmark), *what], check=True, capture_output=True)
    for strip in Path("kept").glob("*/*.png"):
        with Image.open(strip) as picture_of_case:
            small = picture_of_case.reduce(16)
        small.save(strip)


if __name__ == "__main__":
    main()
