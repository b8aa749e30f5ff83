"""Every error a user can meet. The message is one sentence or two; it says what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SorairoError(ValueError):
    """Something the user can mend: the command line prints it and exits with code 2."""


class UnknownNameError(SorairoError):
    """A name (model, recipe, field, event...) that does not exist; names the nearest that does."""


class ConfigError(SorairoError):
    """A setting of the wrong type or form; names the field, the value and what it takes."""


class MediaError(SorairoError):
    """A picture or clip that cannot be read or written."""


class TooLargeError(MediaError):
    """A picture, clip or sound of more than memory holds."""


class WriteError(MediaError):
    """A file that could not be written in the end: the disk is full, the folder has gone."""


class StoreAwayError(WriteError):
    """The store of clips, a folder or one on other machines, does not answer, or refuses."""


class RequestError(SorairoError):
    """A request for something impossible (size, seconds, empty prompt); names the nearest valid."""


class MissingExtraError(SorairoError):
    """A part that is not installed; the message holds the command that installs it."""


class ModelError(SorairoError):
    """A model directory that is missing, incomplete or of another version."""


class QuotaError(SorairoError):
    """More than an owner may have now: `after` so many seconds it may be asked again, None where it
    is more than there will ever be."""

    def __init__(self, message: str, after: int | None) -> None:
        super().__init__(message)
        self.after = after


class LeaseLostError(RuntimeError):
    """A worker was away too long and its job is another one's now: nothing a user can mend."""


class TrainingError(SorairoError):
    """A training run that must stop: a loss not finite, or a state of another recipe."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """The error for a `name` that is not among the `known`, with the nearest or with all of them.

    >>> str(unknown_name("model", "tabeltop", ["tabletop", "crafter"]))
    "There is no model 'tabeltop'. Did you mean 'tabletop'?"
    """
    names = list(known)
    folded = {each.lower(): each for each in reversed(names)}
    near = difflib.get_close_matches(name.lower(), list(folded), n=1, cutoff=0.6)
    if near:
        advice = f"Did you mean '{folded[near[0]]}'?"
    elif names:
        advice = f"Choose from: {', '.join(names)}."
    else:
        advice = "There are none."
    return UnknownNameError(f"There is no {kind} '{name}'. {advice}")
