"""`sorairo world`: clips of the simulators that the models learn from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sorairo.cli.console import progress_bar
from sorairo.errors import MediaError, MissingExtraError, RequestError
from sorairo.generation.requests.limits import parse_size

if TYPE_CHECKING:
    import numpy as np

    from sorairo.video.clip import Clip
    from sorairo.world.tabletop.scene import Scene


@click.group(
    epilog="""\b
    Example:
      sorairo world sample -n 6 -o samples"""
)
def world() -> None:
    """Look at the simulated worlds."""


@world.command(
    epilog="""\b
    Example:
      sorairo world sample -n 6 -o samples --seed 10 --size 256x144 --language zh"""
)
@click.option(
    "-n", "count", type=click.IntRange(1, 10_000), default=6, show_default=True, help="Clips."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder to write to."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of clip one.")
@click.option(
    "--size", metavar="WxH", default="128x128", show_default=True, help="Width x height in pixels."
)
@click.option(
    "--seconds",
    type=click.FloatRange(0, 60, min_open=True),
    default=4.0,
    show_default=True,
    help="Length of each.",
)
@click.option(
    "--fps", type=click.FloatRange(1, 60), default=12.0, show_default=True, help="Frames a second."
)
@click.option(
    "--language",
    type=click.Choice(["en", "zh", "both"]),
    default="both",
    show_default=True,
    help="Of the captions.",
)
def sample(
    count: int, output: Path, seed: int, size: str, seconds: float, fps: float, language: str
) -> None:
    """Write N clips of the tabletop world, their captions, and one contact sheet of all.

    The clip of a seed is always the same. Files of the same names are overwritten.
    """
    width, height = parse_size(size)
    if not (16 <= width <= 2048 and 16 <= height <= 2048):
        raise RequestError(f"A size of {size} is out of range: 16 to 2048 pixels a side.")
    _need_mujoco()
    _make_folder(output)

    import numpy as np

    from sorairo.video.clip import Clip
    from sorairo.world.tabletop.dynamics.sampling import sample_scene
    from sorairo.world.tabletop.dynamics.simulate import simulate
    from sorairo.world.tabletop.rendering.clip_generator import film
    from sorairo.world.tabletop.rendering.renderer import Renderer

    firsts = []
    with Renderer(width=width, height=height) as renderer, progress_bar("drawing") as progress:
        for index in range(count):
            rng = np.random.default_rng(seed + index)
            scene = sample_scene(rng)
            pixels = film(renderer, simulate(scene, seconds=seconds, fps=fps))
            clip = Clip(frames=pixels, fps=fps)
            path = clip.save(output / f"tabletop-{seed + index}.mp4")
            captions = _captions(scene, rng, language)
            path.with_suffix(".txt").write_text("\n".join(captions) + "\n", encoding="utf-8")
            firsts.append(_strip(clip))
            progress(index + 1, count)
            click.echo(path)
    click.echo(_save_sheet(np.concatenate(firsts), output / "contact-sheet.png"))


STRIP = 6  # frames of a clip on the contact sheet


def _captions(scene: Scene, rng: np.random.Generator, language: str) -> list[str]:
    from sorairo.world.tabletop.language.captions import DETAILS, caption

    languages = ("en", "zh") if language == "both" else (language,)
    return [
        caption(scene, rng, language=each, detail=detail)
        for each in languages
        for detail in DETAILS
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


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise MediaError(f"{path} is a file, not a folder: choose another place.") from None
    except OSError as error:
        raise MediaError(f"Cannot make the folder {path}: {error.strerror}.") from error


def _need_mujoco() -> None:
    try:
        import sorairo.world.tabletop.rendering.renderer  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "mujoco":
            raise
        raise MissingExtraError(
            "The tabletop world is simulated by MuJoCo: pip install 'sorairo[world]'."
        ) from error
    except AttributeError as error:  # how PyOpenGL says that a library is not there
        raise MissingExtraError(
            "MuJoCo draws without a screen by OSMesa: sudo apt-get install libosmesa6"
            " (or set MUJOCO_GL=egl where there is a GPU)."
        ) from error
