"""What a command says about its results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sorairo.cli.console import show, show_json
from sorairo.cli.options import CommonOptions
from sorairo.generation.output.output_files import OutputFiles
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.limits import Size

if TYPE_CHECKING:
    from sorairo.video.clip import Clip


def scaling_notes(clip: Clip, native: Size, native_fps: float) -> list[str]:
    """How the size and frame rate of the result differ from those of the generated frames."""
    size = clip.width, clip.height
    pairs = [(size_text(native), size_text(size))]
    if clip.num_frames > 1 and clip.fps > native_fps:
        pairs.append((f"{native_fps:g} fps", f"{clip.fps:g} fps"))
    changed = [pair for pair in pairs if pair[0] != pair[1]]
    if not changed:
        return []
    before, after = (", ".join(each) for each in zip(*changed, strict=True))
    return [f"Generated at {before}; {_scaling(native, size)} to {after}."]


def _scaling(native: Size, size: Size) -> str:
    if native == size:
        return "interpolated"
    return "upscaled" if size[0] * size[1] >= native[0] * native[1] else "scaled down"


def size_text(size: Size) -> str:
    """(512, 256) -> "512x256"."""
    return f"{size[0]}x{size[1]}"


def facts_of(
    common: CommonOptions, request: Request, clip: Clip, outputs: OutputFiles
) -> dict[str, Any]:
    """What `--json` says about a result."""

    def name(path: Path | None) -> str | None:
        return str(path) if path else None

    return {
        "path": str(outputs.clip),
        "gif": name(outputs.gif),
        "contact_sheet": name(outputs.sheet),
        "latents": name(outputs.latents),
        "command": request.command,
        "prompt": request.prompt,
        "expanded": request.expanded or None,
        "read_as": request.read or None,
        "style": request.style,
        "negative": request.negative,
        "inputs": [source.name for source in request.inputs],
        "seed": request.seed,
        "size": size_text((clip.width, clip.height)),
        "fps": clip.fps,
        "frames": clip.num_frames,
        "seconds": round(clip.duration, 3),
        "model": common.model.name,
        "model_digest": common.model.digest,
    }


def print_result(facts: dict[str, Any], outputs: OutputFiles, common: CommonOptions) -> None:
    """Print a result to stdout: as a JSON object, or the paths of its files."""
    if common.as_json:
        show_json(facts)
    else:
        show("\n".join(map(str, outputs.paths)))
