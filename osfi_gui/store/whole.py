"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike


def write_whole(path: PathLike[str], content: bytes, *, private: bool = False) -> None:
    """Write beside, flush to the disk, and replace: whoever reads sees the old file or the new one.

    Parameters
    ----------
    path : path-like
        Its folder is there.
    content : bytes
    private : bool
        Readable by its owner only.

    Raises
    ------
    OSError
        The file cannot be written; the old one is as it was.
    """
    target = Path(path)
    # mkstemp: two programs that write at once do not write into one file.
    handle, beside = tempfile.mkstemp(prefix=target.name + ".", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not private:
            Path(beside).chmod(0o644)
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
