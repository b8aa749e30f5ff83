"""Fetches a file of a model: goes on where an earlier attempt ended, and checks the digest."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers

from sorairo.errors import ModelError, UnreachableError, WriteError
from sorairo.models.pull.catalogue import WantedFile
from sorairo.models.pull.remote import NETWORK_ERRORS, RemoteFile, reason_of
from sorairo.models.pull.store import ModelStore, StoredFile, alone, git_digest_of, sha256_of


def have(store: ModelStore, name: str, remote: RemoteFile) -> StoredFile | None:
    """A file that need not be fetched: another model has it, or it lies in the model's folder,
    where somebody has placed it."""
    if remote.sha256 and (path := store.stored(remote.sha256)):
        if path.stat().st_size == remote.bytes:
            return _stored(remote, remote.sha256)
        path.unlink()
    placed = store.root / name / remote.wanted.place
    if placed.is_file() and placed.stat().st_size == remote.bytes:
        sha256 = sha256_of(placed)
        if _fits(remote, placed, sha256):
            store.add(placed, sha256)
            return _stored(remote, sha256)
    return None


def fetch(store: ModelStore, remote: RemoteFile) -> StoredFile:
    """Fetches a file into the store. Raises UnreachableError if the connection breaks, and
    WriteError for a full disk; what has arrived stays, and the next call goes on there. Raises
    ModelError for other content than expected."""
    store.incoming.mkdir(parents=True, exist_ok=True)
    part = store.part(remote.digest)
    with alone(part):
        if remote.sha256 and store.stored(remote.sha256):  # another command was quicker
            return _stored(remote, remote.sha256)
        try:
            with part.open("ab") as file:
                if file.tell() > remote.bytes:
                    file.truncate(0)
                _receive(remote, file)
        except OSError as error:  # a full disk, where the file's buffer cannot be written either
            raise _not_stored(remote, error) from error
        sha256 = sha256_of(part)
        if not _fits(remote, part, sha256):
            part.unlink()
            raise ModelError(
                f"{remote.wanted.path} of {remote.wanted.repo} has arrived with the digest"
                f" {sha256}, and not {remote.digest}: it was deleted. Try again."
            )
        store.take(part, sha256)
    return _stored(remote, sha256)


def arrived(store: ModelStore, remote: RemoteFile) -> int:
    """How many bytes of a file have arrived already."""
    part = store.part(remote.digest)
    size = part.stat().st_size if part.is_file() else 0
    return size if size <= remote.bytes else 0


def placed_by_hand(store: ModelStore, name: str, wanted: WantedFile) -> StoredFile | None:
    """A file in the store or the model's folder that is checked without the hub: against the digest
    of our list, where there is one. Raises ModelError for one of another digest."""
    if wanted.sha256 and (path := store.stored(wanted.sha256)):
        return _by_hand(wanted, wanted.sha256, path)
    path = store.root / name / wanted.place
    if not path.is_file():
        return None
    sha256 = sha256_of(path)
    if wanted.sha256 and sha256 != wanted.sha256:
        raise ModelError(
            f"{path} has the digest {sha256}, and not {wanted.sha256}: it is another file, or"
            " incomplete. Fetch it again."
        )
    return _by_hand(wanted, sha256, store.add(path, sha256))


def _by_hand(wanted: WantedFile, sha256: str, path: Path) -> StoredFile:
    return StoredFile(
        place=wanted.place,
        repo=wanted.repo,
        path=wanted.path,
        revision="",
        bytes=path.stat().st_size,
        sha256=sha256,
        licence=wanted.licence,
        digest_from="list" if wanted.sha256 else "",
    )


def _receive(remote: RemoteFile, file: BinaryIO) -> None:
    try:
        http_get(
            remote.url,
            file,
            resume_size=file.tell(),
            headers=build_hf_headers(library_name="sorairo"),
            expected_size=remote.bytes,
            displayed_filename=remote.wanted.place,
        )
    except NETWORK_ERRORS as error:
        if isinstance(error, OSError) and error.errno is not None and not _is_network(error):
            raise _not_stored(remote, error) from error
        raise UnreachableError(reason_of(error)) from error
    except ValueError as error:  # a file that the library fetches with another one only
        place = remote.wanted.place
        raise ModelError(f"{place} cannot be fetched: {reason_of(error)}.") from error


def _not_stored(remote: RemoteFile, error: OSError) -> WriteError:
    return WriteError(f"{remote.wanted.place} cannot be stored: {error.strerror or error}.")


def _is_network(error: OSError) -> bool:
    return isinstance(error, ConnectionError | TimeoutError)


def _fits(remote: RemoteFile, path: Path, sha256: str) -> bool:
    if remote.sha256:
        return sha256 == remote.sha256
    return git_digest_of(path) == remote.git_digest


def _stored(remote: RemoteFile, sha256: str) -> StoredFile:
    wanted = remote.wanted
    return StoredFile(
        place=wanted.place,
        repo=wanted.repo,
        path=wanted.path,
        revision=remote.revision,
        bytes=remote.bytes,
        sha256=sha256,
        licence=wanted.licence,
        digest_from=remote.digest_from,
    )
