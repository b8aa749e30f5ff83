"""`sorairo models info`: what a model is for, and what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.console import show, show_json
from sorairo.cli.model_costs import (
    Needs,
    cost_lines,
    costs,
    machine_with,
    memory_of,
    sizes_of,
    speed_of,
)
from sorairo.cli.results import size_text

if TYPE_CHECKING:
    from sorairo.generation.tasks.layout import CanvasSpec
    from sorairo.models.hub import ModelDirectory
    from sorairo.models.pull.catalogue import CatalogueEntry
    from sorairo.models.sizing.shape import NetworkShape


@click.command(
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
    "  [default: for open models]",
)
@click.option("--device", help="cpu, cuda, mps.  [default: cuda if there is one, else cpu]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info_command(name: str, speed: bool | None, device: str | None, as_json: bool) -> None:
    """Show the details of the model NAME (or of a model directory), or of one that can be fetched:
    its licence, sizes and tasks, its download, and for each size the memory that it takes in each
    way to place its weights, whether that fits this machine, and the time. Of a LoRA that can be
    fetched, what it is for and its files."""
    from sorairo.models import hub
    from sorairo.models.lora.choices import lora_names
    from sorairo.models.pull.catalogue import entry_named
    from sorairo.models.pull.few_step_loras import few_step_lora
    from sorairo.models.pull.store import ModelStore

    entry = entry_named(name)
    if lora := few_step_lora(name):
        facts, machine = {**entry_facts(lora), "installed": name in lora_names()}, ""
    elif entry is not None and name not in ModelStore.default().names():
        facts, machine = _of_entry(entry, device, speed is not False)
    else:
        found = hub.info(hub.find(name))
        timed = found.path.parent != hub.shipped() if speed is None else speed
        facts, machine = _of_directory(found, device, timed)
    if as_json:
        show_json(facts)
        return
    _show(facts, machine)


def _of_entry(entry: CatalogueEntry, device: str | None, timed: bool) -> tuple[dict[str, Any], str]:
    """The facts about a model that is not fetched, and the type of the device."""
    from sorairo.generation.memory.planned import published_canvas
    from sorairo.models.pull.store import ModelStore
    from sorairo.models.sizing.before_loading import published_needs
    from sorairo.models.sizing.published import download_bytes
    from sorairo.models.sizing.shape import wan_shape
    from sorairo.models.wan.facts import record_of
    from sorairo.models.wan.variants import variant_named

    variant, store = variant_named(entry.name), ModelStore.default()
    missing = [each for each in entry.files if not each.sha256 or not store.stored(each.sha256)]
    facts = {
        **entry_facts(entry),
        "trained_for": list(variant.trained_for),
        "download_gigabytes": round(download_bytes(variant, entry.files) / 1e9, 1),
        "to_fetch_gigabytes": round(download_bytes(variant, missing) / 1e9, 1),
        "free_disk_gigabytes": round(store.free_bytes() / 1e9, 1),
    }
    return _with_costs(
        facts,
        record_of(variant)["config"],
        wan_shape(variant),
        published_canvas(variant),
        lambda machine, placing: published_needs(variant, machine, placing),
        device,
        timed=timed,
    )


def _of_directory(
    found: ModelDirectory, device: str | None, timed: bool
) -> tuple[dict[str, Any], str]:
    """The facts about a model on disk, and the type of the device."""
    from sorairo.generation.memory.planned import canvas_on_disk
    from sorairo.models.sizing.before_loading import planned_needs
    from sorairo.models.sizing.shape import shape_of

    shape, spec = shape_of(found), canvas_on_disk(found)
    if shape is None or spec is None:
        return directory_facts(found), ""
    return _with_costs(
        directory_facts(found),
        found.record["config"],
        shape,
        spec,
        lambda machine, placing: planned_needs(found, machine, placing),
        device,
        timed=timed,
    )


def _with_costs(
    facts: dict[str, Any],
    config: dict[str, Any],
    shape: NetworkShape,
    spec: CanvasSpec,
    needs: Needs,
    device: str | None,
    *,
    timed: bool,
) -> tuple[dict[str, Any], str]:
    """The facts with what clips take, and the type of the device."""
    kind, rate = "", None
    if timed:
        kind, rate = speed_of(shape, device)
        facts["flops_per_second"] = round(rate)
    steps, guided = _usual_sampling(config, facts.get("digest", ""))
    native = tuple((width, height) for width, height in config["native_sizes"])
    facts["costs"] = costs(
        shape,
        sizes_of(native, spec) if spec.smaller_sizes else native,
        frames=shape.law.frames_held(spec.window),
        fps=spec.fps,
        steps=steps,
        guided=guided,
        speed=rate,
    )
    small = not spec.smaller_sizes
    machines = machine_with(device, small=small), machine_with("cpu", small=small)
    for row in facts["costs"]:
        row |= memory_of(spec, tuple(row["size"]), row["frames"], needs, machines, guided=guided)
    if fast := _fast(config["name"], facts.get("digest", "")):
        facts["fast"] = fast
    return facts, kind


def _show(facts: dict[str, Any], kind: str) -> None:
    rows, rate = facts.pop("costs", []), facts.pop("flops_per_second", None)
    whole, missing, free = (
        facts.pop(f"{each}_gigabytes", None) for each in ("download", "to_fetch", "free_disk")
    )
    if whole is not None:
        facts["download"] = f"{whole:g} GB, of which {missing:g} GB are to fetch"
        facts["free_disk"] = f"{free:g} GB"
    for key in ("native_sizes", "delivered_size", "trained_for", "files"):
        if key in facts:
            facts[key] = _in_words(key, facts[key])
    for key, value in facts.items():
        if value == "":
            continue
        show(f"{key.replace('_', ' ') + ':':<15} {value}")
    machine = f"this machine ({kind}, {rate / 1e12:.3g} TFLOP/s in one block)" if rate else ""
    for line in cost_lines(rows, machine):
        show(line)


def _in_words(key: str, value: Any) -> str:
    if key == "native_sizes":
        return ", ".join(map(size_text, value))
    if key == "delivered_size":
        return size_text(value)
    if key == "files":
        return ", ".join(f"{each['repo']}/{each['path']}" for each in value)
    return ", ".join(value)


def _usual_sampling(config: dict[str, Any], digest: str) -> tuple[int, bool]:
    """The steps of a request that says nothing about sampling, and whether it is guided."""
    from sorairo.models.lora.choices import choices_of, few_steps
    from sorairo.models.lora.fast import default_loras

    few = few_steps(choices_of(default_loras(config["name"], digest)))
    if few is not None:
        return len(few.sigmas) - 1, few.guidance != 1.0
    return config["sampling"]["steps"], config["sampling"]["guidance"] != 1.0


def _fast(model: str, digest: str) -> str:
    """What `--fast` does with a model, "" for one that it is not for."""
    from sorairo.models.lora.fast import default_loras, known_fast_lora

    found = known_fast_lora(model)
    if found is None:
        return ""
    if found.to_do:
        return f"not installed: {found.to_do}"
    how = "without --no-fast" if default_loras(model, digest) else "--fast"
    return f"{how}: {found.steps or 'the usual number of'} steps with the LoRA {found.name}"


def directory_facts(info: ModelDirectory) -> dict[str, Any]:
    """What the record of a model says."""
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


def entry_facts(entry: CatalogueEntry) -> dict[str, Any]:
    """What the catalogue says of a model or a LoRA that is not fetched."""
    return {
        "name": entry.name,
        "installed": False,
        "summary": entry.summary,
        "licence": entry.licence,
        "files": [{"repo": each.repo, "path": each.path} for each in entry.files],
    }
