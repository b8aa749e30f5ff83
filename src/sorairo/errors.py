"""Every error a user can meet. The message is one sentence that says what to do next."""

from __future__ import annotations


class SorairoError(ValueError):
    """Something the user can mend: the command line prints it and exits with code 2."""


class UnknownNameError(SorairoError):
    """A name (model, recipe, field, event...) that does not exist; the message names the nearest that does."""


class MediaError(SorairoError):
    """A picture or clip that cannot be read or written."""


class RequestError(SorairoError):
    """A request that asks for something impossible (size, seconds, empty prompt); names the nearest valid value."""


class ModelError(SorairoError):
    """A model directory that is missing, incomplete or of another version."""


class TrainingError(SorairoError):
    """A training run that must stop: the loss is not finite, or the saved state belongs to another recipe."""
