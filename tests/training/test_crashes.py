"""Runs after a crash, after a power failure, and after the end of their minutes."""

from __future__ import annotations

import dataclasses
import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models

from sorairo.data.shard_folders import whole_folder
from sorairo.errors import StateError, TrainingError, WriteError
from sorairo.models.network_files import whole_directory
from sorairo.training import run
from sorairo.training.loop import run_folder
from sorairo.training.loop.journal import Journal
from sorairo.training.loop.schedule import learning_factor
from sorairo.training.loop.state import TrainState, averaged_weights, read_record
from sorairo.training.networks import codec
from sorairo.training.objectives.codec import CodecObjective
from training_recipes import CODEC_RECIPE, LOOP, change


def state_of(folder: Path) -> Path:
    return folder / "state.safetensors"


def with_record(path: Path, **record: str) -> None:
    """Writes the state again with other values in its record."""
    save_file(load_file(path), path, {**read_record(path), **record})


def test_a_run_ended_by_its_minutes_is_done(clips):
    recipe = change(CODEC_RECIPE, name="tiny-codec-timed", steps=100_000, minutes=0.01)
    folder = run.run(recipe)
    before, record = load_file(state_of(folder)), read_record(state_of(folder))
    assert 0 < int(record["step"]) < 100_000
    run.run(recipe)
    after = load_file(state_of(folder))
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    assert read_record(state_of(folder)) == record


def test_a_continued_run_has_what_is_left_of_its_minutes(clips, monkeypatch: pytest.MonkeyPatch):
    recipe = change(CODEC_RECIPE, name="tiny-codec-minutes", steps=1000, minutes=100.0)

    class Stops(CodecObjective):
        def draw(self, step: int, rng: np.random.Generator):
            if step in (1, 3):
                signal.raise_signal(signal.SIGINT)
            return super().draw(step, rng)

    monkeypatch.setattr(codec, "CodecObjective", Stops)
    folder = run.run_folder(recipe.name)
    for minutes in ("85.0", None):
        with pytest.raises(KeyboardInterrupt):
            run.run(recipe)
        if minutes:
            with_record(state_of(folder), minutes=minutes)
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    factors = {each["step"]: each["learning_factor"] for each in lines if "loss" in each}
    assert factors[3] == pytest.approx(0.5, abs=0.01)  # 15 of the 30 minutes of cooling are left
    assert float(read_record(state_of(folder))["minutes"]) > 85


def test_a_state_without_minutes_counts_its_seconds(clips, tmp_path: Path):
    folder = run.run(change(CODEC_RECIPE, name="tiny-codec-older", steps=1))
    with safe_open(state_of(folder), framework="pt") as file:
        record = {k: v for k, v in file.metadata().items() if k != "minutes"}
    save_file(load_file(state_of(folder)), state_of(folder), {**record, "seconds": "120.0"})
    task = CODEC_RECIPE.prepare(folder)
    network = task.network()
    state = TrainState(network, task.optimiser(network))
    state.load(folder)
    assert state.minutes == 2.0


def test_after_a_crash_every_step_has_one_value(clips, monkeypatch: pytest.MonkeyPatch):
    """The process dies two steps after the last saved state, in the middle of a line."""
    recipe = change(CODEC_RECIPE, name="tiny-codec-crashed", steps=2)
    folder = run.run(recipe)
    saved = state_of(folder).read_bytes()

    class Dies(CodecObjective):
        def draw(self, step, rng):
            if step == 4:
                raise MemoryError
            return super().draw(step, rng)

    longer = change(recipe, steps=6)
    with monkeypatch.context() as patch:
        patch.setattr(codec, "CodecObjective", Dies)
        with pytest.raises(MemoryError):
            run.run(longer)
    assert state_of(folder).read_bytes() == saved
    with (folder / "log.jsonl").open("a") as log:
        log.write('{"step": 5, "lo')
    time.sleep(1.0)  # TensorBoard sorts what two runs have written by the second of their start
    run.run(longer)
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert [each["step"] for each in lines if "loss" in each] == [1, 2, 3, 4, 5, 6]
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    board = accumulator.EventAccumulator(str(folder / "tensorboard")).Reload()
    assert [each.step for each in board.Scalars("loss")] == [1, 2, 3, 4, 5, 6]


def test_a_run_started_anew_has_a_journal_of_its_own(tmp_path: Path):
    for value in (1.0, 2.0):
        journal = Journal(tmp_path)
        journal.write(1, {"loss": value})
        journal.close()
    assert (tmp_path / "log.jsonl").read_text() == '{"step": 1, "loss": 2.0}\n'


@pytest.fixture(scope="module")
def whole(clips) -> Path:
    return run.run(change(CODEC_RECIPE, name="tiny-codec-cut", steps=1))


@pytest.mark.parametrize("length", [0, 5, 200, -1])
def test_a_cut_state_is_one_sentence(whole: Path, length: int, tmp_path: Path):
    content = state_of(whole).read_bytes()
    cut = tmp_path / "state.safetensors"
    cut.write_bytes(content[:length])
    with pytest.raises(StateError, match=r"cannot be read .* delete it to start the run anew"):
        averaged_weights(cut)
    state_of(whole).write_bytes(content[:length])
    try:
        with pytest.raises(StateError, match="delete it"):
            run.run(change(CODEC_RECIPE, name="tiny-codec-cut", steps=1))
        assert state_of(whole).read_bytes() == content[:length]
    finally:
        state_of(whole).write_bytes(content)


@pytest.mark.parametrize("tensors", [{"network/a": torch.zeros(1)}, {"weight": torch.zeros(1)}])
def test_a_file_of_something_else_is_one_sentence(tensors, tmp_path: Path):
    save_file(tensors, tmp_path / "state.safetensors", {"step": "1"})
    with pytest.raises(StateError, match="not the state of a run"):
        averaged_weights(tmp_path / "state.safetensors")


def test_a_full_disk_keeps_the_saved_state(whole: Path, monkeypatch: pytest.MonkeyPatch):
    before = state_of(whole).read_bytes()
    task = CODEC_RECIPE.prepare(whole)
    network = task.network()
    state = TrainState(network, task.optimiser(network))
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", _full)
        with pytest.raises(WriteError, match=r"Cannot write .*: No space left on device"):
            state.save(whole, CODEC_RECIPE)
    assert state_of(whole).read_bytes() == before
    assert not list(whole.glob(".state*"))
    (whole / ".state.0.part.safetensors").touch()  # of a killed process
    state.save(whole, CODEC_RECIPE)
    assert not list(whole.glob(".state*"))


def _full(number: int) -> None:
    raise OSError(28, "No space left on device")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Files cannot become larger: a write fails as on a full disk, in every library."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.rglob("*"))


@pytest.mark.parametrize("what", ["weights", "tokenizer", "array", "text"])
def test_a_full_disk_is_one_sentence_in_every_library(what: str, tmp_path: Path):
    tokenizer = Tokenizer(models.WordLevel({f"w{i}": i for i in range(1000)}, unk_token="w0"))
    write = {
        "weights": lambda folder: save_file({"a": torch.zeros(5000)}, folder / "a"),
        "tokenizer": lambda folder: tokenizer.save(str(folder / "a")),
        "array": lambda folder: np.save(folder / "a.npy", np.zeros(5000)),
        "text": lambda folder: (folder / "a").write_text("a" * 5000),
    }[what]
    for whole in (whole_directory, whole_folder):
        with (
            files_of_at_most(1000),
            pytest.raises(WriteError, match=r"^Cannot write \S+/model: .*(too large|is full)\.$"),
            whole(tmp_path / "model") as new,
        ):
            write(new)
        assert names(tmp_path) == []


def test_a_journal_on_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)  # it writes in a thread
    journal = Journal(tmp_path)
    with (
        files_of_at_most(100),
        pytest.raises(WriteError, match=r"log\.jsonl: File too large\.$"),
        closing(journal),
    ):
        journal.write(1, {"x" * 200: 1.0})


def test_a_sheet_on_a_full_disk_is_one_sentence_and_no_half_picture(
    clips, monkeypatch: pytest.MonkeyPatch
):
    def sheet(_self: object, path: Path, _ema: object, _step: int) -> dict[str, float]:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(CodecObjective, "sheet", sheet)
    recipe = change(CODEC_RECIPE, name="tiny-codec-sheet", steps=1)
    folder = run.run_folder(recipe.name)
    with pytest.raises(WriteError, match=r"sheet-000001\.png: No space left on device\.$"):
        run.run(recipe)
    assert [each for each in names(folder) if "sheet" in each] == []
    assert read_record(state_of(folder))["step"] == "1"


HOLDS = """
import sys
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_run_is_trained_by_one_process(clips, monkeypatch: pytest.MonkeyPatch):
    """A second one would save its own state over that of the first."""
    monkeypatch.setattr(run_folder, "WAIT_SECONDS", 0.1)
    recipe = change(CODEC_RECIPE, name="tiny-codec-twice", steps=1)
    folder = run.run_folder(recipe.name)
    lock = folder.with_name(".tiny-codec-twice.lock")
    command, pipe = [sys.executable, "-c", HOLDS, str(lock)], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(TrainingError, match=r"Another process trains .*twice: wait until"):
            run.run(recipe)
        other.kill()
    assert not folder.exists()
    assert run.run(recipe) == folder


def test_what_a_killed_process_was_writing_is_removed(tmp_path: Path):
    folder = tmp_path / "run"
    (folder / "model").mkdir(parents=True)
    (folder / ".model-abc_12yz").mkdir()
    for name in (".model-abc_12yz/a", ".sheet-000001.0a1b2c3d.part.png", "model/a", "log.jsonl"):
        (folder / name).touch()
    with run_folder.only_process(folder):
        assert names(folder) == ["a", "log.jsonl", "model"]


def test_the_factor_falls_by_minutes_across_runs():
    loop = dataclasses.replace(LOOP, steps=10_000, warmup=1, minutes=10.0)
    assert learning_factor(100, loop, 7.0) == 1.0
    assert learning_factor(100, loop, 8.5) == pytest.approx(0.5)
    assert learning_factor(100, loop, 10.0) == 0.0
