"""Training runs of a denoiser (transformer and text encoder), which make a whole model."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tokenizers import Tokenizer

from sorairo.data.clips_config import ClipsConfig
from sorairo.data.latent_dataset import ClipSet
from sorairo.models.model import DenoiserNetwork, Model, ModelConfig
from sorairo.models.network_files import save_networks
from sorairo.models.text import PromptEncoder
from sorairo.training.data.encode import encode_sources
from sorairo.training.data.mixture import DenoiserLossConfig, check_sizes
from sorairo.training.data.sources import LatentSource, clips_of, clips_shown
from sorairo.training.data.tokenizer import kept_tokenizer, make_tokenizer
from sorairo.training.loop.optimiser import MuonAdam, OptimiserConfig, make_optimiser
from sorairo.training.loop.schedule import LoopConfig
from sorairo.training.loop.state import TrainState
from sorairo.training.networks.codec_directory import codec_licence
from sorairo.training.networks.encoding_codec import (
    EncodingCodec,
    codec_of_model,
    codec_of_run,
    latents_folder,
)
from sorairo.training.networks.initial_weights import load_initial
from sorairo.training.networks.model_record import training_record
from sorairo.training.networks.model_shape import check_shape
from sorairo.training.objectives.denoiser import DenoiserObjective
from sorairo.training.share_alike import model_licence
from sorairo.training.text_encoder.directory import text_encoder_licence, text_encoder_of_run


@dataclass(frozen=True, kw_only=True)
class ModelRecipe:
    """How a transformer and its text encoder are trained."""

    name: str
    """The folder of its run in the cache."""
    codec_run: str = ""
    """The codec run whose codec encodes the clips; "": the codec of a model does."""
    codec_of: str = "tabletop"
    """The model, by name or directory, of that codec. The new model uses its deflicker network
    too."""
    sources: dict[str, LatentSource]
    """The clips of the training set, by the names that the objective uses."""
    objective: DenoiserLossConfig
    text_run: str = ""
    """The run of a text encoder that provides the tokenizer and the text network; "": both learn
    from the captions.

    That network is not trained further. Captions have a few hundred of its 32,000 pieces: training
    would move these, and the layers that join the pieces of a word, away from all others, and words
    that no caption has would lose the neighbours that name them. So are the encoders of Imagen
    (Saharia et al., arXiv 2205.11487, section 2.1) and Wan; what is to be learned of captions, the
    transformer learns where it reads the features."""
    start: str = ""
    """A model, by name or directory, that provides the initial weights; "": random ones."""
    model: ModelConfig = field(default_factory=ModelConfig)
    """The configuration of the new model."""
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)

    @property
    def licence(self) -> str:
        return self.model.licence

    def bases(self) -> dict[str, str]:
        return (
            codec_licence(self.codec_run or self.codec_of)
            | text_encoder_licence(self.text_run)
            | model_licence(self.start)
        )

    def run_name(self) -> str:
        return self.name

    def rendered(self) -> list[tuple[ClipsConfig, int | None]]:
        return [each for source in self.sources.values() for each in clips_of(source)]

    def encoded(self) -> tuple[EncodingCodec, list[tuple[LatentSource, Path]]]:
        """The codec, and each source with the folder of its latents. Raises TrainingError if there
        is no such codec yet."""
        encoding = self._encoding_codec()
        return encoding, [
            (source, latents_folder(encoding, source)) for source in self.sources.values()
        ]

    def prepare(self, folder: Path) -> DenoiserTask:
        check_shape(self.model)  # what is wrong is said before clips are rendered
        text = self._text_encoder()
        encoding, wanted = self.encoded()
        patch, workers = self.model.transformer.patch, self.loop.workers
        paths = encode_sources(encoding.codec, wanted, patch=patch, workers=workers)
        law = {"time_factor": self.model.codec.time_factor, "patch": patch}
        clips = {
            name: ClipSet.load(each, fps=source.fps, world=source.clips.world, **law)
            for (name, source), each in zip(self.sources.items(), paths, strict=True)
        }
        check_sizes(self.objective, clips)
        tokenizer = kept_tokenizer(
            folder / "tokenizer.json",
            lambda: (
                text.tokenizer
                if text is not None
                else make_tokenizer(clips, self.start, self.model.text.vocabulary)
            ),
        )
        return DenoiserTask(self, encoding, clips, tokenizer, text)

    def _text_encoder(self) -> PromptEncoder | None:
        if not self.text_run:
            return None
        return text_encoder_of_run(self.text_run, self.model.text)

    def _encoding_codec(self) -> EncodingCodec:
        if not self.codec_run:
            return codec_of_model(self.codec_of, self.model.codec)
        clips = clips_shown(self.sources.values())
        return codec_of_run(self.codec_run, self.name, self.model.codec, *clips)


@dataclass(frozen=True)
class DenoiserTask:
    """A denoiser to train. Its result is a model directory, with the codec that encoded."""

    recipe: ModelRecipe
    encoding: EncodingCodec
    clips: dict[str, ClipSet]
    tokenizer: Tokenizer
    text: PromptEncoder | None
    """The text encoder that is used as it is, if there is one."""

    def network(self) -> DenoiserNetwork:
        denoiser = DenoiserNetwork(self.recipe.model.transformer, self.recipe.model.text)
        load_initial(denoiser, self.recipe.start, "denoiser")
        if self.text is not None:
            denoiser.text.load_state_dict(self.text.network.state_dict())
            denoiser.text.requires_grad_(False)
        return denoiser

    def optimiser(self, network: DenoiserNetwork) -> MuonAdam:
        return make_optimiser(network, self.recipe.optimiser)

    def objective(self, network: DenoiserNetwork) -> DenoiserObjective:
        recipe = self.recipe
        return DenoiserObjective(
            network,
            recipe.objective,
            self.clips,
            self.tokenizer,
            recipe.loop.steps,
            (recipe.model, self.encoding.codec),
        )

    def save(self, state: TrainState, folder: Path) -> None:
        recipe = self.recipe
        codec_of = "" if recipe.codec_run else recipe.codec_of
        model = Model(recipe.model, self.tokenizer)
        model.set_deflicker(self.encoding.deflicker)
        model.codec.load_state_dict(self.encoding.codec.state_dict())
        model.denoiser.load_state_dict(state.ema)
        record = training_record(state, recipe.sources, recipe.start, codec_of)
        save_networks(model, self.result(folder), record)

    def result(self, folder: Path) -> Path:
        return folder / "model"
