"""The memory that jobs of large models need, checked before they are accepted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from fastapi import Request

from huge_wan import write_huge
from sorairo.generation.requests.limits import Limits
from sorairo.models import hub
from sorairo.models.sizing.machine import Machine
from sorairo.nn.precision import compute_dtype
from sorairo.server.api.dependencies import OwnedFiles
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.parsing import parse_fields
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.given_clips import GivenClip
from sorairo.server.api.memory_budget import MemoryBudget
from sorairo.server.api.request_builder import RequestBuilder
from sorairo.server.api.served_models import served_model
from sorairo.server.api.worker_machine import worker_machine
from sorairo.server.uploads.media_info import MediaInfo
from tiny_wan import write_wan

CLIP: dict[str, Any] = {"frames": 81, "generated": 5.0, "task": "generate"}


@pytest.fixture(scope="module")
def machine() -> Machine:
    """This machine, as a process of its own says."""
    return worker_machine(8e9)


def budget_of(folder: Path, gigabytes: float, device: float = 0.0) -> MemoryBudget:
    """The budget of a machine without a GPU, or with one of so many gigabytes."""
    found = served_model("", hub.info(folder), gigabytes * 1e9).memory
    assert found is not None
    kind: dict[str, Any] = (
        {"device": "cuda", "total": device * 1e9, "free": device * 1e9} if device else {}
    )
    return replace(found, machine=lambda host: Machine(host=host, **kind))


def refusal(budget: MemoryBudget, size: tuple[int, int]) -> str:
    with pytest.raises(ApiError) as caught:
        budget.check(size, **CLIP)
    return str(caught.value)


def test_a_process_of_its_own_knows_the_device(machine: Machine):
    assert machine.host == 8e9
    if not torch.cuda.is_available():
        assert machine.shared
        assert machine.number == compute_dtype(torch.device("cpu")).itemsize


def test_a_model_that_fits_no_machine(tmp_path: Path):
    said = refusal(budget_of(write_huge(tmp_path / "huge", "wan2.2-14b"), 24), (832, 480))
    assert "and the server has 24.0 GB, not enough at any size: use wan2.1-" in said


def test_the_size_that_is_named_is_accepted(tmp_path: Path):
    folder = write_wan(tmp_path / "wan", "wan2.1-1.3b")
    budget_of(folder, 64).check((832, 480), **CLIP)
    said = refusal(budget_of(folder, 1), (832, 480))
    width, height = map(int, said.partition("ask for ")[2].partition(" ")[0].split("x"))
    assert 64 <= width < 832
    budget_of(folder, 1).check((width, height), **CLIP)
    refusal(budget_of(folder, 1), (width + 32, height + 32))


def test_a_device_that_is_too_small(tmp_path: Path):
    budget = budget_of(write_wan(tmp_path / "wan", "wan2.2-5b"), 64, device=0.2)
    said = refusal(budget, (1280, 704))
    assert "of the memory of the server's device, which has 0.2 GB: ask for " in said


@pytest.mark.parametrize(
    ("span", "enough"),
    [({"start": 80, "end": 82}, True), ({"start": 5}, False), ({}, False)],
)
def test_an_edit_takes_the_memory_of_the_span_that_it_changes(
    tmp_path: Path, span: dict[str, float], enough: bool
):
    """Two seconds of one and a half minutes, of a model whose canvas is as large as the clip."""
    budget = budget_of(write_wan(tmp_path / "wan", "wan2.1-1.3b"), 11)
    files = OwnedFiles(Request({"type": "http"}), "")
    limits = Limits(native_fps=16, max_edited=200, max_frames=5000)
    builder = RequestBuilder(stored_files=files, limits=limits, memory=budget)
    info = MediaInfo(width=832, height=480, num_frames=16 * 90, fps=16.0)
    clip = GivenClip(info=info, seconds=90.0, file="video_1/1/video.mp4")
    body = {"prompt": "a ball", "video": {"id": "video_1"}, **span}
    fields = parse_fields(body, Endpoint.EDIT, limits)
    if enough:
        assert builder.edit(fields, clip).video.size == "832x480"
    else:
        with pytest.raises(ApiError, match="memory"):
            builder.edit(fields, clip)
