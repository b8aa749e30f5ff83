"""Elements of HTML and SVG as text. What stands in a page as words goes through `words`."""

from __future__ import annotations

from html import escape

VOID = frozenset({"img", "link", "meta"})

words = escape


def tag(name: str, /, *inside: str, **attributes: object) -> str:
    """An element around markup. `class_` and `aria_label` become class and aria-label; True is an
    attribute without a value, False and None are none."""
    told = "".join(_attribute(key, value) for key, value in attributes.items())
    return f"<{name}{told}>" + ("" if name in VOID else f"{''.join(inside)}</{name}>")


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    key = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {key}"
    return f' {key}="{escape(f"{value:g}" if isinstance(value, float) else str(value))}"'
