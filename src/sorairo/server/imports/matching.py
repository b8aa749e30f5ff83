"""Which record of an archive is about which of its clips."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sorairo.server.imports.records import Record

VIDEO_SUFFIXES = (".mp4", ".mov", ".m4v", ".webm", ".mkv")
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
SIDECAR_SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt")
MEDIA_SUFFIXES = (*VIDEO_SUFFIXES, *PICTURE_SUFFIXES)
UNNAMED_SUFFIXES = (".dat", "")  # of files that may be clips and pictures, by their content
MOST_RECORDS = 32  # about one file: an archive may repeat itself
BEST_NAMES = ("original", "source", "video")  # of several files of one clip, the best first
# What an export of a library has beside its clips: the files that they were made from.
_INPUT = re.compile(r"(?P<root>|.*/)inputs/(?P<video>video_[0-9a-f]{32})-(?P<number>\d+)\.\w+")
_CLIP = re.compile(r"(?P<root>|.*/)clips/(?P<video>video_[0-9a-f]{32})\.mp4")
_THUMBNAIL = re.compile(r"(?:^|/)thumb(?:nail)?s?/[^/]*$", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*")
_ID = re.compile(
    r"(?:gen|task|video|s)_[A-Za-z0-9]{4,}|file[-_][A-Za-z0-9]{6,}",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class FoundMedia:
    """A clip or picture of an archive, and what is known about it."""

    path: str
    """Its name within the archive."""
    record: Record
    """What the sidecars say about it."""
    others: tuple[str, ...] = ()
    """Other forms of it in the archive, such as its poster, which are not imported."""
    inputs: tuple[str, ...] = ()
    """The files that it was made from, in their order, of an export of a library."""


def matched(media: Iterable[str], records: Sequence[Record]) -> list[FoundMedia]:
    """The clips and pictures of an archive with their records, in the order of their paths.
    Pictures in a folder of thumbnails, and files from which the clips of an export were made, are
    left out, unless there is nothing else."""
    table, groups = _Table(records), defaultdict(list)
    paths = sorted(media)
    inputs = _inputs(paths)
    for path in [each for each in paths if not _is_beside(each)] or paths:
        found = table.records_of(path)
        record = found[0] if found else Record()
        for other in found[1:]:
            record = record.filled_from(other)
        groups[_item_of(path, record)].append((path, record))
    best = [_best(each) for each in groups.values()]
    return [replace(each, inputs=_inputs_of(each.path, inputs)) for each in best]


def _inputs(paths: Iterable[str]) -> dict[tuple[str, str], dict[int, str]]:
    """The files in exports from which videos were made, by folder and video, then by number."""
    found: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for matched_path in filter(None, map(_INPUT.fullmatch, paths)):
        key = (matched_path["root"], matched_path["video"])
        found[key][int(matched_path["number"])] = matched_path[0]
    return found


def _inputs_of(path: str, inputs: Mapping[tuple[str, str], Mapping[int, str]]) -> tuple[str, ...]:
    clip = _CLIP.fullmatch(path)
    found = inputs.get((clip["root"], clip["video"]), {}) if clip else {}
    numbers = range(len(found))  # none may be missing
    return tuple(found[i] for i in numbers) if found.keys() == set(numbers) else ()


def _is_beside(path: str) -> bool:
    """Whether a file is a thumbnail of a gallery, such as the one of sora-exodus, or an input."""
    is_video = PurePosixPath(path).suffix.lower() in VIDEO_SUFFIXES
    return _INPUT.fullmatch(path) is not None or (
        not is_video and _THUMBNAIL.search(path) is not None
    )


def _item_of(path: str, record: Record) -> str:
    """A name for all forms of one clip: its folder, where that is named after the clip's id or has
    a record of its own; else the file itself."""
    folder = str(PurePosixPath(path).parent)
    named = any(each in folder.rpartition("/")[2] for each in record.ids if len(each) > 5)
    return folder if record.prompt and (named or _is_own(record, folder)) else path


def _is_own(record: Record, folder: str) -> bool:
    return record.alone and record.folder == folder and record.stem in ("metadata", "info")


def _best(forms: Sequence[tuple[str, Record]]) -> FoundMedia:
    def rank(each: tuple[str, Record]) -> tuple[bool, int, str]:
        pure = PurePosixPath(each[0])
        stem = pure.stem.lower()
        place = BEST_NAMES.index(stem) if stem in BEST_NAMES else len(BEST_NAMES)
        return pure.suffix.lower() not in VIDEO_SUFFIXES, place, each[0]

    (path, record), *others = sorted(forms, key=rank)
    return FoundMedia(path=path, record=record, others=tuple(name for name, _ in others))


class _Table:
    """Records by what they can be found by."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.by_path: dict[str, list[Record]] = defaultdict(list)
        self.by_name: dict[str, list[Record]] = defaultdict(list)
        self.by_stem: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self.by_folder: dict[str, list[Record]] = defaultdict(list)
        self.by_id: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            folder, stem = _composed(record.folder), _composed(record.stem)
            for name in record.files:
                clean = _composed(name).replace("\\", "/").lstrip("./")
                self.by_path[_joined(folder, clean)].append(record)
                self.by_name[clean.rpartition("/")[2]].append(record)
            if record.alone:
                self.by_stem[folder, stem].append(record)
                if stem in ("metadata", "info"):
                    self.by_folder[folder].append(record)
            for each in record.ids:
                self.by_id[each.lower()].append(record)
        for name in [
            name for name, found in self.by_name.items() if len({r.ids for r in found}) > 1
        ]:
            del self.by_name[name]  # a name such as video.mp4 says nothing

    def records_of(self, path: str) -> list[Record]:
        """The records about a file, the surest first."""
        return list(dict.fromkeys(itertools.islice(self._candidates(path), MOST_RECORDS)))

    def _candidates(self, path: str) -> Iterator[Record]:
        path = _composed(path)
        pure = PurePosixPath(path)
        folder = "" if str(pure.parent) == "." else str(pure.parent)
        yield from self.by_path.get(path, ())
        yield from self.by_stem.get((folder, pure.stem), ())
        yield from self.by_stem.get((folder, pure.name), ())  # clip.mp4.json
        yield from self.by_folder.get(folder, ())
        for token in _tokens(pure):
            yield from self.by_id.get(token, ())
        yield from self.by_name.get(pure.name, ())


def _composed(name: str) -> str:
    """A name with its letters composed (Unicode NFC): zip files of macOS have accents, and the
    parts of Hangul, as characters of their own."""
    return unicodedata.normalize("NFC", name)


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _tokens(path: PurePosixPath) -> Iterator[str]:
    """Parts of a path that may be ids, those of the file before those of its folder."""
    for part in (path.stem, path.parent.name):
        yield part.lower()
        for pattern in (_ID, _TOKEN):
            yield from (each.lower() for each in pattern.findall(part))
