"""Whether a model that has seen real people takes somebody in a picture for a person.

BlazePose (Bazarevsky et al., 2020; `@mediapipe/pose`, Apache-2.0) looks at the square around a
person, as its own detector would cut it out, and says whether a person is present. It needs the
extra `judge`, and npm.
"""

from __future__ import annotations

import importlib
from functools import cache
from importlib.util import find_spec

import numpy as np
from PIL import Image

from sorairo.errors import MissingExtraError
from sorairo.packages import Package, folder_of

POSES = Package(
    name="@mediapipe/pose",
    version="0.5.1675469404",
    registry="npm",
    digest="8bb349a7b3a3ba699df23be804ddd3b3eab810b50b15406894be257859388a84",
    licence="Apache-2.0 (Google)",
    files=("package/pose_landmark_full.tflite",),
)
LIBRARY = "ai_edge_litert"
CROP = 1.25  # times the person's larger side, as BlazePose's detector has it
SIDE = 256  # pixels of the model's input


def installed() -> bool:
    """Whether the extra `judge` is installed."""
    return find_spec(LIBRARY) is not None


class BlazePose:
    """BlazePose's second stage."""

    def __init__(self) -> None:
        """Raises MissingExtraError without the extra `judge`, or without npm."""
        if not installed():
            raise MissingExtraError("BlazePose needs an extra: pip install 'sorairo[judge]'.")
        interpreter = importlib.import_module(f"{LIBRARY}.interpreter").Interpreter
        path = folder_of(POSES) / "pose_landmark_full.tflite"
        self._model = interpreter(str(path), num_threads=1)
        self._model.allocate_tensors()
        self._input = self._model.get_input_details()[0]["index"]
        outputs = self._model.get_output_details()
        self._presence = next(o["index"] for o in outputs if tuple(o["shape"]) == (1, 1))

    def presence(self, square: np.ndarray) -> float:
        """How sure it is that a person is in a picture, uint8 [SIDE, SIDE, 3]; 0..1."""
        self._model.set_tensor(self._input, square[None].astype(np.float32) / 255)
        self._model.invoke()
        return float(self._model.get_tensor(self._presence)[0, 0])


@cache
def blaze_pose() -> BlazePose:
    """The model, loaded once."""
    return BlazePose()


def cut_out(frame: np.ndarray, where: np.ndarray) -> np.ndarray:
    """The square around a person who is somewhere in a frame uint8 [H, W, 3], bool [H, W], as
    uint8 [SIDE, SIDE, 3]; black outside the frame."""
    rows, columns = np.flatnonzero(where.any(1)), np.flatnonzero(where.any(0))
    side = CROP * max(np.ptp(rows), np.ptp(columns))
    left = (columns[0] + columns[-1] + 1 - side) / 2
    top = (rows[0] + rows[-1] + 1 - side) / 2
    return square(frame, left, top, side)


def square(frame: np.ndarray, left: float, top: float, side: float) -> np.ndarray:
    """A square of a frame uint8 [H, W, 3], its corner and side in pixels, as uint8
    [SIDE, SIDE, 3]."""
    box = (left, top, left + side, top + side)
    image = Image.fromarray(frame)
    way, filtering = Image.Transform.EXTENT, Image.Resampling.BILINEAR
    return np.asarray(image.transform((SIDE, SIDE), way, box, filtering))
