"""What the services need from the outer rooms, as protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from osfi_gui.core.enrolled import Identity, Shot
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.values import Face, Frame, Pixels, Portrait, SourceInfo


class FrameSource(Protocol):
    """Something that gives frames: a camera, a file, a folder, a stream.

    Used from one thread, as a context manager: ``open`` on entering, ``close`` on leaving.
    """

    @property
    def info(self) -> SourceInfo:
        """Name, size and true frame rate; valid once opened."""
        ...

    def open(self) -> None:
        """Open the device or file.

        Raises
        ------
        SourceError
            When it is missing, taken or not readable.
        """
        ...

    def read(self) -> Frame | None:
        """Give the next frame, or None at the end.

        Blocks until a frame is there, no longer than two seconds.

        Raises
        ------
        SourceError
            When the source has stopped: unplugged, stalled, broken. ``open`` may be called again to retry.
        """
        ...

    def close(self) -> None:
        """Release the device or file; may be called twice."""
        ...


class Detector(Protocol):
    """Finds the faces of a frame."""

    def detect(self, pixels: Pixels) -> list[Face]:
        """Find all faces, largest first.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (height, width, 3)
            RGB.
        """
        ...

    def search(self, pixels: Pixels, known: Sequence[Face] = ()) -> list[Face]:
        """Find the faces of a video's frame in a fraction of the time, largest first; those known may be left out."""
        ...

    def follow(self, pixels: Pixels, faces: Sequence[Face]) -> list[Face | None]:
        """Look for faces of the frame before where they were; None for one that is not there any more."""
        ...


class Encoder(Protocol):
    """Turns portraits into embeddings; its preprocessing is its own business."""

    @property
    def name(self) -> str:
        """Name in the manifest, such as ``sface``."""
        ...

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        ...

    def chip(self, portrait: Portrait) -> Pixels:
        """Cut the encoder's chip out of a portrait or a whole frame; RGB uint8."""
        ...

    def embed(self, chips: Sequence[Pixels]) -> NDArray[np.float32]:
        """Embed chips, averaged with their mirror images; unit rows, shape (len(chips), dim)."""
        ...


class CancelToken(Protocol):
    """Tells a long job that it is no longer wanted."""

    def cancelled(self) -> bool:
        """Whether to stop at the next step."""
        ...


class ShotEmbeddings(Protocol):
    """All shots of a gallery as one encoder sees them."""

    @property
    def shot_ids(self) -> tuple[int, ...]:
        """Length m."""
        ...

    @property
    def identity_ids(self) -> tuple[int, ...]:
        """Owner of each shot, length m."""
        ...

    @property
    def matrix(self) -> NDArray[np.float32]:
        """Unit rows, shape (m, d)."""
        ...


class StrangerEmbeddings(Protocol):
    """The strangers of a gallery as one encoder sees them."""

    @property
    def stranger_ids(self) -> tuple[int, ...]:
        """The store's numbers, length m."""
        ...

    @property
    def persons(self) -> tuple[str, ...]:
        """Keys that are equal where two faces are of the same person, length m."""
        ...

    @property
    def matrix(self) -> NDArray[np.float32]:
        """Unit rows, shape (m, d)."""
        ...


class GalleryStore(Protocol):
    """What the session needs of the gallery file."""

    @property
    def revision(self) -> int:
        """Goes up with every change of identities or shots."""
        ...

    def identities(self) -> list[Identity]:
        """All enrolled people, sorted by name."""
        ...

    def embeddings(self, encoder: str) -> ShotEmbeddings:
        """Give the embeddings that one encoder made."""
        ...

    def shots_without(self, encoder: str) -> list[Shot]:
        """Give the shots that it has not seen yet."""
        ...

    def put_embeddings(self, encoder: str, vectors: Mapping[int, NDArray[np.float32]]) -> None:
        """Store embeddings by shot number."""
        ...

    def strangers_without(self, encoder: str) -> list[Shot]:
        """Give the strangers that it has not seen yet."""
        ...

    def put_stranger_embeddings(self, encoder: str, vectors: Mapping[int, NDArray[np.float32]]) -> None:
        """Store strangers' embeddings by shot number."""
        ...

    def stranger_embeddings(self, encoder: str) -> StrangerEmbeddings:
        """Give the strangers as one encoder sees them."""
        ...

    def operating_point(self, encoder: str) -> OperatingPoint | None:
        """Give the newest calibrated one, or None."""
        ...

    def identity_thresholds(self, encoder: str, *, matcher: str) -> dict[int, float]:
        """Give the thresholds of their own that identities have with one encoder and one matcher."""
        ...
