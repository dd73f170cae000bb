"""The bands around the curves of a calibration, drawn step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.bands import PARTS, band_draws, band_of
from osfi_gui.core.events import Cancelled, Finished, Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from osfi_gui.core.bootstrap import Band
    from osfi_gui.core.calibration import Calibration
    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import CancelToken

BAND_POINTS = 48
"""False accept rates at which the band of a curve is computed."""


def curve_bands(made: Calibration, token: CancelToken) -> Iterator[Event]:
    """Draw other people for the band of each matcher's curve.

    Parameters
    ----------
    made : Calibration
    token : CancelToken
        Checked between the parts of the draws.

    Yields
    ------
    Event
        Progress, then Finished with a tuple of (str, Band), a matcher's name and its band, which is empty where there
        is nothing to draw persons from; or Cancelled.
    """
    where = made.provenance
    bands: list[tuple[str, Band]] = []
    if where.probes and where.strangers:
        fars = np.geomspace(0.5 / where.strangers, 0.95, BAND_POINTS).tolist()
        done, total = 0, PARTS * len(made.scored)
        for scored in made.scored:
            drawn = []
            for part in band_draws(made, scored.matcher, fars=fars):
                if token.cancelled():
                    yield Cancelled("Nothing was changed.")
                    return
                drawn.append(part)
                done += 1
                yield Progress(done, total, "draws", "Drawing other people, for the bands")
            bands.append((scored.matcher, band_of(made, scored.matcher, fars=fars, drawn=drawn)))
    yield Finished(tuple(bands))
