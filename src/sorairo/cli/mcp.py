"""`sorairo mcp`: videos as tools for agents, over the Model Context Protocol on stdio."""

from __future__ import annotations

import click

from sorairo.cli.serve import server_extra


@click.command(
    epilog="""\b
    Example, in the configuration of an agent:
      {"mcpServers": {"sorairo": {"command": "sorairo", "args": ["mcp"]}}}
    \b
    Example, for a server that runs:
      sorairo mcp --url http://127.0.0.1:8000"""
)
@click.option(
    "--url",
    metavar="URL",
    help="The address of a running server, such as http://127.0.0.1:8000."
    "  [default: start one on a free port of this machine]",
)
@click.option(
    "--key",
    envvar="SORAIRO_API_KEY",
    show_envvar=True,
    help="An API key of that server, if it requires one.",
)
def mcp(url: str | None, key: str | None) -> None:
    """Offer sorairo to agents as an MCP server on stdin and stdout.

    For agents that speak HTTP, `sorairo serve` offers the same at /mcp.
    """
    with server_extra():
        from sorairo.server.mcp.stdio import run
    run(url, key)
