"""The matchers by name, for operating points, the command line and the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from osfi_gui.core.matchers.cosine import Cosine
from osfi_gui.core.matchers.evm import Evm
from osfi_gui.core.matchers.nac import Nac
from osfi_gui.core.matchers.nac_cohort import NacCohort
from osfi_gui.core.matchers.nnguide import NnGuide

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.core.matchers.port import Matcher


@dataclass(frozen=True)
class Entry:
    """A matcher that can be chosen.

    Attributes
    ----------
    name : str
        As in an operating point.
    title : str
        For people.
    help : str
        What it does, in one line.
    k : int
        Its usual neighbourhood.
    make : callable
        Gives the matcher with a neighbourhood of size k.
    """

    name: str
    title: str
    help: str
    k: int
    make: Callable[[int], Matcher]


def _entry(default: Matcher, make: Callable[[int], Matcher], text: str) -> Entry:
    return Entry(default.name, default.title, text, default.k, make)


MATCHERS: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        _entry(Cosine(), lambda k: Cosine(), "The cosine to the nearest person, and nothing else."),
        _entry(Nac(), lambda k: Nac(k=k), "The nearest person's share among the k nearest people."),
        _entry(
            NacCohort(),
            lambda k: NacCohort(k=k),
            "The nearest person's share among the k nearest people and strangers; strangers never win.",
        ),
        _entry(
            NnGuide(),
            lambda k: NnGuide(k=k),
            "The energy of all cosines, times the nearest k shots, the confident ones weighing more.",
        ),
        _entry(
            Evm(),
            lambda k: Evm(k=k),
            "The probability of being nearer to the nearest person's shots than half-way to the k nearest others.",
        ),
    )
}
"""In the order in which they are shown."""


def matcher_named(name: str, *, k: int | None = None) -> Matcher:
    """Give the matcher of an operating point, not yet fitted.

    Parameters
    ----------
    name : str
    k : int, optional
        Neighbourhood size; the matcher's usual one where it is left out.

    Raises
    ------
    ValueError
        When there is none of that name.
    """
    entry = MATCHERS.get(name)
    if entry is None:
        msg = f"there is no matcher named {name!r}; there are {', '.join(MATCHERS)}"
        raise ValueError(msg)
    return entry.make(entry.k if k is None else k)
