"""What a matcher gave for probes, and whose the probes are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Scores:
    """What one encoder and one matcher gave for the same probes.

    Attributes
    ----------
    mated : ndarray of float, shape (a,)
        Best score of each mated probe.
    correct : ndarray of bool, shape (a,)
        Whether its best identity was the right one.
    non_mated : ndarray of float, shape (b,)
        Best score of each stranger's probe.
    """

    mated: NDArray[np.floating]
    correct: NDArray[np.bool_]
    non_mated: NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Persons:
    """Whose the probes are.

    Attributes
    ----------
    mated : ndarray of int, shape (a,)
    non_mated : ndarray of int, shape (b,)
        Any numbers; probes of one person share one.
    """

    mated: NDArray[np.integer]
    non_mated: NDArray[np.integer]
