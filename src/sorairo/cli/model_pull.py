"""`sorairo models pull` and `remove`: fetching open weights, and deleting them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.console import is_quiet, say, show, show_json
from sorairo.errors import MissingExtraError, UnreachableError

if TYPE_CHECKING:
    from sorairo.models.pull.plan import PullPlan
    from sorairo.models.pull.store import ModelStore

KEPT = "What has arrived is kept"


@contextmanager
def hub_extra() -> Iterator[None]:
    """Turns the import error of the hub's library into one that says what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("httpx2", "huggingface_hub"):
            raise
        raise MissingExtraError(
            "Fetching models needs another library: pip install 'sorairo[hub]'."
        ) from error


@click.command(
    "pull",
    epilog="""\b
    Examples:
      sorairo models pull wan2.2-5b
      sorairo models pull wan2.2-5b-fast
      sorairo models pull Wan-AI/Wan2.1-VACE-1.3B-diffusers --dry-run
      sorairo models pull QuantStack/Wan2.2-TI2V-5B-GGUF --gguf Q4_K_M --rest-of wan2.2-5b""",
)
@click.argument("source", metavar="NAME|OWNER/REPOSITORY")
@click.option("--name", help="Name under which a repository is installed.  [default: its own]")
@click.option("--revision", help="Commit, tag or branch of the repository.  [default: the newest]")
@click.option(
    "--gguf",
    metavar="PART",
    help="Of the GGUF files of a repository, those with PART in their names, such as Q4_K_M.",
)
@click.option(
    "--rest-of",
    metavar="NAME",
    help="Take codec, text encoder and tokenizer from this model of the list, for a repository that"
    " has only the network.",
)
@click.option("--dry-run", is_flag=True, help="Only show the files, their sizes and licences.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before fetching.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Print no messages and no progress.")
def pull_command(
    source: str,
    name: str | None,
    revision: str | None,
    gguf: str | None,
    rest_of: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fetch an open model or a LoRA: one of those that `sorairo models list --all` names, or any
    repository of weights of the same kind.

    Sizes and licences are shown first. A fetch that was stopped goes on where it ended; every file
    is checked against its digest. Without a network, the files to place by hand are named.
    """
    with hub_extra():
        from sorairo.models.pull.plan import plan_pull
    from sorairo.models.pull.few_step_loras import few_step_lora

    store = _store_of(source)
    if (gguf or rest_of or revision) and "/" not in source:
        raise click.UsageError(
            "--revision, --gguf and --rest-of go with a repository, OWNER/REPOSITORY."
        )
    if name and few_step_lora(source):
        raise click.UsageError(f"The LoRA {source} has this name only: leave --name out.")
    if name and few_step_lora(name):
        raise click.UsageError(f"{name} is the name of a LoRA: choose another --name.")
    plan = plan_pull(store, source, name=name, revision=revision, gguf=gguf, rest_of=rest_of)
    _say_plan(plan, store)
    store.check_space(plan.bytes_to_fetch)
    if not dry_run:
        if plan.missing and not yes and sys.stdin.isatty():
            click.confirm("Fetch them?", default=True, abort=True, err=True)
        _pull(plan, store)
    folder = store.root / plan.name
    if as_json:
        show_json({"name": plan.name, "path": str(folder), "files": _files(plan)})
    elif not dry_run:
        show(str(folder))


@click.command(
    "remove",
    epilog="""\b
    Example:
      sorairo models remove wan2.1-1.3b""",
)
@click.argument("name")
def remove_command(name: str) -> None:
    """Delete the fetched model or LoRA NAME, or what has arrived of one whose fetch was stopped.
    Files that another one needs too stay."""
    from sorairo.models.pull.store import gigabytes

    freed = _store_of(name).remove(name)
    say(f"{name} was removed: {gigabytes(freed)} are free again.")


def _store_of(name: str) -> ModelStore:
    """Where what is fetched by that name belongs: with the models, or with the LoRAs."""
    from sorairo.models.lora.choices import loras_folder
    from sorairo.models.pull.few_step_loras import few_step_lora
    from sorairo.models.pull.store import ModelStore

    if few_step_lora(name):
        return ModelStore(loras_folder(), variable="SORAIRO_LORAS")
    return ModelStore.default()


def _pull(plan: PullPlan, store: ModelStore) -> None:
    """Fetches what is missing and puts the model together. Raises ModelError if the result is not a
    model that can be loaded."""
    from huggingface_hub.utils import disable_progress_bars

    from sorairo.models import hub
    from sorairo.models.pull.download import fetch
    from sorairo.models.pull.few_step_loras import few_step_lora

    drawn = sys.stderr is not None and sys.stderr.isatty() and not is_quiet()
    if not drawn:
        disable_progress_bars()
    fetched = []
    digests = [*(each.sha256 for each in plan.present), *(each.digest for each in plan.missing)]
    store.expect(plan.name, digests)
    for number, remote in enumerate(plan.missing, start=1):
        if not drawn:
            say(f"Fetching {number} of {len(plan.missing)}: {remote.wanted.place}")
        try:
            fetched.append(fetch(store, remote))
            store.expect(plan.name, [*digests, *(each.sha256 for each in fetched)])
        except UnreachableError as error:
            raise UnreachableError(
                f"{remote.wanted.place} could not be fetched ({error}). {KEPT}: repeat the command"
                " to go on."
            ) from error
        except KeyboardInterrupt:
            say(f"{KEPT}: repeat the command to go on, or `sorairo models remove {plan.name}`.")
            raise
    folder = store.assemble(plan.name, [*plan.present, *fetched])
    if few_step_lora(plan.name):
        return
    found = hub.info(folder)
    say("Fitting the previews of the model to its codec.")
    from sorairo.models.loading import store_preview

    store_preview(found)


def _say_plan(plan: PullPlan, store: ModelStore) -> None:
    from sorairo.models.pull.store import gigabytes

    if plan.note:
        say(plan.note)
    free = f"{gigabytes(store.free_bytes())} free"
    if plan.missing:
        count = f"{len(plan.missing)} file{'s'[: len(plan.missing) > 1]}"
        say(
            f"{plan.name}: {gigabytes(plan.bytes)}, of which {gigabytes(plan.bytes_to_fetch)} in"
            f" {count} have to be fetched to {store.root} ({free})."
        )
    else:
        say(f"{plan.name}: {gigabytes(plan.bytes)}, all files are there.")
    for row in _files(plan):
        state = "there" if row["present"] else "fetch"
        licence = row["licence"] or "licence not stated"
        say(
            f"  {state}  {gigabytes(row['bytes']):>9}  {row['place']}  ({licence}, {row['repo']};"
            f" digest from {'our list' if row['digest_from'] == 'list' else 'the hub'})"
        )


def _files(plan: PullPlan) -> list[dict[str, Any]]:
    missing = [
        {
            "place": each.wanted.place,
            "repo": each.wanted.repo,
            "path": each.wanted.path,
            "revision": each.revision,
            "bytes": each.bytes,
            "sha256": each.sha256,
            "licence": each.wanted.licence,
            "digest_from": each.digest_from,
            "present": False,
        }
        for each in plan.missing
    ]
    return [*({**asdict(each), "present": True} for each in plan.present), *missing]
