"""What of a prompt the model is not going to understand, said before it samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sorairo.models.hub import ModelInfo


def prompt_warnings(prompt: str, model: ModelInfo) -> list[str]:
    """Sentences on words that the model never saw and on what it has no room to read."""
    return [
        *_unknown_words(prompt),
        *_never_taught(prompt, model),
        *_may_double(prompt, model),
        *_cut_off(prompt, model),
    ]


def _unknown_words(prompt: str) -> list[str]:
    from sorairo.world.tabletop.language.captions import nearest, parse

    hints = []
    for word in parse(prompt).unknown:
        near = nearest(word)
        hints.append(f"'{word}' (nearest: '{near}')" if near else f"'{word}'")
    if not hints:
        return []
    return [f"the model never saw {', '.join(hints)}; it makes its best clip without."]


def _never_taught(prompt: str, model: ModelInfo) -> list[str]:
    """Things that the world has, but not the part of it that this model was trained on."""
    taught = model.record.get("training", {}).get("scene")
    if not taught:
        return []
    taught = {"styles": ["none"], **taught}  # models from before there were styles
    from sorairo.world.tabletop.language.captions import parse

    said = parse(prompt)
    bodies: list[tuple[Any, ...]] = list(said.bodies) or [(None,) * 4]
    shapes, colors, sizes, materials = zip(*bodies, strict=True)
    asked = {
        "shapes": shapes,
        "colors": colors,
        "sizes": sizes,
        "materials": materials,
        "events": (said.event,),
        "floors": (said.floor,),
        "lights": (said.light,),
        "cameras": (said.camera,),
        "styles": (said.style,),
    }
    warnings = [
        f"the model was not taught the {kind[:-1]} '{value}'; it knows {', '.join(taught[kind])}."
        for kind, values in asked.items()
        for value in dict.fromkeys(values)
        if value is not None and value not in taught[kind]
    ]
    if said.count > taught["max_bodies"]:
        warnings.append(
            f"the prompt names {said.count} objects; the model was taught"
            f" scenes of at most {taught['max_bodies']}."
        )
    return warnings


def _may_double(prompt: str, model: ModelInfo) -> list[str]:
    """One thing at rest, for a model that was shown several at rest."""
    from sorairo.world.tabletop.language.captions import parse

    said, taught = parse(prompt), model.record.get("training", {}).get("scene", {})
    if said.count != 1 or said.event not in (None, "stand") or taught.get("max_bodies", 1) == 1:
        return []
    return [
        "nothing happens to the one thing that the prompt names, and the model may then draw"
        " several: say what happens (drops, rolls, slides, swings...), or use --expand."
    ]


def _cut_off(prompt: str, model: ModelInfo) -> list[str]:
    from tokenizers import Tokenizer

    room = model.record["config"]["text"]["max_length"] - 1  # beside the start token
    encoding = Tokenizer.from_file(str(model.path / "tokenizer.json")).encode(prompt)
    if len(encoding.ids) <= room:
        return []
    unread = prompt[encoding.offsets[room][0] :].strip()
    return [f'the prompt is longer than the model reads; it does not see "{unread}".']
