"""The files of 0 A.D., out of a Debian package that `apt-get` fetches once into the cache.

The package has 1.4 GB; what the world needs of it is kept as one zip file of less than a tenth of
that, with the licence and the names of the authors. Nothing of it is part of sorairo.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import IO

from sorairo.errors import MissingExtraError
from sorairo.packages import assets_folder
from sorairo.world.menagerie.places import GROUNDS, TERRAIN

NAME, VERSION = "0ad-data", "0.0.26-1"
DIGEST = "53745ae74d05bccf6783400fa98f3932b21729ab9d2e86151aa2c331c3455178"  # SHA-256
INNER = "usr/share/games/0ad/mods/public/public.zip"  # where the package has its own archive
SPACE = 5_500_000_000  # bytes that unpacking takes for a while
KEPT = re.compile(
    r"art/(?:actors/(?:fauna|props/(?:fauna|horse|camel))/.*\.xml|variants/quadraped/.*\.xml"
    r"|meshes/(?:skeletal|props/(?:horse/|camel|deer|gazelle)).*\.pmd"
    r"|animation/quadraped/.*\.psa|textures/skins/(?:skeletal/(?:animal|fauna|horse|brit/mastiff)"
    r"|props/(?:horse/|camel/|gazelle)).*\.dds|LICENSE\.txt)|gui/credits/texts/art\.json"
)
ATTRIBUTION = """\
The animals and grounds of these clips are made from 0 A.D. (package {name} {version}), by Wildfire
Games and its contributors, http://www.wildfiregames.com/, under the Creative Commons
Attribution-ShareAlike 3.0 licence, http://creativecommons.org/licenses/by-sa/3.0/. They were
posed, lit and filmed anew. What is made from them is shared under the same licence.

Authors of the art of 0 A.D.: {authors}.

Light and surroundings: Poly Haven, CC0.
"""


@cache
def archive() -> zipfile.ZipFile:
    """The files that the world needs, fetched if they are not there yet.

    Raises:
        MissingExtraError: The package cannot be fetched, is not the one expected, or the disk
            has no room for it.
    """
    file = assets_folder() / f"{NAME}-{VERSION}.zip"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
            package = _fetched(Path(scratch))
            kept = Path(scratch) / "kept.zip"
            repack(package, kept)
            kept.replace(file)
    return zipfile.ZipFile(file)


def read(name: str) -> bytes:
    """A file of the archive. Raises MissingExtraError."""
    return archive().read(name)


def credits_text() -> str:
    """The licence and the authors, as a clip of the world has to name them."""
    groups = json.loads(read("gui/credits/texts/art.json"))["Content"]
    people = [one for group in groups for one in group.get("List", ())]
    names = dict.fromkeys(person.get("name") or person["nick"] for person in people)
    return ATTRIBUTION.format(name=NAME, version=VERSION, authors=", ".join(names))


def _fetched(scratch: Path) -> Path:
    """The Debian package: one that a user has put into the cache, or fetched with apt-get."""
    given = assets_folder() / f"{NAME}_{VERSION}_all.deb"
    if not given.exists():
        if shutil.disk_usage(scratch).free < SPACE:
            raise MissingExtraError(
                f"Fetching the animals of 0 A.D. takes {SPACE / 1e9:.1f} GB for a while, of which"
                f" about 0.1 GB stay: make room in {assets_folder()}."
            )
        given = _downloaded(scratch)
    with given.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != DIGEST:
        raise MissingExtraError(
            f"{given.name} has the digest {digest}, not {DIGEST}: it is not the package that"
            " sorairo knows."
        )
    return given


def _downloaded(scratch: Path) -> Path:
    wanted = f"{NAME}={VERSION}"
    by_hand = f"or put {NAME}_{VERSION}_all.deb of Debian's archive into {assets_folder()}."
    if shutil.which("apt-get") is None:
        raise MissingExtraError(
            f"The animals of 0 A.D. are fetched with apt-get: use Debian 12, {by_hand}"
        )
    command = ["apt-get", "download", wanted]
    ran = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
    found = list(scratch.glob("*.deb"))
    if ran.returncode or len(found) != 1:
        reason = (ran.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise MissingExtraError(
            f"Cannot fetch {wanted} with `{' '.join(command)}` ({reason}): run apt-get update on"
            f" Debian 12, {by_hand}"
        )
    return found[0]


def repack(package: Path, target: Path) -> None:
    """Writes what the world needs of a Debian package to a zip file."""
    with tempfile.TemporaryFile(dir=target.parent) as inner:
        with package.open("rb") as content:
            _seek_data(content)
            with tarfile.open(fileobj=content, mode="r|*") as tar:
                member = next(one for one in tar if one.name.removeprefix("./") == INNER)
                source = tar.extractfile(member)
                assert source is not None, "the archive is a file"
                shutil.copyfileobj(source, inner)
        with zipfile.ZipFile(inner) as everything, zipfile.ZipFile(target, "w") as kept:
            for info in everything.infolist():
                if _wanted(info.filename):
                    kept.writestr(info, everything.read(info), zipfile.ZIP_DEFLATED)


def _seek_data(package: IO[bytes]) -> None:
    """Moves to the data archive in a Debian package, an `ar` file of parts with headers of 60
    bytes (Debian policy; man 5 deb)."""
    if package.read(8) != b"!<arch>\n":
        raise MissingExtraError("The package is not a Debian package.")
    while header := package.read(60):
        if header.startswith(b"data.tar"):
            return
        size = int(header[48:58])
        package.seek(size + size % 2, 1)
    raise MissingExtraError("The Debian package has no data.")


@cache
def _pictures() -> frozenset[str]:
    return frozenset(f"{TERRAIN}/{ground.picture}.cached.dds" for ground in GROUNDS.values())


def _wanted(name: str) -> bool:
    return name in _pictures() or KEPT.fullmatch(name) is not None
