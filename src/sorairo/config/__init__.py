"""Frozen dataclasses <-> JSON, and overrides such as `model.depth=8` on top of them.

Field types that are understood: bool, int, float, str, None, Any, Literal, Path, unions, tuples,
lists, dicts with string keys, and dataclasses of these. A value of another type is refused, never
converted; the one exception is a whole number where a float is expected.
"""

from sorairo.config.fields import field_types, formerly, original_name, typed_by
from sorairo.config.json_files import parse_json, read_json
from sorairo.config.json_values import from_json, to_json
from sorairo.config.overrides import override
from sorairo.config.ranges import check_range

__all__ = [
    "check_range",
    "field_types",
    "formerly",
    "from_json",
    "original_name",
    "override",
    "parse_json",
    "read_json",
    "to_json",
    "typed_by",
]
