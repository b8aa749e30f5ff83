"""`sorairo keys` and `sorairo webhooks`: API keys of a server, and where it sends events."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import click

from sorairo.cli.console import say, show, show_json
from sorairo.cli.number_types import FiniteRange
from sorairo.cli.serve import DATABASE, server_extra, storage_urls
from sorairo.errors import RequestError


@click.group(
    epilog="""\b
    Examples:
      sorairo keys create --name studio
      sorairo keys revoke key_1a2b3c4d5e6f7081"""
)
def keys() -> None:
    """Manage API keys. From the first key on, a server requires one with every request."""


def _ring(database: str | None) -> Any:
    with server_extra():
        from sorairo.jobs.keys import ApiKeyStore
    return ApiKeyStore(storage_urls(database, None).open_database())


@keys.command(
    "create",
    epilog="""\b
    Example:
      sorairo keys create --name studio --json""",
)
@click.option("--name", required=True, help="A label for you, such as who uses it.")
@click.option(
    "--most-waiting",
    type=click.IntRange(1, 10**9),
    metavar="N",
    help="Jobs that may be queued or running at once.  [default: 10,000]",
)
@click.option(
    "--most-pixel-seconds",
    type=FiniteRange(0, 1e18, min_open=True),
    metavar="N",
    help="Width x height x seconds of all videos of a day.  [default: no limit]",
)
@click.option(
    "--most-bytes",
    type=FiniteRange(0, 1e18, min_open=True),
    metavar="N",
    help="Size of all stored videos, uploads, characters and files.  [default: half of the disk]",
)
@click.option(
    "--admin",
    is_flag=True,
    help="Let programs with this key, and the page, list, create and revoke keys.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@DATABASE
def create_key(
    name: str,
    most_waiting: int | None,
    most_pixel_seconds: float | None,
    most_bytes: float | None,
    admin: bool,
    as_json: bool,
    database: str | None,
) -> None:
    """Create a key and print it. It cannot be shown again."""
    with server_extra():
        from sorairo.jobs.keys import Quota

    quota = Quota(most_waiting=most_waiting, most_cost=most_pixel_seconds, most_bytes=most_bytes)
    first = not _ring(database).any_exist()
    key, secret = _ring(database).create(name, quota, admin=admin)
    if first:
        _warn_of_deaf_webhooks(database, key.id)
    show_json({"id": key.id, "key": secret}) if as_json else show(f"{key.id}  {secret}")


def _warn_of_deaf_webhooks(database: str | None, key: str) -> None:
    """From the first key on, webhooks that were made without one hear of no new job."""
    for hook in _outbox(database).webhooks():
        if not hook.owner:
            say(
                f"Warning: From now on the webhook {hook.id} hears of no new job, because it"
                " belongs to no key. To make one that does:"
                f" `sorairo webhooks create {hook.url} --key {key}`."
            )


@keys.command(
    "list",
    epilog="""\b
    Example:
      sorairo keys list""",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@DATABASE
def list_keys(as_json: bool, database: str | None) -> None:
    """List the keys, without their secrets."""
    found = _ring(database).all_keys()
    if as_json:
        show_json([dataclasses.asdict(key) for key in found])
        return
    for key in found:
        made = time.strftime("%Y-%m-%d", time.localtime(key.created_at))
        state = "revoked" if key.revoked_at else "admin  " if key.admin else "valid  "
        show(f"{key.id}  {made}  {state}  {key.name}")


@keys.command(
    "revoke",
    epilog="""\b
    Example:
      sorairo keys revoke key_1a2b3c4d5e6f7081""",
)
@click.argument("key")
@DATABASE
def revoke_key(key: str, database: str | None) -> None:
    """Make the key with the id KEY invalid."""
    if not _ring(database).revoke(key):
        raise RequestError(f"There is no valid key '{key}': `sorairo keys list` lists them.")
    show(key)


@click.group(
    epilog="""\b
    Examples:
      sorairo webhooks create https://my.app/hooks/video
      sorairo webhooks list"""
)
def webhooks() -> None:
    """Manage webhooks: URLs that receive an event when a video is completed or has failed."""


def _outbox(database: str | None) -> Any:
    with server_extra():
        from sorairo.jobs.outbox import Outbox
    return Outbox(storage_urls(database, None).open_database())


@webhooks.command(
    "create",
    epilog="""\b
    Example:
      sorairo webhooks create https://my.app/hooks/video""",
)
@click.argument("url")
@click.option(
    "--key",
    default="",
    help="The id of a key: send only events of its jobs. Required as soon as there are keys."
    "  [default: of jobs without a key]",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@DATABASE
def create_hook(url: str, key: str, as_json: bool, database: str | None) -> None:
    """Send events to URL from now on, and print the secret that signs them."""
    if not url.startswith(("http://", "https://")):
        raise RequestError(f"'{url}' is not a URL: write https://...")
    _check_owner(_ring(database), key)
    hook = _outbox(database).add_webhook(url, owner=key)
    facts = {"id": hook.id, "secret": hook.secret}
    show_json(facts) if as_json else show(f"{hook.id}  {hook.secret}")


def _check_owner(ring: Any, key: str) -> None:
    """Raises RequestError if a webhook of this key would never hear of a job."""
    valid = [each.id for each in ring.all_keys() if each.revoked_at is None]
    if key and key not in valid:
        raise RequestError(f"There is no valid key '{key}': `sorairo keys list` lists them.")
    if not key and ring.any_exist():
        nearest = valid[0] if valid else "ID"
        raise RequestError(
            "This database has keys, so all jobs belong to one, and a webhook without a key would"
            f" hear of none: add --key {nearest} (`sorairo keys list` lists them)."
        )


@webhooks.command(
    "list",
    epilog="""\b
    Example:
      sorairo webhooks list""",
)
@DATABASE
def list_hooks(database: str | None) -> None:
    """List the webhooks."""
    deaf = _ring(database).any_exist()
    for hook in _outbox(database).webhooks():
        without = "without a key, hears nothing" if deaf else "without a key"
        show(f"{hook.id}  {hook.owner or without:16}  {hook.url}")


@webhooks.command(
    "delete",
    epilog="""\b
    Example:
      sorairo webhooks delete hook_1a2b3c4d5e6f7081""",
)
@click.argument("hook")
@DATABASE
def delete_hook(hook: str, database: str | None) -> None:
    """Stop sending events to the webhook with the id HOOK."""
    if not _outbox(database).remove_webhook(hook):
        raise RequestError(f"There is no webhook '{hook}': `sorairo webhooks list` lists them.")
    show(hook)
