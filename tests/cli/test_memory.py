"""Jobs that do not fit into memory are refused before anything is loaded, and `--dry-run` and
`models info` count as that check does."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from huge_wan import write_huge
from sorairo.errors import RequestError
from sorairo.generation.engine import load
from sorairo.generation.memory.estimate import job_memory
from sorairo.generation.memory.job_size import JobSize
from sorairo.generation.output.delivery import Delivery
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.tasks.registry import layout_of
from sorairo.models.sizing import host_memory
from sorairo.models.sizing.machine import Machine
from tiny_wan import write_wan

PROMPT = "a red ball"


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_huge(tmp_path_factory.mktemp("huge") / "huge", "wan2.2-14b")


@pytest.fixture(scope="module")
def wan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wan(tmp_path_factory.mktemp("small") / "wan", "wan2.1-1.3b")


def limited(monkeypatch: pytest.MonkeyPatch, folder: Path, limit: float) -> None:
    """Limits this process's memory, as far as the program can know, to so many bytes more than
    nothing."""
    group = folder / "groups"
    group.mkdir()
    for name, text in {"max": f"{limit:.0f}", "current": "0", "stat": "anon 0"}.items():
        (group / f"memory.{name}").write_text(text)
    (folder / "own").write_text("0::/\n")
    monkeypatch.setattr(host_memory, "GROUPS", group)
    monkeypatch.setattr(host_memory, "OWN_GROUPS", folder / "own")


@pytest.mark.parametrize("words", [["generate", PROMPT], ["serve", "--port", "58997"]])
def test_a_model_that_fits_no_machine_is_refused_before_it_is_loaded(
    words: list[str], huge: Path, sorairo: Callable[..., subprocess.CompletedProcess[str]]
):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = sorairo(*words, "--model", huge)
    assert done.returncode == 2
    said = done.stderr.strip().splitlines()[-1]
    assert "GB are free" in said
    assert "at any size" in said
    assert ": use wan" in said or ": use tabletop" in said
    assert max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) < 2e6, "kilobytes"


def test_python_refuses_it_too(huge: Path):
    with pytest.raises(RequestError, match=r"needs about \d+\.\d GB of memory at any size, and"):
        load(huge, device="cpu")


def test_a_command_is_refused_in_a_small_container(
    here: Any, wan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """With the size that fits there, which is then accepted."""
    limited(monkeypatch, tmp_path, 1e9)
    words = ("generate", PROMPT, "--model", wan, "--seconds", 5, "--steps", 1, "--device", "cpu")
    done = here(*words, "--size", "832x480")
    assert done.returncode == 2
    assert "1.0 GB are free: ask for " in done.stderr
    size = done.stderr.partition("ask for ")[2].partition(" ")[0]
    planned = here(*words, "--size", size, "--dry-run", "--json").facts
    assert planned["fits"]
    assert 0.7e9 < planned["memory_bytes"] <= 0.9e9
    too_much = here(*words, "--size", "832x480", "--dry-run", "--json").facts
    assert not too_much["fits"]
    assert too_much["problem"] in done.stderr


def test_the_shipped_model_in_a_container_that_is_too_small(
    here: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    limited(monkeypatch, tmp_path, 0.3e9)
    done = here("generate", PROMPT, "--steps", 1)
    assert done.returncode == 2
    assert "0.3 GB are free: close other programs first." in done.stderr
    assert not list(tmp_path.glob("*.mp4"))


def test_a_dry_run_counts_as_the_loaded_model_does(here: Any, wan: Path, tmp_path: Path):
    words = ("generate", PROMPT, "--model", wan, "--seconds", 1, "--size", "320x192", "--json")
    planned = here(*words, "--dry-run", "--device", "cpu").facts
    engine = load(wan, device="cpu")
    request = GenerateRequest(prompt=PROMPT, seconds=1, fps=16.0, width=320, height=192)
    layout = layout_of(request, (), engine.spec.sized(320, 192))
    job = JobSize.of(layout, Delivery.of(layout, 320, 192, 16.0))
    needs = engine.model.info.memory
    assert planned["memory_bytes"] == round(job_memory(job, needs, Machine(host=0.0)).host)
    assert planned["device_bytes"] == 0
    assert planned["memory_bytes"] > needs.program + needs.weights + needs.working(job.load(needs))
    assert planned["estimated_from"] == "block"
    assert planned["estimated_seconds"] > 0


def test_info_before_a_pull(here: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("SORAIRO_MODELS", str(tmp_path / "none"))
    words = ("models", "info", "wan2.2-5b", "--no-speed", "--device", "cpu")
    limited(monkeypatch, tmp_path, 40e9)
    facts = here(*words, "--json").facts
    assert facts["trained_for"] == ["generate", "image", "animate"]
    assert (
        facts["download_gigabytes"] == facts["to_fetch_gigabytes"] == pytest.approx(22.8, abs=0.1)
    )
    assert facts["free_disk_gigabytes"] > 0
    first, *_, last = facts["costs"]
    by_options = {each["options"]: each for each in first["memory"]}
    whole, out = by_options[""], by_options["--offload"]
    assert whole["device_gigabytes"] == pytest.approx(23, abs=1.5)
    assert out["device_gigabytes"] < 8 < 21 < out["host_gigabytes"]
    rounded = by_options["--weights int8"]["device_gigabytes"]
    assert whole["device_gigabytes"] - rounded == pytest.approx(4.9, abs=0.2)
    assert by_options["--device cpu"]["host_gigabytes"] > whole["device_gigabytes"]
    assert last["size"][0] < first["size"][0]
    text = here(*words).stdout
    assert "trained for:    generate, image, animate\n" in text
    assert "download:       22.8 GB, of which 22.8 GB are to fetch" in text
    assert f"--offload:                {out['host_gigabytes']:g} GB of the host and" in text
