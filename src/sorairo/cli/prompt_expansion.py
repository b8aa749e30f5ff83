"""`--expand`: details added to a prompt before the clip is made."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sorairo.cli.console import say
from sorairo.generation.requests.base import Request

if TYPE_CHECKING:
    from sorairo.generation.prompts.expansion import Expansion
    from sorairo.models.hub import ModelDirectory


@dataclass(frozen=True, kw_only=True)
class Expander:
    """Expands the prompts of requests, with a chat model or with the rules of the model's world."""

    url: str | None = None
    """The chat model's API; None: SORAIRO_EXPAND_URL, else the rules."""
    model: str | None = None
    """The name of the chat model; None: SORAIRO_EXPAND_MODEL."""

    def __call__(self, requests: Sequence[Request], model: ModelDirectory) -> list[Request]:
        """The requests with expanded prompts. The rules expand each request differently, by its
        seed; a chat model is asked once for all. Raises RequestError for an invalid address."""
        from sorairo.generation.prompts.chat_client import endpoint
        from sorairo.generation.prompts.expansion import expanded

        chat = endpoint(self.url, self.model)
        if chat is None:
            write = partial(expanded, world=model.world, trained_on=model.trained_on)
            return [_expand(each, partial(write, seed=each.seed)) for each in requests]
        first = _expand(requests[0], partial(expanded, endpoint=chat))
        return [dataclasses.replace(first, seed=each.seed) for each in requests]


def _expand(request: Request, write: Callable[[str], Expansion]) -> Request:
    """The request with its prompts expanded by `write`, which is not called again after a
    failure."""
    texts: list[str] = []
    failed = False
    for prompt in request.prompts:
        found = write(prompt) if prompt and not failed else None
        texts.append(found.prompt if found and found.by else "")
        if found and found.warning:
            say(f"Warning: {found.warning}")
            failed = True
    return request.with_expanded(texts)
