"""A LoRA for few steps: its target, and that it comes closer to the model that it belongs to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sorairo.errors import ModelError, TrainingError
from sorairo.generation.engine import load
from sorairo.models import hub
from sorairo.models.lora.choices import choices_of, few_steps
from sorairo.models.lora.low_rank import LowRankLinear, unchanged
from sorairo.models.model import SamplingConfig
from sorairo.training import run
from sorairo.training.data.masking import MaskingConfig
from sorairo.training.data.mixture import Phase, Shape
from sorairo.training.data.samplers.example import ExampleSpec
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.loop.randomness import step_generator, step_rng
from sorairo.training.networks.few_steps import FewStepRecipe, FewStepTask
from sorairo.training.objectives.few_steps import FewStepConfig, FewStepObjective
from training_recipes import LOOP, MODEL_RECIPE, change, with_tokenizer

GUIDED = SamplingConfig(steps=6, guidance=3.0, guidance_interval=(0.0, 1.0))


@pytest.fixture(scope="module")
def recipe(model_run: Path) -> FewStepRecipe:
    """A recipe whose teacher is a tiny model, trained for some steps so that prompts matter."""
    model = replace(MODEL_RECIPE.model, sampling=GUIDED)
    teacher = change(MODEL_RECIPE, name="few-step-teacher", steps=60, model=model)
    plain = MODEL_RECIPE.objective
    return FewStepRecipe(
        name="few-steps",
        teacher=str(run.run(with_tokenizer(teacher, model_run))),
        sources=MODEL_RECIPE.sources,
        objective=FewStepConfig(
            phases=plain.phases,
            tokens=plain.tokens,
            compiled=False,
            masking=MaskingConfig(per_frame=0.0),
            steps=2,
            teacher_steps=3,
        ),
        rank=4,
        optimiser=OptimiserConfig(adam_lr=3e-3),
        loop=replace(LOOP, steps=40, ema=0.9),
    )


def objective_of(recipe: FewStepRecipe, sampling: SamplingConfig) -> FewStepObjective:
    task = recipe.prepare(run.run_folder(recipe.run_name()))
    assert isinstance(task, FewStepTask)
    objective = task.objective(task.network())
    return FewStepObjective(
        objective.network,
        recipe.objective,
        sampling,
        objective.clips,
        objective.tokenizer,
        recipe.loop.steps,
        objective.compare,
    )


def test_one_unguided_step_of_the_teacher_is_that_of_the_student(recipe: FewStepRecipe):
    """Then the target is the teacher's own velocity, wherever tokens are held or edits begin."""
    one = replace(recipe, objective=replace(recipe.objective, teacher_steps=1))
    objective = objective_of(one, SamplingConfig(guidance=1.0))
    segments = set()
    for step in range(16):
        drawn = objective.draw(step, step_rng(0, step))
        level = objective.levels[drawn.segment]
        assert bool((drawn.examples.sigma <= level + 1e-6).all())
        loss, values = objective.loss(drawn, step_generator(0, step, torch.device("cpu")))
        assert loss.item() < 1e-8
        assert float(values["flop"]) > 0
        segments.add((drawn.segment, drawn.own))
    assert segments == {(0, False), (1, False), (1, True)}


def test_the_target_is_where_the_guided_teacher_arrives(recipe: FewStepRecipe):
    """Of a batch that begins in pure noise, whose texts are followed twice as far."""
    objective = objective_of(recipe, GUIDED)
    drawn = next(
        each for step in range(99) if (each := objective.draw(step, step_rng(1, step))).segment == 0
    )
    loss, _ = objective.loss(drawn, step_generator(0, 0, torch.device("cpu")))
    plain = objective_of(recipe, SamplingConfig(guidance=1.0))
    unguided, _ = plain.loss(drawn, step_generator(0, 0, torch.device("cpu")))
    assert loss.item() > 2 * unguided.item() > 0


def test_a_size_that_no_clip_has_is_named_before_training(recipe: FewStepRecipe):
    kind = ExampleSpec(draw="window", source="world", frames=3, weight=1.0, size=(48, 32))
    phases = (Phase(until=1.0, shapes=(Shape(kinds=(kind,)),)),)
    wide = replace(recipe, objective=replace(recipe.objective, phases=phases))
    with pytest.raises(TrainingError, match=r"'world' has 48x32 pixels.*sources\.world\.count"):
        wide.prepare(run.run_folder(wide.run_name()))


def test_only_the_change_is_trained(recipe: FewStepRecipe):
    network = recipe.prepare(run.run_folder(recipe.run_name())).network()
    trained = {name for name, each in network.named_parameters() if each.requires_grad}
    assert {name.rpartition(".")[2] for name in trained} == {"up", "down"}
    assert not any(name.startswith("text.") for name in trained)
    layers = [each for each in network.modules() if isinstance(each, LowRankLinear)]
    layers[0].up.data.fill_(1.0)
    x = torch.randn(3, layers[0].linear.in_features)
    with unchanged(network):
        assert torch.equal(layers[0](x), layers[0].linear(x))
    assert not torch.equal(layers[0](x), layers[0].linear(x))


def test_it_comes_closer_to_the_model(recipe: FewStepRecipe, model_run: Path, tmp_path: Path):
    """Two steps without guidance come closer to six guided ones; the file is one that the engine
    merges, with its schedule."""
    task, folder = recipe.prepare(run.run_folder(recipe.run_name())), run.run_folder("few-steps")
    network = task.network()
    before = task.objective(network).sheet(tmp_path / "before.png", network.state_dict(), 0)
    lora = run.run(recipe)
    (after,) = [
        json.loads(line)["psnr"]
        for line in (folder / "log.jsonl").read_text().splitlines()
        if "psnr" in line
    ]
    assert after > before["psnr"] + 1
    found = few_steps(choices_of((str(lora),)))
    assert found is not None
    assert (found.guidance, found.solver, len(found.sigmas)) == (1.0, "euler", 3)
    assert found.digest == hub.info(Path(recipe.teacher)).digest
    with pytest.raises(
        ModelError, match=r"few-steps was made for other weights than those of tiny"
    ):
        load(model_run / "model").generate("a red ball", seconds=0.5, seed=1, loras=(str(lora),))
    engine = load(recipe.teacher)
    engine.generate("a red ball", seconds=0.5, seed=1, loras=(str(lora),))
    (report,) = engine.lora_reports
    assert report.placed == report.total > 20
    assert report.largest_change > 0
