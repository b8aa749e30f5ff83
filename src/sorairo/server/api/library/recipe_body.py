"""The request that makes a video again: its route and its body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.bridge import BridgeRequest, ConnectRequest
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.generation.settings import FULL
from sorairo.server.api.fields.request_field import IMAGING
from sorairo.server.api.fields.table import Endpoint, fields_of
from sorairo.server.job_spec import JobSpec


@dataclass(kw_only=True)
class RecipeBody:
    """A request of the API."""

    endpoint: Endpoint
    """The route."""
    body: dict[str, Any] = field(default_factory=dict)
    """The fields that are no files."""
    files: tuple[str, ...] = ()
    """The names of the fields that hold the given files, in their order."""


def recipe_body(
    spec: JobSpec, *, is_picture: bool = False, default_loras: tuple[str, ...] = ()
) -> RecipeBody:
    """The request of a job; `is_picture`: one of the Images API. `default_loras` are those that its
    model uses where a request says nothing about sampling."""
    if spec.parts:
        return RecipeBody(endpoint=Endpoint.CUT, body={"parts": spec.parts})
    request, made = spec.request, _made(spec)
    shared = {
        "prompt": spec.video.prompt if request.command != Storyboard.command else request.prompt,
        "seed": request.seed,
        "fps": request.fps,
        "num_inference_steps": request.steps,
        "guidance_scale": request.guidance,
        "negative_prompt": request.negative,
        "loras": list(request.loras),
        "style": request.style if request.command != Storyboard.command else None,
    }
    if default_loras and not request.said_of_sampling():
        shared["fast"] = False
    if request.quality != FULL:
        shared["quality"] = request.quality
    if not request.rewrite:
        shared["rewrite"] = False
    if not request.vary:
        shared["vary"] = False
    if is_picture:
        made.endpoint = Endpoint.IMAGE_EDIT if spec.media else Endpoint.IMAGE
        made.files = ("image",)
    if made.endpoint in (Endpoint.CREATE, *IMAGING) and request.width and request.height:
        shared["size"] = f"{request.width}x{request.height}"
    cast = spec.video.characters or ()
    made.files += tuple(f"characters[{i}]" for i in range(len(cast)))
    values, names = {**shared, **made.body}, fields_of(made.endpoint)
    made.body = {
        name: each
        for name, each in values.items()
        if each not in (None, "", (), []) and name in names
    }
    if spec.source and spec.video.seed is None:
        made.body.pop("seed", None)
    if spec.video.model and not spec.source:
        made.body["model"] = spec.video.model
    return made


def _made(spec: JobSpec) -> RecipeBody:
    request, count = spec.request, len(spec.media)
    if spec.source:  # as its own service was asked for it, as far as that is known
        shown = {"seed": spec.video.seed, "size": spec.video.size, "seconds": spec.video.seconds}
        return _create(shown)
    match request:
        case GenerateRequest():
            loop = {"loop": True} if request.loop else {}
            return _create({"seconds": f"{request.seconds:g}", **loop})
        case AnimateRequest():
            return _animated(request)
        case CastRequest():
            seconds = {"seconds": f"{request.seconds:g}"}
            if spec.video.characters:
                return _create({**seconds, "characters": _characters(spec)})
            return _create(seconds, tuple(f"reference_images[{i}]" for i in range(count)))
        case Storyboard():
            places = [i for i, card in enumerate(request.cards) if card.footage]
            keys = ["clip" if request.cards[i].clip else "picture" for i in places]
            names = (f"storyboard.card[{i}].{key}" for i, key in zip(places, keys, strict=True))
            body = {"storyboard": board_table(request), "characters": _characters(spec)}
            return _create(body, tuple(names))
    return _changed(request)


def _characters(spec: JobSpec) -> list[dict[str, str]]:
    return [{"id": each} for each in spec.video.characters or ()]


def _create(body: Mapping[str, Any], files: tuple[str, ...] = ()) -> RecipeBody:
    return RecipeBody(endpoint=Endpoint.CREATE, body=dict(body), files=files)


def _animated(request: AnimateRequest) -> RecipeBody:
    seconds = {"seconds": f"{request.seconds:g}"}
    ends = {0.0: "input_reference", request.seconds: "last_frame"}
    if not request.strength and all(at in ends for at in request.at):
        return _create(seconds, tuple(ends[at] for at in request.at))
    strength = request.strength or (1.0,) * len(request.at)
    pairs = zip(request.at, strength, strict=True)
    conditions = [{"time": at, "strength": each} for at, each in pairs]
    files = tuple(f"conditions[{i}]" for i in range(len(conditions)))
    return _create({**seconds, "conditions": conditions}, files)


def _changed(request: Request) -> RecipeBody:
    match request:
        case ExtendRequest():
            body: dict[str, Any] = {"seconds": f"{request.backward or request.forward:g}"}
            if request.backward:
                body["direction"] = "both" if request.forward else "backward"
            body |= {"start": request.start} if request.start else {}
            body |= {"end": request.end}
            return RecipeBody(endpoint=Endpoint.EXTEND, body=body, files=("video",))
        case EditRequest():
            names = {"strength": request.strength, "region": request.region, "end": request.end}
            body = {**names, **({"start": request.start} if request.start else {})}
            return RecipeBody(endpoint=Endpoint.EDIT, body=body, files=("video", "mask"))
        case ConnectRequest():
            prompts = {"start_prompt": request.prompt_a, "end_prompt": request.prompt_b}
            body = {
                "seconds": f"{request.seconds:g}",
                **prompts,
                "curve": list(request.curve) or None,
            }
            return RecipeBody(endpoint=Endpoint.CONNECT, body=body, files=("video", "next_video"))
        case BridgeRequest():
            body = {"seconds": f"{request.seconds:g}"}
            return RecipeBody(endpoint=Endpoint.LOOP, body=body, files=("video",))
    return _create({})


def board_table(board: Storyboard) -> dict[str, Any]:
    """A storyboard as the table of its TOML file."""
    return {
        "seconds": board.seconds,
        **({"style": board.style} if board.style else {}),
        "card": [_card(each) for each in board.cards],
    }


def _card(card: Card) -> dict[str, Any]:
    table: dict[str, Any] = {"start": card.start, "end": card.end, "prompt": card.prompt}
    for name in ("style", "at"):
        if getattr(card, name):
            table[name] = getattr(card, name)
    return {**table, **({} if card.cut else {"cut": False})}
