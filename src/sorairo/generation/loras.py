"""The LoRAs of a request: merged into the model for its run, with the schedule that they need."""

from __future__ import annotations

from dataclasses import replace

from sorairo.errors import ModelError
from sorairo.generation.settings import Settings
from sorairo.models.lora.choices import FewSteps, LoraChoice, choices_of, few_steps, shipped_loras
from sorairo.models.lora.merging import MergedLoras
from sorairo.models.lora.report import LoraReport
from sorairo.models.lora.targets import TakesLoras
from sorairo.models.protocols import VideoModel
from sorairo.notes import Note


class RequestLoras:
    """The LoRAs that are merged into a model."""

    def __init__(self, model: VideoModel) -> None:
        self._name, self._digest = model.info.name, model.info.digest
        self._merged = MergedLoras(model.lora_targets()) if isinstance(model, TakesLoras) else None
        self.reports: tuple[LoraReport, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What became of the LoRAs of the last run, in sentences. Nothing is said of those of the
        package, which fit and which most requests use."""
        own = shipped_loras()
        return tuple(str(each) for each in self.reports if each.path.parent != own)

    def use(self, settings: Settings) -> Settings:
        """Merges the LoRAs of a request, and no others; returns the settings with the guidance that
        they need. Raises ModelError for one that does not fit, and UnknownNameError."""
        if self._merged is None:
            if settings.loras:
                raise ModelError(
                    Note(
                        f"The model {self._name} takes no LoRAs: leave them out.",
                        "takes_no_loras",
                        model=self._name,
                    )
                )
            return settings
        choices = choices_of(settings.loras)
        self._check_weights(choices)
        self.reports = self._merged.use(choices)
        return self.scheduled(settings)

    def _check_weights(self, choices: tuple[LoraChoice, ...]) -> None:
        few = few_steps(choices)
        if few is not None and few.digest not in ("", self._digest):
            names = ", ".join(each.path.stem for each in choices)
            raise ModelError(
                Note(
                    f"{names} was made for other weights than those of {self._name}: leave it out.",
                    "lora_other_weights",
                    lora=names,
                    model=self._name,
                )
            )

    def scheduled(self, settings: Settings) -> Settings:
        """The settings with the guidance of a few-step LoRA, where the request states none."""
        few = few_steps(choices_of(settings.loras))
        if few is None or settings.guidance is not None:
            return settings
        return replace(settings, guidance=few.guidance)

    def few_steps(self, settings: Settings) -> FewSteps | None:
        """The schedule of a few-step LoRA, where the request states no number of steps."""
        return None if settings.steps is not None else few_steps(choices_of(settings.loras))
