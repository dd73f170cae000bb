"""Which shots a run holds out, and which ones a version was not trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.tune import Version


def held_out(owners: NDArray[np.int64], *, seed: int, rather: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Choose the shots that are not trained on: of each identity a third, one at least, none where there is only one.

    Parameters
    ----------
    owners : ndarray of int64, shape (m,)
    seed : int
    rather : ndarray of bool, shape (m,), optional
        Shots that are taken before others: those that the version in use was not trained on, so that it can be
        compared with on shots that neither has seen.

    Returns
    -------
    ndarray of bool, shape (m,)
    """
    rng = np.random.default_rng(seed)
    out = np.zeros(len(owners), dtype=bool)
    for row in np.unique(owners):
        mine = np.flatnonzero(owners == row)
        if len(mine) > 1:
            drawn = rng.permutation(mine)
            if rather is not None:
                drawn = drawn[np.argsort(~rather[drawn], kind="stable")]
            out[drawn[: max(1, len(mine) // 3)]] = True
    return out


def unseen(
    version: Version, shot_ids: Sequence[int], owners: Sequence[int], *, added_at: dict[int, str]
) -> NDArray[np.bool_]:
    """Say which shots a tuned encoder was not trained on.

    Those of identities that it was not trained on, those that were added after it was made, and those that the run held
    out, as it noted them. Of a version without such a note the run's draw is repeated with the recipe's seed. It is
    only the same draw while no shot of then is missing: where the numbers differ from those that the run counted, none
    of that time counts as unseen.

    Parameters
    ----------
    version : Version
    shot_ids, owners : sequence of int, length m
        The shots, oldest first, and the identity of each.
    added_at : dict of int to str
        When each shot was added.

    Returns
    -------
    ndarray of bool, shape (m,)
    """
    trained = set(version.trained_on)
    then = np.array(
        [owner in trained and added_at[shot] <= version.made_at for shot, owner in zip(shot_ids, owners, strict=True)],
        dtype=bool,
    )
    out = ~then
    comparison = version.comparison
    if comparison is None:
        return out
    if comparison.held_out:
        return np.asarray(out | np.isin(np.asarray(shot_ids), comparison.held_out))
    of_then = np.asarray(owners, dtype=np.int64)[then]
    held = held_out(of_then, seed=version.recipe.seed)
    counts = comparison.counts
    now = (len(np.unique(of_then)), int((~held).sum()), int(held.sum()))
    if now == (counts.people, counts.shots, counts.held_out):
        out[np.flatnonzero(then)[held]] = True
    return out
