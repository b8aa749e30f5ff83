"""Names of folders in the cache, from configurations."""

from __future__ import annotations

import dataclasses
import hashlib
import json

from sorairo.config import original_name, to_json


def digest(config: object) -> str:
    """A short name for a configuration; equal configurations have equal names.

    Only fields that differ from their default count; a renamed field counts by its original name.
    So neither a new field nor a renamed one changes the names of folders. Where a default has
    changed, `render` refuses the folders made with the old one.
    """
    return hashlib.sha256(json.dumps(_chosen(config), sort_keys=True).encode()).hexdigest()[:12]


def _chosen(value: object) -> object:
    """`value` as JSON, without the fields of dataclasses that have their default value."""
    if isinstance(value, list | tuple):
        return [_chosen(each) for each in value]
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return to_json(value)
    chosen: dict[str, object] = {}
    for each in dataclasses.fields(value):
        default = each.default
        if each.default_factory is not dataclasses.MISSING:
            default = each.default_factory()
        if getattr(value, each.name) != default:
            chosen[original_name(each)] = _chosen(getattr(value, each.name))
    return chosen
