"""A prompt in more detail: by the rules of the model's world, or by a chat model. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sorairo.generation.prompts.chat_client import Endpoint
from sorairo.world import registry


@dataclass(frozen=True, kw_only=True)
class Expansion:
    """The result of expanding a prompt."""

    prompt: str
    """The prompt for the model."""
    raw: str
    """The prompt as the user wrote it."""
    by: str = ""
    """Who wrote the new one: "rules" or the name of a chat model; "" where it is the raw one."""
    warning: str = ""
    """Why it could not be expanded, as a sentence for the user."""


def expanded(
    prompt: str,
    seed: int = 0,
    *,
    endpoint: Endpoint | None = None,
    world: str = registry.DEFAULT,
    trained_on: Mapping[str, Any] | None = None,
) -> Expansion:
    """The prompt with more detail: by a chat `endpoint` if there is one, else by the rules of the
    `world` and the part of it that the model was `trained_on` (from its model.json).

    If the endpoint fails, the prompt stays as it is, and `warning` says why.
    """
    if endpoint is None:
        language = registry.language(world)
        reading = language.read(prompt, trained_on)
        known = reading.text if reading.understood else prompt
        text = language.expand(known, seed, trained_on)
        return Expansion(prompt=text, raw=prompt, by="rules" if text != prompt else "")
    answer = endpoint.ask(prompt)
    if answer.text is None:
        return Expansion(
            prompt=prompt,
            raw=prompt,
            warning=f"The prompt is used as it is: {answer.problem}.",
        )
    return Expansion(prompt=answer.text, raw=prompt, by=endpoint.model)
