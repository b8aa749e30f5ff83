"""The public Python API: what a model can do, one method for each capability. No torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Unpack

import numpy as np

from sorairo.errors import RequestError
from sorairo.generation.api_inputs import ClipSource, clip_of, input_files, region_of
from sorairo.generation.api_options import ClipOptions, SamplingOptions, with_checked_arguments
from sorairo.generation.progress import ProgressCallback
from sorairo.generation.request_maker import RequestMaker
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.bridge import ConnectRequest, LoopRequest
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.generate import GenerateRequest, ImageRequest
from sorairo.generation.requests.metadata import is_cut, request_of
from sorairo.generation.requests.region import check_mask
from sorairo.generation.requests.storyboard.request import Storyboard
from sorairo.generation.requests.storyboard.toml import load_footage, read_storyboard
from sorairo.generation.runner import delivered
from sorairo.generation.settings import RefineConfig
from sorairo.generation.tasks.edit import edit
from sorairo.generation.tasks.registry import edited_span, layout_of
from sorairo.video import Clip


class Capabilities(RequestMaker):
    """The methods of a loaded model.

    All of them take the keyword arguments of `ClipOptions` (`image` those of `SamplingOptions`) and
    `on_progress`, which is called with a `Progress` after every step; an exception that it raises
    stops the call. By default, results have the model's native size and rate, or those of the given
    clip; the command line has larger defaults.

    `seconds` left out is 4, or the model's longest clip where that is shorter.

    Clips and pictures are given as `Clip` or as the path of a file. Results carry their request, so
    that a saved clip can be remixed.

    Prompts are put in words that the model was trained on; `notes` of the result say how a prompt
    was read and what of it is ignored. `rewrite=False` leaves prompts as they are.

    Every method checks its request before sampling and raises RequestError if it is invalid, and
    PromptNotUnderstoodError for a prompt that names nothing the model can draw.
    """

    @with_checked_arguments
    def generate(
        self,
        prompt: str,
        *,
        seconds: float | None = None,
        loop: bool = False,
        on_progress: ProgressCallback | None = None,
        **options: Unpack[ClipOptions],
    ) -> Clip:
        """Text to video: a clip of `seconds` that shows the prompt.

        A clip of one frame is a picture. With `loop` the first frame follows the last one, so that
        the clip repeats without a seam.
        """
        asked, on_progress = self.checked(self.generate, options, on_progress)
        if asked.get("fps") is None:
            asked["fps"] = self.spec.fps
        request = GenerateRequest(prompt=prompt, seconds=self.length(seconds), loop=loop, **asked)
        return self.made(request, (), on_progress)

    @with_checked_arguments
    def image(
        self,
        prompt: str,
        *,
        width: int = 512,
        height: int = 512,
        refining: RefineConfig | None = None,
        on_progress: ProgressCallback | None = None,
        **options: Unpack[SamplingOptions],
    ) -> Clip:
        """Text to image: a picture of `width` x `height` that shows the prompt, as a clip of one
        frame.

        It is composed at the model's native size and then refined, as `refining` says (see
        `RefineConfig`). `on_progress` is called after every step, then after every window of the
        refinement.
        """
        asked, on_progress = self.checked(self.image, options, on_progress)
        if asked.pop("fps", None):
            raise RequestError("A picture has no frames a second: leave fps out.")
        request = ImageRequest(prompt=prompt, width=width, height=height, **asked)
        read = self.read(request)
        settings = read.request.settings()
        if refining is not None:
            settings = dataclasses.replace(settings, refine=refining)
        spec = self.spec.sized(width, height)
        made = self.run(layout_of(read.request, (), spec), settings, on_progress)
        return self.with_request(made, read)

    @with_checked_arguments
    def animate(
        self,
        pictures: ClipSource | Sequence[tuple[float, ClipSource]],
        prompt: str = "",
        *,
        seconds: float | None = None,
        strength: Sequence[float] = (),
        on_progress: ProgressCallback | None = None,
        **options: Unpack[ClipOptions],
    ) -> Clip:
        """Image to video: a clip of `seconds` that begins with a picture, or that shows several
        pictures, each at its time in seconds. `prompt` says what happens.

        `strength` says for each picture how closely it is shown: 1 (the default) exactly, less as a
        hint.
        """
        asked, on_progress = self.checked(self.animate, options, on_progress)
        placed = [(0.0, pictures)] if isinstance(pictures, ClipSource) else pictures
        request = AnimateRequest(
            prompt=prompt,
            seconds=self.length(seconds),
            at=tuple(time for time, _ in placed),
            strength=tuple(strength),
            **asked,
        )
        return self.made(request, [picture for _, picture in placed], on_progress)

    @with_checked_arguments
    def cast(
        self,
        characters: Sequence[ClipSource],
        prompt: str,
        *,
        seconds: float | None = None,
        on_progress: ProgressCallback | None = None,
        **options: Unpack[ClipOptions],
    ) -> Clip:
        """Text to video: a clip of `seconds` that shows the prompt, with the things that the clips
        of `characters` show."""
        asked, on_progress = self.checked(self.cast, options, on_progress)
        request = CastRequest(prompt=prompt, seconds=self.length(seconds), **asked)
        return self.made(request, characters, on_progress)

    @with_checked_arguments
    def extend(
        self,
        clip: ClipSource,
        prompt: str = "",
        *,
        forward: float = 0.0,
        backward: float = 0.0,
        start: float = 0.0,
        end: float | None = None,
        on_progress: ProgressCallback | None = None,
        **options: Unpack[ClipOptions],
    ) -> Clip:
        """The clip from `start` to `end` (in seconds; None: its end), extended by `forward` seconds
        after its end, by `backward` seconds before its beginning, or both. `prompt` says what
        happens there."""
        asked, on_progress = self.checked(self.extend, options, on_progress)
        lengths = {"forward": forward, "backward": backward, "start": start, "end": end}
        request = ExtendRequest(prompt=prompt, **lengths, **asked)
        return self.made(request, [clip], on_progress)

    @with_checked_arguments
    def loop(
        self,
        clip: ClipSource,
        prompt: str = "",
        *,
        seconds: float = 2.0,
        on_progress: ProgressCallback | None = None,
        **options: Unpack[ClipOptions],
    ) -> Clip:
        """The clip and a bridge of `seconds` from its end to its beginning, so that it repeats
        without a seam. `prompt` says what happens in the bridge."""
        asked, on_progress = self.checked(self.loop, options, on_progress)
        return self.made(LoopRequest(prompt=prompt, seconds=seconds, **asked), [clip], on_progress)

    @with_checked_arguments
    def connect(
        self,
        before: ClipSource,
        after: ClipSource,
        texts: str | tuple[str, str] = ("", ""),
        *,
        seconds: float = 2.0,
        on_progress: ProgressCallback | None = None,
        **options: Unpack[ClipOptions],
    ) -> Clip:
        """The clip `before`, a bridge of `seconds`, the clip `after`. `texts` are the prompts at
        the two ends of the bridge, which cross-fade over it, or one prompt for both."""
        asked, on_progress = self.checked(self.connect, options, on_progress)
        both = (texts, texts) if isinstance(texts, str) else texts
        if len(both) != 2:
            raise RequestError(f"connect takes one prompt or two, not {len(both)}.")
        first, second = both
        request = ConnectRequest(seconds=seconds, prompt_a=first, prompt_b=second, **asked)
        return self.made(request, [before, after], on_progress)

    @with_checked_arguments
    def edit(
        self,
        clip: ClipSource,
        prompt: str,
        *,
        strength: float = 0.6,
        region: np.ndarray | str | Sequence[float] | None = None,
        start: float = 0.0,
        end: float | None = None,
        on_progress: ProgressCallback | None = None,
        **options: Unpack[ClipOptions],
    ) -> Clip:
        """The clip, changed to show the prompt: SDEdit (Meng et al., arXiv 2108.01073).

        `strength` 0 keeps everything, 1 keeps nothing. `region` (a mask [H, W] of floats 0..1, or a
        rectangle: left, top, width and height in pixels, or a text such as "25%,0%,50%,100%") and
        `start` and `end` in seconds limit the change; what lies outside of them is kept.
        """
        asked, on_progress = self.checked(self.edit, options, on_progress)
        part = region_of(region)
        words = part if isinstance(part, str) else None
        fields = {"strength": strength, "region": words, "start": start, "end": end}
        request = EditRequest(prompt=prompt, **fields, **asked)
        if part is None or isinstance(part, str):
            return self.made(request, [clip], on_progress)
        given, request = clip_of(clip), dataclasses.replace(request, inputs=input_files([clip]))
        request.validate_inputs([given], self.limits)
        check_mask(part, given)
        read = self.read(request)
        spec = self.spec.sized(request.width, request.height)
        layout = edit(
            given,
            read.request.text_in(spec.world),
            spec=spec,
            strength=strength,
            region=part,
            span=edited_span(request, given, spec),
        )
        made = delivered(request, [given], self.run(layout, request.settings(), on_progress))
        return dataclasses.replace(made, notes=(*read.notes, *self.run_notes))

    @with_checked_arguments
    def storyboard(
        self,
        board: Storyboard | str | Path,
        clips: Sequence[ClipSource] = (),
        *,
        characters: Mapping[str, ClipSource] = {},
        on_progress: ProgressCallback | None = None,
        **options: Unpack[ClipOptions],
    ) -> Clip:
        """The clip of a storyboard: `board` is a TOML file, or a `Storyboard` with the pictures and
        `clips` that its cards name, in order, then those of its `names`. `characters` are further
        names in prompts, each with a clip that shows it. The other arguments override the board."""
        if not isinstance(board, Storyboard):
            board, files = read_storyboard(board)
            clips = load_footage(board, files)
        said = board.said_of_sampling()
        asked, on_progress = self.checked(self.storyboard, options, on_progress, said=said)
        board = dataclasses.replace(board, **asked, names=(*board.names, *characters))
        return self.made(board, (*clips, *characters.values()), on_progress)

    @with_checked_arguments
    def remix(
        self,
        clip: ClipSource,
        prompt: str,
        clips: Sequence[ClipSource] = (),
        *,
        on_progress: ProgressCallback | None = None,
        **options: Unpack[ClipOptions],
    ) -> Clip:
        """A clip that sorairo saved, made again with the same seed and settings from another
        prompt.

        `clips` are those that it was made from, if there were any, in order. The keyword arguments
        override its request.
        """
        old = request_of(given := clip_of(clip))
        if old is None or is_cut(given):
            raise RequestError(
                "This clip has no sorairo request stored in it, or was cut from others: remix a"
                " clip that the command line or the server has made."
            )
        if len(clips) != len(old.inputs):
            names = ", ".join(source.name for source in old.inputs) or "none"
            raise RequestError(
                f"This clip was made from {len(old.inputs)} files ({names}), but {len(clips)} clips"
                " are given."
            )
        asked, on_progress = self.checked(self.remix, options, on_progress, old.loras)
        if isinstance(old, GenerateRequest) and asked.get("fps", old.fps) is None:
            asked["fps"] = self.spec.fps
        return self.made(dataclasses.replace(old.reworded(prompt), **asked), clips, on_progress)
