"""`sorairo import`: clips and pictures that were made elsewhere, into the library."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.console import say, show, show_json
from sorairo.cli.progress import progress_bar
from sorairo.cli.serve import DATABASE, MEDIA, server_extra, storage_urls
from sorairo.errors import MediaError, QuotaError, RequestError, WriteError

if TYPE_CHECKING:
    from sorairo.server.imports.importer import Imported, Importer
    from sorairo.server.imports.matching import FoundMedia


@click.command(
    "import",
    epilog="""\b
    Examples:
      sorairo import sora-archive
      sorairo import openai-export.zip --tag sora --dry-run""",
)
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--tag", "tags", multiple=True, help="A tag for all of them. Repeatable.")
@click.option(
    "--key",
    "owner",
    default="",
    metavar="ID",
    help="Id of the key that owns them.  [default: none, as of a server without keys]",
)
@click.option("--dry-run", is_flag=True, help="Only list what would be imported.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each file.")
@DATABASE
@MEDIA
def import_command(
    archive: Path,
    tags: tuple[str, ...],
    owner: str,
    dry_run: bool,
    as_json: bool,
    database: str | None,
    media: str | None,
) -> None:
    """Import the clips and pictures of ARCHIVE, a folder or a zip, into the library.

    Prompts, seeds, dates and favourites are read from JSON, CSV and text files beside them, as
    sora-exodus, browser extensions and OpenAI's export write them. Nothing is imported twice. A
    running server shows them at once; they can be remixed, extended and looped there.
    """
    with server_extra():
        from sorairo.server.imports.archive import find_media, open_archive

    opened = open_archive(archive)
    found, unreadable = find_media(opened)
    for each in unreadable:
        say(f"{each.path} is left out: {each.reason}.")
    if not found:
        raise RequestError(
            f"There are no clips or pictures in {archive}: name a folder or zip with .mp4, .mov,"
            " .webm, .mkv, .png, .jpg or .webp files."
        )
    if silent := sum(not each.record.prompt for each in found):
        say(
            f"For {silent} of {len(found)} files no file beside them names a prompt: they are"
            " imported without one, unless sorairo made them."
        )
    if dry_run:
        for each in found:
            _show(each, None, as_json)
        return
    from sorairo.jobs.library.tags import checked

    wanted, counts = checked(tags), {"imported": 0, "present": 0, "trashed": 0, "skipped": 0}
    importer = _importer(database, media, owner)
    with progress_bar("Importing") as update, ThreadPoolExecutor(os.cpu_count()) as threads:
        results = threads.map(lambda each: _import_one(opened, importer, each, wanted), found)
        for number, (each, result) in enumerate(zip(found, results, strict=True), start=1):
            counts["skipped" if result is None else result.outcome] += 1
            if result is not None:
                _show(each, result, as_json)
            update(number, len(found))
    say(_summary(counts))
    if counts["skipped"] == len(found):
        raise MediaError(f"None of the {len(found)} files in {archive} can be imported.")


def _importer(database: str | None, media: str | None, owner: str) -> Importer:
    from sorairo.jobs.keys import ApiKeyStore
    from sorairo.jobs.queue import Queue
    from sorairo.server.imports.importer import Importer
    from sorairo.server.uploads.media_store import MediaStore

    urls = storage_urls(database, media)
    opened = urls.open_database()
    keys = ApiKeyStore(opened)
    if owner and not keys.is_valid(owner):
        raise RequestError(f"There is no valid key '{owner[:80]}': `sorairo keys list` names them.")
    most = keys.quota(owner).most_bytes
    return Importer(queue=Queue(opened), media=MediaStore(urls.media), owner=owner, most_bytes=most)


def _import_one(
    opened: Any, importer: Importer, found: FoundMedia, tags: tuple[str, ...]
) -> Imported | None:
    """What became of a file; None if it is skipped, which is said."""
    from dataclasses import replace

    from sorairo.server.imports.importer import reason_of

    record = replace(found.record, tags=(*found.record.tags, *tags))
    try:
        with ExitStack() as files:
            path = files.enter_context(opened.on_disk(found.path))
            inputs = [files.enter_context(opened.on_disk(each)) for each in found.inputs]
            created_at = opened.time(found.path)
            return importer.add(path, record, name=found.path, created_at=created_at, inputs=inputs)
    except (QuotaError, WriteError):
        raise
    except MediaError as error:
        say(f"{found.path} is skipped: it {reason_of(error)}.")
    return None


def _show(found: FoundMedia, result: Imported | None, as_json: bool) -> None:
    facts = {
        "file": found.path,
        "prompt": found.record.prompt,
        **({} if result is None else {"id": result.job.id, "outcome": result.outcome.value}),
    }
    if as_json:
        show_json(facts)
    elif result is None:
        show(f"{found.path}  {found.record.prompt[:60]}".rstrip())
    elif result.outcome == "imported":
        show(f"{result.job.id}  {found.path}")


def _summary(counts: dict[str, int]) -> str:
    parts = [f"Imported {counts['imported']}"]
    if counts["present"]:
        parts.append(f"{counts['present']} were here already")
    if counts["trashed"]:
        parts.append(f"{counts['trashed']} are in the trash")
    if counts["skipped"]:
        parts.append(f"{counts['skipped']} were skipped")
    return "; ".join(parts) + "."
