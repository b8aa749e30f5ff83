"""Makes the results of a request: checks everything, loads the model, then makes and writes the
results one by one."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from sorairo.cli.console import say
from sorairo.cli.dry_run import print_plan, work_of
from sorairo.cli.inputs import Input, read_inputs, with_inputs
from sorairo.cli.job_memory import check_memory
from sorairo.cli.open_file import open_file
from sorairo.cli.options import CommonOptions
from sorairo.cli.output_paths import Extras, PlannedOutputs, check_outputs, planned_outputs
from sorairo.cli.progress import progress_bar
from sorairo.cli.prompt_warnings import read_prompts, say_notes
from sorairo.cli.results import facts_of, print_result, scaling_notes, size_text
from sorairo.cli.speed import keep_speed
from sorairo.cli.unfinished import kept_sampling
from sorairo.errors import MediaError, NameTakenError
from sorairo.generation.output.output_files import OutputFiles
from sorairo.generation.requests.base import Request
from sorairo.models.lora.choices import check_readable, choices_of

if TYPE_CHECKING:
    from sorairo.video.clip import Clip


def check(request: Request, common: CommonOptions, *paths: Path) -> None:
    """Raises RequestError and MediaError for errors that can be found without reading the input
    files, which are at `paths`."""
    request.validate(common.limits)
    choices_of(request.loras)
    if common.output is not None:
        check_outputs(common.output, common.count, _extras(common), paths)


def make(first: Request, inputs: Sequence[Input], common: CommonOptions, *others: Path) -> None:
    """Make the results of the request from its inputs, one for each seed; print their paths.

    The inputs, and the `others`, are not overwritten. Raises RequestError and MediaError before the
    model is loaded.
    """
    clips = [each.clip for each in inputs]
    requests = [dataclasses.replace(first, seed=first.seed + i) for i in range(common.count)]
    first.validate_inputs(clips, common.limits)
    check_readable(choices_of(first.loras))
    for request in requests:
        request.validate(common.limits)
    paths = [*(each.path for each in inputs), *others]
    with _planned(requests, inputs, common, paths) as plans:
        if common.expander is not None:
            requests = common.expander(requests, common.model)
            requests[0].validate(common.limits)
        requests, notes = read_prompts(requests, common.model, common.limits)
        say_notes(notes, 0)
        if common.dry_run:
            print_plan(requests, clips, common, plans.files)
            return
        check_memory(requests[0], clips, common)
        _say_seed(requests, common)
        _make_all(requests, inputs, common, plans, notes)


def make_from_clip(request: Request, clip: Path, prompt: str | None, common: CommonOptions) -> None:
    """Check a request that begins with one clip, read the clip, and make the results. If `prompt`
    is None, the prompt that is stored in the clip is used."""
    check(request, common, clip)
    inputs = read_inputs(type(request), clip)
    make(with_inputs(request, inputs, prompt, common), inputs, common)


def _make_all(
    requests: Sequence[Request],
    inputs: Sequence[Input],
    common: CommonOptions,
    plans: PlannedOutputs,
    prompt_notes: Sequence[Sequence[str]],
) -> None:
    from sorairo.generation.requests.defaults import generated_size

    clips = [each.clip for each in inputs]
    native = generated_size(requests[0], clips, common.limits)
    with progress_bar(f"Loading the model {common.model.name}"):
        from sorairo.generation import engine

        loaded = engine.load(common.model.path, **common.placed)
    for number, (request, outputs) in enumerate(zip(requests, plans.files, strict=True), start=1):
        if number > 1:
            say_notes(prompt_notes, number - 1)
        started = time.monotonic()
        label = _label(request.makes_picture(clips), number, common.count)
        with kept_sampling(request, inputs, common) as (checkpoint, resumed):
            with progress_bar(label) as progress:
                clip = loaded.make(
                    request,
                    clips,
                    on_progress=lambda now: progress(now.done, now.total),
                    checkpoint=checkpoint,
                )
            notes = scaling_notes(clip, native, common.limits.native_fps)
            notes = [*loaded.model_notes, *notes]  # what prompts say is said before
            for note in notes if number == 1 else []:
                say(note)
            digest = loaded.info["digest"]
            outputs = _written(clip, request, outputs, plans, common, model_digest=digest)
        facts = facts_of(common, request, clip, outputs)
        facts["native_size"], facts["native_fps"] = size_text(native), common.limits.native_fps
        facts["notes"] = [*prompt_notes[number - 1], *notes]
        facts["wall_seconds"] = round(time.monotonic() - started, 3)
        print_result(facts, outputs, common)
        if not resumed:
            keep_speed(work_of(request, clips, common).units, facts["wall_seconds"], common)
        if common.show:
            open_file(outputs.clip)


def _written(
    clip: Clip,
    request: Request,
    outputs: OutputFiles,
    plans: PlannedOutputs,
    common: CommonOptions,
    *,
    model_digest: str,
) -> OutputFiles:
    """The files of a result, once they are written: those that were planned, or others where a file
    that was not there when the command began has taken a name."""
    from sorairo.generation.output.export import export

    while True:
        try:
            export(
                clip,
                request,
                outputs,
                model_digest=model_digest,
                overwrite=plans.overwrite,
                gif_side=common.gif_side,
                gif_fps=common.gif_fps,
            )
            return outputs
        except NameTakenError:
            outputs = plans.renamed(request.seed)


def _say_seed(requests: Sequence[Request], common: CommonOptions) -> None:
    """Name the seed that was drawn."""
    seed = requests[0].seed
    if common.seed_drawn and seed == common.fields["seed"]:
        seeds = f"Seed: {seed}" if len(requests) == 1 else f"Seeds: {seed} to {requests[-1].seed}"
        say(f"{seeds} (--seed {seed} makes the same again).")


def _planned(
    requests: list[Request],
    inputs: Sequence[Input],
    common: CommonOptions,
    paths: Sequence[Path],
) -> AbstractContextManager[PlannedOutputs]:
    first = requests[0]
    picture = first.makes_picture([each.clip for each in inputs])
    if common.output is not None and common.output.suffix.lower() == ".png" and not picture:
        raise MediaError(
            f"{common.output} can hold only one frame, but the result is a clip: end the name in"
            " .mp4 or .gif."
        )
    return planned_outputs(
        common.output,
        _title(first),
        [each.seed for each in requests],
        suffix=".png" if picture else ".mp4",
        extras=_extras(common, latents=first.keep_latents),
        inputs=paths,
    )


def _extras(common: CommonOptions, *, latents: bool | None = None) -> Extras:
    kept = bool(common.fields.get("keep_latents")) if latents is None else latents
    return Extras(gif=common.gif, sheet=common.contact_sheet, latents=kept)


def _title(request: Request) -> str:
    """The text that a result's file is named after."""
    files = [Path(source.name).stem for source in request.inputs[:1]]
    return " ".join(
        [*files, *([request.command] if files or not request.prompt else []), request.prompt]
    )


def _label(picture: bool, number: int, count: int) -> str:
    kind = "picture" if picture else "clip"
    return f"{kind.capitalize()} {number} of {count}" if count > 1 else f"Making the {kind}"
