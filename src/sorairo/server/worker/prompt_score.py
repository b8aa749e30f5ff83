"""How well a clip shows its prompt, so that the best of several variations stands first."""

from __future__ import annotations

import logging
from typing import Any

from sorairo.generation.requests.base import Request
from sorairo.generation.requests.limits import Limits
from sorairo.video.clip import Clip
from sorairo.world import registry

log = logging.getLogger("sorairo.worker")


def score_of(clip: Clip, request: Request, limits: Limits) -> dict[str, Any]:
    """The `score` of a clip, from 0 to 1, and the `score_parts` of which it is the mean; {} where
    the parser of the model's world cannot read the clip or its prompt."""
    if clip.num_frames == 1 or len(request.to_read) != 1 or request.style not in ("", "none"):
        return {}
    text = request.read or request.to_read[0]
    try:
        parts = registry.prompt_match(limits.world, clip.frames, clip.fps, text, limits.trained_on)
    except ValueError:  # a clip is not lost because it cannot be judged
        log.exception("a clip could not be judged")
        return {}
    if not parts:
        return {}
    return {"score": round(sum(parts.values()) / len(parts), 3), "score_parts": parts}
