"""What the sidecars of an archive say about its clips: JSON, CSV and text files of any layout.

Archives of Sora's work come from many tools, each with names of its own: sora-exodus writes
`metadata.json` beside each clip, with `index.json` and `prompts.csv` at the top; browser extensions
write manifests; OpenAI's exports hold tasks with their generations. All are read by the same rule:
an object that has a prompt, or an id, or the name of a file, is a record, and what an object says
holds for the objects in it.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from sorairo.jobs.library.lineage import REMIX
from sorairo.notes import Note

MAX_DEPTH, MAX_RECORDS = 24, 200_000
MAX_PROMPT, MAX_TAG = 32_000, 64  # characters
MAX_PARENTS = 16
# Seconds since 1970: smaller numbers are dates such as 20251012, larger ones are in smaller units.
EARLIEST, LATEST = 1e8, 1e11
# By what is left of a key without signs and upper case; earlier keys win.
PROMPTS = (
    *("prompt", "fullprompt", "originalprompt", "inputtext", "posttext", "caption", "text"),
    *("description", "promptpreview", "title", "name"),
)
OWN_IDS = ("genid", "generationid", "videoid", "id", "uuid", "postid", "jobid", "taskid")
# Also those of objects around a record: in conversations an address such as file-service://file-...
IDS = (*OWN_IDS, "assetpointer")
FILES = (
    *("file", "files", "filename", "filenames", "filepath", "path", "localpath", "localfile"),
    *("video", "videofile", "clip", "image", "imagefile", "media"),
)
SEEDS = ("seed", "randomseed")
TIMES = ("createdat", "created", "createtime", "creationtime", "date", "postedat", "timestamp")
MODELS = ("model", "modelname", "modelid")
MARKS = ("isfavorite", "favorite", "favourite", "isfavourite", "isliked", "starred")
TAGS = ("tags", "keywords", "labels")
RECIPE = "video.recipe"  # the `object` of a recipe
_VIDEO, _PART = re.compile(r"video_[A-Za-z0-9]{8,58}"), re.compile(r"[a-z_]{1,16}")
KIND, PROMPT_LINE = "type", re.compile(r"^\s*prompt\s*[:=]\s*", re.IGNORECASE)
_FILE_NAME = re.compile(r"\S{1,200}\.[A-Za-z][A-Za-z0-9]{2,3}")  # which is no prompt
_QUOTED = re.compile(r"'(?:[=+\-@\t\r]|$)")  # earlier exports wrote it into empty cells, too
_SIGNS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is known about one clip or picture; None, "" and () where nothing is."""

    folder: str = ""
    """The folder of the file that says it, within the archive; "" for the top."""
    stem: str = ""
    """The name of that file without its suffixes."""
    alone: bool = False
    """Whether it is the only record of its file."""
    ids: tuple[str, ...] = ()
    """Ids, the most particular first."""
    files: tuple[str, ...] = ()
    """Names of files, as they are written."""
    prompt: str = ""
    seed: int | None = None
    created_at: float | None = None
    """Seconds since 1970."""
    model: str = ""
    favourite: bool = False
    tags: tuple[str, ...] = ()
    video: str = ""
    """The id of the video in its library; "" for other ids than those of videos."""
    parents: tuple[tuple[str, str], ...] = ()
    """The ids of the videos that it was made from, each with the part that it has."""

    def filled_from(self, other: Record) -> Record:
        """This record, with what it lacks taken from another one."""
        mine = {name: value for name, value in vars(self).items() if value not in (None, "", ())}
        return replace(other, **{**mine, "favourite": self.favourite or other.favourite})


@dataclass(frozen=True)
class Unreadable:
    """A sidecar that cannot be read."""

    path: str
    reason: Note
    """The end of a sentence that begins with the path."""


@dataclass
class Sidecars:
    """All records of an archive."""

    records: list[Record] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    def read(self, path: str, text: str) -> None:
        """Reads a sidecar; `path` is its name within the archive."""
        pure = PurePosixPath(path)
        folder = "" if str(pure.parent) == "." else str(pure.parent)
        stem = pure.name.split(".", 1)[0] if pure.name.count(".") == 1 else pure.stem
        try:
            found = list(_records(pure.suffix.lower(), text))
        except (ValueError, RecursionError, csv.Error) as error:
            self.unreadable.append(Unreadable(path, _reason(error)))
            return
        place = {"folder": folder, "stem": stem, "alone": len(found) == 1}
        room = MAX_RECORDS - len(self.records)
        self.records += [replace(each, **place) for each in found[:room]]


def _reason(error: Exception) -> Note:
    if isinstance(error, json.JSONDecodeError):
        return Note(f"it is not JSON (line {error.lineno})", "not_json", line=error.lineno)
    if isinstance(error, RecursionError):
        return Note("it is nested too deeply", "nested_text")
    return Note("it cannot be read", "unreadable_text")


def _records(suffix: str, text: str) -> Iterator[Record]:
    text = text.removeprefix("\ufeff")
    if suffix == ".json":
        yield from _in_json(json.loads(text), {}, 0)
    elif suffix in (".jsonl", ".ndjson"):
        for value in _json_lines(text):
            yield from _in_json(value, {}, 0)
    elif suffix in (".csv", ".tsv"):
        head = text.partition("\n")[0]
        comma = ";" if head.count(";") > head.count(",") else ","  # as spreadsheets of Europe write
        delimiter = "\t" if suffix == ".tsv" else comma
        for row in csv.DictReader(io.StringIO(text), delimiter=delimiter):
            yield from _in_json({str(key): _cell(each) for key, each in row.items()}, {}, 0)
    elif text.strip():
        yield Record(prompt=_prompt_of_text(valid_text(text)))


def _json_lines(text: str) -> Iterator[Any]:
    """The values of JSON lines, which line feeds separate: others, such as U+2028, may stand in
    their strings. Raises JSONDecodeError with the line of the text."""
    at = 0
    for line in text.split("\n"):
        if line.strip():
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise json.JSONDecodeError(error.msg, text, at + error.pos) from error
        at += len(line) + 1


def _cell(value: Any) -> Any:
    """A cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return value[1:] if isinstance(value, str) and _QUOTED.match(value) else value


def _prompt_of_text(text: str) -> str:
    """The prompt in a text: what follows "Prompt:" up to an empty line, or all of it."""
    lines = text.strip().splitlines()
    for number, line in enumerate(lines):
        if PROMPT_LINE.match(line):
            rest = [PROMPT_LINE.sub("", line), *lines[number + 1 :]]
            end = next((i for i, each in enumerate(rest) if i and not each.strip()), len(rest))
            return "\n".join(rest[:end]).strip()[:MAX_PROMPT]
    return text.strip()[:MAX_PROMPT]


def _in_json(value: Any, around: Mapping[str, Any], depth: int) -> Iterator[Record]:
    """The records in a value; `around` has what the objects around it say."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for each in value:
            yield from _in_json(each, around, depth + 1)
    if not isinstance(value, dict):
        return
    own = {_SIGNS.sub("", str(key).lower()): each for key, each in value.items()}
    said = {**around, **{key: each for key, each in own.items() if each not in (None, "", [])}}
    if any(isinstance(own.get(key), str) and own[key] for key in (*OWN_IDS, *FILES, "prompt")) or (
        isinstance(own.get("files"), list)
    ):
        yield _record(said, own)
    if own.get("object") == RECIPE:  # what is in it is about the videos that it was made from
        return
    inherited = {key: each for key, each in said.items() if key not in (*FILES, "id")}
    for each in value.values():
        if isinstance(each, dict | list):
            yield from _in_json(each, inherited, depth + 1)


def _record(said: Mapping[str, Any], own: Mapping[str, Any]) -> Record:
    return Record(
        ids=tuple(dict.fromkeys(_id(text) for key in IDS for text in _texts(said.get(key)))),
        files=tuple(dict.fromkeys(each for key in FILES for each in _texts(own.get(key)))),
        prompt=next(
            (
                text[:MAX_PROMPT]
                for key in PROMPTS
                for text in _texts(said.get(key))
                if not _FILE_NAME.fullmatch(text)
            ),
            "",
        ),
        seed=next((n for key in SEEDS if (n := _seed(said.get(key))) is not None), None),
        created_at=next((t for key in TIMES if (t := _time(said.get(key))) is not None), None),
        video=_video(own.get("id")),
        parents=_parents(own),
        model=next((each[:128] for key in MODELS for each in _texts(said.get(key))), ""),
        favourite=any(_flag(said.get(key)) for key in MARKS),
        tags=tuple(
            each.strip()[:MAX_TAG]
            for key in TAGS
            for text in _texts(said.get(key))
            for each in text.splitlines()
        ),
    )


def _video(value: Any) -> str:
    return value if isinstance(value, str) and _VIDEO.fullmatch(value) else ""


def _parents(own: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What an export of a library, or a Video object of OpenAI, says about its parents."""
    found = {_video(own.get("remixedfromvideoid")): REMIX}
    given = own.get("parents")
    for video, part in given.items() if isinstance(given, dict) else ():
        if isinstance(part, str) and _PART.fullmatch(part):
            found[_video(video)] = part
    return tuple((video, part) for video, part in found.items() if video)[:MAX_PARENTS]


def _id(text: str) -> str:
    """An id, or the last part of an address that ends in one."""
    return text.rpartition("://")[2]


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    texts = (valid_text(each).strip() for each in values if isinstance(each, str))
    return [each for each in texts if each]


def valid_text(text: str) -> str:
    """A text without NUL, and with "?" for every lone surrogate, as where a program has cut an
    emoji: no database takes them."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _seed(value: Any) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip()
    whole = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if whole else None


def _flag(value: Any) -> bool:
    return value is True or str(value).strip().lower() in ("true", "1", "yes")


def _time(value: Any) -> float | None:
    """Seconds since 1970 of a time in ISO 8601, or of a number of seconds or parts of them."""
    if isinstance(value, bool) or value in (None, ""):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return _iso_time(str(value))
    if not math.isfinite(number) or number <= 0:
        return None
    if number < EARLIEST:
        return _iso_time(str(value))
    for _ in range(3):  # milliseconds, microseconds, nanoseconds
        number = number / 1000 if number > LATEST else number
    return number if number <= LATEST else None


def _iso_time(text: str) -> float | None:
    try:
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
