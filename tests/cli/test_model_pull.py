"""Fetching models from a real server that speaks the hub's HTTP API."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from safetensors.torch import load_file

from gguf_files import to_gguf
from hub_server import COMMIT, LARGEST, REPOSITORY, Hub, listed, use_hub
from sorairo.models import hub as hub_of_models
from sorairo.models.lora.choices import find_lora, lora_names
from sorairo.models.pull import plan as plans
from sorairo.models.pull.catalogue import CATALOGUE, WantedFile
from sorairo.models.pull.few_step_loras import few_step_lora
from sorairo.models.pull.store import ModelStore, sha256_of
from tiny_wan import write_wan

from .conftest import Done

SMALL = ("--size", "64x64", "--steps", "1", "--seed", "1")


def test_a_fetched_model_is_installed(hub: Hub, tmp_path: Path):
    """Its files are those of the hub, and its record says where they come from."""
    command = [sys.executable, "-m", "sorairo", "models", "pull", REPOSITORY, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "models" / "tiny"
    said = json.loads(done.stdout)
    assert said["path"] == str(folder)
    stored = {each.name: each.read_bytes() for each in folder.iterdir()}
    record = json.loads(stored.pop("pull.json"))
    assert len(stored.pop("preview.safetensors")) > 1000, "previews are fitted to the codec"
    expected = dict(hub.repositories[REPOSITORY])
    del expected["README.md"]
    assert stored == expected
    for entry in record["files"]:
        assert entry["sha256"] == sha256_of(folder / entry["place"])
        assert (entry["revision"], entry["licence"]) == (COMMIT, "apache-2.0")
        assert entry["digest_from"] == "hub"
    assert hub_of_models.find("tiny") == folder
    assert [each.name for each in hub_of_models.list_models()] == [
        "crafter",
        "lifelike",
        "tabletop",
        "tiny",
    ]
    assert "of which" in done.stderr, "the size is shown first"
    assert "free" in done.stderr


def test_what_is_there_is_not_fetched_again(
    hub: Hub, tmp_path: Path, pull: Callable[..., Done], here: Callable[..., Done]
):
    """Not for the same model, and not for another one that shares files with it."""
    hub.repositories["somebody/other"] = {**hub.repositories[REPOSITORY]}
    other = json.loads(hub.repositories["somebody/other"]["model.json"])
    other["training"] = {"note": "another one" * 100}
    hub.repositories["somebody/other"]["model.json"] = json.dumps(other).encode()
    assert pull(REPOSITORY, "-q").returncode == 0
    hub.asked.clear()
    assert pull(REPOSITORY, "-q").returncode == 0
    assert not hub.asked
    assert pull("somebody/other", "-q").returncode == 0
    assert [name for name, _ in hub.asked] == ["model.json"]
    models = tmp_path / "models"
    assert (models / "tiny" / LARGEST).samefile(models / "other" / LARGEST)
    assert here("models", "remove", "tiny").returncode == 0
    assert (models / "other" / LARGEST).read_bytes() == hub.repositories[REPOSITORY][LARGEST]
    assert len(list((models / ".files").iterdir())) == len(list((models / "other").iterdir())) - 2


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_a_fetch_that_was_stopped_goes_on_where_it_was(
    hub: Hub, tmp_path: Path, pull: Callable[..., Done], ending: signal.Signals
):
    """No model is there before it is complete, and no byte that arrived is fetched twice."""
    hub.stalls_after = 20_000
    command = [sys.executable, "-m", "sorairo", "models", "pull", REPOSITORY]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert hub.stalled.wait(60)
        process.send_signal(ending)
        assert process.stderr is not None
        said = process.stderr.read()
    kept = "What has arrived is kept: repeat the command to go on, or `sorairo models remove tiny`."
    assert (kept in said.splitlines()) is (ending is signal.SIGINT)
    models = ModelStore(tmp_path / "models")
    assert models.names() == []
    (part,) = models.incoming.glob("*.part")
    arrived, (name, _) = part.stat().st_size, hub.asked[-1]
    hub.stalls_after = None
    hub.asked.clear()
    assert pull(REPOSITORY, "-q").returncode == 0
    ranges = dict(hub.asked)
    assert ranges[name] == (f"bytes={arrived}-" if arrived else None)
    assert (models.root / "tiny" / name).read_bytes() == hub.repositories[REPOSITORY][name]
    assert not list(models.incoming.glob("*.part"))


def test_one_model_that_cannot_be_read_hides_no_other(
    hub: Hub, tmp_path: Path, pull: Callable[..., Done], here: Callable[..., Done]
):
    assert pull(REPOSITORY, "-q").returncode == 0
    path = tmp_path / "models" / "tiny" / "model.json"
    record = json.loads(path.read_bytes())
    record["config"]["fps"] = "fast"
    path.unlink()
    path.write_text(json.dumps(record))
    done = here("models", "list")
    assert done.returncode == 0
    assert any(line.startswith("tabletop") for line in done.stdout.splitlines())
    assert "model.json cannot be read: in config, 'fps' takes a number" in done.stderr


def test_other_content_than_stated_is_refused(hub: Hub, tmp_path: Path, pull: Callable[..., Done]):
    content = bytearray(hub.repositories[REPOSITORY][LARGEST])
    content[-1] ^= 1
    hub.swapped[LARGEST] = bytes(content)
    done = pull(REPOSITORY)
    assert done.returncode == 2
    assert "digest" in done.stderr
    assert "Try again" in done.stderr
    assert ModelStore(tmp_path / "models").names() == []
    hub.swapped.clear()
    assert pull(REPOSITORY, "-q").returncode == 0


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("somebody/nothing", "There is no repository somebody/nothing"),
        ("wan2.2-5bb", "Did you mean 'wan2.2-5b'?"),
        ("somebody/papers", "no weights as safetensors or GGUF"),
        ("somebody/tabletop", "tabletop is a model of the package: choose another name with"),
    ],
)
def test_what_cannot_be_fetched_is_said(
    hub: Hub, source: str, said: str, pull: Callable[..., Done]
):
    hub.repositories["somebody/papers"] = {"paper.pdf": b"%PDF"}
    done = pull(source)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_network_the_files_to_place_are_named(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pull: Callable[..., Done]
):
    use_hub("http://127.0.0.1:9", monkeypatch)
    done = pull("wan2.2-5b")
    assert done.returncode == 1, "the command is right"
    for each in CATALOGUE[0].files:
        assert f"https://huggingface.co/{each.repo}/resolve/main/{each.path}" in done.stderr
        assert f"-> {each.place}" in done.stderr
    assert str(tmp_path / "models" / "wan2.2-5b") in done.stderr


def test_a_proxy_that_answers_in_place_of_the_hub(hub: Hub, pull: Callable[..., Done]):
    hub.page = b"<html>Sign in to this network</html>"
    done = pull(REPOSITORY)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The hub cannot be reached (Expecting value")
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_of_open_weights_is_fetched_and_run(
    hub: Hub, here, tmp_path: Path, pull: Callable[..., Done]
):
    """In the layout of diffusers, with its folders."""
    folder = write_wan(tmp_path / "source", "wan2.2-5b")
    hub.repositories["somebody/wan"] = files_in(folder)
    assert pull("somebody/wan", "-q").returncode == 0
    clip = here(
        "generate", "a red ball", "--model", "wan", "--seconds", "0.2", *SMALL, "--json"
    ).clip
    assert clip.frames.shape == (5, 64, 64, 3)
    beside = {"pull.json", "preview.safetensors"}
    fetched = {*files_in(tmp_path / "models" / "wan")} - beside
    assert fetched == {*files_in(folder)} - {"scheduler/scheduler_config.json"}


def test_a_repository_of_gguf_files(
    hub: Hub, here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pull: Callable[..., Done]
):
    """One of its precisions is fetched, with the rest of a model of the list, and run."""
    source = write_wan(tmp_path / "source", "wan2.1-1.3b", "comfyui")
    network = source / "diffusion_models" / "wan.safetensors"
    to_gguf(load_file(network), tmp_path / "network.gguf")
    content = (tmp_path / "network.gguf").read_bytes()
    network.unlink()
    rest = files_in(source)
    hub.repositories["somebody/quantised"] = {
        "wan-Q4_K_M.gguf": content,
        "wan-Q8_0.gguf": content[:-1],
        "README.md": b"# Quantised",
    }
    hub.repositories["somebody/rest"] = {**rest, "diffusion_models/other.safetensors": b"x" * 600}
    unchosen = pull("somebody/quantised")
    assert unchosen.returncode == 2
    assert "has 2 GGUF files: say which with --gguf" in unchosen.stderr
    assert "wan-Q4_K_M.gguf, wan-Q8_0.gguf" in unchosen.stderr
    wrong = pull("somebody/quantised", "--gguf", "Q2_K")
    assert "has 0 GGUF files with 'Q2_K' in their names" in wrong.stderr
    wanted = [
        WantedFile(repo="somebody/rest", path=path, place=path)
        for path in hub.repositories["somebody/rest"]
    ]
    monkeypatch.setattr(
        plans, "entry_named", lambda name: listed(*wanted) if name == "it" else None
    )
    options = ("--gguf", "q4_k_m", "--rest-of", "it", "--name", "few-bits", "-q")
    done = here("models", "pull", "somebody/quantised", *options)
    assert done.returncode == 0, done.stderr
    assert {*files_in(tmp_path / "models" / "few-bits")} == {
        "wan-Q4_K_M.gguf",
        *rest,
        "pull.json",
        "preview.safetensors",
    }
    clip = here(
        "generate", "a red ball", "--model", "few-bits", "--seconds", "0.3", *SMALL, "--json"
    ).clip
    assert clip.frames.shape == (5, 64, 64, 3)


def files_in(folder: Path) -> dict[str, bytes]:
    """The content of all files of a folder, by their paths in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_lora_by_name(
    hub: Hub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pull: Callable[..., Done],
    here: Callable[..., Done],
):
    """It goes to the LoRAs, as a folder of its files, and is removed by its name."""
    monkeypatch.setenv("SORAIRO_LORAS", str(tmp_path / "loras"))
    entry = few_step_lora("wan2.2-14b-fast")
    assert entry is not None
    files = {each.path: os.urandom(600) for each in entry.files}
    hub.repositories[entry.files[0].repo] = files
    assert pull("wan2.2-14b-fast", "-q").returncode == 0
    found = find_lora("wan2.2-14b-fast")
    assert [path.read_bytes() for path in found] == list(files.values())
    assert lora_names() == ["tabletop-fast", "wan2.2-14b-fast"]  # the first is in the package
    for words in (("wan2.2-14b-fast", "--name", "mine"), (REPOSITORY, "--name", "wan2.2-14b-fast")):
        assert "--name" in pull(*words).stderr
    assert "go with a repository" in pull("wan2.2-14b-fast", "--revision", "main").stderr
    assert lora_names() == ["tabletop-fast", "wan2.2-14b-fast"]
    info = partial(here, "models", "info", "wan2.2-14b-fast", "--json")
    assert info().facts["installed"]
    assert here("models", "remove", "wan2.2-14b-fast").returncode == 0
    assert info().facts | {"files": []} == {
        "name": "wan2.2-14b-fast",
        "installed": False,
        "summary": "LoRA: wan2.2-14b in 4 steps (lightx2v)",
        "licence": "Apache-2.0",
        "files": [],
    }
    assert lora_names() == ["tabletop-fast"]
