"""The engine: a model loaded once, any number of requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sorairo.errors import RequestError
from sorairo.flow.guidance import guide
from sorairo.flow.schedules import sampling_levels
from sorairo.generation.canvas import Canvas, blank
from sorairo.generation.request import GenerateRequest, Limits
from sorairo.generation.sampler import Velocity, sample
from sorairo.models import hub
from sorairo.models.bundle import Bundle
from sorairo.nn.precision import compute_dtype
from sorairo.video import Clip

Progress = Callable[[int, int], None]


def load(name: str | Path = "tabletop", *, device: str | None = None) -> Engine:
    """The engine of a model, by name or directory; on a GPU if there is one and `device` does not
    say otherwise.

    Raises UnknownNameError, ModelError, and RequestError for a device that is not there.
    """
    path = hub.find(str(name))
    return Engine(hub.load(path), choose_device(device), hub.info(path))


def choose_device(name: str | None) -> torch.device:
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise RequestError(
            f"The device '{name}' cannot be used here; choose cpu"
            f"{' or cuda' if torch.cuda.is_available() else ''}, or leave it out."
        ) from error
    return device


class Engine:
    """Text to clips with one model. Not for use from several threads at once."""

    def __init__(
        self, bundle: Bundle, device: torch.device, about: hub.ModelInfo | None = None
    ) -> None:
        self.device, self.dtype = device, compute_dtype(device)
        self.bundle = bundle.to(device=device, dtype=self.dtype).eval().requires_grad_(False)
        self.config = bundle.config
        self.about = about

    @property
    def info(self) -> dict[str, Any]:
        """Name, digest, native sizes, rate, longest clip."""
        config = self.config
        return {
            "name": config.name,
            "digest": self.about.digest if self.about else "",
            "native_sizes": [list(size) for size in config.native_sizes],
            "fps": config.fps,
            "max_frames": config.max_frames,
            "steps": config.sampling.steps,
            "guidance": config.sampling.guidance,
        }

    @property
    def limits(self) -> Limits:
        return Limits(max_frames=self.config.max_frames, native_fps=self.config.fps)

    def generate(
        self,
        prompt: str,
        *,
        seconds: float = 4.0,
        width: int | None = None,
        height: int | None = None,
        fps: float | None = None,
        seed: int = 0,
        steps: int | None = None,
        guidance: float | None = None,
        negative: str = "",
        progress: Progress | None = None,
    ) -> Clip:
        """A clip of what `prompt` says, at a size whose sides are multiples of 16, near the model's
        native ones.

        The model paints at its own frame rate; another `fps` repeats or drops frames.
        Raises RequestError in one sentence for what cannot be made.
        """
        native_width, native_height = self.config.native_sizes[0]
        request = GenerateRequest(
            prompt=prompt,
            negative=negative,
            seconds=seconds,
            width=native_width if width is None else width,
            height=native_height if height is None else height,
            fps=self.config.fps if fps is None else fps,
            seed=seed,
            steps=steps,
            guidance=guidance,
            model=self.config.name,
        )
        request.validate(self.limits)
        canvas = self._canvas(request)
        for _, now in self._fill(canvas, request, progress):
            canvas = now
        frames = self.decode(canvas.latents)
        return Clip(frames=at_rate(frames, self.config.fps, request), fps=request.fps)

    def _canvas(self, request: GenerateRequest) -> Canvas:
        assert request.width
        assert request.height
        config = self.config
        unit = config.codec.space_factor * config.transformer.patch
        for side in (request.width, request.height):
            if side % unit:
                nearest = max(unit, round(side / unit) * unit)
                raise RequestError(
                    f"{side} pixels is not a multiple of {unit}; the nearest that is: {nearest}."
                )
        num_frames = max(1, round(request.seconds * config.fps))
        return blank(
            latent_channels=config.codec.latent_channels,
            patch=config.transformer.patch,
            grid=(
                config.codec.latent_frames(num_frames),
                request.height // unit,
                request.width // unit,
            ),
            frame_seconds=config.codec.time_factor / config.fps,
        )

    @torch.inference_mode()
    def _fill(
        self, canvas: Canvas, request: GenerateRequest, progress: Progress | None
    ) -> Iterator[tuple[int, Canvas]]:
        sampling = self.config.sampling
        steps = request.steps or sampling.steps
        scale = sampling.guidance if request.guidance is None else request.guidance
        generator = seeded(request.seed)
        velocity = self.velocity(canvas, request.prompt, request.negative, scale)
        levels = sampling_levels(steps, sampling.shift)
        for step, now in sample(velocity, canvas, levels, generator, sampling.solver):
            if progress:
                progress(step.index + 1, steps)
            yield step.index, now

    def velocity(self, canvas: Canvas, prompt: str, negative: str, scale: float) -> Velocity:
        """The guided velocity for one canvas: text is read once, guidance is a batch of two."""
        prompts = [prompt] if scale == 1.0 else [prompt, negative]
        text, mask = self.bundle.read(prompts)
        positions = canvas.positions.reshape(1, -1, 3).to(self.device)
        transformer = self.bundle.denoiser.transformer

        def velocity(x: Tensor, sigma: Tensor) -> Tensor:
            tokens = x.to(self.device, self.dtype).expand(len(prompts), -1, -1)
            level = sigma[:1] if bool((sigma == sigma[0]).all()) else sigma
            level = level.to(self.device).expand(len(prompts), -1)
            v = transformer(tokens, positions, level, text, mask).float().cpu()
            return v[0] if scale == 1.0 else guide(v[0], v[1], scale)

        return velocity

    @torch.inference_mode()
    def decode(self, latents: Tensor) -> np.ndarray:
        """Frames uint8 [F, H, W, 3] of latents [c, f, h, w] that begin a clip."""
        video = self.bundle.codec.decode_clip(latents[None].to(self.device, self.dtype))[0]
        pixels = ((video.float().clamp(-1, 1) + 1) * 127.5).round().byte()
        return pixels.permute(1, 2, 3, 0).cpu().numpy()


def seeded(seed: int) -> torch.Generator:
    """The randomness of a request. All bits of the seed count: a generator on a CPU keeps 32 of
    what it is given, so the seed is hashed to that length first."""
    return torch.Generator().manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))


def at_rate(frames: np.ndarray, native_fps: float, request: GenerateRequest) -> np.ndarray:
    """The frames shown at the times of the rate that was asked for."""
    times = np.arange(request.num_frames) / request.fps
    indices = np.minimum(np.floor(times * native_fps + 1e-6).astype(int), len(frames) - 1)
    return np.ascontiguousarray(frames[indices])
