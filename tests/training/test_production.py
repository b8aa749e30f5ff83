"""Sets of clips made in several processes: kills, dropped pixels, and what the command says."""

from __future__ import annotations

import dataclasses
import io
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from numpy.testing import assert_array_equal
from safetensors.torch import save_file

from sorairo.data.cache import cache_folder
from sorairo.data.clip_sets import LIFELIKE_CLIPS
from sorairo.data.rendered_shards import drawn_by_filament, folder_of, render_shard, shards
from sorairo.data.shard_folders import claimed, whole_folder
from sorairo.processes import python_command, python_environment
from sorairo.training import render_data
from sorairo.training.data.encode import encode_sources, set_encoder
from sorairo.training.data.production import jobs as production_jobs
from sorairo.training.data.production import pool as production_pool
from sorairo.training.data.production.jobs import JobResult, latent_jobs, pixel_jobs, run_job
from sorairo.training.data.production.pool import run_jobs
from sorairo.training.data.production.progress import ProductionProgress, duration
from sorairo.training.data.sources import LatentSource
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.state import read_state
from sorairo.training.networks.encoding_codec import codec_of_model, codec_of_run, latents_folder
from sorairo.training.networks.frozen_codec import frozen_path
from sorairo.world.tabletop.scene import PLACES, SceneConfig
from training_recipes import CLIPS, CODEC_RECIPE, MODEL_RECIPE

SET = dataclasses.replace(CLIPS, first_seed=77, count=9, shard_clips=3)
# a shard takes about a second
SLOW = {"first_seed": 77, "count": 9, "shard_clips": 3, "seconds": 2.0, "sizes": ((64, 64),)}
PROGRAM = f"""
import dataclasses, sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from sorairo.training.data.production.jobs import pixel_jobs
from sorairo.training.data.production.pool import run_jobs
from training_recipes import CLIPS
SET = dataclasses.replace(CLIPS, **{SLOW!r})
if __name__ == "__main__":
    run_jobs(pixel_jobs([(SET, None)]), None, patch=2, workers=1, report=print)
"""


def started(cache: Path, program: Path) -> subprocess.Popen[bytes]:
    environment = {**python_environment(), "XDG_CACHE_HOME": str(cache)}
    return subprocess.Popen(
        python_command(str(program)), env=environment, stdout=subprocess.DEVNULL
    )


def test_a_kill_in_mid_shard_loses_that_shard_alone(tmp_path: Path, monkeypatch):
    """The whole set afterwards is, value for value, the one that was never interrupted."""
    program = tmp_path / "make.py"
    program.write_text(PROGRAM)
    config = dataclasses.replace(CLIPS, **SLOW)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = folder_of(config)
    process = started(tmp_path, program)
    try:
        wait_for(lambda: list(folder.glob("shard-*")) and list(folder.glob(".shard-*.lock")))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        made = {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*")}
        assert 0 < len(made) < 3
        assert all((folder / name / "truth.npz").exists() for name in made)
        wait_for(lambda: all(free(path) for path in folder.glob(".*.lock")))  # workers end, too
        process = started(tmp_path, program)
        assert process.wait(timeout=240) == 0
    finally:
        process.kill()
    found = shards(config)
    assert [shard.path.name for shard in found] == [f"shard-0000{i}" for i in range(3)]
    assert {name: (folder / name).stat().st_mtime_ns for name in made} == made
    assert not list(folder.glob(".*.part"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    shard, again = found[len(made)], render_shard(config, len(made))  # the one that was lost
    assert_array_equal(shard.frames, again.frames)
    assert_array_equal(shard.masks, again.masks)
    assert shard.scenes == again.scenes
    assert shard.captions == again.captions


def wait_for(condition) -> None:
    deadline = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def free(lock: Path) -> bool:
    target = lock.with_name(lock.name[1:].removesuffix(".lock"))
    with claimed(target, wait=False) as mine:
        return mine


def test_captions_and_the_true_state_lie_beside_the_clips(clips):
    shard = clips[0]
    assert len(shard.captions) == len(shard.scenes)
    for captions in shard.captions:
        assert {language: set(texts) for language, texts in captions.items()} == {
            "en": {"short", "long"},
            "zh": {"short", "long"},
        }
        assert all(len(wordings) == 4 for texts in captions.values() for wordings in texts.values())
    for truth in shard.truth:
        assert truth["positions"].shape[0] == shard.frames.shape[1]


def test_pixels_that_are_dropped_are_not_needed_again(codec_run: Path, monkeypatch):
    config = dataclasses.replace(SET, first_seed=177)
    encoding = codec_of_run("tiny-codec", "production", CODEC_RECIPE.codec, CLIPS)
    source = LatentSource(clips=config, twins=dataclasses.replace(config, twins=True))
    small = dataclasses.replace(source, twins=None, shrink=2.0)
    folders = [latents_folder(encoding, each) for each in (source, small)]
    wanted = list(zip((source, small), folders, strict=True))
    jobs = latent_jobs(wanted, keep_pixels=False)
    assert [len(job.encodings) for job in jobs] == [2, 2, 2], "a shard is rendered once"
    kept = render_shard(config, 1)  # was there before
    set_encoder(encoding.codec, 2)
    for job in jobs:
        made = run_job(job)
        assert made is not None
        assert (made.clips, made.seconds > 0) == (3, True)
        assert run_job(job) == JobResult(3, 0.0)
    assert [shard.path for shard in shards(config)] == [kept.path]
    before = {path: path.read_bytes() for path in folders[0].rglob("*.npy")}
    assert {path.name for path in folders[0].glob("shard-00002/*")} == {
        "captions.json", "clips.npy", "objects.npy", "scenes.json", "truth.npz", "twins.npy",
    }  # fmt: skip
    paths = encode_sources(encoding.codec, wanted, patch=2)
    assert all(path.exists() for each in paths for path in each)
    assert [shard.path for shard in shards(config)] == [kept.path], "nothing was rendered"
    (folders[0] / "shard-00002").rename(folders[0] / "elsewhere")
    run_job(jobs[2])
    again = {path: path.read_bytes() for path in folders[0].glob("shard-*/*.npy")}
    assert again == before


def test_a_shard_in_work_is_left_to_the_process_that_makes_it(codec_run: Path):
    config = dataclasses.replace(SET, first_seed=277)
    (job, *_) = latent_jobs([(LatentSource(clips=config), codec_run / "taken")], keep_pixels=True)
    with claimed(job.name.with_name(f"{job.name.name}-job"), wait=False) as mine:
        assert mine
        assert run_job(job) is None
    assert not shards(config)


@pytest.mark.parametrize("filament", [False, True])
def test_more_shards_than_a_process_makes(filament: bool, tmp_path: Path, monkeypatch):
    """They are all made: where Filament draws by one process after the other, which would grow,
    and otherwise by the same one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(production_jobs, "drawn_by_filament", lambda _: filament)
    pools, make = [], production_pool._pool

    def counted(*arguments):
        pools.append(arguments)
        return make(*arguments)

    monkeypatch.setattr(production_pool, "_pool", counted)
    config = dataclasses.replace(CLIPS, first_seed=477, count=12, shard_clips=3, seconds=0.25)
    jobs, made = pixel_jobs([(config, None)]), []
    run_jobs(jobs, None, patch=2, workers=1, report=made.append)
    assert [result.clips for result in made] == [3] * len(jobs)
    assert all(job.done() for job in jobs)
    assert len(pools) == (2 if filament else 1)


def test_what_filament_draws():
    assert not drawn_by_filament(CLIPS)
    assert drawn_by_filament(dataclasses.replace(CLIPS, scene=SceneConfig(places=PLACES)))
    assert drawn_by_filament(LIFELIKE_CLIPS)


def test_a_folder_is_whole_or_not_there(tmp_path: Path):
    target = tmp_path / "shard"
    with suppress(ZeroDivisionError), whole_folder(target) as folder:
        (folder / "frames.npy").write_bytes(b"half")
        1 / 0  # noqa: B018
    assert list(tmp_path.iterdir()) == []
    (tmp_path / ".shard.dead.part").mkdir()
    with claimed(target) as mine, whole_folder(target) as folder:
        assert mine
        (folder / "frames.npy").write_bytes(b"whole")
    assert [path.name for path in tmp_path.rglob("*")] == ["shard", "frames.npy"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Name a recipe"),
        (["--set", "lifelik"], "lifelike"),
        (["--set", "lifelike", "--drop-pixels"], "needs --encode or --codec"),
        (["codec2", "--encode"], "one recipe of a model"),
        (["grown", "--codec", "tabletop"], "use --encode"),
        (["--set", "lifelike", "--count", "0"], "not a positive whole number"),
    ],
)
def test_contradictions_are_one_sentence(arguments: list[str], message: str, capsys):
    with pytest.raises(SystemExit) as ended:
        render_data.main(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_a_set_that_does_not_fit_on_the_disk_is_refused(monkeypatch, capsys):
    usage = render_data.shutil.disk_usage("/")
    monkeypatch.setattr(render_data.shutil, "disk_usage", lambda _: usage._replace(free=50 * 2**30))
    with pytest.raises(SystemExit):
        render_data.main(["--set", "lifelike", "--dry-run"])
    assert "take 58 GiB, and 50 GiB are free" in capsys.readouterr().err
    render_data.main(["--set", "lifelike", "--count", "400", "--dry-run"])
    assert "0 of 400 clips are there; 400 are missing" in capsys.readouterr().out


def test_a_dry_run_takes_no_codec_into_use(codec_run: Path, monkeypatch, capsys):
    recipe = dataclasses.replace(MODEL_RECIPE, name="dry", sources={"a": LatentSource(clips=SET)})
    monkeypatch.setattr(render_data, "find_recipe", lambda _: recipe)
    monkeypatch.setattr(render_data, "find_clips", lambda _: SET)
    for arguments in (["dry", "--encode"], ["--set", "a", "--codec", "tiny-codec"]):
        before = sorted(codec_run.iterdir())
        render_data.main([*arguments, "--dry-run"])
        assert f"0 of {SET.count} clips are there" in capsys.readouterr().out
        assert sorted(codec_run.iterdir()) == before


def test_a_codec_that_ships_goes_before_a_run_of_its_name(codec_run: Path, monkeypatch, capsys):
    """As for recipes; the folder of the run names the run."""
    monkeypatch.setattr(render_data, "find_clips", lambda _: SET)
    run_folder("codec2").symlink_to(codec_run)
    try:
        render_data.main(["--set", "a", "--codec", "codec2"])
    finally:
        run_folder("codec2").unlink()
    folder = codec_of_model("codec2").folder
    assert folder.parent == cache_folder() / "codecs"
    assert str(folder) in capsys.readouterr().out
    assert not frozen_path("tiny-codec", "sets").exists()


def test_a_codec_that_is_replaced_does_not_get_the_latents_of_the_one_before(
    codec_run: Path, capsys
):
    source, state = LatentSource(clips=SET), codec_run / "state.safetensors"
    saved = state.read_bytes()
    tensors, record = read_state(state)

    def encoding():
        return codec_of_run("tiny-codec", "replaced", CODEC_RECIPE.codec, CLIPS)

    try:
        save_file(tensors, state, {**record, "step": "2"})
        first = latents_folder(encoding(), source)
        assert "after 2 of 4 steps, and it is not finished" in capsys.readouterr().err
        moved = {name: value + 1 for name, value in tensors.items()}
        save_file(moved, state, record)
        assert latents_folder(encoding(), source) == first
        frozen, said = frozen_path("tiny-codec", "replaced"), capsys.readouterr().err
        assert "after 2 of 4 steps, and it has done 4 steps now" in said
        assert f"delete {frozen}" in said
        frozen.unlink()
        assert latents_folder(encoding(), source) != first
        assert not capsys.readouterr().err
    finally:
        state.write_bytes(saved)


def test_the_line_says_how_fast_it_goes_and_what_is_left():
    stream = io.StringIO()
    progress = ProductionProgress(total=100, done=40, stream=stream)
    progress.add(JobResult(20, 72.0))
    assert progress.line(144.0) == (
        "60 of 100 clips; 1,000 an hour and core, 500 an hour; 5 min left"
    )
    progress.add(JobResult(40, 100.0))
    assert stream.getvalue().count("\n") == 2, "the first and the last"
    assert [duration(each) for each in (12, 600, 9000)] == ["12 s", "10 min", "2 h 30 min"]
