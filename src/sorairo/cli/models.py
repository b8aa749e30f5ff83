"""`sorairo models`: the installed models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.console import say, show, show_json
from sorairo.cli.model_costs import cost_lines, costs, speed_of
from sorairo.cli.model_pull import pull_command, remove_command

if TYPE_CHECKING:
    from sorairo.models.hub import ModelDirectory
    from sorairo.models.pull.catalogue import CatalogueEntry


@click.group(
    epilog="""\b
    Examples:
      sorairo models list --all
      sorairo models pull wan2.2-5b
      sorairo models info tabletop --json"""
)
def models() -> None:
    """List and fetch models, and show their details."""


models.add_command(pull_command)
models.add_command(remove_command)


@models.command(
    "list",
    epilog="""\b
    Example:
      sorairo models list --json""",
)
@click.option("--all", "everything", is_flag=True, help="Also list the models that can be fetched.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each model.")
def list_command(everything: bool, as_json: bool) -> None:
    """List the installed models."""
    from sorairo.models import hub
    from sorairo.models.lora.choices import lora_names
    from sorairo.models.pull.catalogue import CATALOGUE
    from sorairo.models.pull.few_step_loras import FEW_STEP_LORAS

    found = [_facts(info) for info in hub.list_models(on_problem=say)]
    if not found:
        say("No model is installed.")
    for facts in found:
        show_json(facts) if as_json else show(_line(facts))
    installed = {*(facts["name"] for facts in found), *lora_names()}
    for entry in (*CATALOGUE, *FEW_STEP_LORAS) if everything else ():
        if entry.name not in installed:
            show_json(_entry_facts(entry)) if as_json else show(_entry_line(entry))


@models.command(
    "info",
    epilog="""\b
    Examples:
      sorairo models info tabletop
      sorairo models info wan2.2-5b --speed""",
)
@click.argument("name")
@click.option(
    "--speed/--no-speed",
    default=None,
    help="Time one block of the network, to say how long clips take here."
    "  [default: for fetched models]",
)
@click.option("--device", help="cpu, cuda, mps.  [default: cuda if there is one, else cpu]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info_command(name: str, speed: bool | None, device: str | None, as_json: bool) -> None:
    """Show the details of the model NAME (or of a model directory), or of one that can be fetched:
    its licence, sizes and tasks, and the memory and time that it takes."""
    from sorairo.models import hub
    from sorairo.models.pull.catalogue import entry_named
    from sorairo.models.pull.store import ModelStore
    from sorairo.models.sizing.shape import shape_of, wan_shape
    from sorairo.models.wan.facts import record_of
    from sorairo.models.wan.variants import variant_named

    entry = entry_named(name)
    if entry is not None and name not in ModelStore.default().names():
        facts = _entry_facts(entry)
        variant = variant_named(name)
        config, shape, frames = record_of(variant)["config"], wan_shape(variant), variant.frames
    else:
        found = hub.info(hub.find(name))
        facts, config = _facts(found), found.record["config"]
        shape, frames = shape_of(found), _window(found)
        speed = found.path.parent != hub.shipped() if speed is None else speed
    machine, rate = "", None
    if shape is not None and speed is not False:
        machine, rate = speed_of(shape, device)
        facts["flops_per_second"] = round(rate)
    if shape is not None:
        sampling = config["sampling"]
        facts["costs"] = costs(
            shape,
            tuple(tuple(size) for size in config["native_sizes"]),
            frames=frames,
            fps=config["fps"],
            steps=sampling["steps"],
            guided=sampling["guidance"] != 1.0,
            speed=rate,
        )
        if fast := _fast(config["name"]):
            facts["fast"] = fast
        facts["host_gigabytes"] = round(shape.weight_bytes() / 1e9, 2)
    if as_json:
        show_json(facts)
        return
    _show(facts, machine)


def _show(facts: dict[str, Any], machine: str) -> None:
    rows = facts.pop("costs", [])
    host, rate = facts.pop("host_gigabytes", 0.0), facts.pop("flops_per_second", None)
    for key in ("native_sizes", "delivered_size", "trained_for", "files"):
        if key in facts:
            facts[key] = _in_words(key, facts[key])
    for key, value in facts.items():
        if value == "":
            continue
        show(f"{key.replace('_', ' ') + ':':<15} {value}")
    if rate:
        machine = f"this machine ({machine}, {rate / 1e12:.3g} TFLOP/s in one block)"
    for line in cost_lines(rows, host, machine) if rows else []:
        show(line)


def _in_words(key: str, value: Any) -> str:
    if key == "native_sizes":
        return ", ".join(map(_size, value))
    if key == "delivered_size":
        return _size(value)
    if key == "files":
        return ", ".join(f"{each['repo']}/{each['path']}" for each in value)
    return ", ".join(value)


def _fast(model: str) -> str:
    """What `--fast` does with a model, "" for one that it is not for."""
    from sorairo.models.lora.fast import known_fast_lora

    found = known_fast_lora(model)
    if found is None:
        return ""
    if found.to_do:
        return f"not installed: {found.to_do}"
    return f"--fast: {found.steps or 'the usual number of'} steps with the LoRA {found.name}"


def _window(info: ModelDirectory) -> int:
    """Frames that a model sees at once."""
    from sorairo.models.wan.variants import VARIANTS

    name = info.record["config"].get("name")
    known = {each.name: each.frames for each in VARIANTS}
    return known.get(str(name)) or int(info.record["config"].get("window_frames", 49))


def _facts(info: ModelDirectory) -> dict[str, Any]:
    facts = info.facts
    return {
        "name": info.name,
        "path": str(info.path),
        "megabytes": round(info.bytes / 1e6, 1),
        "digest": info.digest,
        "native_sizes": [list(size) for size in facts.native_sizes],
        "fps": facts.fps,
        "delivered_size": info.delivery.size or list(facts.native_sizes[0]),
        "delivered_fps": info.delivery.fps or facts.fps,
        "max_frames": facts.max_frames,
        "max_seconds": round(facts.max_frames / facts.fps, 2),
        "steps": facts.sampling.steps,
        "guidance": facts.sampling.guidance,
        "licence": facts.licence,
        "trained_for": list(facts.trained_for),
        "version": facts.version,
        "notes": facts.notes,
    }


def _entry_facts(entry: CatalogueEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "installed": False,
        "summary": entry.summary,
        "licence": entry.licence,
        "files": [{"repo": each.repo, "path": each.path} for each in entry.files],
    }


def _entry_line(entry: CatalogueEntry) -> str:
    return f"{entry.name:<17} not installed; {entry.summary} ({entry.licence})"


def _line(facts: dict[str, Any]) -> str:
    sizes = ", ".join(_size(size) for size in facts["native_sizes"])
    return (
        f"{facts['name']:<17} {sizes}; {facts['fps']:g} fps,"
        f" up to {facts['max_seconds']:g} s; {facts['megabytes']:g} MB"
    )


def _size(size: Sequence[int]) -> str:
    return f"{size[0]}x{size[1]}"
