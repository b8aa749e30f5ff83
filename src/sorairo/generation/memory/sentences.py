"""What is said of a job that does not fit into memory. No torch."""

from __future__ import annotations

from sorairo.generation.memory.estimate import Shortage
from sorairo.notes import Note


def too_large(short: Shortage, model: str) -> Note:
    """The sentence for a job: the size at which it fits, or the `model` to use in place of its
    own, "" for none."""
    needed, free, size = _values(short)
    if short.on_device:
        return _too_large_for_device(short, model)
    if short.size:
        if short.shorter:
            return Note(
                f"This needs about {needed} GB of memory and {free} GB are free: ask for {size}"
                " pixels, or for fewer seconds.",
                "memory",
                needed=needed,
                free=free,
                size=size,
            )
        return Note(
            f"This needs about {needed} GB of memory and {free} GB are free: ask for {size}"
            " pixels.",
            "memory_size",
            needed=needed,
            free=free,
            size=size,
        )
    if short.given:
        return Note(
            f"This needs about {needed} GB of memory and {free} GB are free: give a shorter or"
            " smaller clip.",
            "memory_given",
            needed=needed,
            free=free,
        )
    if not model:
        return Note(
            f"This needs about {needed} GB of memory and {free} GB are free: close other programs"
            " first.",
            "memory_short",
            needed=needed,
            free=free,
        )
    return Note(
        f"This needs about {needed} GB of memory and {free} GB are free, not enough at any size:"
        f" use {model}.",
        "memory_never",
        needed=needed,
        free=free,
        model=model,
    )


def _too_large_for_device(short: Shortage, model: str) -> Note:
    needed, free, size = _values(short)
    if short.size and short.shorter:
        return Note(
            f"This needs about {needed} GB of the device's memory and {free} GB are free: ask for"
            f" {size} pixels, or for fewer seconds.",
            "device_memory",
            needed=needed,
            free=free,
            size=size,
        )
    if short.size:
        return Note(
            f"This needs about {needed} GB of the device's memory and {free} GB are free: ask for"
            f" {size} pixels.",
            "device_memory_size",
            needed=needed,
            free=free,
            size=size,
        )
    if not model:
        return Note(
            f"This needs about {needed} GB of the device's memory and {free} GB are free: close"
            " other programs first.",
            "device_memory_short",
            needed=needed,
            free=free,
        )
    return Note(
        f"This needs about {needed} GB of the device's memory and {free} GB are free, not enough at"
        f" any size: use {model}.",
        "device_memory_never",
        needed=needed,
        free=free,
        model=model,
    )


def too_large_for_server(short: Shortage, model: str) -> Note:
    """The same for a job that is sent to a server."""
    needed, most, size = _values(short)
    if short.on_device:
        return _too_large_for_its_device(short, model)
    if short.given:
        return Note(
            f"This needs about {needed} GB of memory, and the server has {most} GB: send a shorter"
            " or smaller clip.",
            "server_memory_given",
            needed=needed,
            most=most,
        )
    if short.size and short.shorter:
        return Note(
            f"This needs about {needed} GB of memory, and the server has {most} GB: ask for {size}"
            " pixels, or for fewer seconds.",
            "server_memory",
            needed=needed,
            most=most,
            size=size,
        )
    if short.size:
        return Note(
            f"This needs about {needed} GB of memory, and the server has {most} GB: ask for {size}"
            " pixels.",
            "server_memory_size",
            needed=needed,
            most=most,
            size=size,
        )
    return Note(
        f"This needs about {needed} GB of memory, and the server has {most} GB, not enough at any"
        f" size: use {model}.",
        "server_memory_never",
        needed=needed,
        most=most,
        model=model,
    )


def _too_large_for_its_device(short: Shortage, model: str) -> Note:
    needed, most, size = _values(short)
    if short.size and short.shorter:
        return Note(
            f"This needs about {needed} GB of the memory of the server's device, which has {most}"
            f" GB: ask for {size} pixels, or for fewer seconds.",
            "server_device_memory",
            needed=needed,
            most=most,
            size=size,
        )
    if short.size:
        return Note(
            f"This needs about {needed} GB of the memory of the server's device, which has {most}"
            f" GB: ask for {size} pixels.",
            "server_device_memory_size",
            needed=needed,
            most=most,
            size=size,
        )
    return Note(
        f"This needs about {needed} GB of the memory of the server's device, which has {most} GB,"
        f" not enough at any size: use {model}.",
        "server_device_memory_never",
        needed=needed,
        most=most,
        model=model,
    )


def _values(short: Shortage) -> tuple[float, float, str]:
    """Gigabytes that are needed and that there are, and the size that fits."""
    size = f"{short.size[0]}x{short.size[1]}" if short.size else ""
    return round(short.needed / 1e9, 1), round(short.free / 1e9, 1), size
