"""Detector and encoder, loaded together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.core.ports import Detector
    from osfi_gui.vision.device import Device
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
    runtime : str
        What computes the live path's embeddings, one of ``vision.runtime.RUNTIMES``.
    """

    encoder: TorchEncoder
    new_detector: Callable[[], Detector]
    title: str
    device: str
    device_note: str = ""
    runtime: str = "torch"

    def for_live(self, encoder: TorchEncoder) -> tuple[TorchEncoder, str]:
        """Give an encoder by the runtime for the live path, and why it is torch's if it should not be.

        Whatever trains, imports or is stored keeps to the encoder given.
        """
        from osfi_gui.vision.runtime import use_runtime

        return use_runtime(encoder, self.runtime)


def load_engine(encoder: str, *, threads: int | None = None, device: str = "auto", runtime: str = "torch") -> Engine:
    """Load an encoder of the manifest on the best device that it works on, and the detector beside it.

    Parameters
    ----------
    encoder : str
    threads : int, optional
        CPU threads of torch; as ``choose_device`` has it.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    runtime : str
        As :class:`Engine` has it.

    Raises
    ------
    EncoderError
        When it is unknown, or weights or packages are missing.
    """
    # Torch takes seconds to import: whoever only wants the name Engine does not wait for it.
    from osfi_gui.vision.device import choose_device, load_on

    loaded, used = load_on(choose_device(device, threads=threads), lambda where: _tried(encoder, where))

    def new_detector() -> Detector:
        from osfi_gui.vision.detect import MtcnnDetector

        return MtcnnDetector(used)

    return Engine(loaded, new_detector, loaded.title, used.label, used.note, runtime)


def _tried(name: str, device: Device) -> TorchEncoder:
    """Load an encoder; on a GPU pass noise through it and through a detector, which fails there if it ever does."""
    from osfi_gui.vision.encode import load_encoder

    encoder = load_encoder(name, device=device)
    if device.kind != "cpu":
        import numpy as np

        from osfi_gui.vision.detect import MtcnnDetector

        noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
        MtcnnDetector(device).detect(noise)
        side = encoder.chip_size
        encoder.embed([noise[:side, :side]])
    return encoder
