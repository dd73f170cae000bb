"""What the page of encoders and the thread that keeps them tell each other."""

from __future__ import annotations

from dataclasses import dataclass

from osfi_gui.core.desk import Phase


@dataclass(frozen=True)
class EncoderRow:
    """One encoder that the program knows.

    Attributes
    ----------
    name, title, licence, origin : str
    dim : int
        Length of an embedding.
    size_bytes : int
        Of its weights; 0 where they are not here.
    here : bool
        Whether its weights are on this computer.
    imported : bool
        Whether the operator imported it.
    measured : bool
        Whether a default threshold was measured for it.
    """

    name: str
    title: str
    licence: str
    origin: str
    dim: int
    size_bytes: int
    here: bool
    imported: bool
    measured: bool


@dataclass(frozen=True)
class EncoderListing:
    """All encoders.

    Attributes
    ----------
    rows : tuple of EncoderRow
        The program's own first.
    in_use : str
        Name of the one that recognises faces now; empty while none is loaded.
    next_start : str
        Name of the one that was chosen for the next start because none is loaded; else empty.
    broken : tuple of str
        One sentence for each imported encoder that cannot be read.
    importable : tuple of str
        Titles of the architectures that can be imported.
    """

    rows: tuple[EncoderRow, ...]
    in_use: str = ""
    next_start: str = ""
    broken: tuple[str, ...] = ()
    importable: tuple[str, ...] = ()


@dataclass(frozen=True)
class FoundEncoder:
    """What was found out about a file with weights.

    Attributes
    ----------
    file : str
        Path.
    name : str
        A name that is free.
    architecture : str
        Title.
    dim : int
        Length of an embedding.
    chip : str
        How faces are cut for the architecture's public checkpoints: ``five-point`` or ``box``.
    """

    file: str
    name: str
    architecture: str
    dim: int
    chip: str


@dataclass(frozen=True)
class ImportEncoder:
    """Intent: import the encoder of a file under a name, with faces cut as ``chip`` says."""

    file: str
    name: str
    chip: str


@dataclass(frozen=True)
class ShelfState:
    """What is being done with encoders.

    Attributes
    ----------
    phase : Phase
        NONE: nothing. WAITING: ``title`` says what. READY: a file was looked at, ``found`` says what it holds. ENDED:
        done, ``what`` says what. FAILED: ``what`` and ``remedy`` say why; ``found`` stays where another name will do.
    title : str
    found : FoundEncoder or None
    what, remedy : str
    """

    phase: Phase = Phase.NONE
    title: str = ""
    found: FoundEncoder | None = None
    what: str = ""
    remedy: str = ""
