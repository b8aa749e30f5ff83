"""Checks of the options by which others reach a server: names, origins and addresses."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

import click


def host_names(_context: Any, _option: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    """Names in lower case, without port, as a Host header would give them."""
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:]+", name):
            raise click.BadParameter(f"{name!r} is no host name: give it without http:// and port.")
    return tuple(name.lower().rstrip(".") for name in names)


def origins(_context: Any, _option: Any, urls: tuple[str, ...]) -> tuple[str, ...]:
    """Origins as browsers send them: in lower case and without a slash at the end."""
    found = tuple(url.rstrip("/").lower() for url in urls)
    for url, origin in zip(urls, found, strict=True):
        if origin != "null" and not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/@?#\s*]+", origin):
            raise click.BadParameter(
                f"{url!r} is no origin: give scheme, host and port, such as http://localhost:3000."
            )
    return found


def networks(_context: Any, _option: Any, addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses and networks, as they are."""
    for address in addresses:
        try:
            ipaddress.ip_network(address)
        except ValueError as error:
            raise click.BadParameter(
                f"{address!r} is no IP address or network, such as 10.0.0.5 or 10.0.0.0/24."
            ) from error
    return addresses


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def page_at(host: str, port: int, path: str) -> str:
    """The address of a page, for a browser on this machine, of a server that listens on `host`."""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{own}]' if ':' in own else own}:{port}{path}"
