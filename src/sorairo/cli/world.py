"""`sorairo world`: clips of the simulated worlds that the models are trained on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.console import say, show
from sorairo.cli.number_types import FiniteRange
from sorairo.cli.options import named_size
from sorairo.cli.path_checks import check_writable, make_folder
from sorairo.cli.progress import progress_bar
from sorairo.errors import RequestError
from sorairo.world import registry

if TYPE_CHECKING:
    import numpy as np

    from sorairo.video.clip import Clip
    from sorairo.world.protocol import Scene, World


@click.group(
    epilog="""\b
    Example:
      sorairo world sample -n 6 -o samples"""
)
def world() -> None:
    """Sample clips from the simulated worlds that the models are trained on."""


@world.command(
    epilog="""\b
    Example:
      sorairo world sample -n 6 -o samples --seed 10 --size 256x144 --language zh"""
)
@click.option(
    "--world",
    "name",
    type=click.Choice(list(registry.WORLDS)),
    default=registry.DEFAULT,
    show_default=True,
    help="The world to sample from.",
)
@click.option(
    "-n",
    "count",
    type=click.IntRange(1, 10_000),
    default=6,
    show_default=True,
    help="Number of clips.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder to write to."
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=0,
    show_default=True,
    help="Seed of the first clip; each further clip has the next number.",
)
@click.option(
    "--size", metavar="WxH", default="128x128", show_default=True, help="Width x height in pixels."
)
@click.option(
    "--seconds",
    type=FiniteRange(0, 60, min_open=True),
    default=4.0,
    show_default=True,
    help="Length of each clip.",
)
@click.option(
    "--fps",
    type=FiniteRange(1, 60),
    default=registry.TABLETOP.fps,
    show_default=True,
    help="Frames per second.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "zh", "both"]),
    default="both",
    show_default=True,
    help="Language of the captions.",
)
def sample(
    name: str,
    count: int,
    output: Path,
    seed: int,
    size: str,
    seconds: float,
    fps: float,
    language: str,
) -> None:
    """Write N clips of a world, their captions, and a contact sheet of all of them.

    A seed always gives the same scene. Its pictures can differ by a few grey levels, since
    Filament, which draws them, dithers at random. Existing files of the same names are
    overwritten. Thousands of clips are better made by python -m sorairo.training.render_data,
    whose processes give back the memory that Filament keeps, 45 MB a clip of four seconds.
    """
    width, height = named_size(size)
    if not (16 <= width <= 2048 and 16 <= height <= 2048):
        raise RequestError(f"A size of {size} is out of range: 16 to 2048 pixels a side.")
    source = registry.world(name)
    make_folder(output)
    for file in (f"{name}-{seed}.mp4", "contact-sheet.png"):
        check_writable(output / file)

    import numpy as np

    from sorairo.video.atomic_write import write_whole
    from sorairo.video.clip import Clip

    strips, spent = [], 0.0
    with source.renderer(width, height) as renderer, progress_bar("Rendering clips") as progress:
        for index in range(count):
            rng = np.random.default_rng(seed + index)
            scene = source.sample_scene(rng)
            began = time.process_time()
            pixels = renderer.film(source.simulate(scene, seconds=seconds, fps=fps))
            spent += time.process_time() - began
            clip = Clip(frames=pixels, fps=fps)
            path = clip.save(output / f"{name}-{seed + index}.mp4")
            captions = _captions(source, scene, rng, language)
            write_whole(path.with_suffix(".txt"), "\n".join(captions) + "\n")
            strips.append(_strip(clip))
            progress(index + 1, count)
            show(str(path))
    show(str(_save_sheet(np.concatenate(strips), output / "contact-sheet.png")))
    _say_credits(name, output)
    say(f"{3600 * count / max(spent, 1e-3):.0f} clips an hour and core, without their encoding.")


def _say_credits(name: str, output: Path) -> None:
    """Writes whom the clips of a world have to name, and says their licence."""
    text = registry.credits_of(name)
    if text:
        from sorairo.video.atomic_write import write_whole

        path = output / "CREDITS.txt"
        write_whole(path, text)
        show(str(path))
    licence = registry.entry(name).licence
    if licence:
        say(f"These clips, and models trained on them, are shared under {licence}.")


STRIP = 6  # frames of each clip on the contact sheet


def _captions(
    source: World[Any, Any, Any], scene: Scene, rng: np.random.Generator, language: str
) -> list[str]:
    languages = source.text_languages if language == "both" else (language,)
    return [
        source.caption(scene, rng, language=each, detail=detail)
        for each in languages
        for detail in source.caption_details
    ]


def _strip(clip: Clip) -> np.ndarray:
    import numpy as np

    chosen = np.linspace(0, clip.num_frames - 1, STRIP).round().astype(int)
    return clip.frames[chosen]


def _save_sheet(frames: np.ndarray, path: Path) -> Path:
    from sorairo.video.atomic_write import whole_file
    from sorairo.video.writing.contact_sheet import contact_sheet

    with whole_file(path) as temporary:
        contact_sheet(frames, columns=STRIP, every=1).save(temporary, format="PNG")
    return path
