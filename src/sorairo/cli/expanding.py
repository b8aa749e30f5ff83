"""`--expand`: what a prompt leaves open, filled in before anything is made."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sorairo.cli.terminal import say
from sorairo.generation.request import Request

if TYPE_CHECKING:
    from sorairo.models.hub import ModelInfo

KEY = "SORAIRO_CHAT_KEY"  # the variable that holds the key of a chat API; options are seen by all


@dataclass(frozen=True, kw_only=True)
class Expander:
    """By the rules of the world's captions, or by the chat model behind `url`."""

    url: str | None = None
    model: str = "default"

    def __call__(self, requests: Sequence[Request], model: ModelInfo) -> list[Request]:
        """The requests with their prompts in more detail: each in other words by the rules, all in
        the same by a chat model. Raises RequestError for what is no address."""
        from sorairo.generation.chat import Endpoint
        from sorairo.generation.expand import expanded

        if self.url is not None:
            endpoint = Endpoint(url=self.url, model=self.model, key=os.environ.get(KEY, ""))
            texts = [expanded(requests[0].prompt, endpoint=endpoint)] * len(requests)
        else:
            world = _taught(model)
            texts = [expanded(each.prompt, each.seed, world=world) for each in requests]
        if texts[0].warning:
            say(f"Warning: {texts[0].warning}")
        return [
            dataclasses.replace(request, expanded=text.prompt if text.by else "")
            for request, text in zip(requests, texts, strict=True)
        ]


def _taught(model: ModelInfo):
    """The part of the world that a model has seen; None where it does not say."""
    from sorairo import config
    from sorairo.world.tabletop.scene import SceneConfig

    record = model.record.get("training", {}).get("scene")
    return config.from_json(SceneConfig, record) if record else None
