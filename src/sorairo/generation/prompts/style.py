"""Adds a style to a prompt, in the words of the model's world. No torch."""

from __future__ import annotations

from sorairo.world import registry


def with_style(prompt: str, style: str, *, world: str = registry.DEFAULT) -> str:
    """The prompt with the words of a style ("oil", or any words) at its end, in its language.

    `world` is the name of the world whose words the model knows.
    """
    if not style.strip():
        return prompt
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in prompt)
    words = registry.language(world).style_words(style, "zh" if chinese else "en")
    said = prompt.strip().rstrip(".。")
    if not words or not said:
        return words or prompt
    return f"{said}，{words}" if chinese else f"{said}, {words}"
