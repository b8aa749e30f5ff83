"""The characters that an imported clip shows: those that its owner has, and new ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sorairo.jobs.characters import CharacterStore, clip_name, new_character_id
from sorairo.server.uploads.media_store import MediaStore
from sorairo.video.latent_sidecar import file_digest


@dataclass(frozen=True, kw_only=True)
class ImportedCast:
    """The characters of one owner, for the import of one clip."""

    characters: CharacterStore
    media: MediaStore
    owner: str
    most_bytes: float | None = None
    """What the owner may store; None: any amount."""
    added: list[str] = field(default_factory=list)
    """The ids of the new characters."""

    def ids(self, names: Sequence[str], paths: Sequence[Path]) -> tuple[str, ...]:
        """The ids of the characters with these names and clips, in their order. A character with
        the same name and clip is used again. Raises QuotaError and WriteError."""
        return tuple(
            self._existing(name, path) or self._add(name, path)
            for name, path in zip(names, paths, strict=True)
        )

    def undo(self) -> None:
        """Removes the new characters, whose video could not be imported."""
        for each in self.added:
            self.characters.remove(each, self.owner)
            self.media.try_delete_folder(each)

    def _existing(self, name: str, path: Path) -> str | None:
        size, digest = path.stat().st_size, file_digest(path)
        for each in self.characters.named(name, self.owner):
            is_as_long = self.media.size(each.clip) == size
            if is_as_long and _digest(self.media.read(each.clip)) == digest:
                return each.id
        return None

    def _add(self, name: str, path: Path) -> str:
        character = new_character_id()
        self.added.append(character)
        self.media.put(clip_name(character), path)
        size = path.stat().st_size
        self.characters.add(character, name, self.owner, size=size, most_bytes=self.most_bytes)
        return character


def _digest(pieces: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    return found.hexdigest()
