"""Notes and errors that are copied, or that come from another process."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from sorairo.config import override
from sorairo.data.clips_config import ClipsConfig
from sorairo.errors import ConfigError, QuotaError, RequestError, SorairoError, unknown_name
from sorairo.notes import Note, sentence_of
from sorairo.processes import spawn_context
from sorairo.video import Clip

NOTE = Note("Read as: a red ball", "read_as", texts=["a red ball"], seconds=4.0)


def pickled(value: object) -> object:
    return pickle.loads(pickle.dumps(value))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_a_clip_with_notes_is_copied(copied):
    clip = Clip(frames=np.zeros((1, 2, 2, 3), np.uint8), fps=1.0, notes=(NOTE, "another"))
    found = copied(clip)
    assert found.notes == clip.notes
    assert found.notes[0].to_json() == NOTE.to_json()


@pytest.mark.parametrize(
    "error",
    [RequestError(NOTE), QuotaError(NOTE, 3), QuotaError("m", None), unknown_name("a", "b", ["c"])],
)
def test_an_error_says_the_same_after_pickling(error: SorairoError):
    found = pickled(error)
    assert type(found) is type(error)
    assert isinstance(found, SorairoError)
    assert sentence_of(found) == sentence_of(error)
    assert type(sentence_of(found)) is type(sentence_of(error))
    assert found.__dict__ == error.__dict__


def test_an_error_with_a_note_comes_out_of_a_pool():
    """It used to break the pool, which said nothing of the error."""
    with ProcessPoolExecutor(1, mp_context=spawn_context()) as pool:
        failed = pool.submit(override, ClipsConfig(), ["count=many"])
        with pytest.raises(ConfigError, match="'count' takes a whole number, not 'many'"):
            failed.result()
