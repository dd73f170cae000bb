"""The part that all frame sources share: the context manager."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

    from osfi_gui.core.values import Frame, SourceInfo


class Source(ABC):
    """A frame source as the port ``FrameSource`` has it, and a context manager: entering opens, leaving closes."""

    @property
    @abstractmethod
    def info(self) -> SourceInfo:
        """Name, size and true frame rate; valid once opened."""

    @abstractmethod
    def open(self) -> None:
        """Open the device or file; on an open source, start over.

        Raises
        ------
        SourceError
            When it is missing, taken or not readable.
        """

    @abstractmethod
    def read(self) -> Frame | None:
        """Give the next frame, or None at the end.

        Raises
        ------
        SourceError
            When the source has stopped, or is not open.
        """

    @abstractmethod
    def close(self) -> None:
        """Release the device or file; may be called twice."""

    def __enter__(self) -> Self:
        """Open the source."""
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the source."""
        self.close()
