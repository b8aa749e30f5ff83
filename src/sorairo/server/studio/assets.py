"""The files of pages, under addresses that change with their contents."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
INDEX = "index.html"
# Where the index lists what a browser should load at once, and the folder of all files.
HEAD, ROOT = "<!-- head -->", "{root}"
DIGEST_LENGTH = 16
WORDS = "i18n/"  # a folder of modules for each language
# Comments that begin a line, and those at the end of one that have no quotation mark, with which a
# string might end. No template of the page has a line like that.
_COMMENTS = re.compile(rb"^[ \t]*(?://.*|/\*[\s\S]*?\*/[ \t]*$)|[ \t]+// [^\"'`\n]*$", re.MULTILINE)
_INDENTATION = re.compile(rb"^[ \t]+", re.MULTILINE)
# Strings of a style sheet stay. Space before a colon is one between an element and those in it.
_CSS_SPACE = re.compile(rb"""("[^"]*")|[;\s]*(}|[{,;])\s*|:\s+""")
# What the page may do: use its own files and its own server, and make DOM from the templates of
# lit-html only (Trusted Types). Clips and pictures that need a key are read as blobs.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html",
    )
)


@dataclass(frozen=True)
class Asset:
    """One file of the page."""

    content: bytes
    """What it contains."""
    media_type: str
    """Its media type."""


@dataclass(frozen=True, kw_only=True)
class WebPage:
    """A page and all files that it loads."""

    files: Mapping[str, Asset]
    """By their names below the page's folder, without the index."""
    digest: str
    """Of all of them: the name of the folder that browsers see, so that they may keep the files."""
    index: str
    """The page itself."""


def studio() -> WebPage:
    """The studio, as its files are in the package now."""
    paths = {each.relative_to(STATIC).as_posix(): each for each in STATIC.rglob("*.*")}
    return page_of("studio", STATIC / INDEX, paths)


def page_of(folder: str, index: Path, paths: Mapping[str, Path]) -> WebPage:
    """A page whose files browsers see below `folder/DIGEST/`, by their names; those of other types
    than MEDIA_TYPES are left out."""
    known = sorted((name, path) for name, path in paths.items() if path.suffix in MEDIA_TYPES)
    stamps = tuple((name, path, path.stat().st_mtime_ns) for name, path in known)
    return _read(folder, (index, index.stat().st_mtime_ns), stamps)


@lru_cache(maxsize=2)
def _read(
    folder: str, index: tuple[Path, int], paths: tuple[tuple[str, Path, int], ...]
) -> WebPage:
    """These files, each with the time of its last change."""
    files = {name: Asset(served(path), MEDIA_TYPES[path.suffix]) for name, path, _ in paths}
    hashed = hashlib.sha256()
    for name, asset in files.items():
        hashed.update(f"{name} {len(asset.content)} ".encode() + asset.content)
    digest = hashed.hexdigest()[:DIGEST_LENGTH]
    root = f"{folder}/{digest}"
    text = index[0].read_text(encoding="utf-8")
    page = text.replace(HEAD, "\n    ".join(_links(files, root))).replace(ROOT, root)
    return WebPage(files=files, digest=digest, index=page)


def served(path: Path) -> bytes:
    """A file as browsers get it: scripts without comments, whose lines stay, and indentation; style
    sheets without comments and space. A text of several lines writes its indentation as `\\x20`."""
    content = path.read_bytes()
    if path.suffix not in (".js", ".css") or "vendor" in path.parts:
        return content
    bare = _COMMENTS.sub(lambda found: b"\n" * found[0].count(b"\n"), content)
    if path.suffix == ".css":
        return _CSS_SPACE.sub(lambda found: found[1] or found[2] or b":", bare).strip()
    return _INDENTATION.sub(b"", bare)


def _links(files: Mapping[str, Asset], root: str) -> Iterator[str]:
    """The style sheets in the order of their names, and all modules, so that a browser loads them
    together and not one import after the other. Of the words, it loads those of one language alone:
    `core/language.js` knows which."""
    for name in files:
        if name.endswith(".css"):
            yield f'<link rel="stylesheet" href="{root}/{name}">'
    for name in files:
        if name.endswith(".js") and not name.startswith(WORDS):
            yield f'<link rel="modulepreload" href="{root}/{name}">'
