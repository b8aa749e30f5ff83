"""The Python reference, from the signatures and docstrings of the public API."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable

import source_docs
from source_docs import Field, doc, fields_of, public_members, signature

import sorairo
from sorairo import errors
from sorairo.generation.api import Capabilities
from sorairo.generation.api_options import ClipOptions, SamplingOptions
from sorairo.generation.engine import Engine
from sorairo.generation.progress import Progress
from sorairo.generation.requests.base import GivenRequest, InputFile, Request
from sorairo.generation.requests.metadata import REQUEST_TYPES
from sorairo.generation.requests.storyboard.request import Card
from sorairo.generation.runner import RequestRunner
from sorairo.generation.settings import RefineConfig, Settings, Windows
from sorairo.play.drift import Drift
from sorairo.play.environment import PlayEnv
from sorairo.play.loading import PlayableWorld
from sorairo.play.session import PlaySession, Shown
from sorairo.video import Clip, Sound
from sorairo.video.footage import Footage
from sorairo.video.latent_sidecar import Latents

VALUES = (Clip, Sound, Latents, Progress, RefineConfig, Windows, Settings)
REQUESTS = (*REQUEST_TYPES.values(), Card, InputFile)
OPTIONS = (SamplingOptions, ClipOptions)

INTRODUCTION = """\
# Python

```python
import sorairo

model = sorairo.load()
clip = model.generate("a red ball drops onto a wooden floor", seconds=4, seed=7)
clip.save("ball.mp4")
```

Importing `sorairo` is quick: NumPy and PyTorch are imported by the first name that needs them.
`sorairo.Clip` and `sorairo.SorairoError` are the classes below. A model must not be used from
several threads at once."""

PLAY_TEXT = """\
`sorairo.load("crafter")` is a world that is played step by step; see
[how to play](../how-to/play.md).

```python
world = sorairo.load("crafter").play(seed=3)
shown = world.step("left")  # shown.frame, shown.state, shown.drift
world.clip().save("played.mp4")
```"""

REQUESTS_TEXT = """\
A request is a value that decides a result, except for the bytes of the input files. The command
line, the server and the methods above all make one. `model.make(request, clips)` runs it, and files
that sorairo writes store it in their metadata. Every request has these fields:"""


def page() -> str:
    """The reference as Markdown."""
    parts = [*_functions(), *_play(), *_values(), *_requests(), *_errors()]
    return "\n\n".join([INTRODUCTION, *parts]) + "\n"


def undocumented(
    classes: Iterable[type] = (*VALUES, *REQUESTS, *OPTIONS, Request, Footage),
) -> list[str]:
    """Public classes, fields, methods and parameters without documentation."""
    found = [] if doc(sorairo.load) else ["load"]
    for cls in (*classes, *_error_classes()):
        found += [] if doc(cls) else [cls.__name__]
        found += [f"{cls.__name__}.{f.name}" for f in fields_of(cls).values() if not f.description]
        found += _undocumented_members(cls, public_members(cls))
    found += _undocumented_members(Capabilities, public_members(Capabilities))
    found += _undocumented_members(RequestRunner, public_members(RequestRunner))
    return found + _undocumented_members(Engine, ["info"])


def _undocumented_members(cls: type, names: Iterable[str]) -> list[str]:
    """Members without a docstring, and parameters that neither it nor that of the class names."""
    found = []
    classes = "\n".join(doc(each) for each in cls.__mro__ if each is not object)
    for name in names:
        member = getattr(cls, name)
        text = doc(member)
        found += [] if text else [f"{cls.__name__}.{name}"]
        if not isinstance(member, property):
            found += [
                f"{cls.__name__}.{name}({parameter})"
                for parameter in source_docs.parameter_names(member)
                if not re.search(rf"\b{parameter}\b", f"{text}\n{classes}")
            ]
    return found


def _functions() -> Iterable[str]:
    yield "## Load a model"
    yield f"```python\n{signature(sorairo.load, 'sorairo.load')}\n```"
    yield doc(sorairo.load)
    yield "## Methods of a model"
    yield doc(Capabilities)
    for name in public_members(Capabilities):
        yield from _member(Capabilities, name, "model")
    yield "### Keyword arguments"
    yield "`image` takes the first of these, all other methods take all of them:"
    yield _field_list(fields_of(ClipOptions).values())
    yield "### Requests and layouts"
    yield from _member(Engine, "info", "model")
    for name in public_members(RequestRunner):
        yield from _member(RequestRunner, name, "model")


def _play() -> Iterable[str]:
    yield "## Worlds to play in"
    yield PLAY_TEXT
    for name in public_members(PlayableWorld):
        yield from _member(PlayableWorld, name, "world")
    yield f"### PlaySession\n\n{doc(PlaySession)}"
    for name in public_members(PlaySession):
        yield from _member(PlaySession, name, "session")
    for cls in (Shown, Drift):
        yield from _class(cls, fields_of(cls).values())
    yield f"### PlayEnv\n\n`sorairo.play.environment`. {doc(PlayEnv)}"


def _values() -> Iterable[str]:
    yield "## Values"
    for cls in VALUES:
        yield from _class(cls, fields_of(cls).values())
        owners = [each for each in cls.__mro__ if each.__module__.startswith("sorairo")]
        for name in dict.fromkeys(name for each in owners for name in public_members(each)):
            yield from _member(cls, name, cls.__name__)


def _requests() -> Iterable[str]:
    yield "## Requests"
    yield REQUESTS_TEXT
    common = fields_of(Request)
    yield _field_list(common.values())
    for name in public_members(Request):
        yield from _member(Request, name, "request")
    for cls in REQUESTS:
        fields = fields_of(cls).values()
        own = [field for field in fields if common.get(field.name) != field]
        prompt = fields_of(GivenRequest)["prompt"]
        yield from _class(cls, [field for field in own if field != prompt])


def _errors() -> Iterable[str]:
    yield "## Errors"
    yield "All of them are in `sorairo.errors`. The message of an error says what to do next."
    yield "\n".join(
        f"- **{cls.__name__}** ({cls.__bases__[0].__name__}): {' '.join(doc(cls).split())}"
        for cls in _error_classes()
    )


def _error_classes() -> list[type[Exception]]:
    members = vars(errors).values()
    return [each for each in members if inspect.isclass(each) and issubclass(each, Exception)]


def _class(cls: type, fields: Iterable[Field]) -> Iterable[str]:
    yield f"### {cls.__name__}"
    yield f"```python\nfrom {_home(cls)} import {cls.__name__}\n```"
    yield doc(cls)
    if listed := _field_list(fields):
        yield listed


def _home(cls: type) -> str:
    return "sorairo" if cls.__name__ in sorairo.__all__ else cls.__module__


def _member(cls: type, name: str, owner: str) -> Iterable[str]:
    value = getattr(cls, name)
    yield f"#### {owner}.{name}"
    if isinstance(value, property):
        yield f"```python\n{owner}.{name}: {source_docs.property_type(value)}\n```"
    else:
        yield f"```python\n{signature(value, f'{owner}.{name}')}\n```"
    yield doc(value)


def _field_list(fields: Iterable[Field]) -> str:
    return "\n".join(
        f"- `{field.name}: {field.type}{f' = {field.default}' if field.default else ''}`  \n"
        f"  {' '.join(field.description.split())}"
        for field in fields
    )
