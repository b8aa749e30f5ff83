"""Runs every command of the how-to pages, draws the results, writes the pages and README table.

    python docs/how-to/make.py --photo cat.png       # everything
    python docs/how-to/make.py --text                # text only: runs no command
    python docs/how-to/make.py --model DIR --work W --to T generate extend   # try two pages

Commands use files that earlier pages make: `extend` needs those of `generate`. With --work, results
stay in a folder, and commands that succeeded are not run again: use a new folder for another model.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from sorairo import config

sys.path.insert(0, str(Path(__file__).parent))
from strip import Row, save

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BEGIN, END = "<!-- written by docs/how-to/make.py -->", "<!-- until here -->"
PHOTO = "photo.jpg"  # the name of the reader's photograph in commands


@dataclass(frozen=True, kw_only=True)
class Page:
    """One capability: `text` and `notes` are Markdown, `files` are written before its commands."""

    name: str
    title: str
    line: str
    text: str
    commands: tuple[str, ...]
    notes: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    row: tuple[Row, ...]


def read() -> list[Page]:
    """The pages of entries.toml. Raises ConfigError for what is not of their form."""
    table = tomllib.loads((HERE / "entries.toml").read_text(encoding="utf-8"))
    return [_page(page) for page in table["page"]]


def _page(table: dict) -> Page:
    rows = tuple(config.from_json(Row, row) for row in table["row"])
    lists = {name: tuple(table.get(name, ())) for name in ("commands", "notes")}
    return Page(**{**table, **lists, "row": rows})


# --- what is run


def run(pages: list[Page], work: Path, options: list[str], photo: Path | None) -> None:
    """Runs the commands of `pages` in the folder `work` and lists the successful ones in its file
    `done`. Commands that need a photograph are skipped without one."""
    done = work / "done"
    ended = done.read_text(encoding="utf-8").splitlines() if done.exists() else []
    if photo is not None:
        from PIL import Image

        Image.open(photo).convert("RGB").save(work / PHOTO, quality=95)
    for page in pages:
        for name, text in page.files.items():
            (work / name).write_text(text, encoding="utf-8")
        for command in page.commands:
            if PHOTO in command and not (work / PHOTO).exists():
                print(f"left out, for want of --photo: {command}", file=sys.stderr)
            elif command not in ended:
                _run(command, work, options)
                with done.open("a", encoding="utf-8") as file:
                    file.write(command + "\n")


def _run(command: str, work: Path, options: list[str]) -> None:
    words = shlex.split(command)
    assert words[0] == "sorairo"
    started = time.monotonic()
    call = [sys.executable, "-m", *words, *options]
    ended = subprocess.run(call, cwd=work, capture_output=True, text=True, check=False)
    print(f"{time.monotonic() - started:6.1f} s  {command}", file=sys.stderr, flush=True)
    if ended.returncode:
        sys.exit(ended.stderr)
    if "Warning" in ended.stderr:
        print(ended.stderr, file=sys.stderr)


def picture(page: Page, work: Path, to: Path) -> None:
    """Writes the picture of a page, without the rows of skipped commands."""
    rows = [row for row in page.row if all((work / file).exists() for file in row.files)]
    save(rows, work, to / picture_of(page))


# --- what is written


def picture_of(page: Page) -> str:
    """The path of a page's picture in the repository."""
    return f"docs/images/how-to/{page.name}.jpg"


def pictured(page: Page) -> bool:
    """Whether a page has a picture: the shipped model may not support the capability yet."""
    return (ROOT / picture_of(page)).exists()


def texts(pages: list[Page], readme: str) -> dict[str, str]:
    """The text of every written file, by its path in the repository."""
    written = {f"docs/how-to/{page.name}.md": markdown(page) for page in pages}
    return written | {"README.md": with_table(readme, pages)}


def markdown(page: Page) -> str:
    """The page of a capability."""
    files = [f"`{name}`:\n\n```toml\n{text.strip()}\n```" for name, text in page.files.items()]
    commands = "\n".join(page.commands)
    parts = [
        f"# {page.title}",
        page.text.strip(),
        *([f"![{page.title}](../images/how-to/{page.name}.jpg)"] if pictured(page) else []),
        *files,
        f"```sh\n{commands}\n```",
        "\n".join(f"- {note}" for note in page.notes),
        "[All capabilities](../../README.md#capabilities)",
    ]
    return "\n\n".join(parts) + "\n"


def with_table(readme: str, pages: list[Page]) -> str:
    """The README with the table of all pages between its two comments."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    assert after, f"README.md lacks the comments {BEGIN} and {END}"
    lines = []
    for page in pages:
        link = f"docs/how-to/{page.name}.md"
        shown = f"[![{page.title}]({picture_of(page)})]({link})" if pictured(page) else ""
        lines.append(f"| **[{page.title}]({link})**<br>{page.line} | {shown} |")
    head = "real output of the commands on the page" if any(map(pictured, pages)) else ""
    table = "\n".join([f"| | {head} |", "|---|---|", *lines])
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pages", nargs="*", help="names of pages to run and picture [all]")
    parser.add_argument("--model", help="a name or a model directory [the shipped one]")
    parser.add_argument("--photo", type=Path, help=f"a photograph, which pages call {PHOTO}")
    parser.add_argument("--work", type=Path, help="run the commands here [a temporary folder]")
    parser.add_argument("--to", type=Path, default=ROOT, help="write under this folder")
    parser.add_argument("--text", action="store_true", help="write the words alone, run nothing")
    asked = parser.parse_args()
    pages = read()
    chosen = [page for page in pages if page.name in asked.pages or not asked.pages]
    if not asked.text:
        model = str(Path(asked.model).resolve()) if "/" in (asked.model or "") else asked.model
        with tempfile.TemporaryDirectory() as folder:
            work = asked.work or Path(folder)
            work.mkdir(parents=True, exist_ok=True)
            run(chosen, work, ["--model", model] if model else [], asked.photo)
            for page in chosen:
                picture(page, work, asked.to)
    for name, text in texts(pages, (ROOT / "README.md").read_text(encoding="utf-8")).items():
        path = asked.to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
