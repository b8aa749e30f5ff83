"""`sorairo play`: a world to play in, in the browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from sorairo.cli.console import say, show
from sorairo.cli.host_options import is_loopback, page_at
from sorairo.cli.serve import DATABASE, HOST, MEDIA, PORT, server_extra, storage_urls


@click.command(
    epilog="""\b
    Examples:
      sorairo play
      sorairo play crafter --port 8080
      sorairo play crafter --export page"""
)
@click.argument("world", default="crafter")
@HOST
@PORT
@click.option("--open/--no-open", "opens", default=True, help="Open the page in a browser.")
@click.option(
    "--workers",
    type=click.IntRange(0, 1000),
    default=1,
    show_default=True,
    help="Worker processes for jobs of the studio, such as extending what was played.",
)
@click.option(
    "--export",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the page with the networks of the world into an empty folder, and end. Any file"
    " host serves it, such as `python -m http.server`: the networks run in the browser.",
)
@DATABASE
@MEDIA
def play(
    world: str,
    host: str,
    port: int,
    opens: bool,
    workers: int,
    folder: Path | None,
    database: str | None,
    media: str | None,
) -> None:
    """Play a world in the browser: a server with the page of play at /play.

    It is the server of `sorairo serve`, with its library: what was played becomes a clip there.
    """
    with server_extra():
        from sorairo.server.supervisor import serve
        from sorairo.server.temporary_files import temporary_files
        from sorairo.server.worker_processes import WorkerOptions
    from sorairo.play.loading import check_installed, load_world

    facts = load_world(world).facts
    check_installed()
    if folder is not None:
        from sorairo.server.player.export import export_player

        show(str(export_player(facts, folder, lambda part: say(f"Writing: {part}."))))
        return
    address = page_at(host, port, "/play")

    def started() -> None:
        say(f"Play at {address} (Ctrl-C ends it).")
        if opens:
            webbrowser.open(address)

    with temporary_files():
        serve(
            host,
            port,
            storage_urls(database, media),
            WorkerOptions(count=workers, model="tabletop", lease=30.0, attempts=3),
            allow_anonymous=is_loopback(host),
            filter_output=False,
            world=facts,
            on_started=started,
        )
