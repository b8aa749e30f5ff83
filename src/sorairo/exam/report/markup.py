"""HTML and SVG elements as text. Text that is not markup must go through `escape`."""

from __future__ import annotations

from html import escape

__all__ = ["escape", "tag"]

VOID = frozenset({"img", "link", "meta"})


def tag(name: str, /, *inside: str, **attributes: object) -> str:
    """An element with markup inside. `class_` and `aria_label` become class and aria-label. True is
    an attribute without a value; False and None leave the attribute out."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    return f"<{name}{written}>" + ("" if name in VOID else f"{''.join(inside)}</{name}>")


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    key = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {key}"
    return f' {key}="{escape(f"{value:g}" if isinstance(value, float) else str(value))}"'
