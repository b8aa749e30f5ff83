"""Examples of edits: a clip made from the same clip with one thing changed."""

from __future__ import annotations

import numpy as np

from sorairo.data.latent_dataset import ClipSet
from sorairo.training.data.samplers.captions import CaptionConfig, example_caption
from sorairo.training.data.samplers.example import ExampleSpec, TrainingExample
from sorairo.training.data.samplers.windows import objects_in, one_text
from sorairo.world import registry
from sorairo.world.phrase_language import FactsMeaning
from sorairo.world.phrases import says_otherwise
from sorairo.world.protocol import Scene
from sorairo.world.tabletop.language.captions import parse
from sorairo.world.tabletop.scene import Scene as TabletopScene


def edited(
    clips: ClipSet, spec: ExampleSpec, rng: np.random.Generator, captions: CaptionConfig
) -> TrainingExample:
    """A window of a clip, edited from the same clip with one thing changed."""
    size = spec.size
    sides = [(clips.clips[size], clips.scenes[size]), (clips.twins[size], clips.twin_scenes[size])]
    (target, scenes), (origin, others) = sides if rng.random() < 0.5 else sides[::-1]
    index = int(rng.integers(len(target)))
    first = int(rng.integers(target.shape[2] - spec.frames + 1))
    scene, other = scenes[index], others[index]
    text = example_caption(scene, rng, captions, world=clips.world)
    for _ in range(8):  # the text should mention the change
        if text and other is not None and _tells_apart(text, other, clips.world):
            break
        text = example_caption(scene, rng, captions, world=clips.world)
    return TrainingExample(
        latents=target[index, :, first : first + spec.frames],
        times=np.arange(spec.frames) * clips.frame_seconds,
        texts=(text,),
        prompt_weights=one_text(spec.frames),
        objects=objects_in(clips, spec, index, first),
        origin=origin[index, :, first : first + spec.frames],
    )


def _tells_apart(text: str, other: Scene, world: str) -> bool:
    """Whether a text says anything that is false of another scene."""
    if not isinstance(other, TabletopScene):
        language, detail = registry.language(world), registry.entry(world).details[-1]
        whole = registry.caption(
            world, other, np.random.default_rng(0), language="en", detail=detail
        )
        said, described = language.parse(text), language.parse(whole)
        facts = [each.facts for each in (said, described) if isinstance(each, FactsMeaning)]
        return len(facts) == 2 and says_otherwise(*facts)
    assertions = parse(text)
    colors = {color for _, color, *_ in assertions.bodies if color}
    differences = (
        (assertions.floor, other.floor),
        (assertions.light, other.light),
        (assertions.style, other.style),
    )
    return bool(colors - {body.color for body in other.bodies}) or any(
        word is not None and word != truth for word, truth in differences
    )
