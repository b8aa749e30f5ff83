"""Deletes what has been in the trash for long enough."""

from __future__ import annotations

from sorairo.jobs.library.changes import TRASH_SECONDS, Library
from sorairo.server.uploads.media_store import MediaStore


def empty_trash(library: Library, media: MediaStore, seconds: float = TRASH_SECONDS) -> None:
    """Deletes the jobs that have been in the trash for so many seconds, and their files. Files that
    cannot be deleted now belong to no job any more, and are deleted as such later."""
    while found := library.due(seconds):
        for job in library.purge(found):
            media.try_delete_folder(job)
