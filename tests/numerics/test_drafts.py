"""Drafts: velocities are taken again where they hardly change. Off, nothing differs; on, the
network runs less often, the error stays small, and a stopped run goes on exactly."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file, save_file
from torch import Tensor

from sorairo.cli.main import app
from sorairo.flow.reuse import MOST_IN_A_ROW, Reuse, ReusedSlope
from sorairo.flow.schedules import sampling_sigmas
from sorairo.flow.solvers import SOLVERS
from sorairo.generation.engine import Engine, load
from sorairo.generation.progress import Progress
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.metadata import read_comment
from sorairo.generation.sampling.batches import batch_groups
from sorairo.generation.sampling.checkpoint import SamplingCheckpoint
from sorairo.generation.sampling.drafts import reuse_of
from sorairo.generation.settings import DRAFT, FULL
from sorairo.generation.tasks.registry import layout_of
from sorairo.models.transformer import Transformer
from sorairo.video import Clip
from tiny_wan import write_wan

STEPS = 20
FULL_REQUEST = GenerateRequest(prompt="a red ball", seconds=0.1, width=64, height=64, steps=STEPS)
DRAFT_REQUEST = replace(FULL_REQUEST, quality=DRAFT)


class Gaussian:
    """The ideal velocity of data of N(1.5, 0.3^2), counted (see test_exact_sampling.py)."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, z: Tensor, sigma: float) -> Tensor:
        self.calls += 1
        variance = ((1 - sigma) * 0.3) ** 2 + sigma**2
        off = z - (1 - sigma) * 1.5
        return sigma / variance * off - 1.5 - (1 - sigma) * 0.09 / variance * off


@pytest.mark.parametrize("solver", ["euler", "adams", "unipc"])
def test_a_known_distribution_with_fewer_evaluations(solver: str):
    """Each sample is 1.5 + 0.3 e; a draft of 50 steps strays by a few hundredths of the noise."""
    e = torch.randn(2000, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    sigmas = sampling_sigmas(50, 3.0)
    reuse = reuse_of(DRAFT, sigmas)
    assert reuse is not None
    ideal, drafted = Gaussian(), Gaussian()
    *_, exact = SOLVERS[solver](ideal, e, sigmas)
    *_, draft = SOLVERS[solver](ReusedSlope(drafted, reuse), e, sigmas)
    assert ideal.calls == 50
    assert 50 / (MOST_IN_A_ROW + 1) < drafted.calls < 35
    error = (draft.z - exact.z).norm() / exact.z.norm()
    assert 0 < float(error) < 0.05


def test_without_a_tolerance_every_slope_is_computed():
    e, sigmas = torch.ones(5, 4, dtype=torch.float64), sampling_sigmas(20, 3.0)
    counted = Gaussian()
    never = ReusedSlope(counted, Reuse(tolerance=0.0, below=1.0))
    *_, exact = SOLVERS["adams"](Gaussian(), e, sigmas)
    *_, same = SOLVERS["adams"](never, e, sigmas)
    assert torch.equal(exact.z, same.z)
    assert counted.calls == 20


def test_few_steps_are_all_computed():
    assert reuse_of(FULL, sampling_sigmas(50, 3.0)) is None
    assert reuse_of(DRAFT, sampling_sigmas(7, 3.0)) is None


class Counted:
    """An engine of a tiny Wan, and how often its network has run. Random weights give another
    velocity at each noise level, which a draft has to compute; with `smooth` they depend on the
    level a hundred times less, and the velocity changes with the latents alone."""

    def __init__(self, path: Path, *, smooth: bool = True) -> None:
        self.engine: Engine = load(path, device="cpu")
        self.runs = 0
        for expert in self.engine.model.denoiser.experts:  # type: ignore[attr-defined]
            expert.register_forward_hook(self._ran)
            for each in expert.time_embedding[2].parameters() if smooth else ():
                each.data = 0.01 * each.data

    def _ran(self, *_of_module: object) -> None:
        self.runs += 1

    def frames(
        self,
        request: GenerateRequest,
        folder: Path | None = None,
        stop_after: int | None = None,
    ) -> np.ndarray:
        """The frames of a request, kept in a folder after every step; it is stopped after some."""
        self.runs = 0

        def on_progress(now: Progress) -> None:
            if now.done == stop_after:
                raise KeyboardInterrupt

        digest = self.engine.model_digest
        kept = SamplingCheckpoint(folder=folder, model=digest, interval=0) if folder else None
        return self.engine.make(request, on_progress=on_progress, checkpoint=kept).frames


def test_drafts_of_an_open_model(tmp_path: Path):
    wan, folder = Counted(write_wan(tmp_path / "wan", "wan2.2-14b")), tmp_path / "kept"
    folder.mkdir()
    full = wan.frames(FULL_REQUEST)
    assert wan.runs == STEPS
    draft = wan.frames(DRAFT_REQUEST)
    runs = wan.runs
    assert STEPS / (MOST_IN_A_ROW + 1) < runs < 0.9 * STEPS
    assert np.array_equal(wan.frames(DRAFT_REQUEST), draft)
    assert np.array_equal(wan.frames(FULL_REQUEST), full)
    assert 0 < np.abs(draft.astype(int) - full).mean() < 8, "of 255"
    for stop in (9, 14):  # it is stopped twice
        with pytest.raises(KeyboardInterrupt):
            wan.frames(DRAFT_REQUEST, folder, stop_after=stop)
    other = shutil.copytree(folder, tmp_path / "other")
    wan.frames(FULL_REQUEST, other)  # does not go on from a draft
    assert wan.runs == STEPS
    assert np.array_equal(wan.frames(DRAFT_REQUEST, folder), draft)
    assert wan.runs < runs
    layout = layout_of(FULL_REQUEST, [], wan.engine.spec.sized(64, 64))
    for request, groups in ((FULL_REQUEST, [[0, 1]]), (DRAFT_REQUEST, [[0], [1]])):
        assert batch_groups([(layout, request.settings())] * 2) == groups


def test_by_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Of 30 steps a draft computes fewer; it is the same each time, and the clip records it."""
    folder, runs = write_wan(tmp_path / "wan", "wan2.1-1.3b"), []
    file = folder / "transformer" / "diffusion_pytorch_model.safetensors"
    tensors, late = load_file(file), "condition_embedder.time_embedder.linear_2."
    save_file({k: v * (0.01 if k.startswith(late) else 1) for k, v in tensors.items()}, file)
    forward = Transformer.forward

    def counted(*args: Any, **kwargs: Any) -> Any:
        runs.append(1)
        return forward(*args, **kwargs)

    monkeypatch.setattr(Transformer, "forward", counted)
    words = ["generate", "a red ball", "--model", str(folder), "--size", "64x64", "--seed", "3"]
    words += ["--seconds", "0.1", "--steps", "30", "--device", "cpu", "-o"]
    counts, paths = [], [tmp_path / f"{number}.mp4" for number in range(3)]
    for path, quality in zip(paths, (DRAFT, DRAFT, FULL), strict=True):
        runs.clear()
        result = CliRunner().invoke(app, [*words, str(path), "--quality", quality])
        assert result.exit_code == 0, result.output
        counts.append(len(runs))
        made = read_comment(Clip.load(path).metadata["comment"])
        assert isinstance(made, GenerateRequest)
        assert made.quality == quality
    assert counts[2] == 30
    assert 30 / (MOST_IN_A_ROW + 1) < counts[0] == counts[1] < 0.75 * 30
    assert paths[0].read_bytes() == paths[1].read_bytes() != paths[2].read_bytes()


def test_a_velocity_that_changes_is_computed_in_every_step(tmp_path: Path):
    wan = Counted(write_wan(tmp_path / "wan", "wan2.2-5b"), smooth=False)
    draft = wan.frames(DRAFT_REQUEST)
    assert wan.runs == STEPS
    assert np.array_equal(draft, wan.frames(FULL_REQUEST))


def test_the_shipped_model():
    """Ten steps: a few of them take the velocity of the one before."""
    engine = load("tabletop", device="cpu")
    asked = replace(FULL_REQUEST, prompt="a red ball drops onto a wooden floor", steps=None)
    asked = replace(asked, seconds=1.0, width=None, height=None, seed=3)
    runs = []
    denoiser = engine.model.network.denoiser.transformer  # type: ignore[attr-defined]
    denoiser.register_forward_hook(lambda *_: runs.append(1))
    full = engine.make(asked).frames
    count = len(runs)
    draft = engine.make(replace(asked, quality=DRAFT)).frames
    assert count == 10
    assert 5 <= len(runs) - count < 10
    error = np.square(full.astype(float) - draft).mean()
    assert 10 * np.log10(255**2 / error) > 25, "dB"
