"""The canvas and the limits of a loaded model, as tasks and requests need them."""

from __future__ import annotations

from sorairo.errors import ModelError
from sorairo.generation.requests.limits import Limits, min_side_of
from sorairo.generation.sampling.temporal_windows import OVERLAP
from sorairo.generation.tasks.layout import CanvasSpec
from sorairo.models.lora.fast import default_loras
from sorairo.models.protocols import VideoModel


def canvas_spec(model: VideoModel) -> CanvasSpec:
    """The canvas that tasks write layouts for. Raises ModelError for a window that is too short
    for clips of several windows."""
    info, law = model.info, model.codec.law
    width, height = info.native_sizes[0]
    window = law.latent_frames(info.window_frames)
    if window <= OVERLAP and law.latent_frames(info.max_frames) > window:
        raise ModelError(
            f"The model '{info.name}' has windows of {window} latent frames: longer clips need"
            f" windows of at least {OVERLAP + 1}."
        )
    return CanvasSpec(
        fps=info.fps,
        frames_per_latent_frame=law.time_factor,
        multiple=law.space_factor * model.denoiser.patch,
        area=width * height,
        size=(width, height),
        window=window,
        world=info.world,
        smaller_sizes=info.smaller_sizes,
        sparse_plans=info.sparse_plans,
    )


def request_limits(model: VideoModel) -> Limits:
    """The limits of requests to the model."""
    info = model.info
    width, height = info.native_sizes[0]
    return Limits(
        max_frames=info.max_frames,
        native_fps=info.fps,
        native_size=(width, height),
        min_side=min_side_of(width, height),
        world=info.world,
        trained_on=info.trained_on,
        multiple=model.codec.law.space_factor * model.denoiser.patch,
        smaller_sizes=info.smaller_sizes,
        model=info.name,
        trained_for=info.trained_for,
        use_instead=info.use_instead,
        takes_hints=not model.conditioning.given_channels,
        default_loras=default_loras(info.name, info.digest),
    )
