"""What a gallery holds: identities, their shots, and what one encoder makes of them; each value frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from osfi_gui.core.values import Portrait


@dataclass(frozen=True, eq=False)
class Shot:
    """A face that was enrolled for an identity.

    Attributes
    ----------
    shot_id : int
        The store's number, 0 before it is stored.
    identity_id : int
        The identity it belongs to.
    portrait : Portrait
        The face and its surroundings.
    origin : str
        Where it came from: a file name or the name of a camera.
    added_at : str
        ISO 8601, UTC.
    """

    shot_id: int
    identity_id: int
    portrait: Portrait
    origin: str = ""
    added_at: str = ""


@dataclass(frozen=True)
class Consent:
    """The consent an operator recorded.

    Attributes
    ----------
    text : str
        What the person agreed to.
    operator : str
        Who recorded it.
    given_at : str
        ISO 8601, UTC.
    """

    text: str
    operator: str
    given_at: str


@dataclass(frozen=True)
class Identity:
    """An enrolled person.

    Attributes
    ----------
    identity_id : int
        The store's number.
    name : str
        Shown to the operator; unique in a gallery after Unicode normalisation (NFC).
    external_id, note : str
        The operator's own; may be empty.
    consent : Consent or None
        None while nobody recorded it.
    shots : int
        How many shots are stored.
    created_at : str
        ISO 8601, UTC.
    """

    identity_id: int
    name: str
    external_id: str = ""
    note: str = ""
    consent: Consent | None = None
    shots: int = 0
    created_at: str = ""


@dataclass(frozen=True, eq=False)
class Prototypes:
    """The enrolled identities as one encoder sees them.

    Attributes
    ----------
    encoder : str
        The encoder that gave the embeddings.
    revision : int
        The gallery revision they were made from.
    identity_ids : tuple of int, length n
        In the order of the rows.
    names : tuple of str, length n
        Names of the same identities.
    matrix : ndarray of float32, shape (n, d)
        One unit vector a row; float16 where they are kept in half precision (`osfi_gui.core.nearest.halved`).
    """

    encoder: str
    revision: int
    identity_ids: tuple[int, ...]
    names: tuple[str, ...]
    matrix: NDArray[np.float32]

    def __len__(self) -> int:
        """Count the identities."""
        return len(self.names)
