"""An encoder's forward pass by OpenCV instead of torch, where somebody asks for it.

The network goes there as ONNX and comes back with the same embeddings to 1e-4. What it wins is measured by
``benchmarks/runtimes.py`` and decided in docs/adr/0017. Training and detection stay with torch.
"""

from __future__ import annotations

import io
import threading
import warnings
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch

from osfi_gui.core.errors import EncoderError
from osfi_gui.core.gallery import normalise
from osfi_gui.vision.encode import TorchEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from osfi_gui.core.values import Pixels

    Floats = NDArray[np.float32]

RUNTIMES = ("torch", "opencv")
"""What ``--runtime`` takes."""
TOLERANCE = 1e-4
"""An embedding's components may differ by no more from torch's, or the runtime is refused."""
REMEDY = "Use --runtime torch."
_INPUT, _OUTPUT = "x", "y"
_BATCH_NAME = {0: "batch"}


def to_onnx(net: nn.Module, example: Tensor) -> bytes:
    """Write a network as ONNX, its batch of any size, BatchNorm folded into the convolutions.

    Parameters
    ----------
    net : nn.Module
        In evaluation mode.
    example : Tensor, shape (b, c, h, w)

    Returns
    -------
    bytes
        Input ``x``, output ``y``.
    """
    file = io.BytesIO()
    with warnings.catch_warnings():
        # Torch's newer exporter needs onnxscript, a package more, and gives the same graph.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            net,
            (example,),
            file,  # type: ignore[arg-type]  # its annotation forgets files in memory
            dynamo=False,
            input_names=[_INPUT],
            output_names=[_OUTPUT],
            dynamic_axes={_INPUT: _BATCH_NAME, _OUTPUT: _BATCH_NAME},
        )
    return file.getvalue()


class OpenCvForward:
    """A forward pass by OpenCV's dnn module; may be called from several threads.

    Each thread reads a network of its own, because OpenCV's remember their inputs.

    Parameters
    ----------
    model : bytes
        As :func:`to_onnx` writes it.
    threads : int
        Of OpenCV, in this whole process.
    """

    def __init__(self, model: bytes, *, threads: int) -> None:
        self._model = np.frombuffer(model, dtype=np.uint8)
        self._mine = threading.local()
        cv2.setNumThreads(threads)

    def __call__(self, x: Floats) -> Floats:
        """Map inputs, shape (b, c, h, w), to outputs, shape (b, dim)."""
        net = getattr(self._mine, "net", None)
        if net is None:
            net = self._mine.net = cv2.dnn.readNetFromONNX(self._model)
        net.setInput(x, _INPUT)
        return np.asarray(net.forward(), dtype=np.float32)


class OpenCvEncoder(TorchEncoder):
    """An encoder whose embeddings OpenCV computes, with torch's weights.

    Whoever trains takes a copy of ``net``, which stays torch's, and what ``with_net`` gives is torch's altogether.

    Parameters
    ----------
    encoder : TorchEncoder
        On the CPU.

    Raises
    ------
    EncoderError
        It is on a GPU, or OpenCV cannot take the network, or gives other embeddings.
    """

    def __init__(self, encoder: TorchEncoder) -> None:
        if encoder.device.kind != "cpu":
            msg = f"OpenCV computes on the CPU, and the encoder is on the {encoder.device.label}."
            raise EncoderError(msg, REMEDY)
        super().__init__(encoder._entry, net=encoder.net, device=encoder.device, version=encoder.version)
        chips = _example_chips(encoder.chip_size)
        try:
            model = to_onnx(self.net, self.inputs(torch.from_numpy(chips)))
            self._by_opencv = OpenCvForward(model, threads=torch.get_num_threads())
            off = float(np.abs(self.embed(list(chips)) - encoder.embed(list(chips))).max())
        except Exception as error:  # torch's exporter and OpenCV raise what they like
            raise EncoderError(f"OpenCV cannot compute {encoder.title} ({type(error).__name__}).", REMEDY) from error
        if not off <= TOLERANCE:
            raise EncoderError(f"OpenCV gives other embeddings of {encoder.title} than torch, by {off:.1g}.", REMEDY)

    def pass_of(self, chips: Sequence[Pixels]) -> NDArray[np.float32]:
        """Embed as :meth:`embed` does, in one pass of OpenCV's."""
        with torch.inference_mode():
            x = self.inputs(torch.from_numpy(np.stack(chips)))
            both = self._by_opencv(torch.cat([x, x.flip(3)]).contiguous().numpy())
        return normalise(both[: len(chips)] + both[len(chips) :])


def _example_chips(side: int) -> NDArray[np.uint8]:
    """Give two chips of coloured noise: every weight has a part in what becomes of them."""
    return np.random.default_rng(0).integers(0, 256, (2, side, side, 3), dtype=np.uint8)


def use_runtime(encoder: TorchEncoder, runtime: str) -> tuple[TorchEncoder, str]:
    """Give an encoder by a runtime, or as it was and a sentence that says why.

    Parameters
    ----------
    encoder : TorchEncoder
    runtime : str
        One of :data:`RUNTIMES`.

    Returns
    -------
    tuple of (TorchEncoder, str)
        The sentence is empty where the runtime is used.

    Raises
    ------
    EncoderError
        There is no such runtime.
    """
    if runtime not in RUNTIMES:
        raise EncoderError(f"There is no runtime “{runtime}”.", f"Choose one of: {', '.join(RUNTIMES)}.")
    if runtime == "torch":
        return encoder, ""
    try:
        return OpenCvEncoder(encoder), ""
    except EncoderError as error:
        return encoder, f"{error.what} Torch is used."
