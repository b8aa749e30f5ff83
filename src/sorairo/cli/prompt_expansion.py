"""`--expand`: what a prompt leaves open, filled in before anything is made."""

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
    """By the chat model behind `url`, or behind SORAIRO_EXPAND_URL; without either by the rules of
    the world's captions."""

    url: str | None = None
    model: str | None = None

    def __call__(self, requests: Sequence[Request], model: ModelDirectory) -> list[Request]:
        """The requests with their prompts in more detail: each in other words by the rules, all in
        the same by a chat model. Raises RequestError for what is no address."""
        from sorairo.generation.prompts.chat_client import endpoint
        from sorairo.generation.prompts.expansion import expanded

        chat = endpoint(self.url, self.model)
        if chat is None:
            write = partial(expanded, world=model.world, trained_on=model.trained_on)
            return [_in_detail(each, partial(write, seed=each.seed)) for each in requests]
        first = _in_detail(requests[0], partial(expanded, endpoint=chat))
        return [dataclasses.replace(first, seed=each.seed) for each in requests]


def _in_detail(request: Request, write: Callable[[str], Expansion]) -> Request:
    """The request with each of its prompts in the words of `write`, which is not asked again once
    it has failed."""
    texts: list[str] = []
    failed = False
    for prompt in request.prompts:
        found = write(prompt) if prompt and not failed else None
        texts.append(found.prompt if found and found.by else "")
        if found and found.warning:
            say(f"Warning: {found.warning}")
            failed = True
    return request.with_expanded(texts)
