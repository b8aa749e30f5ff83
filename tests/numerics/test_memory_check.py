"""Memory is estimated before anything starts, and the error names a size that fits."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sorairo.errors import RequestError
from sorairo.generation.memory.check import check_memory
from sorairo.generation.memory.estimate import job_memory
from sorairo.generation.memory.job_size import JobSize
from sorairo.generation.output.delivery import Delivery
from sorairo.generation.tasks.edit import edit
from sorairo.generation.tasks.extend import extend_forward
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec
from sorairo.generation.tasks.text import text_to_video
from sorairo.models.model_info import MemoryNeeds
from sorairo.models.sizing.machine import Machine
from sorairo.video import Clip

MINUTE = text_to_video("a", spec=CanvasSpec(), size=(96, 96), num_frames=720)
NEEDS = MemoryNeeds(weights=34_000_000)


def predicted_bytes(layout: CanvasLayout, delivery: Delivery, needs: MemoryNeeds) -> float:
    return job_memory(JobSize.of(layout, delivery), needs, Machine(host=0.0)).host


def test_larger_longer_and_faster_needs_more():
    small, large = (Delivery(width=n, height=n, fps=12.0) for n in (96, 512))
    fast = Delivery(width=512, height=512, fps=24.0)
    sizes = [predicted_bytes(MINUTE, each, NEEDS) for each in (small, large, fast)]
    assert sizes == sorted(sizes)
    assert sizes[0] < 0.7e9, "a minute at native size"
    assert 1.5e9 < sizes[2] < 2.5e9


def test_an_assembled_result_needs_more_than_a_single_segment():
    """Its frames are held twice for a moment, and the clip that was given."""
    clip = Clip(frames=np.zeros((240, 96, 96, 3), np.uint8), fps=12.0)
    longer = extend_forward(clip, "a", spec=CanvasSpec(), num_frames=480)
    large = Delivery(width=512, height=512, fps=24.0)
    whole, joined = (predicted_bytes(each, large, NEEDS) for each in (MINUTE, longer))
    assert joined > whole + 1e9


def test_a_clip_that_is_generated_again_is_held_once():
    clip = Clip(frames=np.zeros((48, 720, 720, 3), np.uint8), fps=12.0)
    native = Delivery(width=96, height=96, fps=12.0)
    whole = edit(clip, "a", spec=CanvasSpec(), strength=0.6)
    plain = text_to_video("a", spec=CanvasSpec(), size=(96, 96), num_frames=48)
    more = predicted_bytes(whole, native, NEEDS) - predicted_bytes(plain, native, NEEDS)
    assert clip.frames.nbytes <= more < 1.2 * clip.frames.nbytes


def test_what_does_not_fit_is_refused_with_a_size_that_fits():
    fast = Delivery(width=1024, height=1024, fps=24.0)
    check_memory(JobSize.of(MINUTE, fast), NEEDS, machine=Machine(host=64e9))
    with pytest.raises(RequestError, match=r"GB of memory and 4\.0 GB are free") as caught:
        check_memory(JobSize.of(MINUTE, fast), NEEDS, machine=Machine(host=4e9))
    found = re.search(r"(\d+)x(\d+) pixels", str(caught.value))
    assert found
    smaller = Delivery(width=int(found[1]), height=int(found[2]), fps=24.0)
    check_memory(JobSize.of(MINUTE, smaller), NEEDS, machine=Machine(host=4e9))
    assert smaller.width > 200, "no smaller than necessary"
