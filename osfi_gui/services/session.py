"""The session: encoder, gallery revision and operating point, one immutable value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.calibrate import DEFAULTS, default_operating_point, measured_operating_point
from osfi_gui.core.gallery import prototypes
from osfi_gui.core.match import MATCHERS, Cosine, Reference, matcher_named
from osfi_gui.core.nearest import halved
from osfi_gui.core.strangers import person_prototypes
from osfi_gui.services.reembed import reembed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.enrolled import Identity, Prototypes
    from osfi_gui.core.match import Matcher
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.ports import Encoder, GalleryStore, ShotEmbeddings, StrangerEmbeddings

MOST_GROWTH = 2.0
"""A threshold is kept while the people are at most so many times those it was measured with: false accepts grow with
them, so that up to here they become at most about twice as frequent."""


@dataclass(frozen=True, eq=False)
class Session:
    """What recognition works with; swapped whole, so that a stale pair cannot exist.

    Attributes
    ----------
    encoder : Encoder
    gallery : Prototypes
    operating_point : OperatingPoint or None
        None while nobody is enrolled, or no threshold is known for the encoder.
    calibration : str
        ``valid``, ``expired`` or ``none``. Expired: the gallery changed since; what decides then says its source.
    matcher : Matcher or None
        Of the operating point, fitted to the gallery; None for the plain cosine, which needs nothing.
    cohort : ndarray of float32, shape (c, d), or None
        Prototypes of the strangers that fill the matcher's neighbourhood.
    shots : ndarray of float32, shape (s, d), or None
        The gallery's shots, where the matcher compares with them.
    owners : ndarray of int, shape (s,), or None
        Row of each shot's identity in the gallery.
    """

    encoder: Encoder
    gallery: Prototypes
    operating_point: OperatingPoint | None
    calibration: str
    matcher: Matcher | None = None
    cohort: NDArray[np.float32] | None = None
    shots: NDArray[np.float32] | None = None
    owners: NDArray[np.int64] | None = None

    @property
    def half(self) -> bool:
        """Whether the prototypes are kept in half precision."""
        return self.gallery.matrix.dtype == np.float16

    @property
    def deciding(self) -> Matcher:
        """The matcher whose scores the operating point's threshold is in."""
        point = self.operating_point
        if point is None:
            return Cosine()
        if self.matcher is not None and self.matcher.name == point.matcher:
            return self.matcher
        return matcher_named(point.matcher, k=point.k)


def make_session(store: GalleryStore, encoder: Encoder, *, half: bool = False) -> Session:
    """Make the session of a gallery as it is now, embedding what this encoder has not seen yet.

    Parameters
    ----------
    store : GalleryStore
    encoder : Encoder
    half : bool
        Keep the prototypes in half precision. Thresholds and what a matcher learns still come from the full ones.
    """
    session = _full_session(store, encoder)
    return replace(session, gallery=halved(session.gallery)) if half else session


def _full_session(store: GalleryStore, encoder: Encoder) -> Session:
    """Make the session with prototypes in full precision."""
    for _ in reembed(store, encoder):
        pass
    revision = store.revision
    found = store.embeddings(encoder.name)
    people = store.identities()
    gallery = prototypes(
        found.matrix,
        found.identity_ids,
        names={person.identity_id: person.name for person in people},
        encoder=encoder.name,
        revision=revision,
    )
    strangers = store.stranger_embeddings(encoder.name)
    stored = store.operating_point(encoder.name)
    point, state = _default(gallery, strangers, people), "none"
    if stored is not None:
        why = _why_expired(stored, gallery, strangers, people)
        state = "expired" if why else "valid"
        if not why:
            point = stored
        elif problem := _why_unusable(stored, gallery, strangers, people):
            if point is not None:
                point = replace(point, source=f"The calibration no longer holds: {why}. {problem} {point.source}")
        else:
            source = f"{stored.source} Since then {why}: it still decides, but is no longer exact. Calibrate again."
            point = replace(stored, source=source)
    if point is None:
        return Session(encoder, gallery, None, state)
    own = store.identity_thresholds(encoder.name, matcher=point.matcher)
    point = replace(point, own_thresholds=tuple(own.items()))
    return _deciding(Session(encoder, gallery, point, state), found, _cohort(point, strangers, people))


def with_operating_point(session: Session, point: OperatingPoint | None) -> Session:
    """Give the same session deciding with another threshold of its matcher, or with none.

    Raises
    ------
    ValueError
        When the matcher is another one: that takes other evidence, see :func:`make_session`.
    """
    before = session.operating_point
    if before is not None and point is not None and (before.matcher, before.k) != (point.matcher, point.k):
        msg = f"the session was made for {before.matcher}, not for {point.matcher}"
        raise ValueError(msg)
    return replace(session, operating_point=point)


def _deciding(session: Session, found: ShotEmbeddings, cohort: NDArray[np.float32]) -> Session:
    """Add the matcher of the operating point, fitted, and the evidence that it needs."""
    point, gallery = session.operating_point, session.gallery
    if point is None or point.matcher == Cosine().name:
        return session
    matcher = matcher_named(point.matcher, k=point.k)
    row_of = {identity_id: row for row, identity_id in enumerate(gallery.identity_ids)}
    kept = [i for i, owner in enumerate(found.identity_ids) if owner in row_of]
    shots = found.matrix[kept]
    owners = np.array([row_of[found.identity_ids[i]] for i in kept], dtype=np.int64)
    against = cohort.reshape(-1, gallery.matrix.shape[1])  # without strangers it has no columns either
    matcher = matcher.fit(Reference(gallery.matrix, shots, owners, against))
    filled = replace(session, matcher=matcher, cohort=cohort if len(cohort) else None)
    if matcher.unusable(len(gallery), cohort=len(cohort), shots=0) is None:
        return filled
    return replace(filled, shots=shots, owners=owners)


def _default(gallery: Prototypes, strangers: StrangerEmbeddings, people: Sequence[Identity]) -> OperatingPoint | None:
    """Give what decides while nobody has calibrated."""
    if gallery.encoder in DEFAULTS or not len(gallery):
        return default_operating_point(gallery.encoder, n=len(gallery))
    # Nobody measured this encoder, or it was tuned here: only this gallery's own strangers can say where to draw the
    # line. Without any, nothing is decided.
    rows = _still_strangers(strangers, people)
    cosines = strangers.matrix.reshape(-1, gallery.matrix.shape[1])[rows] @ gallery.matrix.T
    persons = len({strangers.persons[row] for row in rows})
    return measured_operating_point(cosines, people=persons, encoder=gallery.encoder, revision=gallery.revision)


def _still_strangers(strangers: StrangerEmbeddings, people: Sequence[Identity]) -> list[int]:
    """Give the rows of those of whom nobody was enrolled since."""
    enrolled = {person.name for person in people}
    return [row for row, person in enumerate(strangers.persons) if person not in enrolled]


def _cohort(point: OperatingPoint, strangers: StrangerEmbeddings, people: Sequence[Identity]) -> NDArray[np.float32]:
    """Give the prototypes of an operating point's cohort, without those who were enrolled since."""
    wanted = set(point.cohort_ids)
    rows = [row for row in _still_strangers(strangers, people) if strangers.stranger_ids[row] in wanted]
    return person_prototypes(strangers.matrix[rows], [strangers.persons[row] for row in rows])


def _why_expired(
    stored: OperatingPoint, gallery: Prototypes, strangers: StrangerEmbeddings, people: Sequence[Identity]
) -> str:
    """Say what has changed since an operating point was measured; empty where nothing has."""
    if not set(stored.cohort_ids) <= set(strangers.stranger_ids):
        return "strangers of its cohort were deleted"
    if stored.revision == gallery.revision:
        return ""
    measured = stored.measured
    if measured is None or not measured.people:
        return "the gallery has changed"
    came = sum(1 for person in people if person.created_at > measured.made_at and person.shots)
    went = max(0, measured.people + came - len(gallery))
    if not came + went:
        return "shots of the gallery have changed"
    moved = [f"{number} {word}" for number, word in ((came, "came"), (went, "went")) if number]
    return f"the gallery has changed by {came + went} {'person' if came + went == 1 else 'people'} ({', '.join(moved)})"


def _why_unusable(
    stored: OperatingPoint, gallery: Prototypes, strangers: StrangerEmbeddings, people: Sequence[Identity]
) -> str:
    """Say in a sentence why an expired operating point must not decide any more; empty where it may."""
    n, measured = len(gallery), stored.measured
    if measured is None or not measured.people:
        return "Nobody knows with how many people it was measured."
    if stored.matcher not in MATCHERS:
        return f"This version does not know its matcher, {stored.matcher}."
    cohort = len(_cohort(stored, strangers, people))
    matcher = matcher_named(stored.matcher, k=stored.k)
    now, then = (matcher.neighbourhood(size, cohort=cohort) for size in (n, measured.people))
    gone = not set(stored.cohort_ids) <= set(strangers.stranger_ids)
    learns = matcher.unusable(n, cohort=cohort, shots=0) is not None
    grown = n > MOST_GROWTH * measured.people
    reasons = (
        (gone, "Its scores would mean something else without them."),
        (grown, f"It was measured with {measured.people} enrolled, and false accepts grow with their number."),
        (learns, f"{matcher.title} learns from the gallery, and its scores are others now."),
        (now != then, "Its neighbourhood has another size now, and its scores are others."),
    )
    unusable = matcher.unusable(n, cohort=cohort, shots=1)
    return unusable or next((sentence for holds, sentence in reasons if holds), "")
