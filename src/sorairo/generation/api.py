"""What a model can do, one method each: a task drafts, the engine runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sorairo.errors import RequestError
from sorairo.generation.requests.base import GenerateRequest, ImageRequest, Request
from sorairo.generation.requests.limits import Limits
from sorairo.generation.requests.media import (
    AnimateRequest,
    CastRequest,
    ConnectRequest,
    EditRequest,
    ExtendRequest,
    LoopRequest,
)
from sorairo.generation.settings import Settings
from sorairo.generation.tasks import animate, bridge, edit, extend
from sorairo.generation.tasks.context import Size, size_for
from sorairo.generation.tasks.text import text_to_video
from sorairo.video import Clip

if TYPE_CHECKING:
    from sorairo.generation.image_refinement import RefineConfig
    from sorairo.generation.progress import ProgressCallback
    from sorairo.generation.requests.storyboard import Storyboard
    from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec


class Capabilities:
    """Every method takes `seed`, `steps`, `guidance`, `negative`, `width`, `height`, `fps` (see
    `Settings`) and `on_progress`, which is called after every step. Without `width`, `height` and
    `fps` a clip has the model's native size and rate, or those of the given clip (the command line
    delivers larger and faster clips by default). Raises RequestError in one sentence."""

    if TYPE_CHECKING:

        @property
        def spec(self) -> CanvasSpec: ...

        @property
        def limits(self) -> Limits: ...

        def knows(self, clip: Clip, size: Size) -> bool: ...

        def run(
            self,
            layout: CanvasLayout,
            settings: Settings = ...,
            on_progress: ProgressCallback | None = ...,
        ) -> Clip: ...

    def generate(
        self,
        prompt: str,
        *,
        seconds: float = 4.0,
        loop: bool = False,
        **how: Any,
    ) -> Clip:
        """A clip of what `prompt` says, of the model's own size and rate if no other is asked for;
        short enough, it is a picture. With `loop` it plays for ever: its last frame is followed by
        its first."""
        fps = how.get("fps")
        fps = self.spec.fps if fps is None else fps
        self._judge(GenerateRequest, {**how, "fps": fps}, prompt=prompt, seconds=seconds)
        layout = text_to_video(
            prompt,
            spec=self.spec,
            size=self._size(how),
            num_frames=self._frames(seconds),
            cyclic=loop,
        )
        return self._done(layout, how)

    def image(
        self,
        prompt: str,
        *,
        width: int = 512,
        height: int = 512,
        refining: RefineConfig | None = None,
        **how: Any,
    ) -> Clip:
        """A picture of what `prompt` says, a clip of one frame: composed at the model's own size,
        then refined up to `width` x `height` (see `refine`). `on_progress` is
        called after every window."""
        from sorairo.generation.image_refinement import RefineConfig, image

        on_progress = how.pop("on_progress", None)
        if how.pop("fps", None):
            raise RequestError("A picture has no frames a second: leave fps out.")
        self._judge(ImageRequest, how, prompt=prompt, width=width, height=height)
        layout = text_to_video(
            prompt,
            spec=self.spec,
            size=self._size({"width": width, "height": height}),
            num_frames=1,
        )
        config = refining or RefineConfig()
        settings = Settings(width=width, height=height, **how)
        return image(self, layout, settings, config, on_progress)  # type: ignore[arg-type]

    def animate(
        self,
        pictures: Clip | Sequence[tuple[float, Clip]],
        prompt: str = "",
        *,
        seconds: float = 4.0,
        strength: Sequence[float] = (),
        **how: Any,
    ) -> Clip:
        """A picture set in motion, or several at their times in seconds. `strength` says how
        closely each is shown: 1, exactly, or less, a hint."""
        if isinstance(pictures, Clip):
            pictures = [(0.0, pictures)]
        at = tuple(time for time, _ in pictures)
        strength = tuple(strength)
        self._judge(AnimateRequest, how, prompt=prompt, seconds=seconds, at=at, strength=strength)
        layout = animate.animate(
            pictures,
            prompt,
            spec=self.spec,
            num_frames=self._frames(seconds),
            strength=strength,
        )
        return self._done(layout, how)

    def cast(
        self, characters: Sequence[Clip], prompt: str, *, seconds: float = 4.0, **how: Any
    ) -> Clip:
        """A clip of what `prompt` says, in which the things of other clips are seen again."""
        from sorairo.generation.tasks.characters import cast

        self._judge(CastRequest, how, prompt=prompt, seconds=seconds)
        layout = cast(
            characters,
            prompt,
            spec=self.spec,
            size=self._size(how),
            num_frames=self._frames(seconds),
        )
        return self._done(layout, how)

    def extend(
        self,
        clip: Clip,
        prompt: str = "",
        *,
        forward: float = 0.0,
        backward: float = 0.0,
        **how: Any,
    ) -> Clip:
        """More of the clip after its end, before its beginning, or both; lengths in seconds."""
        self._judge(ExtendRequest, how, prompt=prompt, forward=forward, backward=backward)
        spec, clip, on_progress = self.spec, self._known(clip), how.pop("on_progress", None)
        sides = ((extend.extend_forward, forward), (extend.extend_backward, backward))
        asked = [(task, seconds) for task, seconds in sides if seconds > 0]
        for index, (task, seconds) in enumerate(asked):
            layout = task(clip, prompt, spec=spec, num_frames=self._frames(seconds))
            clip = self._done(layout, how | {"on_progress": _part(on_progress, index, len(asked))})
        return clip

    def loop(self, clip: Clip, prompt: str = "", *, seconds: float = 2.0, **how: Any) -> Clip:
        """The clip and a bridge of `seconds` from its end to its beginning: it plays for ever."""
        self._judge(LoopRequest, how, prompt=prompt, seconds=seconds)
        frames = self._frames(seconds)
        return self._done(bridge.loop(clip, prompt, spec=self.spec, num_frames=frames), how)

    def connect(
        self,
        before: Clip,
        after: Clip,
        texts: tuple[str, str] = ("", ""),
        *,
        seconds: float = 2.0,
        **how: Any,
    ) -> Clip:
        """One clip, a bridge of `seconds`, another clip."""
        first, second = texts
        self._judge(ConnectRequest, how, seconds=seconds, prompt_a=first, prompt_b=second)
        frames = self._frames(seconds)
        layout = bridge.connect(before, after, texts, spec=self.spec, num_frames=frames)
        return self._done(layout, how)

    def edit(
        self,
        clip: Clip,
        prompt: str,
        *,
        strength: float = 0.6,
        region: np.ndarray | None = None,
        start: float = 0.0,
        end: float | None = None,
        **how: Any,
    ) -> Clip:
        """The clip changed to what `prompt` says: SDEdit (Meng et al., arXiv 2108.01073).

        `strength` 0 keeps all, 1 keeps nothing; `region` [H, W] and `start`, `end` in seconds keep
        what is outside of them.
        """
        self._judge(EditRequest, how, prompt=prompt, strength=strength, start=start, end=end)
        spec = self.spec
        span = None
        if start > 0 or end is not None:
            last = clip.duration if end is None else end
            span = (self._frames(start) if start > 0 else 0, self._frames(last))
        layout = edit.edit(clip, prompt, spec=spec, strength=strength, region=region, span=span)
        return self._done(layout, how)

    def storyboard(
        self, board: Storyboard | str | Path, clips: Sequence[Clip] = (), **how: Any
    ) -> Clip:
        """The clip of a storyboard: of a TOML file, or of a value and the `clips` (pictures too)
        that its cards name, in order. `how` comes before what the storyboard says itself."""
        from sorairo.generation.requests.storyboard import Storyboard
        from sorairo.generation.requests.storyboard_toml import load_footage, read_storyboard
        from sorairo.generation.tasks import storyboard

        if not isinstance(board, Storyboard):
            board, files = read_storyboard(board)
            clips = load_footage(board, files)
        board.validate(self.limits)
        how = board.how() | how
        size = self._size(how) if how["width"] or not clips else None
        return self._done(storyboard.layout(board, clips, spec=self.spec, size=size), how)

    def _judge(self, kind: type[Request], how: dict[str, Any], **fields: Any) -> None:
        """What a request of the command line would be told, told here too. Raises RequestError."""
        how = {name: value for name, value in how.items() if name != "on_progress"}
        kind(**{**how, **fields}).validate(self.limits)

    def _known(self, clip: Clip) -> Clip:
        """The clip without latents that are not this model's."""
        size = size_for(clip, self.spec)
        return clip if self.knows(clip, size) else replace(clip, latents=None)

    def _frames(self, seconds: float) -> int:
        return max(1, round(seconds * self.spec.fps))

    def _size(self, how: dict[str, Any]) -> Size:
        """The canvas for the size asked for."""
        from sorairo.video.resampling import canvas_size

        spec = self.spec
        width, height = how.get("width"), how.get("height")
        if not width or not height:
            return self.config.native_sizes[0]  # type: ignore[attr-defined]
        return canvas_size(width, height, multiple=spec.multiple, area=spec.area)

    def _done(self, layout: CanvasLayout, how: dict[str, Any]) -> Clip:
        settings = dict(how)
        on_progress = settings.pop("on_progress", None)
        return self.run(layout, Settings(**settings), on_progress)


def _part(on_progress: ProgressCallback | None, index: int, count: int) -> ProgressCallback | None:
    """What hears of one of several runs as of a part of the whole."""
    if on_progress is None:
        return None
    return lambda now: on_progress(
        replace(now, done=index * now.total + now.done, total=count * now.total)
    )
