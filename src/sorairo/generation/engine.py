"""The engine: a model loaded once, any number of drafts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sorairo.errors import RequestError
from sorairo.flow.guidance import guide
from sorairo.flow.schedules import sampling_levels
from sorairo.generation.assembly import assemble
from sorairo.generation.canvas import Canvas
from sorairo.generation.capabilities import Capabilities
from sorairo.generation.delivery import FRAMES_A_STEP, Delivery, deliver
from sorairo.generation.draft import Draft, Surface
from sorairo.generation.fill import Sampling, fill
from sorairo.generation.frames import decode_draft, encode_groups
from sorairo.generation.kept import kept_ends, usable
from sorairo.generation.limits import Limits
from sorairo.generation.memory import check_memory
from sorairo.generation.paint import paint
from sorairo.generation.plan import led, outline
from sorairo.generation.progress import Course, Progress, Watch
from sorairo.generation.sampler import Velocity
from sorairo.generation.windows import windows
from sorairo.models import hub
from sorairo.models.bundle import Bundle
from sorairo.nn.precision import compute_dtype
from sorairo.video import Clip


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a draft is filled and delivered. None leaves the choice to the model or the draft."""

    seed: int = 0
    steps: int | None = None
    guidance: float | None = None
    negative: str = ""
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    keep_latents: bool = False


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


class Engine(Capabilities):
    """One model and all that can be made with it. Not for use from several threads at once."""

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
    def weights(self) -> int:
        """Bytes of the model."""
        return sum(p.numel() * p.element_size() for p in self.bundle.parameters())

    @property
    def limits(self) -> Limits:
        return Limits(
            max_frames=self.config.max_frames,
            native_fps=self.config.fps,
            native_size=self.config.native_sizes[0],
            multiple=self.surface.multiple,
        )

    @property
    def surface(self) -> Surface:
        config = self.config
        width, height = config.native_sizes[0]
        return Surface(
            fps=config.fps,
            group=config.codec.time_factor,
            multiple=config.codec.space_factor * config.transformer.patch,
            area=width * height,
            window=config.codec.latent_frames(config.window_frames),
        )

    def knows(self, clip: Clip, size: tuple[int, int]) -> bool:
        """Whether the latents kept with a clip are this model's, for a canvas of this size."""
        return usable(clip, self.info["digest"], size, self.config.codec.space_factor)

    def run(
        self, draft: Draft, settings: Settings = Settings(), watch: Watch | None = None
    ) -> Clip:
        """The clip of a draft. Raises RequestError before it starts if memory will not do."""
        delivery = Delivery.of(draft, settings.width, settings.height, settings.fps)
        check_memory(draft, delivery, self.weights)
        course = Course(watch, delivery.steps(draft), FRAMES_A_STEP) if watch else None
        latents = self.fill(draft, settings, course.sampled if course else None)
        frames = self.decode(draft, latents)
        clip = assemble(
            draft,
            frames,
            width=delivery.width,
            height=delivery.height,
            fps=delivery.fps,
            finish=partial(
                deliver,
                device=self.device,
                aspect=draft.aspect,
                progress=course.delivered if course else None,
            ),
        )
        if not settings.keep_latents:
            return clip
        return replace(clip, latents=kept_ends(draft, latents, self.info["digest"]))

    @torch.inference_mode()
    def fill(self, draft: Draft, settings: Settings, watch: Watch | None = None) -> Tensor:
        """Latents [c, f, h, w] of a draft, by the one sampler; of a long one after its plan."""
        sampling, plan = self.sampling(settings), outline(draft)
        stages = [plan, draft] if plan else [draft]
        counts = [len(windows(each)) * sampling.steps for each in stages]
        if plan:
            seen = self._watched(plan, watch, 0, sum(counts))
            draft = led(draft, self.decode(plan, self._fill(plan, settings, sampling, seen)))
        seen = self._watched(draft, watch, sum(counts[:-1]), sum(counts))
        return self._fill(draft, settings, sampling, seen)

    def _fill(
        self,
        draft: Draft,
        settings: Settings,
        sampling: Sampling,
        seen: Callable[[int, Canvas], None],
    ) -> Tensor:
        canvas = self.paint(draft)
        velocity = partial(self.velocity, negative=settings.negative, scale=self.scale(settings))
        for moment in fill(canvas, velocity, sampling, windows(draft)):
            canvas = moment.canvas
            seen(moment.done, canvas)
        return canvas.latents

    def _watched(self, draft: Draft, watch: Watch | None, before: int, total: int):
        """What hears of every step of a stage."""

        def seen(done: int, canvas: Canvas) -> None:
            if watch:
                preview = partial(self.decode, draft, canvas.latents)
                watch(Progress(done=before + done, total=total, preview=preview))

        return seen

    def sampling(self, settings: Settings) -> Sampling:
        own = self.config.sampling
        return Sampling(
            levels=sampling_levels(settings.steps or own.steps, own.shift),
            solver=own.solver,
            generator=seeded(settings.seed),
        )

    def scale(self, settings: Settings) -> float:
        return self.config.sampling.guidance if settings.guidance is None else settings.guidance

    def paint(self, draft: Draft) -> Canvas:
        config = self.config
        return paint(
            draft,
            self.encode,
            latent_channels=config.codec.latent_channels,
            patch=config.transformer.patch,
        )

    def velocity(self, canvas: Canvas, *, negative: str, scale: float) -> Velocity:
        """The guided velocity for one canvas: texts are read once; guidance and views are rows of
        one batch."""
        told, views = canvas.prompts, len(canvas.positions)
        rows = [told] if scale == 1.0 else [told, (negative,) * len(told)]
        text, mask = self.bundle.read([prompt for row in rows for prompt in row * views])
        positions = canvas.token_positions().repeat(len(rows), 1, 1).to(self.device)
        counts = canvas.token_view_shares().to(self.device).unsqueeze(-1)
        shares = None
        if len(told) > 1:
            shares = canvas.token_shares().to(self.device).expand(len(positions), -1, -1)
        transformer = self.bundle.denoiser.transformer

        def velocity(x: Tensor, sigma: Tensor) -> Tensor:
            tokens = x.to(self.device, self.dtype).expand(len(positions), -1, -1)
            level = sigma[:1] if bool((sigma == sigma[0]).all()) else sigma
            level = level.to(self.device).expand(len(positions), -1)
            v = transformer(tokens, positions, level, text, mask, shares).float()
            v = (v.unflatten(0, (len(rows), views)) * counts).sum(1).cpu()
            return v[0] if scale == 1.0 else guide(v[0], v[1], scale)

        return velocity

    @torch.inference_mode()
    def encode(self, frames: np.ndarray) -> Tensor:
        """Latents [c, f, h, w] of whole groups of frames uint8 [4 f, H, W, 3]."""
        return encode_groups(self.bundle.codec, frames, self.device, self.dtype)

    @torch.inference_mode()
    def decode(self, draft: Draft, latents: Tensor) -> np.ndarray:
        """Frames uint8 [n, H, W, 3] of a draft's latents."""
        return decode_draft(self.bundle, draft, latents, self.device, self.dtype)


def seeded(seed: int) -> torch.Generator:
    """The randomness of a request. All bits of the seed count: a generator on a CPU keeps 32 of
    what it is given, so the seed is hashed to that length first."""
    return torch.Generator().manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))
