"""What a model is told: a prompt and a style. No torch."""

from __future__ import annotations


def with_style(prompt: str, style: str) -> str:
    """The prompt with the words of a style ("oil", or any words) at its end, in its language."""
    if not style.strip():
        return prompt
    from sorairo.world.tabletop.language.captions import style_words

    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in prompt)
    words = style_words(style, "zh" if chinese else "en")
    said = prompt.strip().rstrip(".。")
    if not words or not said:
        return words or prompt
    return f"{said}，{words}" if chinese else f"{said}, {words}"
