"""Training runs of LoRAs by which a model samples in a few steps."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from sorairo.config import check_range
from sorairo.data.clips_config import ClipsConfig
from sorairo.data.latent_dataset import ClipSet
from sorairo.generation.engine import load
from sorairo.models import hub
from sorairo.models.lora.low_rank import add_low_rank, lora_tensors
from sorairo.models.model import DenoiserNetwork, Model
from sorairo.models.network_files import load_networks
from sorairo.training.data.encode import encode_sources
from sorairo.training.data.mixture import check_sizes
from sorairo.training.data.sources import LatentSource, clips_of
from sorairo.training.loop.optimiser import MuonAdam, OptimiserConfig
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.loop.state import TrainState
from sorairo.training.networks.encoding_codec import codec_of_model, latents_folder
from sorairo.training.objectives.denoiser import FIXED_PROMPTS
from sorairo.training.objectives.few_steps import FewStepConfig, FewStepObjective
from sorairo.training.share_alike import model_licence
from sorairo.video.atomic_write import whole_file

TRANSFORMER = "transformer."  # of a denoiser: what LoRAs change


@dataclass(frozen=True, kw_only=True)
class FewStepRecipe:
    """How a LoRA for few steps is trained."""

    name: str
    """The folder of its run in the cache, and the name of its file."""
    teacher: str = "tabletop"
    """The model that it belongs to, by name or directory."""
    sources: dict[str, LatentSource]
    """The clips of the training set, by the names that the objective uses."""
    objective: FewStepConfig
    rank: int = 32
    """Rank of the change of each weight."""
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)

    def __post_init__(self) -> None:
        """Raises ConfigError for a rank with which nothing is learned."""
        check_range(self, "", "rank", 1)

    @property
    def licence(self) -> str:
        return hub.info(hub.find(self.teacher)).facts.licence

    def bases(self) -> dict[str, str]:
        return model_licence(self.teacher)

    def run_name(self) -> str:
        return self.name

    def rendered(self) -> list[tuple[ClipsConfig, int | None]]:
        return [each for source in self.sources.values() for each in clips_of(source)]

    def prepare(self, folder: Path) -> FewStepTask:
        teacher, encoding = load_networks(hub.find(self.teacher)), codec_of_model(self.teacher)
        wanted = [(source, latents_folder(encoding, source)) for source in self.sources.values()]
        patch = teacher.config.transformer.patch
        paths = encode_sources(encoding.codec, wanted, patch=patch, workers=self.loop.workers)
        law = {"time_factor": teacher.config.codec.time_factor, "patch": patch}
        clips = {
            name: ClipSet.load(each, fps=source.fps, world=source.clips.world, **law)
            for (name, source), each in zip(self.sources.items(), paths, strict=True)
        }
        check_sizes(self.objective, clips)
        return FewStepTask(self, teacher, clips)


@dataclass(frozen=True)
class FewStepTask:
    """A LoRA to train. Its result is a file, with its schedule beside it."""

    recipe: FewStepRecipe
    teacher: Model
    clips: dict[str, ClipSet]

    def network(self) -> DenoiserNetwork:
        """The teacher's denoiser, with low-rank layers in its transformer."""
        denoiser = self.teacher.denoiser.float().requires_grad_(False)
        add_low_rank(denoiser.transformer, self.recipe.rank)
        return denoiser

    def optimiser(self, network: DenoiserNetwork) -> MuonAdam:
        trained = [each for each in network.parameters() if each.requires_grad]
        return MuonAdam([], trained, self.recipe.optimiser)

    def objective(self, network: DenoiserNetwork) -> FewStepObjective:
        recipe = self.recipe
        return FewStepObjective(
            network,
            recipe.objective,
            self.teacher.config.sampling,
            self.clips,
            self.teacher.tokenizer,
            recipe.loop.steps,
            self._compare,
        )

    def save(self, state: TrainState, folder: Path) -> None:
        self._write(state.ema, self.result(folder))

    def result(self, folder: Path) -> Path:
        return folder / f"{self.recipe.name}.safetensors"

    def _write(self, weights: dict[str, Tensor], path: Path) -> None:
        """Writes the LoRA, then its schedule (see `sorairo.models.lora.choices.FewSteps`)."""
        sigmas = self.teacher.config.sampling.sigmas(self.recipe.objective.steps)
        with whole_file(path) as new:
            save_file(lora_tensors(weights, TRANSFORMER), new)
        schedule = {
            "sigmas": [round(each, 6) for each in sigmas.tolist()],
            "guidance": 1,
            "digest": hub.info(hub.find(self.recipe.teacher)).digest,
        }
        with whole_file(path.with_suffix(".json")) as new:
            new.write_text(json.dumps(schedule) + "\n", encoding="utf-8")

    def _compare(self, weights: dict[str, Tensor], path: Path) -> dict[str, float]:
        """Clips of fixed prompts by the model and with the LoRA, a row each, and the PSNR between
        the two."""
        engine, config = load(self.recipe.teacher), self.teacher.config
        seconds, rows, errors = config.window_frames / config.fps, [], []
        with TemporaryDirectory() as folder:
            lora = Path(folder) / "student.safetensors"
            self._write(weights, lora)
            for seed, prompt in enumerate(FIXED_PROMPTS[::2]):
                made = [
                    engine.generate(prompt, seconds=seconds, seed=seed, loras=loras).frames
                    for loras in ((), (str(lora),))
                ]
                picked = np.linspace(0, len(made[0]) - 1, 8).astype(int)
                rows += [np.concatenate(list(frames[picked]), axis=1) for frames in made]
                errors.append(np.square(made[0].astype(float) - made[1]).mean())
        Image.fromarray(np.concatenate(rows)).save(path)
        return {"psnr": 10 * math.log10(255**2 / float(np.mean(errors)))}
