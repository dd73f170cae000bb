"""Detector and encoder, loaded together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.core.ports import Detector
    from osfi_gui.vision.encode import TorchEncoder


@dataclass(frozen=True)
class Engine:
    """What finds and encodes faces.

    Attributes
    ----------
    encoder : TorchEncoder
        The pretrained one; may be used from several threads.
    new_detector : callable
        Makes a detector; each thread needs its own.
    title : str
        The encoder's, for the operator.
    device : str
        Where it computes, for the operator.
    device_note : str
        Why a better device is not used; empty where nothing was given up.
    """

    encoder: TorchEncoder
    new_detector: Callable[[], Detector]
    title: str
    device: str
    device_note: str = ""


def load_engine(encoder: str, *, threads: int | None = None) -> Engine:
    """Load an encoder of the manifest on the best device, and the detector beside it.

    Parameters
    ----------
    encoder : str
    threads : int, optional
        CPU threads of torch; as ``choose_device`` has it.

    Raises
    ------
    EncoderError
        When it is unknown, or weights or packages are missing.
    """
    # Torch takes seconds to import: whoever only wants the name Engine does not wait for it.
    from osfi_gui.vision.device import choose_device
    from osfi_gui.vision.encode import load_encoder

    device = choose_device(threads=threads)
    engine = load_encoder(encoder, device=device)

    def new_detector() -> Detector:
        from osfi_gui.vision.detect import MtcnnDetector

        return MtcnnDetector(device)

    return Engine(engine, new_detector, engine.title, device.label, device.note)
