"""The files of the page of play. It shares what it can with the studio: lit-html, colours, icons,
what a browser remembers."""

from __future__ import annotations

from pathlib import Path

from sorairo.server.studio.assets import INDEX, STATIC, WebPage, page_of

OWN = Path(__file__).parent / "static"
SHARED = (
    *(f"core/{name}.js" for name in ("element", "icons", "lit", "settings", "state", "theme")),
    "css/base.css",
    "icon.svg",
)
SHARED_FOLDER = "vendor"


def player_paths() -> dict[str, Path]:
    """Where each file of the page is, by its name below the page's folder."""
    own = {each.relative_to(OWN).as_posix(): each for each in OWN.rglob("*.*")}
    lit = (each for each in (STATIC / SHARED_FOLDER).rglob("*") if each.is_file())
    shared = [*(STATIC / name for name in SHARED), *lit]
    return {**{each.relative_to(STATIC).as_posix(): each for each in shared}, **own}


def player() -> WebPage:
    """The page of play on a server."""
    return page_of("player", OWN / INDEX, player_paths())
