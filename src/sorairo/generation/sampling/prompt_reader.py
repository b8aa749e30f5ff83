"""The prompts of a request: each is encoded once, and its keys and values are kept from window to
window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor

from sorairo.models.protocols import CutsPrompts, PromptContext, VideoModel
from sorairo.notes import Note

KEPT_BYTES = 1_000_000_000  # of keys and values of other prompts than those of the current window
SHOWN = 80  # characters of what is not read
KEPT_PROMPTS = 32  # whose features are kept for later requests, in the memory of the host

Rows = tuple[str, ...]
Given = ParamSpec("Given")
Result = TypeVar("Result")


class PromptReader:
    """What the denoiser of a model computes from prompts.

    The features of prompts are kept from request to request, keys and values within one: they
    depend on its LoRAs, and are on the model's device.
    """

    def __init__(self, model: VideoModel) -> None:
        self._model = model
        self._features: dict[str, tuple[Tensor, Tensor]] = {}  # the latest last
        self._contexts: list[tuple[Rows, PromptContext]] = []  # the latest first
        self._unread: dict[str, str] = {}  # by prompt, of the last request
        self._open = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the prompts of the last request was not read, in sentences."""
        ends = dict.fromkeys(self._unread.values())
        shown = [each if len(each) <= SHOWN else f"{each[: SHOWN - 1]}\u2026" for each in ends]
        return tuple(
            Note(f"Ignored (too long for the model, which reads no further): {s}", "unread", text=s)
            for s in shown
        )

    @property
    def held_bytes(self) -> int:
        """The memory of the keys and values that are kept."""
        return sum(context.bytes for _, context in self._contexts)

    @contextmanager
    def request(self) -> Iterator[None]:
        """A request, or a part of one, after which no keys and values are kept."""
        if not self._open:
            self._contexts.clear()
            self._unread.clear()
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            if not self._open:
                self._contexts.clear()

    @torch.inference_mode()
    def encode(self, prompts: Sequence[str]) -> None:
        """Encodes those of the prompts that are not known, in one call of the text encoder. Not by
        an encoder whose features depend on the prompts beside them."""
        if isinstance(self._model.text, CutsPrompts):
            ends = {each: self._model.text.unread(each) for each in prompts}
            self._unread |= {prompt: end for prompt, end in ends.items() if end}
        if not self._model.text.separate:
            return
        unknown = [each for each in dict.fromkeys(prompts) if each not in self._features]
        if unknown:
            features, mask = (each.cpu() for each in self._model.text.encode(unknown))
            rows = zip(unknown, features.split(1), mask.split(1), strict=True)
            self._features |= {prompt: (f.clone(), m.clone()) for prompt, f, m in rows}
        needed = {each: self._features.pop(each) for each in dict.fromkeys(prompts)}
        self._features |= needed
        for prompt in [each for each in self._features if each not in needed]:
            if len(self._features) <= max(KEPT_PROMPTS, len(needed)):
                break
            del self._features[prompt]

    def context(self, prompts: Sequence[str]) -> PromptContext:
        """The context of prompts, a row for each."""
        rows = tuple(prompts)
        for known, context in self._contexts:
            if known == rows:
                return context
        found = (rows, self._assembled(rows) if self._model.text.separate else self._read(rows))
        kept, total = [found], 0
        for each in self._contexts:
            total += each[1].bytes
            if total <= KEPT_BYTES:
                kept.append(each)
        self._contexts = kept
        return found[1]

    def _assembled(self, rows: Rows) -> PromptContext:
        """The context of rows, of which only those that no earlier one has are read."""
        known = {prompt for prompts, _ in self._contexts for prompt in prompts}
        missing = tuple(dict.fromkeys(each for each in rows if each not in known))
        contexts = [(missing, self._read(missing)), *self._contexts] if missing else self._contexts
        if rows == missing:
            return contexts[0][1]
        places: dict[str, tuple[PromptContext, int]] = {}
        for prompts, context in contexts:
            for place, prompt in enumerate(prompts):
                places.setdefault(prompt, (context, place))
        return PromptContext.of_rows([places[each] for each in rows])

    def _read(self, rows: Rows) -> PromptContext:
        """The context of rows, computed by the denoiser."""
        model = self._model
        if not model.text.separate:
            return model.denoiser.read(*model.text.encode(rows))
        self.encode(rows)
        features, masks = zip(*(self._features[each] for each in rows), strict=True)
        return model.denoiser.read(
            torch.cat(features).to(model.device), torch.cat(masks).to(model.device)
        )


@runtime_checkable
class HasReader(Protocol):
    """What has a reader."""

    reader: PromptReader


Reading = TypeVar("Reading", bound=HasReader)


def reads_prompts(
    method: Callable[Concatenate[Reading, Given], Result],
) -> Callable[Concatenate[Reading, Given], Result]:
    """A method that is a request of its reader, or a part of one."""

    @wraps(method)
    def reading(own: Reading, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        with own.reader.request():
            return method(own, *args, **kwargs)

    return reading
