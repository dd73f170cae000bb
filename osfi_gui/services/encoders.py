"""The encoders as the operator sees them: which there are, whose weights are here, and what a file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osfi_gui.core.calibrate import DEFAULTS
from osfi_gui.core.encoders import EncoderListing, EncoderRow, FoundEncoder

if TYPE_CHECKING:
    from pathlib import Path


def list_encoders(*, in_use: str = "", next_start: str = "") -> EncoderListing:
    """List the encoders, the program's own first, then the imported ones.

    Parameters
    ----------
    in_use, next_start : str
        Names, as the listing has them.
    """
    # Importing architectures imports torch, which whoever only wants these names need not wait for.
    from osfi_gui.vision.architectures import IMPORTABLE
    from osfi_gui.vision.manifest import read_imported, read_manifest
    from osfi_gui.vision.weights import find_weights

    rows = []
    for name, entry in read_manifest().items():
        weights = find_weights(entry)
        rows.append(
            EncoderRow(
                name=name,
                title=entry.title,
                licence=entry.licence,
                origin=entry.origin,
                dim=entry.dim,
                size_bytes=0 if weights is None else weights.stat().st_size,
                here=weights is not None,
                imported=entry.weights.imported,
                measured=name in DEFAULTS,
            )
        )
    broken = tuple(entry.reason for entry in read_imported()[1])
    importable = tuple(architecture.title for architecture in IMPORTABLE.values())
    return EncoderListing(tuple(rows), in_use, next_start, broken, importable)


def look_at_file(file: Path) -> FoundEncoder:
    """Find out which architecture the weights of a file are of; nothing is stored.

    Raises
    ------
    EncoderError
        When the file cannot be used.
    """
    from osfi_gui.vision.imports import examine_checkpoint, free_name

    architecture = examine_checkpoint(file)
    return FoundEncoder(
        str(file), free_name(file), architecture.title, architecture.dim, architecture.preprocessing.kind
    )
