"""The errors that sorairo raises. A message is one or two sentences and says what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from sorairo.notes import Note


class SorairoError(ValueError):
    """The base class of errors that a user can fix; the command line exits with code 2."""


class UnknownNameError(SorairoError):
    """A model, recipe, field or other name does not exist. The message names the nearest one."""


class ConfigError(SorairoError):
    """A setting has the wrong type or form. The message names the field and what it accepts."""


class MediaError(SorairoError):
    """A picture or clip cannot be read or written."""


class TooLargeError(MediaError):
    """A picture, clip or sound does not fit in memory."""


class WriteError(MediaError):
    """A file could not be written, for example because the disk is full."""


class NameTakenError(WriteError):
    """A file of that name exists, and must not be overwritten."""


class DiskFullError(WriteError):
    """A file could not be written because the disk is full."""


class StorageUnavailableError(WriteError):
    """The media store (a folder, or an object store) does not answer, or refuses a request."""


class RequestError(SorairoError):
    """A request cannot be fulfilled. The message names the nearest valid value."""


class ContentRefusedError(RequestError):
    """The output filter of a server withholds a result."""


class PromptNotUnderstoodError(RequestError):
    """A prompt names nothing that the model can draw. The message names prompts that work."""


class MissingExtraError(SorairoError):
    """An optional dependency is not installed. The message holds the command that installs it."""


class ModelError(SorairoError):
    """A model directory is missing, incomplete or of another version."""


class UnreachableError(ModelError):
    """The hub of open models cannot be reached, or the connection to it breaks: try again."""


class QuotaError(SorairoError):
    """A key has used up its quota of jobs or pixels."""

    retry_after: int | None
    """Seconds after which to try again; None: the request exceeds the quota at any time."""

    def __init__(self, message: str, retry_after: int | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[type[QuotaError], tuple[str, int | None]]:
        """For other processes."""
        return type(self), (self.args[0], self.retry_after)


class LeaseLostError(RuntimeError):
    """A worker lost its lease on a job, which another worker may have taken."""


class StateError(SorairoError):
    """The saved state of a training run cannot be read."""


class TrainingError(SorairoError):
    """Training must stop: a loss is not finite, or the saved state is of another recipe."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """The error for a `name` that is not in `known`; it suggests the nearest, or lists all.

    >>> str(unknown_name("model", "tabeltop", ["tabletop", "crafter"]))
    "There is no model 'tabeltop'. Did you mean 'tabletop'?"
    """
    names = list(known)
    folded = {each.lower(): each for each in reversed(names)}
    near = difflib.get_close_matches(name.lower(), list(folded), n=1, cutoff=0.6)
    start, known_names = f"There is no {kind} '{name}'.", ", ".join(names)
    if near:
        nearest = folded[near[0]]
        text = f"{start} Did you mean '{nearest}'?"
        return UnknownNameError(Note(text, "unknown_name_near", name=name, nearest=nearest))
    advice = f"Choose from: {known_names}." if names else "There are none."
    return UnknownNameError(Note(f"{start} {advice}", "unknown_name", name=name, known=known_names))
